"""The attributes of leads: every configured column read, and what could not be read noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from qualify.config import ColumnSpec, Data
from qualify.errors import DataError, did_you_mean
from qualify.leads.columns import taken, value_at
from qualify.leads.few import DocumentTable, Few, Values
from qualify.leads.parse import EXPECTED, look_at_column, parse_column
from qualify.leads.part import Part
from qualify.leads.rejects import Note
from qualify.leads.stamp import Stamp, read_stamp
from qualify.leads.tables import BoolArray, Column, IntArray

ENOUGH_TO_REFUSE = 20
"""From so many given values on, a column of which none can be read is an error of the table."""

_TOLD = 8


def build_attributes(
    data: Data,
    columns: Mapping[str, ColumnSpec],
    leads: pa.Table | DocumentTable,
    position: IntArray,
    source_row: IntArray,
    lenient: bool,
    part: Part | None = None,
) -> tuple[dict[str, Column], list[Note]]:
    """Read the attributes of the leads at `position`; see `qualify.leads.build.build_tables`.

    Returns
    -------
    tuple
        The columns by name, and a note for each column of which some values could not be read.
    """
    stamp = read_stamp(leads)
    wanted = {name: spec for name, spec in columns.items() if spec.type != "id"}
    present = set(leads.column_names)
    absent = [name for name in wanted if name not in present]
    if absent and not lenient:
        used = {*columns, data.lead_id, data.created_at}
        raise _absent(absent, [name for name in leads.column_names if name not in used], stamp)
    whole = len(position) == leads.num_rows
    parsed: dict[str, Column] = {}
    notes: list[Note] = []
    for name, spec in wanted.items():
        if name not in present:
            raw: Values = Few([None] * len(position), "text")
        else:
            raw = leads.column(name) if whole else taken(leads.column(name), position)
        manner = part.manners.get(f"column:{name}") if part else None
        if not (part or whole or lenient):  # rows that are left out tell too how the column is written
            manner = look_at_column(leads.column(name), spec)
        result = parse_column(
            raw, spec, timezone=data.timezone, day_first=data.day_first, name=name, manner=manner
        )
        notes += _unread(raw, result.unread, spec, name, source_row, stamp, part)
        parsed[name] = result.column
    return parsed, notes


def _absent(absent: list[str], spare: Sequence[str], stamp: Stamp) -> DataError:
    """Name the columns, and those that may be the same under a new name: the ones that nothing uses."""
    near = {name: did_you_mean(name, spare) for name in absent[:_TOLD]}
    guesses = [f"{name}: {guess}" if len(absent) > 1 else guess for name, guess in near.items() if guess]
    unused = f"; not in use are {', '.join(spare[:_TOLD])}" if spare else ""
    return DataError(
        f"The table of leads lacks {len(absent)} of the columns in use: {', '.join(absent[:_TOLD])}.",
        where=stamp.origin, expected=f"every column that stands under `columns`{unused}",
        mend=" ".join(guesses) or "add them, or take them out of `columns` and train again",
    )  # fmt: skip


def _unread(
    raw: Values,
    unread: BoolArray,
    spec: ColumnSpec,
    name: str,
    source_row: IntArray,
    stamp: Stamp,
    part: Part | None,
) -> list[Note]:
    """Note values that became missing; refuse a column of which nothing could be read."""
    if not (unread.any() or (part and len(unread))):
        return []
    given, bad = len(raw) - raw.null_count, int(unread.sum())
    at = int(np.argmax(unread))
    first, row = value_at(raw, at), int(source_row[at])
    error = DataError(
        f"Column {name!r} cannot be read in any row.", where=f"{stamp.origin}, row {row}", got=first,
        expected=EXPECTED.get(spec.type), mend=f"give `columns.{name}` another type, or correct the column",
    )  # fmt: skip
    if part is not None:
        part.note(f"column:{name}", bad, given, row, error, ENOUGH_TO_REFUSE)
        if not bad:
            return []
    elif bad == given and given >= ENOUGH_TO_REFUSE:
        raise error
    about = f"column {name!r}: no {spec.type}, taken as missing"
    return [Note.of("unread_value", bad, about, (row,), repr(first))]
