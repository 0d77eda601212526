"""Cutting a history: the same tables as an export of that day would have given."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.config import ActivityColumns, ColumnSpec, Data, StageColumns
from qualify.labels.snapshots import end_of_data
from qualify.leads.build import build_tables
from qualify.leads.tables import NO_TIME, Activities, Column, LeadTables, Stages
from qualify.simulate import simulate
from training.cut import known_at, take_leads

DATA = Data(
    leads="-",
    lead_id="lead_id",
    created_at="created_at",
    activity_columns=ActivityColumns(recorded_at="recorded_at", topic="topic"),
    stage_columns=StageColumns(recorded_at="recorded_at", reason="reason"),
)
COLUMNS = {
    "industry": ColumnSpec(type="category"),
    "job_title": ColumnSpec(type="job_title"),
    "revenue": ColumnSpec(type="number"),
}


def built(funnel, leads=None, activities=None, stages=None):
    columns = {name: spec for name, spec in COLUMNS.items() if name in funnel.leads.column_names}
    return build_tables(
        DATA,
        columns,
        funnel.leads if leads is None else leads,
        funnel.activities if activities is None else activities,
        funnel.stages if stages is None else stages,
    )[0]


def alike(one, other):
    """Every array and word of two tables is the same."""
    if isinstance(one, (Activities, Stages, Column, LeadTables)):
        return all(alike(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one))
    if isinstance(one, dict):
        return list(one) == list(other) and all(alike(one[k], other[k]) for k in one)
    if isinstance(one, np.ndarray):
        same = one.dtype == other.dtype and one.shape == other.shape
        return same and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    return one == other


@pytest.fixture(scope="module")
def funnel():
    return simulate(300, seed=3)


@pytest.fixture(scope="module")
def tables(funnel):
    return built(funnel)


def moment_at(tables, share):
    """A moment at that share of the history."""
    begin = int(tables.created_at.min())
    return begin + int(share * (end_of_data(tables) - begin))


@pytest.mark.parametrize("share", [0.15, 0.5, 0.85, 1.0])
def test_the_cut_tables_are_those_of_an_export_of_that_day(funnel, tables, share):
    moment = moment_at(tables, share)
    day = np.datetime64(moment, "us")

    def until(table, column):
        return table.filter(pc.less_equal(table[column].cast("timestamp[us]"), day))

    leads = until(funnel.leads, "created_at")
    kept = pc.is_in(funnel.activities["lead_id"], leads["lead_id"])
    activities = until(until(funnel.activities.filter(kept), "occurred_at"), "recorded_at")
    stages = funnel.stages.filter(pc.is_in(funnel.stages["lead_id"], leads["lead_id"]))
    stages = until(until(stages, "entered_at"), "recorded_at")
    exported = built(funnel, leads, activities, stages)
    assert alike(known_at(tables, moment), exported)


@given(first=st.floats(0.05, 1.0), second=st.floats(0.05, 1.0))
def test_cutting_twice_is_cutting_at_the_earlier_moment(first, second):
    tables = small()
    a, b = moment_at(tables, first), moment_at(tables, second)
    assert alike(known_at(known_at(tables, a), b), known_at(tables, min(a, b)))


@given(share=st.floats(0.0, 1.0))
def test_nothing_later_is_left(share):
    moment = moment_at(small(), share)
    cut = known_at(small(), moment)
    assert end_of_data(cut) <= moment
    assert (cut.columns["signed"].values <= moment).all()


def small():
    """Three leads; the second and the third come later; one activity is recorded a day after it happened."""
    days = 86_400_000_000
    return LeadTables(
        lead_id=np.array(["a", "b", "c"], dtype=object),
        created_at=np.array([0, 2 * days, 5 * days]),
        columns={
            "source": Column("category", np.array([1, 0, 2], dtype=np.int32), ("ad", "fair", "web")),
            "signed": Column("date", np.array([1 * days, NO_TIME, 9 * days])),
            "size": Column("number", np.array([1.0, np.nan, 3.0])),
        },
        activities=Activities(
            offsets=np.array([0, 2, 3, 4]),
            type=np.array([1, 0, 1, 2], dtype=np.int32),
            types=("call", "open", "visit"),
            occurred_at=np.array([1, 2, 3, 6]) * days,
            known_at=np.array([1, 3, 3, 6]) * days,
            topic=np.array([-1, 0, -1, 1], dtype=np.int32),
            topics=("/demo", "/price"),
            value=np.array([1.0, 2.0, np.nan, 4.0]),
        ),
        stages=Stages(
            offsets=np.array([0, 1, 2, 2]),
            stage=np.array([1, 0], dtype=np.int32),
            stages=("MQL", "New"),
            entered_at=np.array([0, 4]) * days,
            known_at=np.array([0, 4]) * days,
            reason=np.array([-1, -1], dtype=np.int32),
        ),
        source_row=np.array([0, 1, 2]),
    )


def test_a_cut_by_hand():
    cut = known_at(small(), 2 * 86_400_000_000)
    assert cut.lead_id.tolist() == ["a", "b"]
    # The second activity of "a" happened on day 2 and was recorded on day 3.
    assert cut.activities.offsets.tolist() == [0, 1, 1]
    assert cut.activities.types == ("open",)
    assert cut.activities.type.tolist() == [0]
    assert cut.activities.topics == ()
    assert cut.stages.stages == ("New",)
    assert cut.stages.stage.tolist() == [0]
    assert cut.columns["source"].vocabulary == ("ad", "fair")
    assert cut.columns["source"].values.tolist() == [1, 0]
    assert cut.columns["signed"].values.tolist() == [86_400_000_000, NO_TIME]


def test_some_leads_by_hand():
    taken = take_leads(small(), np.array([0, 2]))
    assert taken.lead_id.tolist() == ["a", "c"]
    assert taken.activities.offsets.tolist() == [0, 2, 3]
    assert taken.activities.types == ("call", "open", "visit")
    assert taken.activities.value.tolist() == [1.0, 2.0, 4.0]
    assert taken.stages.offsets.tolist() == [0, 1, 1]
    assert taken.columns["source"].vocabulary == ("fair", "web")
    assert taken.columns["source"].values.tolist() == [0, 1]
    assert taken.order is None


def test_leads_without_a_creation_date_stay():
    undated = dataclasses.replace(small(), created_at=np.full(3, NO_TIME))
    assert len(known_at(undated, 0)) == 3
