"""Rows that could not be used: leads by name and row, activities and stages by count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualify.leads.cells import plain_column

_COLUMNS = ("lead_id", "row", "code", "message")
_FIRST_ROWS = 3


@cache
def _empty() -> pd.DataFrame:
    """Return the frame of no leads; one for all, since most requests reject none."""
    return rejected([], [], "", [])


def rejected(
    lead_id: Sequence[Any] | NDArray[Any],
    row: Sequence[int] | NDArray[Any],
    code: str,
    message: Sequence[str],
) -> pd.DataFrame:
    """Return rejected leads as a frame of `lead_id`, `row` (from 0, in the source), `code` and `message`."""
    return pd.DataFrame(
        {
            "lead_id": pd.array(["" if v is None else str(v) for v in lead_id], dtype="str"),
            "row": np.asarray(row, dtype=np.int64),
            "code": pd.array([code] * len(row), dtype="str"),
            "message": pd.array(list(message), dtype="str"),
        }
    )


def plain_rejects(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rejected leads as they are written to CSV: no id and no message is a formula."""
    return frame.assign(lead_id=plain_column(frame["lead_id"]), message=plain_column(frame["message"]))


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was counted and did not cost a lead: a stable code, how often, and in words.

    `about`, `rows` (the first few) and `example` are what the message is made from, so that notes of the
    parts of a table can become one.
    """

    code: str
    count: int
    message: str
    about: str = ""
    rows: tuple[int, ...] = ()
    example: str = ""

    @classmethod
    def of(cls, code: str, count: int, about: str, rows: tuple[int, ...], example: str = "") -> Note:
        """Word a note about some rows: naming the first ones, or one with its value."""
        first = ", ".join(str(row) for row in rows)
        more = " ..." if count > len(rows) else ""
        message = f"{about}; first {example} in row {first}" if example else f"{about} (rows {first}{more})"
        return cls(code, count, message, about, rows, example)

    def plus(self, other: Note) -> Note:
        """Return the note about the rows of both, which are different parts of one table."""
        rows = tuple(sorted((*self.rows, *other.rows)))[: 1 if self.example else _FIRST_ROWS]
        first = self if self.rows[0] < other.rows[0] else other
        return Note.of(self.code, self.count + other.count, self.about, rows, first.example)


def note_rows(code: str, rows: NDArray[Any], message: str) -> list[Note]:
    """Return a note about `rows`, naming the first of them; no note when there are none."""
    if not len(rows):
        return []
    return [Note.of(code, len(rows), message, tuple(int(row) for row in rows[:_FIRST_ROWS]))]


@dataclass(frozen=True, slots=True)
class Rejects:
    """What was left out.

    Parameters
    ----------
    frame
        One row for each lead that was left out: `lead_id` (empty where unknown), `row` (from 0, in the
        source), `code` (``missing_id``, ``duplicate_id``, ``bad_created_at``, ``ragged_row``,
        ``totals_row``), `message`.
    notes
        Rows of activities and stages that were left out, activities of unknown leads, and values that could
        not be read and became missing.

    Examples
    --------
    >>> left_out = Rejects(rejected(["7"], [12], "duplicate_id", ["row 3 has the same id"]))
    >>> left_out.joined(left_out).counts()
    {'duplicate_id': 2}
    """

    frame: pd.DataFrame = field(default_factory=_empty)
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    def counts(self) -> dict[str, int]:
        """Return how many rows each code stands for, leads first."""
        found = Counter(self.frame["code"].tolist())
        for note in self.notes:
            found[note.code] += note.count
        return dict(found)

    def joined(self, other: Rejects) -> Rejects:
        """Return the rejects of both."""
        frames = [frame for frame in (self.frame, other.frame) if len(frame)]
        frame = pd.concat(frames, ignore_index=True) if frames else _empty()
        return Rejects(frame, self.notes + other.notes)

    def lines(self) -> list[str]:
        """Return one line for each code, for people."""
        leads = Counter(self.frame["code"].tolist())
        return [f"{code}: {count} rows of leads" for code, count in sorted(leads.items())] + [
            f"{note.code}: {note.count}: {note.message}" for note in self.notes
        ]

    def write_csv(self, path: str | Path) -> None:
        """Write the rejected leads; the file appears whole or not at all."""
        path = Path(path)
        part = path.with_name(path.name + ".part")
        plain_rejects(self.frame).to_csv(part, index=False, columns=list(_COLUMNS))
        part.replace(path)
