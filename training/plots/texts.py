"""The words of figures and report, in English and Japanese."""

from __future__ import annotations

from functools import lru_cache

from qualify.explain.catalogue import LANGUAGES, Catalogue, read_catalogue

__all__ = ["report_texts"]


@lru_cache(maxsize=len(LANGUAGES))
def report_texts(language: str) -> Catalogue:
    """Read the texts of a language; later calls return the same object.

    Raises
    ------
    ConfigError
        There are no texts in that language.
    """
    return read_catalogue("training", "templates", language)
