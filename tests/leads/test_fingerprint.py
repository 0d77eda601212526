"""A fingerprint changes with everything that is known of a lead, and with nothing else."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from qualify.config import ColumnSpec, Data
from qualify.leads.build import build_tables
from qualify.leads.fingerprint import fingerprints
from qualify.leads.tables import LeadTables

SPECS = {
    "size": ColumnSpec(type="number"),
    "city": ColumnSpec(type="category"),
    "seen": ColumnSpec(type="date"),
}
LEADS = [
    {"lead_id": "a", "created_at": "2026-01-01", "size": "5", "city": "Kobe", "seen": "2026-01-02"},
    {"lead_id": "b", "created_at": "2026-01-01", "size": None, "city": None, "seen": None},
]
ACTS = [
    {"lead_id": "a", "type": "visit", "occurred_at": "2026-01-03", "topic": "x", "value": "1"},
    {"lead_id": "a", "type": "call", "occurred_at": "2026-01-04", "topic": None, "value": None},
]
STAGES = [
    {"lead_id": "a", "stage": "MQL", "entered_at": "2026-01-05"},
    {"lead_id": "a", "stage": "SQL", "entered_at": "2026-01-05"},
]
AS_OF = np.datetime64("2026-02-01", "us").astype(np.int64)


def built(leads=LEADS, acts=ACTS, stages=STAGES) -> LeadTables:
    data = Data(leads="l", created_at="created_at", lead_id="lead_id", activities="a", stages="s",
                activity_columns={"topic": "topic", "value": "value"})  # fmt: skip
    return build_tables(data, SPECS, *(pa.Table.from_pylist(rows) for rows in (leads, acts, stages)))[0]


def known(tables: LeadTables, as_of: int = int(AS_OF)) -> dict[str, int]:
    return dict(zip(tables.lead_id, fingerprints(tables, np.full(len(tables), as_of)).tolist(), strict=True))


def changed(rows, place, **values):
    return [{**row, **values} if number == place else row for number, row in enumerate(rows)]


def test_order_and_company_do_not_matter():
    more = [
        {"lead_id": "c", "created_at": "2026-01-09", "size": "1", "city": "Aomori", "seen": None},
        *LEADS[::-1],
    ]
    other = [
        {"lead_id": "c", "type": "abc", "occurred_at": "2026-01-03", "topic": "w", "value": "2"},
        *ACTS[::-1],
    ]
    found = known(built(more, other))
    assert {name: found[name] for name in "ab"} == known(built())
    assert len(set(found.values())) == 3


def test_a_number_is_what_it_says_however_it_is_written():
    assert known(built(changed(LEADS, 0, size="5.0"))) == known(built())


@pytest.mark.parametrize(
    "spoilt",
    [
        (changed(LEADS, 0, size="6"), ACTS, STAGES),
        (changed(LEADS, 0, size=None), ACTS, STAGES),
        (changed(LEADS, 0, city="Osaka"), ACTS, STAGES),
        (changed(LEADS, 0, seen="2026-01-03"), ACTS, STAGES),
        (changed(LEADS, 0, created_at="2026-01-02"), ACTS, STAGES),
        (LEADS, ACTS[:1], STAGES),
        (LEADS, [*ACTS, ACTS[0]], STAGES),
        (LEADS, changed(ACTS, 0, type="call"), STAGES),
        (LEADS, changed(ACTS, 0, topic="y"), STAGES),
        (LEADS, changed(ACTS, 0, value="2"), STAGES),
        (LEADS, changed(ACTS, 0, occurred_at="2026-01-03T00:00:01"), STAGES),
        (LEADS, ACTS, STAGES[:1]),
        (LEADS, ACTS, STAGES[::-1]),
        (LEADS, ACTS, changed(STAGES, 1, stage="Won")),
        (LEADS, ACTS, changed(STAGES, 1, entered_at="2026-01-06")),
    ],
)
def test_every_change_of_a_lead_is_seen_and_touches_no_other(spoilt):
    before, after = known(built()), known(built(*spoilt))
    assert after["a"] != before["a"]
    assert after["b"] == before["b"]


def test_what_is_not_known_yet_is_not_in_it():
    later = [
        *ACTS,
        {"lead_id": "b", "type": "visit", "occurred_at": "2026-03-01", "topic": None, "value": None},
    ]
    assert known(built(acts=later)) == known(built())
    after = int(np.datetime64("2026-04-01", "us").astype(np.int64))
    assert known(built(acts=later), after)["b"] != known(built(), after)["b"]


def test_without_events_there_is_one_too():
    alone = known(built(acts=[{**ACTS[0], "lead_id": "z"}], stages=[{**STAGES[0], "lead_id": "z"}]))
    assert alone["b"] == known(built())["b"]
    assert alone["a"] != known(built())["a"]
