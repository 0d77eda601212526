"""Reading YAML that people edit: plain values only, and messages that name the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from qualify.errors import ConfigError

MOST_BYTES = 2_000_000
"""Longest text that is read: some thousand columns take a quarter of it; ten times that takes a minute."""


def read_text(path: Path, *, what: str) -> str:
    """Read a file of YAML as text.

    Raises
    ------
    ConfigError
        It may not be read, is not UTF-8, or is too long to be what it is taken for.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(f"{what} is too long", where=path, got=f"{path.stat().st_size:,} bytes",
                              expected=f"{MOST_BYTES:,} at most")  # fmt: skip
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{what} is not UTF-8 text", where=path, got=error.reason,
                          mend="save it as UTF-8, or name another file") from error  # fmt: skip
    except OSError as error:
        raise ConfigError(f"{what} cannot be read", where=path, got=error.strerror,
                          mend="see to the rights of the file") from error  # fmt: skip


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
    except RecursionError as error:
        raise ConfigError(f"{what} is nested too deeply", where=where) from error
    except ValueError as error:  # of a number or a date, such as 2026-13-01
        raise ConfigError(f"{what} is not valid YAML", where=where, got=str(error)) from error
    if not isinstance(raw, dict):
        raise ConfigError(f"{what} is empty or not a mapping", where=where, got=type(raw).__name__)
    return raw
