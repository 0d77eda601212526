"""Lead documents take the way of tables."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.config import ColumnSpec, Data
from qualify.errors import DataError
from qualify.leads.build import build_tables
from qualify.leads.documents import document_times, tables_from_documents
from qualify.leads.tables import NO_TIME, LeadTables
from tests.leads.tables_of import FULL, activities, stages, table, values_of

SPECS = {
    "country": ColumnSpec(type="category"),
    "size": ColumnSpec(type="number"),
    "won": ColumnSpec(type="boolean"),
}
DOCUMENT = {
    "lead_id": "L1",
    "created_at": "2026-04-01T09:00:00+09:00",
    "attributes": {"country": "JP", "size": 12, "won": True},
    "activities": [
        {"type": "view", "occurred_at": "2026-04-02", "topic": "/price", "value": 3},
        {"type": "open", "occurred_at": "2026-04-01", "recorded_at": "2026-04-03"},
    ],
    "stages": [{"stage": "MQL", "entered_at": "2026-04-02", "reason": "asked"}],
}


def same(one: LeadTables, two: LeadTables) -> bool:
    """Compare all arrays."""
    assert one.lead_id.tolist() == two.lead_id.tolist()
    assert one.created_at.tolist() == two.created_at.tolist()
    for part in ("activities", "stages"):
        left, right = getattr(one, part), getattr(two, part)
        for name in left.__slots__:
            np.testing.assert_array_equal(getattr(left, name), getattr(right, name))
    for name in SPECS:
        np.testing.assert_array_equal(one.columns[name].values, two.columns[name].values)
        assert one.columns[name].vocabulary == two.columns[name].vocabulary
    return True


@pytest.mark.parametrize(("day_first", "month", "day"), [(True, 4, 2), (False, 2, 4)])
def test_days_and_months_stand_in_documents_as_in_tables(day_first: bool, month: int, day: int) -> None:
    data, specs = Data(leads="-", day_first=day_first), {"seen": ColumnSpec(type="date")}
    document = {
        "lead_id": "L1", "created_at": "02/04/2026 10:00", "as_of": "02/04/2026 11:00",
        "attributes": {"seen": "02/04/2026"},
        "activities": [{"type": "view", "occurred_at": "02/04/2026"}],
        "stages": [{"stage": "MQL", "entered_at": "02/04/2026"}],
    }  # fmt: skip
    found, rejects = tables_from_documents([document], data, specs)
    assert not len(rejects)
    midnight = int(np.datetime64(f"2026-{month:02}-{day:02}", "us").astype(np.int64))
    hour = 3_600_000_000
    assert found.created_at.tolist() == [midnight + 10 * hour]
    assert document_times([document], found, data).tolist() == [midnight + 11 * hour]
    for read in (found.columns["seen"].values, found.activities.occurred_at, found.stages.entered_at):
        assert read.tolist() == [midnight]


@pytest.mark.parametrize("day_first", [True, False])
def test_iso_dates_do_not_ask_which_comes_first(day_first: bool) -> None:
    document = {"lead_id": "L1", "created_at": "2026-04-02", "as_of": "2026-04-03T00:00Z"}
    data = Data(leads="-", day_first=day_first)
    found, _ = tables_from_documents([document], data, {})
    assert found.created_at.astype("datetime64[us]").astype(str).tolist() == ["2026-04-02T00:00:00.000000"]
    assert document_times([document], found, data).tolist() == [found.created_at[0] + 86_400_000_000]


def test_a_document_is_read_like_a_table() -> None:
    found, rejects = tables_from_documents([DOCUMENT], Data(leads="-"), SPECS)
    leads = table(
        lead_id=["L1"], created_at=["2026-04-01T09:00:00+09:00"], country=["JP"], size=["12.0"], won=["yes"]
    )
    acts = activities(
        ("L1", "open", "2026-04-01", "2026-04-03", None, None),
        ("L1", "view", "2026-04-02", "", "/price", "3"),
    )
    steps = stages(("L1", "MQL", "2026-04-02", None, "asked"))
    expected, _ = build_tables(FULL, SPECS, leads, acts, steps)
    assert same(found, expected)
    assert rejects.counts() == {}


def test_attributes_may_stand_beside_the_rest() -> None:
    flat = {
        **{k: v for k, v in DOCUMENT.items() if k != "attributes"},
        "country": "JP",
        "size": "12",
        "won": 1,
    }
    one, _ = tables_from_documents([flat], Data(leads="-"), SPECS)
    two, _ = tables_from_documents([DOCUMENT], Data(leads="-"), SPECS)
    assert same(one, two)


def test_a_frame_with_arrays_of_objects() -> None:
    frame = pd.DataFrame([{**DOCUMENT, "activities": np.array(DOCUMENT["activities"], dtype=object)},
                          {"lead_id": "L2"}])  # fmt: skip
    found, _ = tables_from_documents(frame, Data(leads="-"), SPECS)
    assert found.lead_id.tolist() == ["L1", "L2"]
    assert np.diff(found.activities.offsets).tolist() == [2, 0]
    assert found.created_at.tolist()[1] == NO_TIME
    assert np.isnan(values_of(found, "size")[1])


def test_a_bare_document() -> None:
    found, _ = tables_from_documents([{}], Data(leads="-", lead_id="Prospect ID", order_by="n"), SPECS)
    assert found.lead_id.tolist() == ["0"]
    assert values_of(found, "country") == [-1]


def test_typed_values() -> None:
    moment = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
    happened = {"type": "x", "occurred_at": pd.Timestamp(moment), "value": np.float64(2)}
    document = {"lead_id": 5, "created_at": moment, "country": 5.0, "size": True, "activities": [happened]}
    found, _ = tables_from_documents([document, {"lead_id": "x", "country": ["a"]}], Data(leads="-"), SPECS)
    assert found.lead_id.tolist() == ["5", "x"]
    assert found.created_at[0] == found.activities.occurred_at[0] == int(moment.timestamp()) * 10**6
    assert found.columns["country"].vocabulary == ("5", '["a"]')
    assert found.activities.value.tolist() == [2.0]


def test_leads_with_the_same_id_and_without_one() -> None:
    found, rejects = tables_from_documents(
        [{"lead_id": "a"}, {"lead_id": ""}, {"lead_id": "a"}], Data(leads="-"), {}
    )
    assert found.source_row.tolist() == [0]
    assert rejects.counts() == {"missing_id": 1, "duplicate_id": 1}


def test_as_of_of_each_document() -> None:
    documents: list[dict[str, Any]] = [{"lead_id": "a", "as_of": "1970-01-02"}, {"lead_id": "b"}]
    found, _ = tables_from_documents(documents, Data(leads="-"), {})
    assert document_times(documents, found, Data(leads="-")).tolist() == [86_400_000_000, NO_TIME]
    assert document_times([{"lead_id": "a"}] * 2, found, Data(leads="-")).tolist() == [NO_TIME] * 2
    with pytest.raises(DataError, match=r"`as_of` is no time[\s\S]*document 1[\s\S]*'later'"):
        document_times([{"as_of": "1970-01-01"}, {"as_of": "later"}], found, Data(leads="-"))


@pytest.mark.parametrize(
    ("documents", "match"),
    [
        ([], "no lead documents"),
        (["x"], "document is no object"),
        ([{"attributes": [1]}], "`attributes` is no object"),
        ([{"activities": {"type": "x"}}], "`activities` is no list of objects"),
        ([{"stages": ["MQL"]}], "`stages` is no list of objects"),
        ([{"created_at": "soon"}], "'created_at' cannot be read"),
        ([{"activities": [{"type": "x"}]}], "'occurred_at' cannot be read"),
        ([{"activities": [{"occurred_at": "2026-01-01"}]}], "'type' cannot be read"),
    ],
)
def test_bad_documents(documents: list[Any], match: str) -> None:
    with pytest.raises(DataError, match=match):
        tables_from_documents(documents, Data(leads="-"), SPECS)


scalars = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=4))


@given(
    st.lists(st.dictionaries(st.sampled_from(["country", "size", "won"]), scalars), min_size=1, max_size=4)
)
def test_any_attribute_values_are_taken(attributes: list[dict[str, Any]]) -> None:
    documents = [{"lead_id": str(k), "attributes": a} for k, a in enumerate(attributes)]
    found, _ = tables_from_documents(documents, Data(leads="-"), SPECS)
    assert len(found) == len(documents)
    assert all(len(column.values) == len(documents) for column in found.columns.values())
