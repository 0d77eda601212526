"""The texts of the pages, one YAML file a language."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from ruamel.yaml import YAML

from qualify.errors import ConfigError
from qualify.explain.catalogue import LANGUAGES, Catalogue

__all__ = ["page_texts"]


@lru_cache(maxsize=len(LANGUAGES))
def page_texts(language: str) -> Catalogue:
    """Read the texts of a language; later calls return the same object.

    Raises
    ------
    ConfigError
        There are no texts in that language.
    """
    if language not in LANGUAGES:
        raise ConfigError(
            "this language is not known", where="language", got=language, expected=" or ".join(LANGUAGES)
        )
    text = (files("serving.pages") / "texts" / f"{language}.yaml").read_text(encoding="utf-8")
    found = YAML(typ="safe", pure=True).load(text)
    return Catalogue("ja" if language == "ja" else "en", {str(key): str(said) for key, said in found.items()})
