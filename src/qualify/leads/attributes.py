"""The attributes of leads: every configured column read, and what could not be read noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from qualify.config import ColumnSpec, Data
from qualify.errors import DataError, did_you_mean
from qualify.leads.columns import taken, value_at
from qualify.leads.few import DocumentTable, Few, Values
from qualify.leads.parse import EXPECTED, parse_column
from qualify.leads.rejects import Note
from qualify.leads.stamp import Stamp, read_stamp
from qualify.leads.tables import BoolArray, Column, IntArray

ENOUGH_TO_REFUSE = 20
"""From so many given values on, a column of which none can be read is an error of the table."""


def build_attributes(
    data: Data,
    columns: Mapping[str, ColumnSpec],
    leads: pa.Table | DocumentTable,
    position: IntArray,
    source_row: IntArray,
    lenient: bool,
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
        raise _absent(absent, leads.column_names, stamp)
    whole = len(position) == leads.num_rows
    parsed: dict[str, Column] = {}
    notes: list[Note] = []
    for name, spec in wanted.items():
        if name not in present:
            raw: Values = Few([None] * len(position), "text")
        else:
            raw = leads.column(name) if whole else taken(leads.column(name), position)
        result = parse_column(raw, spec, timezone=data.timezone, day_first=data.day_first, name=name)
        notes += _unread(raw, result.unread, spec, name, source_row, stamp)
        parsed[name] = result.column
    return parsed, notes


def _absent(absent: list[str], present: Sequence[str], stamp: Stamp) -> DataError:
    near = [did_you_mean(name, present) for name in absent]
    return DataError(
        f"The table of leads lacks {len(absent)} of the columns in use: {', '.join(absent[:8])}.",
        where=stamp.origin, expected="every column that stands under `columns`",
        mend=next((text for text in near if text), "add them, or take them out of `columns` and train again"),
    )  # fmt: skip


def _unread(
    raw: Values,
    unread: BoolArray,
    spec: ColumnSpec,
    name: str,
    source_row: IntArray,
    stamp: Stamp,
) -> list[Note]:
    """Note values that became missing; refuse a column of which nothing could be read."""
    if not unread.any():
        return []
    where = np.flatnonzero(unread)
    given = len(raw) - raw.null_count
    first, row = value_at(raw, int(where[0])), int(source_row[where[0]])
    if len(where) == given and given >= ENOUGH_TO_REFUSE:
        raise DataError(
            f"Column {name!r} cannot be read in any row.", where=f"{stamp.origin}, row {row}", got=first,
            expected=EXPECTED[spec.type], mend=f"give `columns.{name}` another type, or correct the column",
        )  # fmt: skip
    message = f"column {name!r}: no {spec.type}, taken as missing; first {first!r} in row {row}"
    return [Note("unread_value", len(where), message)]
