"""YAML in and out, with the line of whatever is wrong."""

from __future__ import annotations

import io
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML

from qualify.errors import ConfigError, did_you_mean
from qualify.rules.schema import Strict

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], raw: dict[str, Any], text: str, where: str) -> Model:
    """Check `raw` against `model`; the first fault is told with its line in `text`."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise _explained(error, raw, text, where) from error


def dump_yaml(content: dict[str, Any]) -> str:
    """Return YAML text with keys in the given order and Japanese as it is."""
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(_plain(content), out)
    return out.getvalue()


def _plain(value: Any) -> Any:
    """Write whole numbers as people do, 10 and not 10.0."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _explained(error: ValidationError, raw: dict[str, Any], text: str, where: str) -> ConfigError:
    # A misspelt key is also a missing one: the misspelling tells more.
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    path = _path_in_file(first["loc"], raw)
    lost = [first["loc"][-1]] if first["type"] == "missing" else []
    place = ".".join(str(part) for part in (*path, *lost)) or "the whole file"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    mend = None
    if first["type"] == "extra_forbidden":
        mend = did_you_mean(str(first["loc"][-1]), _known_keys()) or "remove the key"
    message = first["msg"].removeprefix("Value error, ")
    return ConfigError(
        f"`{place}`: {message}{more}",
        where=f"{where}, line {_line(text, path)}",
        got=None if first["type"] == "missing" else first.get("input"),
        mend=mend,
    )


def _path_in_file(location: tuple[int | str, ...], raw: Any) -> list[int | str]:
    """Drop the parts of a pydantic location that are not in the file (the names of union members)."""
    path: list[int | str] = []
    for part in location:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            continue
        path.append(part)
    return path


def _known_keys() -> list[str]:
    """Return all keys that any part of the scorecard knows: the near ones are what was meant."""
    models: list[type[BaseModel]] = [Strict]
    for model in models:
        models.extend(model.__subclasses__())
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def _line(text: str, path: list[int | str]) -> int:
    node: Any = YAML(typ="rt", pure=True).load(text)
    line = 0
    for part in path:
        place = node.lc.key if isinstance(part, str) else node.lc.item
        line = place(part)[0]
        node = node[part]
    return line + 1
