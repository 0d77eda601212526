"""Where the table begins in a file of text: lines of a report's title may stand above the column names."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from qualify.leads.sniff import HEAD_BYTES

__all__ = ["Header", "find_header"]

DELIMITERS = ("\t", ";", "|", ",")

_BLANK = " \t\r\n\u00a0\u3000\u200b\ufeff"
_LOOKED_AT = 200
_MOST_ABOVE = 20
_SAME_WIDTH = 0.8
_SURE = 0.9
_ENOUGH_BELOW, _NUMBERED = 20, 2
_NUMBER = re.compile(r"[\s\d.,:/%+\-]*\d[\s\d.,:/%+\-]*")


@dataclass(frozen=True, slots=True)
class Header:
    """The column names, what stands between them, and how many lines stand above.

    `again` says that the row below them names the columns once more, in another language or for readers.
    """

    names: list[str]
    delimiter: str
    above: int = 0
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Record:
    """The cells of one row, and the number of lines before it."""

    cells: list[str]
    line: int

    def filled(self) -> int:
        return sum(bool(cell.strip()) for cell in self.cells)


def find_header(text: str, delimiter: str | None) -> Header | None:
    r"""Find the column names.

    They stand in the first line, unless lines of a title (with at most half as many cells as the rows have)
    come before a row that can only be names. Where every row ends in one more delimiter than the names, a
    name is missing at the end.

    Parameters
    ----------
    text
        The beginning of the file.
    delimiter
        None: found by looking. Most rows have as many cells as there are names; then more names are better. A
        comma yields to others, since it also stands in texts and numbers.

    Returns
    -------
    Header or None
        None where there is no row.

    Examples
    --------
    >>> find_header("Leads of April\n\nname;amount, net\nA;1,5\nB;2,0\n", None)
    Header(names=['name', 'amount, net'], delimiter=';', above=2, again=False)
    >>> find_header("email\na@b.c\n", None)
    Header(names=['email'], delimiter=',', above=0, again=False)
    """
    if delimiter is not None:
        return _header(_records(text, delimiter), delimiter)[0]
    best, best_score = _header(_records(text, ","), ",")[0], (False, False, 0.0)
    for each in DELIMITERS:
        header, same = _header(_records(text, each), each)
        if header is None or len(header.names) < 2:
            continue
        score = (same >= _SURE, header.above == 0, same * len(header.names))
        if score > best_score:
            best, best_score = header, score
    return best


def _header(records: Sequence[_Record], delimiter: str) -> tuple[Header | None, float]:
    """Return the names by one delimiter, and the share of records with as many cells."""
    if not records:
        return None, 0.0
    at = _first_of_table(records)
    names, rows = [name.strip(_BLANK) for name in records[at].cells], records[at + 1 :]
    if rows and all(len(row.cells) == len(names) + 1 and not row.cells[-1].strip() for row in rows):
        return Header([*names, ""], delimiter), 1.0
    same = sum(len(row.cells) == len(names) for row in records[at:]) / len(records[at:])
    return Header(names, delimiter, records[at].line if at else 0, _named_again(rows)), same


def _records(text: str, delimiter: str) -> list[_Record]:
    """Return the first rows that hold anything; the last one may be cut, and is left out where it can be."""
    found: list[_Record] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 0
    try:
        for cells in reader:
            if cells:
                found.append(_Record(cells, line))
            line = reader.line_num
            if len(found) > _LOOKED_AT:
                break
    except csv.Error:  # a cell of more than 128 kB: the rows before it tell enough
        return found
    return found[:-1] if len(found) > 1 and len(text) >= HEAD_BYTES // 4 else found


def _first_of_table(records: Sequence[_Record]) -> int:
    """Return the place of the names among the records: 0, unless those before can only be a title."""
    width = Counter(len(each.cells) for each in records).most_common(1)[0][0]
    at = 0
    while at < min(_MOST_ABOVE, len(records) - 1) and _is_title(records[at], width):
        at += 1
    below = records[at:]
    same = sum(len(each.cells) == width for each in below)
    sure = width >= 2 and len(below[0].cells) == width and same >= _SAME_WIDTH * len(below)
    return at if at and sure and _are_names(records, at) else 0


def _is_title(record: _Record, width: int) -> bool:
    """Say whether a record is too sparse for names; of two or three, some may be missing."""
    if len(record.cells) == width and width < 4:
        return False
    return record.filled() <= width // 2


def _named_again(rows: Sequence[_Record]) -> bool:
    """Say whether the first of the rows names the columns once more.

    Its cells are given, different and without a digit, though in two columns at least every other value has
    one. A lead among others has a number, a date or an id there; one that lacks them has empty cells or the
    same word twice.
    """
    if len(rows) <= _ENOUGH_BELOW:
        return False
    first, below = [cell.strip(_BLANK) for cell in rows[0].cells], rows[1:]
    folded = {cell.casefold() for cell in first}
    if not all(first) or len(folded) < len(first) or any(map(_has_digit, first)):
        return False
    columns = zip(*(row.cells for row in below if len(row.cells) == len(first)), strict=True)
    given = [[cell for cell in column if cell.strip(_BLANK)] for column in columns]
    if any(cell.strip(_BLANK).casefold() in folded for column in given for cell in column):
        return False
    numbered = [len(cells) >= _ENOUGH_BELOW and all(map(_has_digit, cells)) for cells in given]
    return sum(numbered) >= _NUMBERED


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def _are_names(records: Sequence[_Record], at: int) -> bool:
    """Say whether a record's cells can be names: given, different, no numbers, and no values of the rows."""
    cells = [cell.strip() for cell in records[at].cells]
    below = [[cell.strip() for cell in each.cells] for each in records[at + 1 :]]
    return (
        all(cells)
        and len(set(cells)) == len(cells)
        and not any(_NUMBER.fullmatch(cell) for cell in cells)
        and not any(cell in cells for row in below for cell, _ in zip(row, cells, strict=False))
    )
