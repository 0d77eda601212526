"""The texts of figures and hand-off in one language."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from ruamel.yaml import YAML

from qualify.errors import ConfigError
from qualify.explain.catalogue import LANGUAGES, Catalogue

__all__ = ["load_words"]


@lru_cache(maxsize=len(LANGUAGES))
def load_words(language: str) -> Catalogue:
    """Read the texts of a language; later calls return the same object.

    Raises
    ------
    ConfigError
        No texts exist in that language.
    """
    if language not in LANGUAGES:
        raise ConfigError(
            "this language is not known", where="language", got=language, expected=" or ".join(LANGUAGES)
        )
    text = (files("qualify.decide") / "texts" / f"{language}.yaml").read_text(encoding="utf-8")
    flat = YAML(typ="safe", pure=True).load(text)
    return Catalogue(
        "ja" if language == "ja" else "en", {str(key): str(value) for key, value in flat.items()}
    )
