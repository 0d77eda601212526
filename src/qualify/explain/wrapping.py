"""Lines of a given width, where a Japanese character takes the room of two Latin ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_NOT_FIRST = "、。，．・：；？！」』）】〉》〕］｝ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々%,.:;!?)]}"
_NOT_LAST = "「『（【〈《〔［｛([{“"
_PIECES = re.compile(r"[\u0021-\u024f\u2018-\u201d]+ *|\s+|.", re.DOTALL)


def cells(text: str) -> int:
    """Return the room that a text takes, in Latin characters."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells.

    Latin words stay whole unless one is longer than a line; Japanese breaks between any two characters, but
    neither before closing nor after opening marks.

    Examples
    --------
    >>> wrap("Viewed the pricing page twice", 16)
    ['Viewed the', 'pricing page', 'twice']
    >>> wrap("価格ページを2回閲覧", 12)
    ['価格ページを', '2回閲覧']
    """
    lines = [""]
    for piece in _pieces(text, width):
        if lines[-1] and cells(lines[-1]) + cells(piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def wrap_evenly(text: str, width: int) -> list[str]:
    """Break into as few lines as :func:`wrap`, of about equal length: no single word is left over.

    Examples
    --------
    >>> wrap_evenly("Requested a product demo once in the last 7 days", 46)
    ['Requested a product demo', 'once in the last 7 days']
    """
    lines = wrap(text, width)
    narrow = (wrap(text, each) for each in range(max(1, cells(text) // len(lines)), width))
    return next((even for even in narrow if len(even) == len(lines)), lines)


def _pieces(text: str, width: int) -> Iterator[str]:
    """Split into words and single Japanese characters, with the marks that must stay beside them."""
    glued = ""
    for piece in _PIECES.findall(text):
        if glued and not (piece[0] in _NOT_FIRST or piece.isspace() or glued[-1] in _NOT_LAST):
            yield from _cut(glued, width)
            glued = ""
        glued += piece
    yield from _cut(glued, width)


def _cut(piece: str, width: int) -> list[str]:
    """Cut a word that is longer than a line."""
    parts = [""]
    for char in piece:
        if cells(parts[-1] + char) > width and not char.isspace():
            parts.append("")
        parts[-1] += char
    return parts
