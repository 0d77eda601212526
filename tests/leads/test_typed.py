"""Documents that are read at once are read as tables read them, and as each would be read alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qualify.config import ColumnSpec, Data
from qualify.leads.documents import document_times, tables_from_documents
from qualify.leads.tables import Activities, LeadTables, Stages
from qualify.leads.typed import read_typed

SPECS = {
    "n": ColumnSpec(type="number", missing=("-1", "n/a")), "b": ColumnSpec(type="boolean"),
    "d": ColumnSpec(type="date", missing=("2000-01-01",)),
    "c": ColumnSpec(type="category", missing=("Select", "5.0")), "title": ColumnSpec(type="job_title"),
    "id": ColumnSpec(type="id"),
}  # fmt: skip

texts = st.none() | st.sampled_from(["a", " a", "b", "Select", "5", "5.0", "日本"]) | st.text(max_size=4)
names = st.sampled_from(["view", " view", "open", "5.0", "5"])
exact = st.integers(-(2**53), 2**53) | st.floats(allow_infinity=False) | st.sampled_from([-1, -1.0, 2.5])
seconds = st.integers(-2_000_000_000, 4_000_000_000)
moments = st.tuples(seconds, st.sampled_from(["s", "ms", "us"])).map(
    lambda one: str(np.datetime64(one[0], "s").astype(f"M8[{one[1]}]"))
)
zones = st.sampled_from(["Z", "+00:00", "+09:00", "-03:30", ""])
times = st.tuples(moments, zones).map("".join) | st.sampled_from(
    ["2026-04-01T09:00Z", "2026-04-01 18:00+09:00"]
)


def one_of_them(odd: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a lead document in whose places something odd may stand."""
    maybe = st.none() | odd
    recorded = {"recorded_at": times | maybe}
    activity = st.fixed_dictionaries(
        {"type": names | odd, "occurred_at": times | odd},
        optional={**recorded, "topic": texts | odd, "value": exact | maybe},
    )
    entry = st.fixed_dictionaries(
        {"stage": names | odd, "entered_at": times | odd}, optional={**recorded, "reason": texts | odd}
    )
    attributes = {
        "n": exact | maybe, "b": st.booleans() | maybe, "d": times | st.just("2000-01-01") | maybe,
        "c": texts | odd, "title": texts | odd, "id": texts, "unknown": maybe,
    }  # fmt: skip
    return st.fixed_dictionaries(
        {},
        optional={
            "lead_id": st.sampled_from(["A", "B", " C", "7.5", 7]) | odd,
            "created_at": times | st.just("") | maybe,
            "as_of": times | maybe,
            "attributes": st.fixed_dictionaries({}, optional=attributes) | maybe,
            "activities": st.lists(activity, max_size=4) | maybe,
            "stages": st.lists(entry, max_size=3) | maybe,
            "n": exact | maybe,
            "c": texts | odd,
        },
    )


typed_documents = one_of_them(st.nothing())
odd_documents = one_of_them(
    st.sampled_from(
        [True, 7, 1.5, "x", "", "7", "7.0", " ", [], {}, ["a"], 10**400, 2**60, float("inf"), "20260401",
         "9999-12-31T00:00Z", "2026-04-01", "1,234"]
    )
)  # fmt: skip

PLAIN_ACTIVITIES = [
    {"type": "view", "occurred_at": "2026-04-02T09:00Z", "topic": "/price", "value": 3},
    {"type": "open", "occurred_at": "2026-04-01T09:00Z", "recorded_at": "2026-04-03T00:00+09:00"},
    {"type": "view", "occurred_at": "2026-04-02T09:00Z", "topic": "/a", "value": 2.5},
]
PLAIN = {
    "lead_id": "L1", "created_at": "2026-04-01T09:00:00+09:00", "as_of": "2026-05-01T00:00Z",
    "attributes": {"n": 12, "b": True, "d": "2026-03-01T00:00Z", "c": "Select", "title": " 部長"},
    "activities": PLAIN_ACTIVITIES,
    "stages": [{"stage": "MQL", "entered_at": "2026-04-02T00:00Z", "reason": "asked"}],
}  # fmt: skip


def same(one: Any, two: Any) -> None:
    """Compare what two tables, columns or events hold."""
    for name in one.__slots__:
        left, right = getattr(one, name), getattr(two, name)
        if isinstance(left, LeadTables | Activities | Stages):
            same(left, right)
        elif isinstance(left, dict):
            assert list(left) == list(right)
            for key in left:
                same(left[key], right[key])
        else:
            np.testing.assert_array_equal(left, right, strict=isinstance(left, np.ndarray))


@settings(max_examples=400)
@given(st.lists(typed_documents, min_size=1, max_size=3) | st.lists(odd_documents, min_size=1, max_size=2))
@example([PLAIN])
@example([PLAIN, {"lead_id": "L2"}, {"lead_id": "L3", "n": -1, "activities": PLAIN_ACTIVITIES[:1]}])
@example([{"lead_id": 7, "created_at": ""}, {}])
@example([{"attributes": {"n": None}, "n": 5}])
@example([{"attributes": {"c": "5"}}])
def test_as_tables_read_them(given_documents):
    typed = read_typed(given_documents, SPECS, "UTC")
    if typed is None:
        return
    data = Data(leads="-")
    tables, rejects = tables_from_documents(given_documents, data, SPECS)
    assert rejects.counts() == {}
    same(typed.tables, tables)
    assert typed.as_of.tolist() == document_times(given_documents, tables, data).tolist()


