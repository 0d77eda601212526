"""From Arrow tables to the arrays that every score is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from qualify.config import ColumnSpec, Data
from qualify.errors import DataError
from qualify.leads.attributes import build_attributes
from qualify.leads.columns import (
    are_totals,
    id_keys,
    id_text,
    looks_day_first,
    needed,
    refuse_all_bad,
    taken,
    values_at,
)
from qualify.leads.events import build_activities, build_stages
from qualify.leads.few import DocumentTable, Few, Values, missing
from qualify.leads.numbers import parse_numbers
from qualify.leads.parse import EXPECTED
from qualify.leads.part import Part
from qualify.leads.rejects import Note, Rejects, rejected
from qualify.leads.stamp import Stamp, read_stamp, source_rows
from qualify.leads.tables import (
    NO_TIME,
    Activities,
    BoolArray,
    FloatArray,
    IntArray,
    LeadTables,
    Stages,
)
from qualify.leads.times import check_timezone, parse_times


@dataclass(frozen=True, slots=True)
class _Leads:
    """The usable leads: positions in the read table, rows of the source, ids, keys, creation times."""

    position: IntArray
    source_row: IntArray
    lead_id: pa.Array | Few
    keys: pa.Array | Few
    created_at: IntArray
    rejects: pd.DataFrame


def build_tables(
    data: Data,
    columns: Mapping[str, ColumnSpec],
    leads: pa.Table | DocumentTable,
    activities: pa.Table | DocumentTable | None = None,
    stages: pa.Table | DocumentTable | None = None,
    *,
    lenient: bool = False,
    part: Part | None = None,
) -> tuple[LeadTables, Rejects]:
    """Bring the three tables into the form that the kernels use.

    Parameters
    ----------
    data
        Which columns carry ids and times, and the zone of naive times.
    columns
        The attributes to read, by their name in the leads table; those of type ``id`` are left out.
    leads, activities, stages
        As `qualify.leads.read.read_table` returns them, or any Arrow tables.
    lenient
        For single lead documents: attributes and optional columns that are absent are missing values, and a
        lead without a creation date is taken.
    part
        Given when the tables are a part of larger ones, with all rows of each of its leads. What would be
        refused of a whole table is noted in it.

    Returns
    -------
    tuple
        The tables, in the order of the leads table; and what was left out. Of leads with the same id the
        first usable row is kept. Ids are compared as text, with ``5.0`` the same as ``5``.

    Raises
    ------
    DataError
        A column is missing, or cannot be read in any row.
    """
    check_timezone(data.timezone)
    stamp = read_stamp(leads)
    found = _usable(data, leads, stamp, lenient, part)
    if not len(found.position) and part is None:
        counts = found.rejects["code"].value_counts().to_dict()
        raise DataError("No lead can be used.", where=stamp.origin, got=counts, mend="correct the table")
    attributes, notes = build_attributes(
        data, columns, leads, found.position, found.source_row, lenient, part
    )
    built, entered, more = _events(data, found, activities, stages, lenient, part)
    tables = LeadTables(
        lead_id=_objects(found.lead_id),
        created_at=found.created_at,
        columns=attributes,
        activities=built,
        stages=entered,
        source_row=found.source_row,
        order=None if part else _order(data, leads, found, stamp, lenient),
    )
    return tables, Rejects(found.rejects, (*notes, *more))


def _events(
    data: Data,
    found: _Leads,
    activities: pa.Table | DocumentTable | None,
    stages: pa.Table | DocumentTable | None,
    lenient: bool,
    part: Part | None,
) -> tuple[Activities, Stages, list[Note]]:
    """Bring the events to their leads; a table that is not given holds none."""
    built, notes = Activities.none(len(found.position)), list[Note]()
    entered, more = Stages.none(len(found.position)), list[Note]()
    if activities is not None:
        built, notes = build_activities(data, activities, found.keys, lenient, found.position, part)
    if stages is not None:
        entered, more = build_stages(data, stages, found.keys, lenient, found.position, part)
    return built, entered, [*notes, *more]


def _objects(text: pa.Array | Few) -> NDArray[np.object_]:
    if isinstance(text, Few):
        return np.array(text.values, dtype=object)
    return np.asarray(text.to_numpy(zero_copy_only=False), dtype=object)


def _usable(
    data: Data, leads: pa.Table | DocumentTable, stamp: Stamp, lenient: bool, part: Part | None
) -> _Leads:
    """Find the rows with an id and a creation date, each id once."""
    rows = source_rows(leads)
    ids = _ids(data, leads, rows, stamp, part)
    keys = id_keys(ids)
    no_id = missing(keys)
    named = data.lead_id is not None and not lenient
    total = are_totals(keys) if named else np.zeros(len(rows), dtype=np.bool_)
    created, bad_time, created_raw = _created(data, leads, rows, stamp, lenient, part)
    usable = np.flatnonzero(~(no_id | total | bad_time))
    first = _first_of_each(keys, usable)
    position, again = usable[first], usable[~first]
    return _Leads(
        position=position,
        source_row=rows[position],
        lead_id=taken(ids, position),
        keys=taken(keys, position),
        created_at=created[position],
        rejects=_left_out(
            ids,
            rows,
            stamp,
            no_id,
            total,
            again,
            _bad_times(data, rows, bad_time & ~(no_id | total), created_raw),
        ),
    )


def _left_out(
    ids: pa.Array | Few,
    rows: IntArray,
    stamp: Stamp,
    no_id: BoolArray,
    total: BoolArray,
    again: IntArray,
    bad_times: tuple[IntArray, list[str]],
) -> pd.DataFrame:
    """Put all rejected leads into one frame, by row."""
    where, texts = bad_times
    if not (len(where) or no_id.any() or total.any() or len(again) or stamp.ragged):
        return Rejects().frame
    empty, sums, ragged = np.flatnonzero(no_id), np.flatnonzero(total), stamp.ragged
    cells = [f"{r.cells} cells where the header has {r.expected}: {r.text!r}" for r in ragged]
    twice = ["an earlier row has the same id"] * len(again)
    groups: list[tuple[list[object], Sequence[int] | IntArray, str, list[str]]] = [
        ([""] * len(ragged), [r.row for r in ragged], "ragged_row", cells),
        ([""] * len(empty), rows[empty], "missing_id", ["the id is empty"] * len(empty)),
        (values_at(ids, sums), rows[sums], "totals_row", ["a row of totals, no lead"] * len(sums)),
        (values_at(ids, where), rows[where], "bad_created_at", texts),
        (values_at(ids, again), rows[again], "duplicate_id", twice),
    ]
    frames = [rejected(*group) for group in groups if len(group[1])]
    if not frames:
        return Rejects().frame
    return pd.concat(frames, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)


def _ids(
    data: Data, leads: pa.Table | DocumentTable, rows: IntArray, stamp: Stamp, part: Part | None
) -> pa.Array | Few:
    if data.lead_id is None:
        return pa.array(rows).cast(pa.string())
    raw = needed(leads, data.lead_id, "leads", stamp.origin, "data.lead_id")
    ids = id_text(raw, data.lead_id)
    refuse_all_bad(missing(ids), raw, stamp, rows, data.lead_id, "the id of a lead", part)
    return ids


def _created(
    data: Data,
    leads: pa.Table | DocumentTable,
    rows: IntArray,
    stamp: Stamp,
    lenient: bool,
    part: Part | None,
) -> tuple[IntArray, BoolArray, Values | None]:
    """Return creation times, the rows whose time is bad, and the column as it was given."""
    absent = data.created_at is None or (lenient and data.created_at not in leads.column_names)
    if data.created_at is None or absent:
        return np.full(len(rows), NO_TIME, dtype=np.int64), np.zeros(len(rows), dtype=bool), None
    raw = needed(leads, data.created_at, "leads", stamp.origin, "data.created_at")
    manner = part.times("created_at") if part else None
    times = parse_times(raw, timezone=data.timezone, day_first=data.day_first, manner=manner)
    bad = times.unread if lenient else times.micros == NO_TIME
    refuse_all_bad(bad, raw, stamp, rows, data.created_at, EXPECTED["date"], part)
    return times.micros, bad, raw


def _bad_times(data: Data, rows: IntArray, bad: BoolArray, raw: Values | None) -> tuple[IntArray, list[str]]:
    """Return the positions of leads without a usable creation time, and what to say about each."""
    where = np.flatnonzero(bad)
    if raw is None or not len(where):
        return where, []
    given = values_at(raw, where)
    # By its own value, so that a row says the same alone as among others.
    hints = ["; is the day first? (data.day_first)" if odd and not data.day_first else ""
             for odd in looks_day_first(given).tolist()]  # fmt: skip
    name = data.created_at
    told = zip(given, hints, strict=True)
    return where, [f"{name} is no time: {v!r}{hint}" if v else f"{name} is empty" for v, hint in told]


def _first_of_each(keys: pa.Array | Few, rows: IntArray) -> BoolArray:
    """Return which of `rows` are the first with their key (codes are given in order of appearance)."""
    if len(rows) < 2:
        return np.ones(len(rows), dtype=bool)
    if isinstance(keys, Few):
        own = [keys.values[row] for row in rows.tolist()]
        first = {key: place for place, key in reversed(list(enumerate(own)))}
        return np.array([first[key] == place for place, key in enumerate(own)], dtype=np.bool_)
    codes = keys.take(pa.array(rows)).dictionary_encode().indices.to_numpy(zero_copy_only=False)
    highest = np.maximum.accumulate(codes)
    return np.append(True, highest[1:] > highest[:-1])


def _order(
    data: Data, leads: pa.Table | DocumentTable, found: _Leads, stamp: Stamp, lenient: bool
) -> FloatArray | None:
    """Return what grows with time where there is no creation date: the chosen column, else the row."""
    if data.created_at is not None:
        return None
    if data.order_by is None or (lenient and data.order_by not in leads.column_names):
        return found.source_row.astype(np.float64)
    raw = needed(leads, data.order_by, "leads", stamp.origin, "data.order_by")
    given = taken(raw, found.position)
    order = parse_numbers(given).numbers
    if np.isnan(order).all():
        times = parse_times(given, timezone=data.timezone, day_first=data.day_first).micros
        order = np.where(times == NO_TIME, np.nan, times.astype(np.float64))
    unknown = np.isnan(order)
    refuse_all_bad(
        unknown, raw, stamp, found.source_row, data.order_by, "numbers or dates that grow with time"
    )
    return np.asarray(pd.Series(order).ffill().bfill().to_numpy(), dtype=np.float64)
