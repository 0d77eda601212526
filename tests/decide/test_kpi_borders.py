"""The shared figures at their borders: to the microsecond, and where something they need is not there."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.config import StageOrder
from qualify.decide.cohorts import Cohort, matched_cohort
from qualify.decide.figure import Figure, median_of, waiting_median
from qualify.decide.kpi import compute_kpis
from qualify.leads.tables import NO_TIME
from tests.decide.funnels import answers, day, funnel
from tests.decide.test_kpi import STEPS, kpis

HOUR = 3_600_000_000
INSTANT = 1e-6 / 86_400
"""A microsecond, in days."""


@pytest.mark.parametrize(("answered", "late"), [(3.0, 0), (3 + INSTANT, 1)])
def test_an_approach_at_the_limit_is_in_time_and_one_after_it_is_not(answered: float, late: int) -> None:
    said = answers(("b", "accepted", 0), ("a", "accepted", answered))
    table = kpis(funnel("ab", [("a", "SQL", 2)]), 10, said, limit_hours=24)
    beyond = table.total("sql_beyond_limit")
    assert (beyond.numerator, beyond.denominator) == (late, 1)


@pytest.mark.parametrize(("now", "judged"), [(12, 1), (12 - INSTANT, 0)])
def test_a_lead_is_judged_from_the_end_of_its_horizon_on(now: float, judged: int) -> None:
    tables = funnel("ab", [("a", "MQL", 2), ("b", "SQL", 3)])
    rate = kpis(tables, now).total("mql_to_sql")
    assert (rate.denominator, rate.immature) == (judged, 1 - judged)


def test_without_mql_nobody_is_left_behind_and_the_figure_says_what_to_name() -> None:
    order = StageOrder(order=("SQL", "Won"), closed=("Won",))
    table = compute_kpis(funnel("a", [("a", "SQL", 2)]), order, answers(("a", "accepted", 2.1)), now=day(10))
    left = table.total("sql_left_behind")
    assert (left.value, left.unit, left.why) == (None, "share", "no_stage_mql")
    notes = {each["key"]: each["note"] for each in table.to_dict("en")["figures"]}
    assert "stages.roles.mql" in notes["sql_left_behind"]


SAID = answers(("a", "accepted", 5), ("b", "rejected", 5))
TABLES = {
    "nothing": (funnel("a"), None),
    "answers only": (funnel("ab"), SAID),
    "stages only": (funnel("abcd", STEPS), None),
    "no SQL": (funnel("a", [("a", "MQL", 1)]), SAID),
    "no MQL": (funnel("a", [("a", "SQL", 1)]), SAID),
    "nobody approached": (funnel("ab", [("b", "SQL", 5)]), SAID),
    "activities only": (funnel("a", activities=[("a", "page_view", 1), ("a", "webinar_attended", 2)]), None),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_figure_keeps_its_unit_and_says_why_it_has_no_value(name: str, language: str) -> None:
    """Whatever is missing, the same figures come in the same order, and an absent one has a reason."""
    tables, said = TABLES[name]
    whole = kpis(funnel("abcd", STEPS), 40, SAID).figures
    found = kpis(tables, 40, said)
    assert [(each.key, each.unit) for each in found.figures] == [(each.key, each.unit) for each in whole]
    for each in found.to_dict(language)["figures"]:
        assert (each["value"] is None) == bool(each["note"])
        assert each["label"]
        assert each["definition"]


def test_every_wait_is_told_in_hours() -> None:
    def wait(*done: int) -> Figure:
        cohort = Cohort(np.arange(len(done)), np.zeros(len(done), dtype=np.int64), np.array(done, np.int64))
        return waiting_median("sql_to_approach", cohort, 9 * HOUR, None)

    told = [wait(), wait(NO_TIME), wait(HOUR, NO_TIME, NO_TIME), wait(HOUR, 2 * HOUR, 3 * HOUR)]
    assert [(each.value, each.why, each.unit) for each in told] == [
        (None, "none", "hours"),
        (None, "all_wait", "hours"),
        (None, "most_wait", "hours"),
        (2.0, None, "hours"),
    ]
    assert [(each.numerator, each.denominator) for each in told] == [(0, 0), (0, 1), (1, 3), (3, 3)]


def test_a_median_has_an_interval_from_six_values_on() -> None:
    five, six = (median_of("won_days", "days", np.arange(n) + 1.0, None) for n in (5, 6))
    assert (five.value, five.low, five.high) == (3.0, None, None)
    # Six values: the chance that all lie on one side of the median is 2 / 2**6 = 3 %, under 5.
    assert (six.value, six.low, six.high) == (3.5, 1.0, 6.0)


def test_topics_play_a_part_only_where_both_kinds_share_one() -> None:
    told_apart = [("a", "webinar_registered", 1, "form 17"), ("a", "webinar_attended", 4, "Security 101")]
    shared = [("b", "webinar_registered", 1, "CRM 101"), ("b", "webinar_attended", 4, "CRM 101")]
    for acts, reached in ((told_apart, (1, 1)), (told_apart + shared, (1, 2))):
        rate = kpis(funnel("ab", activities=acts), 60).total("webinar_attendance")
        assert (rate.numerator, rate.denominator) == reached


def test_activities_of_which_none_is_of_the_first_kind_begin_nothing() -> None:
    tables = funnel("ab", activities=[("a", "email_open", 1, "m1"), ("b", "email_open", 2, "m1")])
    opened = np.ones(1, dtype=bool)
    now = int(day(9).timestamp() * 1e6)
    assert len(matched_cohort(tables, ~opened, opened, now)) == 0
    bare = funnel("ab")
    assert len(matched_cohort(bare, np.zeros(0, bool), np.zeros(0, bool), now)) == 0
