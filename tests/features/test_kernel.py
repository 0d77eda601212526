"""Activity windows and current stages: a lead worked by hand, and the plain definition as the law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.features.kernel import (
    HALF_LIFE_DAYS,
    TOTAL_FEATURES,
    TYPE_FEATURES,
    activity_windows,
    current_stage,
    first_entry,
    first_known,
)
from qualify.leads.tables import NO_TIME, Stages
from tests.rules.build import act, activities, micros, stages

NOW = micros(100)


def windows(leads, *, types=None, as_of=NOW, rows=None):
    acts = activities(*leads)
    known = acts.types if types is None else types
    kind = np.array([known.index(t) if t in known else -1 for t in acts.types] + [-1], dtype=np.int32)
    rows = np.arange(len(leads)) if rows is None else np.asarray(rows)
    moments = np.broadcast_to(np.asarray(as_of, dtype=np.int64), len(rows)).copy()
    return activity_windows(acts, kind[acts.type], len(known), rows, moments)


def named(values, names):
    return dict(zip(names, values.tolist(), strict=True))


def test_a_lead_worked_by_hand():
    # On day 100: views 2 (today's neighbour), 9 and 50 days old; an open a day old that the CRM hears of on
    # day 101.
    lead = [
        act("view", 98, topic="/price", value=30.0),
        act("view", 91, topic="/docs"),
        act("view", 50, topic="/price", value=12.0),
        act("open", 99, topic="mail", known=101),
        act("call", 98, value=np.nan),
    ]
    by_type, total = windows([lead], types=("view", "open"))
    view, unheard = named(by_type[0, 0], TYPE_FEATURES), named(by_type[0, 1], TYPE_FEATURES)
    assert (view["count_7d"], view["count_30d"], view["count_all"]) == (1, 2, 3)
    assert view["days_since"] == 2.0
    assert view["value_sum"] == 42.0
    assert view["decayed"] == pytest.approx(0.5 ** (2 / 14) + 0.5 ** (9 / 14) + 0.5 ** (50 / 14), rel=1e-12)
    assert unheard["count_all"] == 0
    assert np.isnan(unheard["days_since"])
    # The call's type is not known to the model: it counts in the totals only.
    every = named(total[0], TOTAL_FEATURES)
    assert (every["count_7d"], every["count_30d"], every["count_all"]) == (2, 3, 4)
    assert every["days_since"] == 2.0
    assert every["active_days_30d"] == 2
    assert every["distinct_topics"] == 2


@pytest.mark.parametrize(
    ("age", "short", "long"), [(7.0, 1, 1), (7.0 + 1e-6, 0, 1), (30.0, 0, 1), (30.0 + 1e-6, 0, 0)]
)
def test_windows_include_their_edge(age, short, long):
    by_type, _ = windows([[act("view", 100 - age)]])
    assert by_type[0, 0, :3].tolist() == [short, long, 1]


def test_half_of_an_activity_is_left_after_the_half_life():
    by_type, _ = windows([[act("view", 100 - HALF_LIFE_DAYS)]])
    assert by_type[0, 0, 3] == 0.5


def test_nothing_done_is_zero_and_never():
    by_type, total = windows([[], [act("view", 99)]])
    assert by_type[0, 0, [0, 1, 2, 3, 5]].tolist() == [0, 0, 0, 0, 0]
    assert np.isnan(by_type[0, 0, 4])
    assert np.isnan(total[0, 4])


events = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.integers(0, 12_000), st.sampled_from([None, "x", "y", "z"]),
        st.one_of(st.just(np.nan), st.floats(-9, 9)), st.integers(0, 500),
    ).map(lambda e: act(e[0], e[1] / 100, topic=e[2], value=e[3], known=(e[1] + e[4]) / 100)),
    max_size=12,
)  # fmt: skip


@given(st.lists(events, min_size=1, max_size=4), st.integers(0, 130))
def test_windows_are_what_they_say(leads, day):
    """The definition, activity by activity; the type `c` is not known to the model."""
    by_type, total = windows(leads, types=("a", "b"), as_of=micros(day))
    for i, lead in enumerate(leads):
        heard = sorted((e for e in lead if e[4] <= micros(day)), key=lambda e: e[1])
        ages = [(micros(day) - e[1]) / 86_400e6 for e in heard]
        expected = [
            sum(a <= 7 for a in ages),
            sum(a <= 30 for a in ages),
            len(ages),
            sum(0.5 ** (a / 14) for a in ages),
            min(ages, default=np.nan),
            len({e[1] // 86_400_000_000 for e, a in zip(heard, ages, strict=True) if a <= 30}),
            len({e[2] for e in heard if e[2]}),
        ]
        np.testing.assert_allclose(total[i], expected, rtol=1e-12)
        for k, kind in enumerate("ab"):
            mine = [(e, a) for e, a in zip(heard, ages, strict=True) if e[0] == kind]
            expected = [
                sum(a <= 7 for _, a in mine),
                sum(a <= 30 for _, a in mine),
                len(mine),
                sum(0.5 ** (a / 14) for _, a in mine),
                min((a for _, a in mine), default=np.nan),
                sum(e[3] for e, _ in mine if not np.isnan(e[3])),
            ]
            np.testing.assert_allclose(by_type[i, k], expected, rtol=1e-12, atol=1e-12)


@given(st.lists(events, min_size=1, max_size=4), st.integers(0, 130))
def test_what_is_known_later_has_no_effect(leads, day):
    heard = [[e for e in lead if e[4] <= micros(day)] for lead in leads]
    for whole, then in zip(
        windows(leads, types=("a", "b", "c"), as_of=micros(day)),
        windows(heard, types=("a", "b", "c"), as_of=micros(day)),
        strict=True,
    ):
        np.testing.assert_array_equal(whole, then)


def test_rows_are_computed_alone():
    """Of 1,500 rows (several blocks) each is what it is in a call of its own."""
    rng = np.random.default_rng(0)
    leads = [
        [act("ab"[rng.integers(2)], rng.uniform(0, 100), topic="xyz"[rng.integers(3)]) for _ in range(n)]
        for n in rng.integers(0, 9, size=50)
    ]
    rows = rng.integers(0, 50, size=1500)
    as_of = np.array([micros(d) for d in rng.uniform(0, 120, size=1500)])
    together = windows(leads, types=("a", "b"), as_of=as_of, rows=rows)
    for r in (0, 511, 512, 1023, 1024, 1499):
        alone = windows(leads, types=("a", "b"), as_of=as_of[r : r + 1], rows=rows[r : r + 1])
        for many, one in zip(together, alone, strict=True):
            np.testing.assert_array_equal(many[r], one[0])


def test_the_current_stage_is_the_last_that_is_known():
    found = stages([("MQL", 10), ("SAL", 20, 25), ("SQL", 30)], [])
    rows = np.array([0, 0, 0, 0, 0, 1])
    as_of = np.array([micros(day) for day in (5, 10, 22, 25, 40, 40)])
    code, (days, count) = current_stage(found, rows, as_of)
    assert [found.stages[c] if c >= 0 else None for c in code] == [None, "MQL", "MQL", "SAL", "SQL", None]
    np.testing.assert_array_equal(days, [np.nan, 0, 12, 5, 10, np.nan])
    assert count.tolist() == [0, 1, 1, 2, 3, 0]


def test_first_entries_and_when_they_were_first_known():
    found = stages([("Lost", 5, 30), ("SQL", 6, 6), ("SQL", 9, 9)], [("MQL", 1, 1)], [])
    wanted = np.array([name in ("SQL", "Lost") for name in found.stages])
    entered, known = first_entry(found, wanted)
    assert entered.tolist() == [micros(5), NO_TIME, NO_TIME]
    assert known.tolist() == [micros(30), NO_TIME, NO_TIME]
    assert first_known(found, wanted).tolist() == [micros(6), NO_TIME, NO_TIME]


def test_tables_without_stages_know_none():
    none = Stages.none(2)
    assert first_known(none, np.zeros(0, dtype=bool)).tolist() == [NO_TIME, NO_TIME]
    assert current_stage(none, np.array([0, 1]), np.array([NOW, NOW]))[0].tolist() == [-1, -1]
