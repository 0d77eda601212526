"""Activities and stages: rows of a table brought to their leads, in time order, as CSR arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.config import Data
from qualify.leads.columns import id_keys, id_text, needed, optional, refuse_all_bad
from qualify.leads.event_order import EventColumns, in_event_order
from qualify.leads.few import DocumentTable, Few, Values, missing
from qualify.leads.manner import TimeManner
from qualify.leads.numbers import look_at_numbers, parse_numbers
from qualify.leads.parse import EXPECTED
from qualify.leads.part import Part
from qualify.leads.rejects import Note, note_rows
from qualify.leads.stamp import read_stamp, source_rows
from qualify.leads.strings import encode_clean, flat, is_text, one_dictionary
from qualify.leads.tables import NO_TIME, Activities, BoolArray, CodeArray, FloatArray, IntArray, Stages
from qualify.leads.times import Times, parse_times

Coded: TypeAlias = tuple[CodeArray, tuple[str, ...]]
"""Codes into a sorted vocabulary."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """The usable rows of an event table: their lead, times, types or stages, and positions in the table."""

    lead: IntArray
    at: IntArray
    known_at: IntArray
    kept: BoolArray
    names: Coded
    notes: list[Note]

    def only(self, values: Values) -> Values:
        return _only(values, self.kept)


class _Kind(NamedTuple):
    """What tells activities from stages: words of messages, and the user's names of two columns."""

    one: str
    many: str
    at_key: str
    at_name: str
    label_name: str
    label: str

    def key(self, name: str) -> str:
        return f"data.{self.one}_columns.{name}"


def build_activities(
    data: Data,
    table: pa.Table | DocumentTable,
    lead_keys: pa.Array | Few,
    lenient: bool = False,
    position: IntArray | None = None,
    part: Part | None = None,
) -> tuple[Activities, list[Note]]:
    """Return the activities of the leads, and what was left out.

    Parameters
    ----------
    data
        Names of the columns, time zone.
    table
        The activities table.
    lead_keys
        Distinct ids of the leads, in the order of the result (see `qualify.leads.columns.id_keys`).
    lenient
        Whether optional columns that are named may be absent.
    position
        Position of each lead in its table, for rows that say which document they come from.
    part
        See `qualify.leads.build.build_tables`.

    Notes
    -----
    Sorted by lead, `occurred_at`, and then by what else is in the row, so that the order of the input does
    not matter.
    """
    names, origin = data.activity_columns, read_stamp(table).origin
    types = needed(table, names.type, "activities", origin, "data.activity_columns.type")
    kind = _Kind("activity", "activities", "occurred_at", names.occurred_at, names.type, "type")
    placed = _place(kind, data, table, lead_keys, types, lenient, position, part)
    type_codes, type_names = placed.names
    topic = optional(table, names.topic, "activities", origin, "data.activity_columns.topic", lenient)
    topic_codes, topic_names = _codes(placed, topic)
    value = optional(table, names.value, "activities", origin, "data.activity_columns.value", lenient)
    values, unread = _values(placed, value, part)
    notes = placed.notes + note_rows(
        "activity_bad_value", source_rows(table)[unread], "the value is no number and was left empty"
    )
    offsets, ordered = in_event_order(
        placed.lead,
        len(lead_keys),
        EventColumns(placed.at, placed.known_at, type_codes, topic_codes, values),
    )
    activities = Activities(
        offsets=offsets,
        type=ordered.name,
        types=type_names,
        occurred_at=ordered.at,
        known_at=ordered.known_at,
        topic=ordered.more,
        topics=topic_names,
        value=ordered.value,
    )
    return activities, notes


def build_stages(
    data: Data,
    table: pa.Table | DocumentTable,
    lead_keys: pa.Array | Few,
    lenient: bool = False,
    position: IntArray | None = None,
    part: Part | None = None,
) -> tuple[Stages, list[Note]]:
    """Return the stages that the leads entered, and what was left out; as `build_activities` does."""
    names, origin = data.stage_columns, read_stamp(table).origin
    stage = needed(table, names.stage, "stages", origin, "data.stage_columns.stage")
    kind = _Kind("stage", "stages", "entered_at", names.entered_at, names.stage, "name")
    placed = _place(kind, data, table, lead_keys, stage, lenient, position, part)
    stage_codes, stage_names = placed.names
    reason = optional(table, names.reason, "stages", origin, "data.stage_columns.reason", lenient)
    reason_codes, reason_names = _codes(placed, reason)
    # Stages entered at one moment stand as the CRM heard of them; only what is alike in that keeps the
    # order of the input.
    offsets, ordered = in_event_order(
        placed.lead, len(lead_keys), EventColumns(placed.at, placed.known_at, stage_codes, reason_codes)
    )
    stages = Stages(
        offsets=offsets,
        stage=ordered.name,
        stages=stage_names,
        entered_at=ordered.at,
        known_at=ordered.known_at,
        reason=ordered.more,
        reasons=reason_names,
    )
    return stages, placed.notes


