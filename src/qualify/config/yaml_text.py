"""Reading YAML that people edit: plain values only, and messages that name the line."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from qualify.errors import ConfigError


def read_mapping(text: str, *, what: str, where: str) -> dict[str, Any]:
    """Read a YAML mapping into plain Python values.

    Parameters
    ----------
    what, where
        What the text is (``the scorecard``) and where it stands, for messages.

    Raises
    ------
    ConfigError
        Not YAML (the line is named), or not a mapping.
    """
    try:
        raw = YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{where}, line {mark.line + 1}, column {mark.column + 1}" if mark else where
        raise ConfigError(f"{what} is not valid YAML", where=place, got=error.problem or "") from error
    except YAMLError as error:
        raise ConfigError(f"{what} is not valid YAML", where=where, got=str(error)) from error
    if not isinstance(raw, dict):
        raise ConfigError(f"{what} is empty or not a mapping", where=where, got=type(raw).__name__)
    return raw
