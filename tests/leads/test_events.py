"""Activities and stages in CSR form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.config import Data
from qualify.errors import DataError
from qualify.leads.build import build_tables
from qualify.leads.tables import Activities, LeadTables
from tests.leads.tables_of import FULL, activities, leads, stages, table

DAY = 86_400_000_000


def slices(found: LeadTables) -> list[list[tuple[str, int]]]:
    acts = found.activities
    return [
        [(acts.types[acts.type[k]], int(acts.occurred_at[k])) for k in range(a, b)]
        for a, b in zip(acts.offsets[:-1], acts.offsets[1:], strict=True)
    ]


def test_activities_stand_with_their_lead_in_time_order() -> None:
    given = activities(
        ("b", "open", "1970-01-03", None, None, None),
        ("a", "view", "1970-01-02", "1970-01-05", "/price", "30"),
        ("b", "click", "1970-01-01", "1969-01-01", "/x", None),
    )
    found, rejects = build_tables(FULL, {}, leads("b", "a"), given)
    acts = found.activities
    assert slices(found) == [[("click", 0), ("open", 2 * DAY)], [("view", DAY)]]
    assert acts.types == ("click", "open", "view")
    assert acts.topics == ("/price", "/x")
    assert acts.topic.tolist() == [1, -1, 0]
    assert acts.value.tolist()[2] == 30.0
    # known when recorded, but never before it happened
    assert acts.known_at.tolist() == [0, 2 * DAY, 4 * DAY]
    assert rejects.counts() == {}


def test_stages_of_one_moment_stand_as_the_crm_heard_of_them() -> None:
    given = stages(
        ("a", "MQL", "1970-01-02", "1970-01-05", None),
        ("a", "MAL", "1970-01-02", "1970-01-03", None),
        ("a", "Won", "1970-01-09", None, None),
        ("a", "SAL", "1970-01-09", None, None),
    )
    found = build_tables(FULL, {}, leads("a"), None, given)[0].stages
    # Of Won and SAL nothing says which was first: they keep the order of the table.
    assert [found.stages[code] for code in found.stage] == ["MAL", "MQL", "Won", "SAL"]
    assert found.known_at.tolist() == [2 * DAY, 4 * DAY, 8 * DAY, 8 * DAY]


def test_what_cannot_be_used_is_counted_with_its_rows() -> None:
    given = activities(
        ("a", "view", "1970-01-02", "nonsense", None, "many"),
        ("a", "view", "soon", None, None, None),
        ("", "view", "1970-01-02", None, None, None),
        ("a", "", "1970-01-02", None, None, None),
        ("zz", "view", "1970-01-02", None, None, None),
    )
    found, rejects = build_tables(FULL, {}, leads("a"), given)
    assert len(found.activities) == 1
    assert rejects.counts() == {
        "activity_missing_id": 1, "activity_missing_type": 1, "activity_bad_time": 1,
        "activity_unknown_lead": 1, "activity_bad_recorded_at": 1, "activity_bad_value": 1,
    }  # fmt: skip
    assert "activity_bad_time: 1: the time cannot be read (rows 1)" in rejects.lines()
    assert len(rejects) == 0


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (table(lead_id=["a"], type=["x"], when=["1970-01-01"]), r"activities has no column 'occurred_at'"),
        (table(lead=["a"], type=["x"], occurred_at=["1970-01-01"]), r"no column 'lead_id'"),
        (activities(("a", "x", "soon", None, None, None)), r"'occurred_at' cannot be read in any row"),
        (activities(("", "x", "1970-01-01", None, None, None)), r"'lead_id' cannot be read in any row"),
        (activities(("a", None, "1970-01-01", None, None, None)), r"'type' cannot be read in any row"),
        (table(lead_id=["a"], type=["x"], occurred_at=["1970-01-01"]), r"no column 'recorded_at'"),
    ],
)
def test_bad_tables_are_errors(given: Any, match: str) -> None:
    with pytest.raises(DataError, match=match):
        build_tables(FULL, {}, leads("a"), given)


def test_ids_of_both_tables_meet_as_text() -> None:
    bare = Data(leads="-", lead_id="lead_id")
    for left, right in (("5", 5), (5, "5"), ("5.0", 5), (5.0, "5"), (" 5", "5 ")):
        given = table(lead_id=[right], type=["x"], occurred_at=["1970-01-01"])
        found, _ = build_tables(bare, {}, table(lead_id=[left]), given)
        assert len(found.activities) == 1


def test_no_activities_at_all() -> None:
    empty = activities(("a", "x", "1970-01-01", None, None, None)).slice(0, 0)
    found, rejects = build_tables(FULL, {}, leads("a"), empty)
    assert found.activities.offsets.tolist() == [0, 0]
    assert rejects.counts() == {}


rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "zz"]), st.sampled_from(["open", "view"]), st.sampled_from([0, 1, 2]),
        st.sampled_from([0, 3]), st.sampled_from(["/x", "/y", None]), st.sampled_from([1.0, None]),
    ),
    min_size=1,
)  # fmt: skip


def build(events: list[tuple[Any, ...]]) -> Activities:
    found, _ = build_tables(FULL, {}, leads("a", "b", "c"), activities(*(_dated(e) for e in events)))
    return found.activities


def _dated(event: tuple[Any, ...]) -> tuple[Any, ...]:
    lead, kind, day, later, topic, value = event
    return lead, kind, f"1970-01-0{day + 1}", f"1970-01-0{day + later + 1}", topic, value


@given(rows, st.randoms())
def test_the_order_of_the_input_does_not_matter(events: list[tuple[Any, ...]], random: Any) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    one, two = build(events), build(shuffled)
    for name in Activities.__slots__:
        left, right = getattr(one, name), getattr(two, name)
        assert (
            left == right
            if isinstance(left, tuple)
            else np.array_equal(left, right, equal_nan=name == "value")
        )


@given(rows)
def test_every_activity_of_a_known_lead_is_there_once(events: list[tuple[Any, ...]]) -> None:
    found = build(events)
    expected = sorted((e[0], e[2] * DAY, e[1]) for e in events if e[0] != "zz")
    lead = np.repeat(["a", "b", "c"], np.diff(found.offsets))
    got = [
        (str(i), int(t), found.types[k]) for i, t, k in zip(lead, found.occurred_at, found.type, strict=True)
    ]
    assert sorted(got) == expected
    assert [g[:2] for g in got] == sorted(g[:2] for g in got)


def test_stages_entered_at_once_keep_the_order_of_the_input() -> None:
    given = stages(
        ("a", "MQL", "1970-01-02", None, None),
        ("a", "Zeroth", "1970-01-01", "1970-01-03", None),
        ("a", "Another", "1970-01-02", None, "not now"),
    )
    found, _ = build_tables(FULL, {}, leads("a"), None, given)
    names = [found.stages.stages[k] for k in found.stages.stage]
    assert names == ["Zeroth", "MQL", "Another"]
    assert found.stages.known_at.tolist() == [2 * DAY, DAY, DAY]
    assert found.stages.reasons == ("not now",)
    assert found.stages.reason.tolist() == [-1, -1, 0]


def test_bad_stages_are_counted() -> None:
    given = stages(("a", "MQL", "1970-01-02", None, None), ("a", "", "1970-01-02", None, None),
                   ("a", "MQL", "x", None, None), ("q", "MQL", "1970-01-02", None, None))  # fmt: skip
    _, rejects = build_tables(FULL, {}, leads("a"), None, given)
    assert rejects.counts() == {"stage_missing_name": 1, "stage_bad_time": 1, "stage_unknown_lead": 1}
