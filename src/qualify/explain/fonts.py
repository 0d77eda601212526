"""Fonts for pictures: Latin from Matplotlib's own, Japanese from the file in matplotlib-fontja."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from matplotlib.font_manager import FontProperties, fontManager, get_font

from qualify.errors import QualifyError

LATIN = "DejaVu Sans"
UNKNOWN = "\u25a1"
"""Drawn for a character that none of the fonts has."""


@lru_cache(maxsize=1)
def japanese_family() -> str:
    """Register the Japanese font with Matplotlib, once, and return its name.

    The package is found, not imported: importing it would change Matplotlib's settings for everybody.

    Raises
    ------
    QualifyError
        The package or its font file is not there.
    """
    spec = find_spec("matplotlib_fontja")
    folders = [] if spec is None else list(spec.submodule_search_locations or [])
    files = [path for folder in folders for path in sorted(Path(folder).rglob("*.ttf"))]
    if not files:
        raise QualifyError("matplotlib-fontja, which brings the Japanese font, is not installed completely")
    fontManager.addfont(str(files[0]))
    return str(FontProperties(fname=str(files[0])).get_name())


def families(language: str) -> list[str]:
    """Return the fonts to look for a character in, the language's own first."""
    found = [LATIN, japanese_family()]
    return found[::-1] if language == "ja" else found


def drawable(text: str) -> str:
    """Replace characters that no font has, which Matplotlib would warn of and draw as nothing."""
    known = _characters()
    return "".join(char if ord(char) in known or char == "\n" else UNKNOWN for char in text)


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    paths = [fontManager.findfont(FontProperties(family=family)) for family in (LATIN, japanese_family())]
    return frozenset(code for path in paths for code in get_font(path).get_charmap())
