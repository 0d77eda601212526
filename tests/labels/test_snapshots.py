"""Moments, outcomes and censoring: a history worked by hand, and laws over random ones."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qualify.config import Target
from qualify.labels.snapshots import (
    DECIDED_WEIGHT,
    end_of_data,
    row_weights,
    stage_label,
    take_snapshots,
)
from tests.labels.histories import NAMES, days, history, known_by, micros

SQL = Target(name="sql", stage="SQL", within_days=10)
WON = Target(name="win", stage="Won", within_days=30)
CLOSED = ("Won", "Lost")


def taken(tables, *, targets=(SQL,), every=7, per_lead=4):
    return take_snapshots(tables, targets, CLOSED, every, per_lead)


def moments_of(snapshots, lead, *, is_open=True):
    return days(snapshots.as_of[(snapshots.rows == lead) & (snapshots.open == is_open)])


# Lead 0 comes on day 3, is an MQL on day 5 (known on 5.5), an SQL on day 20 (known on 21), won on day 40.
# Lead 1 comes on day 30 and nothing happens. Both are watched until day 50; the calendar has a look every 7
# days.
WORKED = history(
    (3.0, [("Inquiry", 3.0, 3.0), ("MQL", 5.0, 5.5), ("SQL", 20.0, 21.0), ("Won", 40.0, 40.0)]),
    (30.0, []),
    end=50.0,
)


def test_moments_of_the_worked_history():
    # Creation 3 (= the inquiry's own entry), a day later 4, the MQL when it was known 5.5, and the calendar's
    # days after creation: 7, 14, 28, ... of which 28 and later are past the day 21 on which SQL was known.
    # SQL and Won are no moments of the open life, and the closing moment is day 21.
    found = taken(WORKED)
    assert moments_of(found, 0) == [3.0, 4.0, 5.5, 7.0, 14.0]
    assert moments_of(found, 0, is_open=False) == [21.0]
    # Lead 1: 30, 31, then 35, 42; the third look of the calendar (four weeks after 35 ... 49) is 49.
    assert moments_of(found, 1) == [30.0, 31.0, 35.0, 42.0, 49.0]
    assert moments_of(found, 1, is_open=False) == []


def test_labels_of_the_worked_history():
    found = taken(WORKED, targets=(SQL, WON))
    of_lead = found.rows == 0
    # SQL is entered on day 20: within 10 days after 14, not after 3, 4, 5.5 or 7; after 21 never again.
    assert found.labels["sql"][of_lead].tolist() == [0, 0, 0, 0, 1, 0]
    # Won on day 40: within 30 days after 14, not after 7 or before. After 21 the horizon ends on day 51, past
    # the end of the data: that row is censored although the win is known.
    np.testing.assert_array_equal(found.labels["win"][of_lead], [0, 0, 0, 0, 1, np.nan])


def test_a_lead_whose_horizon_has_not_passed_is_censored_not_negative():
    found = taken(WORKED)
    # Data end on day 50, the horizon is 10 days: moments after day 40 are censored.
    np.testing.assert_array_equal(found.labels["sql"][found.rows == 1], [0, 0, 0, np.nan, np.nan])


def test_an_early_winner_is_censored_like_everybody_else():
    tables = history((0.0, [("SQL", 2.0, 2.0)]), (0.0, []), end=5.0)
    assert np.isnan(taken(tables).labels["sql"]).all()


def test_the_horizon_includes_its_last_moment_and_not_as_of_itself():
    tables = history((0.0, [("SQL", 10.0, 10.0)]), end=60.0)
    rows, as_of = np.zeros(3, dtype=np.int64), np.array([micros(0), micros(0) - 1, micros(10)])
    assert stage_label(tables, SQL, rows, as_of, micros(60)).tolist() == [1, 0, 0]


def test_a_later_entry_of_the_same_stage_counts_again():
    tables = history((0.0, [("SQL", 5.0, 5.0), ("SQL", 30.0, 30.0)]), end=90.0)
    rows = np.zeros(4, dtype=np.int64)
    as_of = np.array([micros(day) for day in (0, 6, 21, 31)])
    assert stage_label(tables, SQL, rows, as_of, micros(90)).tolist() == [1, 0, 1, 0]


def test_an_entry_that_nobody_had_recorded_yet_is_neither_outcome():
    tables = history((0.0, [("SQL", 5.0, 8.0)]), end=90.0)
    rows = np.zeros(3, dtype=np.int64)
    as_of = np.array([micros(day) for day in (4, 6, 8)])
    np.testing.assert_array_equal(stage_label(tables, SQL, rows, as_of, micros(90)), [1, np.nan, 0])


def test_a_stage_that_nobody_entered_gives_no_positive():
    tables = history((0.0, [("MQL", 5.0, 8.0)]), end=90.0)
    assert taken(tables).labels["sql"][:2].tolist() == [0, 0]
    unknown = Target(name="sal", stage="SAL", within_days=10)
    assert taken(tables, targets=(unknown,)).labels["sal"][:2].tolist() == [0, 0]


def test_a_lead_is_decided_when_the_first_of_its_ends_is_known():
    # Lost on day 5 but recorded on day 30; SQL on day 6, known at once: from day 6 on it is decided.
    tables = history((0.0, [("Lost", 5.0, 30.0), ("SQL", 6.0, 6.0)]), end=90.0)
    found = taken(tables, every=1)
    assert max(moments_of(found, 0)) < 6.0
    assert moments_of(found, 0, is_open=False) == [6.0]


def test_a_stage_recorded_late_does_not_take_the_place_of_one_known_early():
    tables = history((0.0, [("Inquiry", 1.0, 50.0), ("MQL", 2.5, 2.5)]), end=60.0)
    assert 2.5 in moments_of(taken(tables, per_lead=1, every=100), 0)


def test_calendar_looks_lie_on_the_calendar_and_widen():
    tables = history((3.0, []), end=400.0)
    looks = moments_of(taken(tables, every=10, per_lead=7), 0)[2:]
    assert looks == [10.0, 20.0, 30.0, 50.0, 70.0, 110.0, 150.0]


def test_a_lead_without_a_date_of_creation_has_no_moment():
    tables = history((0.0, []), (0.0, []), end=60.0)
    tables.created_at[1] = np.iinfo(np.int64).min
    assert set(taken(tables).rows) == {0}


def test_decided_rows_weigh_less():
    assert row_weights(np.array([True, False])).tolist() == [1.0, DECIDED_WEIGHT]


def test_data_end_with_the_last_thing_known():
    assert days(end_of_data(history((3.0, [("MQL", 5.0, 9.0)])))) == 9.0
    assert days(end_of_data(history((3.0, [("MQL", 5.0, 9.0)]), end=12.0))) == 12.0


entries = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(0, 60), st.integers(0, 20)).map(
        lambda e: (e[0], float(e[1]), float(e[1] + e[2]))
    ),
    max_size=6,
)
leads = st.lists(
    st.tuples(st.integers(0, 40), entries).map(
        lambda lead: (float(lead[0]), [(n, lead[0] + e, lead[0] + k) for n, e, k in lead[1]])
    ),
    min_size=1,
    max_size=4,
)


def as_set(snapshots, tables, chosen):
    return {
        (str(tables.lead_id[row]), int(at))
        for row, at in zip(snapshots.rows[chosen], snapshots.as_of[chosen], strict=True)
    }


@given(leads, st.integers(0, 110), st.integers(1, 15), st.integers(1, 6))
def test_whether_a_moment_is_taken_never_depends_on_the_future(given_leads, cut, every, per_lead):
    tables = history(*given_leads, end=130.0)
    moment = micros(cut)
    earlier = known_by(tables, moment)
    whole = taken(tables, every=every, per_lead=per_lead)
    then = taken(earlier, every=every, per_lead=per_lead)
    for is_open in (True, False):
        assert as_set(then, earlier, (then.as_of <= moment) & (then.open == is_open)) == as_set(
            whole, tables, (whole.as_of <= moment) & (whole.open == is_open)
        )


@given(leads, st.integers(0, 110))
def test_an_outcome_that_is_known_stays_what_it_is(given_leads, cut):
    tables = history(*given_leads, end=130.0)
    now, then = taken(tables), taken(known_by(tables, micros(cut)))
    later = {(row, at): y for row, at, y in zip(now.rows, now.as_of, now.labels["sql"], strict=True)}
    for row, at, label in zip(then.rows, then.as_of, then.labels["sql"], strict=True):
        recorded_late = any(
            entered <= cut < known for name, entered, known in given_leads[row][1] if name == "SQL"
        )
        if not np.isnan(label) and not recorded_late:
            assert later[(row, at)] == label


@given(leads, st.integers(1, 15))
def test_moments_are_of_open_leads_once_each_and_nothing_is_later_than_the_data(given_leads, every):
    tables = history(*given_leads, end=130.0)
    found = taken(tables, every=every)
    assert len(set(zip(found.rows.tolist(), found.as_of.tolist(), strict=True))) == len(found.rows)
    assert (found.as_of >= tables.created_at[found.rows])[found.open].all()
    assert (found.as_of <= end_of_data(tables)).all()
    decided = {
        lead: min((micros(k) for n, _, k in entries if n in ("SQL", *CLOSED)), default=None)
        for lead, (_, entries) in enumerate(given_leads)
    }
    for row, at, is_open in zip(found.rows, found.as_of, found.open, strict=True):
        assert (decided[row] is None or at < decided[row]) == bool(is_open)
