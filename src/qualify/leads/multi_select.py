"""Cells that hold several values of one list, such as ``email;webinar``: their parts, and finding them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import pyarrow as pa

from qualify.leads import shapes
from qualify.leads.column_profile import DistinctValues
from qualify.leads.tables import IntArray

__all__ = ["PART_ENDS", "SEPARATORS", "find_separators", "part_key", "parts_of"]

SEPARATORS = ";|\n、,，・/／"
"""Characters that may stand between two values, the surest first."""

PART_ENDS = "; "
"""Stands between the parts of a cell that was put into one order."""

MOST_PARTS = 100
"""A longer list is none that somebody picks from."""

_SAMPLE = 5_000
_FEWEST_PARTS = 3
_FEWEST_COMBINATIONS = 6
_COMBINATIONS_A_PART = 1.5
_SEVERAL_SHARE, _SEVERAL_ROWS = 0.05, 20
_SEEN = 5
_PRESENT = 0.01
_SURE = ";|\n"
_MOST_NUMBERS = 0.2
_COVERED = 0.9
_LEADING = 0.8
_NUMBER = re.compile(r"[\d\s.:%+-]+")
_BRACKETS = {"[": "]", "{": "}"}


def parts_of(text: str, separators: str) -> tuple[str, ...]:
    """Return the values that a cell holds, each once and as it is written, in their order.

    A cell in brackets is a list whatever the separators are.

    Examples
    --------
    >>> parts_of("email; webinar ;;Email", ";")
    ('email', 'webinar')
    >>> parts_of('["fair", "製品A"]', ";"), parts_of("{fair,webinar}", ";")
    (('fair', '製品A'), ('fair', 'webinar'))
    """
    kept: dict[str, str] = {}
    for piece in _pieces(text, separators):
        kept.setdefault(part_key(piece), piece)
    return tuple(kept.values())


def _pieces(text: str, separators: str) -> list[str]:
    """Return the values of a cell as often as they stand in it."""
    text = text.strip()
    if _BRACKETS.get(text[:1]) == text[-1:] != "":
        found = _listed(text)
        pieces = found if found is not None else _split(text[1:-1], separators + ",")
        pieces = [piece.strip().strip("\"'") for piece in pieces]
    else:
        pieces = _split(text, separators)
    return [piece for piece in map(str.strip, pieces) if piece]


def part_key(part: str) -> str:
    """Return a part without differences of case, width and blanks: parts of one key are the same value.

    Examples
    --------
    >>> part_key(" Case  Study"), part_key("ＳＥＯ")
    ('case study', 'seo')
    """
    plain = part if part.isascii() else unicodedata.normalize("NFKC", part)
    return " ".join(plain.casefold().split())


def _listed(text: str) -> list[str] | None:
    """Return the members of a JSON list of texts and numbers; None where it is no such list."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or not all(isinstance(each, str | int | float) for each in found):
        return None
    return [str(each) for each in found]


def _split(text: str, separators: str) -> list[str]:
    return _splitter(separators).split(text) if separators else [text]


@lru_cache(maxsize=256)
def _splitter(separators: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(separators)}]")


def find_separators(values: DistinctValues) -> tuple[str, int] | None:
    """Return what separates the values within the cells of a column, and how many such values there are.

    None where each cell is one value.

    Parameters
    ----------
    values
        The distinct cells and their counts.

    Notes
    -----
    A character separates if splitting by it makes the list of different parts shorter: what came together
    dissolves into what is known anyway. The parts then have to be few and to come again in many
    combinations, and those behind another one have to lead cells as well. That tells them from ``Last,
    First``, from ``City, State`` and from paths such as ``Food/Dairy``, in which every part has its place.
    """
    texts = values.texts.slice(0, _SAMPLE)
    counts = values.counts[: len(texts)]
    tried = _present(texts, counts)
    if len(texts) < _FEWEST_COMBINATIONS or not tried:
        return None
    cells = texts.to_pylist()
    separators, fewest = "", _different(cells, "")
    while True:
        sizes = [(_different(cells, separators + each), each) for each in tried if each not in separators]
        size, best = min(sizes, key=lambda found: found[0], default=(fewest, ""))
        if size >= fewest:
            break
        fewest, separators = size, separators + best
    # Only lists in brackets need none of them; a comma stands between their members.
    found = _Cells(cells, counts, separators)
    return (separators or ",", len(found.known)) if found.are_lists() else None


def _present(texts: pa.Array, counts: IntArray) -> str:
    """Return the characters that may separate, of those that enough rows hold."""
    held = {each: shapes.share(texts, counts, re.escape(each)) for each in SEPARATORS}
    return "".join(each for each, share in held.items() if share >= _PRESENT)


def _different(cells: Sequence[str], separators: str) -> int:
    return len({part_key(part) for cell in cells for part in parts_of(cell, separators)})


class _Cells:
    """The distinct cells of a column as lists of parts, and in how many rows each stands."""

    def __init__(self, cells: Sequence[str], counts: IntArray, separators: str) -> None:
        self._lists = [tuple(map(part_key, _pieces(cell, separators))) for cell in cells]
        self._counts = counts.tolist()
        self._rows: Counter[str] = Counter()
        self._leading: Counter[str] = Counter()
        self._sizes: Counter[int] = Counter()
        for parts, n in zip(self._lists, self._counts, strict=True):
            self._sizes[len(parts)] += n
            self._leading[parts[0] if parts else ""] += n
            for part in set(parts):
                self._rows[part] += n
        self._ruled = all(each in _SURE for each in separators)

    @property
    def known(self) -> list[str]:
        """The parts that stand in enough rows to be of the list."""
        return [part for part, n in self._rows.items() if n >= _SEEN]

    def are_lists(self) -> bool:
        """Say whether the cells are picked from one list, several at a time."""
        if not _FEWEST_PARTS <= len(self.known) <= MOST_PARTS or not self._vary():
            return False
        combinations = len({frozenset(parts) for parts in self._lists})
        if combinations < max(_FEWEST_COMBINATIONS, _COMBINATIONS_A_PART * len(self.known)):
            return False
        covered = sum(self._rows[part] for part in self.known) / self._rows.total()
        return covered >= _COVERED and self._leads() and (self._ruled or not self._numbers())

    def _vary(self) -> bool:
        """Say whether enough rows hold several parts, and not all equally many."""
        total = self._sizes.total()
        several = total - self._sizes[0] - self._sizes[1]
        most = max(self._sizes.values())
        return (
            several >= max(_SEVERAL_ROWS, _SEVERAL_SHARE * total) and total - most >= _SEVERAL_SHARE * total
        )

    def _leads(self) -> bool:
        """Say whether the parts that stand behind another one lead cells elsewhere."""
        behind, leading = 0, 0
        for parts, n in zip(self._lists, self._counts, strict=True):
            behind += n * len(parts[1:])
            leading += n * sum(self._leading[part] >= _SEEN for part in parts[1:])
        return leading >= _LEADING * behind

    def _numbers(self) -> bool:
        numbers = sum(n for part, n in self._rows.items() if _NUMBER.fullmatch(part))
        return numbers > _MOST_NUMBERS * self._rows.total()