def _place(
    kind: _Kind,
    data: Data,
    table: pa.Table | DocumentTable,
    lead_keys: pa.Array | Few,
    label: Values,
    lenient: bool,
    position: IntArray | None,
    part: Part | None,
) -> _Placed:
    """Find the lead and the times of every row; leave out and count what has none."""
    columns = data.activity_columns if kind.one == "activity" else data.stage_columns
    stamp, rows = read_stamp(table), source_rows(table)
    ids = needed(table, columns.lead_id, kind.many, stamp.origin, kind.key("lead_id"))
    raw_at = needed(table, kind.at_name, kind.many, stamp.origin, kind.key(kind.at_key))
    lead, no_id = _leads_of(table, ids, columns.lead_id, lead_keys, position)
    at = _times(raw_at, data, part.times(f"{kind.one}:{kind.at_key}") if part else None)
    no_time = at.micros == NO_TIME
    codes, words = encode_clean(label, name=kind.label_name)
    no_label = codes < 0
    refuse_all_bad(no_id, ids, stamp, rows, columns.lead_id, "the id of a lead", part)
    refuse_all_bad(no_time, raw_at, stamp, rows, kind.at_name, EXPECTED["date"], part)
    refuse_all_bad(no_label, label, stamp, rows, kind.label_name, "a name", part)
    usable = ~(no_id | no_time | no_label)
    kept = usable & (lead >= 0)
    ragged = np.array([row.row for row in stamp.ragged])
    notes = [
        *note_rows(f"{kind.one}_ragged_row", ragged, "another number of cells"),
        *note_rows(f"{kind.one}_missing_id", rows[no_id], "no lead id"),
        *note_rows(f"{kind.one}_missing_{kind.label}", rows[no_label & ~no_id], "no name"),
        *note_rows(f"{kind.one}_bad_time", rows[no_time & ~no_id & ~no_label], "the time cannot be read"),
        *note_rows(f"{kind.one}_unknown_lead", rows[usable & ~kept], "the lead is not in the table of leads"),
    ]  # fmt: skip
    recorded = optional(table, columns.recorded_at, kind.many, stamp.origin, kind.key("recorded_at"), lenient)
    known_at, more = _known_at(at.micros, recorded, data, rows, kind.one, part)
    if kept.all():
        return _Placed(lead, at.micros, known_at, kept, (codes, words), notes + more)
    named = encode_clean(_only(label, kept), name=kind.label_name)  # words of these rows alone
    return _Placed(lead[kept], at.micros[kept], known_at[kept], kept, named, notes + more)


def _only(values: Values, kept: BoolArray) -> Values:
    if kept.all():
        return values
    return values.filter(kept if isinstance(values, Few) else pa.array(kept))


def _leads_of(
    table: pa.Table | DocumentTable,
    ids: Values,
    name: str,
    lead_keys: pa.Array | Few,
    position: IntArray | None,
) -> tuple[IntArray, BoolArray]:
    """Return the lead of each row, -1 where there is none, and which rows name none.

    By its document, else by its id; of a dictionary column, each different id is looked up once.
    """
    if not isinstance(ids, Few) and pa.types.is_dictionary(ids.type) and is_text(ids.type):
        encoded = one_dictionary(ids)
        lead, no_id = _leads_of(table, encoded.dictionary, name, lead_keys, None)
        at = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return np.append(lead, -1)[at], np.append(no_id, True)[at]
    keys = id_keys(id_text(ids, name))
    return _by_key(table, keys, lead_keys, position), missing(keys)


def _by_key(
    table: pa.Table | DocumentTable,
    keys: pa.Array | Few,
    lead_keys: pa.Array | Few,
    position: IntArray | None,
) -> IntArray:
    if isinstance(table, DocumentTable) and table.document is not None and position is not None:
        of_document = np.full(max(int(table.document.max()), int(position.max())) + 1, -1, dtype=np.int64)
        of_document[position] = np.arange(len(position))
        return np.asarray(of_document[table.document])
    found = pc.index_in(flat(keys), value_set=flat(lead_keys)).fill_null(-1)
    return np.asarray(found.to_numpy(zero_copy_only=False)).astype(np.int64)


def _times(values: Values, data: Data, manner: TimeManner | None) -> Times:
    return parse_times(values, timezone=data.timezone, day_first=data.day_first, manner=manner)


def _known_at(
    at: IntArray, recorded: Values | None, data: Data, rows: IntArray, kind: str, part: Part | None
) -> tuple[IntArray, list[Note]]:
    """Return the later of the two clocks; a row without a recording time is known when it happens."""
    if recorded is None:
        return at, []
    times = _times(recorded, data, part.times(f"{kind}:recorded_at") if part else None)
    note = note_rows(
        f"{kind}_bad_recorded_at", rows[times.unread], "taken as recorded when it happened"
    )  # fmt: skip
    return np.maximum(at, times.micros), note


def _codes(placed: _Placed, values: Values | None) -> Coded:
    if values is None:
        return np.full(len(placed.at), -1, dtype=np.int32), ()
    return encode_clean(placed.only(values))


def _values(placed: _Placed, values: Values | None, part: Part | None) -> tuple[FloatArray, IntArray]:
    """Return the values as numbers, and the positions of those that are none."""
    if values is None:
        return np.full(len(placed.at), np.nan), np.empty(0, dtype=np.int64)
    manner = part.numbers("activity:value") if part else None
    if manner is None and not (isinstance(values, Few) or placed.kept.all()):
        manner = look_at_numbers(values)  # rows that are left out tell too how the column is written
    numbers = parse_numbers(placed.only(values), manner=manner)
    return numbers.numbers, np.flatnonzero(placed.kept)[numbers.unread]
