"""Reading and checking `qualify.yaml`, with messages that name the place and the mend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from qualify.config.schema import Config
from qualify.config.yaml_text import read_mapping, read_text
from qualify.errors import ConfigError, did_you_mean


def load_config(path: str | Path) -> Config:
    """Read and check a configuration; relative file names in it are meant from its own folder.

    Raises
    ------
    ConfigError
        The file is missing, is not YAML, or holds a key or a value that is not understood.
    """
    path = Path(path)
    if not path.is_file():
        raise ConfigError(
            "the configuration is missing",
            where=str(path),
            mend="write one with `qualify init --leads FILE ...`, or name it with -c PATH",
        )
    return parse_config(read_text(path, what="the configuration"), where=str(path))


def parse_config(text: str, where: str) -> Config:
    """Check the text of a configuration; `where` is used in messages."""
    raw = read_mapping(text, what="the configuration", where=where)
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        raise _explained(error, where) from error


def _explained(error: ValidationError, where: str) -> ConfigError:
    # A key that is misspelt is missing under its right name too: the misspelling is what has to be told.
    first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    place = ".".join(str(part) for part in first["loc"]) or "the whole file"
    mend = None
    if first["type"] == "extra_forbidden":
        known = _keys_at(first["loc"][:-1])
        mend = did_you_mean(str(first["loc"][-1]), known)
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return ConfigError(
        f"`{place}`: {first['msg']}{more}", where=where, got=repr(first.get("input"))[:200], mend=mend or None
    )


def _keys_at(location: tuple[Any, ...]) -> list[str]:
    model: Any = Config
    for part in location:
        annotation = getattr(model, "model_fields", {}).get(part)
        model = annotation.annotation if annotation is not None else None
    return list(getattr(model, "model_fields", {}))


def dump_config(config: Config) -> str:
    """Return the configuration as canonical JSON text, for digests and for the bundle."""
    return config.model_dump_json(indent=1)