def words(tables: LeadTables, row: int) -> list[Any]:
    """Return what is known of one lead, with words instead of codes."""
    acts, stages = tables.activities, tables.stages
    at, entered = slice(*acts.offsets[row : row + 2]), slice(*stages.offsets[row : row + 2])
    columns = [
        column.values[row]
        if column.kind in ("number", "date")
        else (*column.vocabulary, None)[column.values[row]]
        for column in tables.columns.values()
    ]
    return [
        tables.lead_id[row], tables.created_at[row], *columns,
        [(*acts.types, None)[code] for code in acts.type[at]], acts.occurred_at[at], acts.known_at[at],
        [(*acts.topics, None)[code] for code in acts.topic[at]], acts.value[at],
        [(*stages.stages, None)[code] for code in stages.stage[entered]], stages.entered_at[entered],
        stages.known_at[entered], [(*stages.reasons, None)[code] for code in stages.reason[entered]],
    ]  # fmt: skip


@settings(max_examples=200)
@given(st.lists(typed_documents, min_size=2, max_size=3))
@example([PLAIN, {**PLAIN, "attributes": {"c": "b"}, "activities": PLAIN_ACTIVITIES[1:]}])
def test_in_company_as_alone(given_documents):
    several = [{**one, "lead_id": f"L{place}"} for place, one in enumerate(given_documents)]
    typed = read_typed(several, SPECS, "UTC")
    assert typed is not None
    for row, one in enumerate(several):
        alone = read_typed([one], SPECS, "UTC")
        assert alone is not None
        assert alone.as_of[0] == typed.as_of[row]
        for left, right in zip(words(alone.tables, 0), words(typed.tables, row), strict=True):
            np.testing.assert_array_equal(left, right)


VIEW = {"type": "view", "occurred_at": "2026-01-01T00:00Z"}
MQL = {"stage": "MQL", "entered_at": "2026-01-01T00:00Z"}


@pytest.mark.parametrize(
    ("more", "typed"),
    [
        ({}, True),
        (PLAIN, True),
        ({"lead_id": 7}, True),
        ({"lead_id": 7.5}, False),
        ({"lead_id": " "}, False),
        ({"attributes": {"n": 1, "b": True, "d": "2026-01-01T00:00Z", "c": "x"}}, True),
        ({"attributes": {"n": "1,234"}}, False),
        ({"attributes": {"n": True}}, False),
        ({"attributes": {"n": 2**60}}, False),
        ({"attributes": {"n": 1e400}}, False),
        ({"attributes": {"b": 1}}, False),
        ({"attributes": {"d": "20260101"}}, False),
        ({"attributes": {"d": "9999-12-31T00:00Z"}}, False),
        ({"attributes": {"c": 5}}, False),
        ({"attributes": {"unused": 5}}, True),
        ({"attributes": []}, False),
        ({"n": "1,234"}, False),
        ({"created_at": 1_700_000_000}, False),
        ({"created_at": "soon"}, False),
        ({"as_of": "1700000000"}, False),
        ({"activities": [{**VIEW, "value": 1}]}, True),
        ({"activities": [{**VIEW, "value": "1"}]}, False),
        ({"activities": [{**VIEW, "type": ""}]}, False),
        ({"activities": [{"type": "view"}]}, False),
        ({"activities": [{**VIEW, "occurred_at": 1.7e9}]}, False),
        ({"activities": [{**VIEW, "recorded_at": 1.7e9}]}, False),
        ({"activities": [VIEW, {**VIEW, "occurred_at": "20260101"}]}, False),
        ({"activities": [VIEW, {**VIEW, "topic": 5}]}, False),
        ({"activities": [5]}, False),
        ({"stages": [{**MQL, "entered_at": 46_000}]}, False),
        ({"stages": [{**MQL, "reason": 5}]}, False),
        ({"stages": [{**MQL, "reason": "no budget"}]}, True),
    ],
)
def test_what_is_read_at_once(more, typed):
    assert (read_typed([{"lead_id": "a"} | more], SPECS, "UTC") is not None) is typed


def test_what_stands_in_another_zone_without_saying_so_is_left_to_tables():
    assert read_typed([{"created_at": "2026-01-01T09:00"}], {}, "Asia/Tokyo") is None
    assert read_typed([{"created_at": "2026-01-01T09:00+09:00"}], {}, "Asia/Tokyo") is not None


@pytest.mark.parametrize("ids", [["a", "a"], ["5", "5.0"], [5, "5"]])
def test_one_lead_twice_is_left_to_tables(ids):
    assert read_typed([{"lead_id": each} for each in ids], SPECS, "UTC") is None


def test_a_column_that_is_called_like_a_part_of_the_document_is_left_to_tables():
    assert read_typed([{}], {"stages": ColumnSpec(type="category")}, "UTC") is None
