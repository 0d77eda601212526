"""Findings in the reader's language: what a code says, and what to do about it."""

from __future__ import annotations

from functools import lru_cache

from qualify.explain.catalogue import Catalogue, read_catalogue
from training.checks.codes import EXPLAINED
from training.checks.finding import Finding

__all__ = ["say_finding"]


def say_finding(finding: Finding, language: str) -> tuple[str, str]:
    """Return what the finding's code says, and the mend.

    Its evidence is a sentence with figures of its own, in English alone. In another language the mend is the
    one that belongs to the code.

    Raises
    ------
    ConfigError
        There are no texts in that language.
    """
    if language == "en":
        return EXPLAINED[finding.code].what, finding.mend
    texts = _texts(language)
    return texts[f"{finding.code}.what"], texts[f"{finding.code}.mend"]


@lru_cache(maxsize=1)
def _texts(language: str) -> Catalogue:
    return read_catalogue("training.checks", "texts", language)
