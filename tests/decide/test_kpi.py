"""The shared figures: worked by hand, and laws over cohorts."""

from __future__ import annotations

import re
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.config import StageOrder, Target
from qualify.decide.cohorts import Cohort, last_known
from qualify.decide.figure import waiting_median
from qualify.decide.kpi import KpiTable, compute_kpis
from qualify.decide.kpi_sales import overtaken
from qualify.decide.stage_roles import find_roles
from qualify.errors import ConfigError, UserError
from qualify.leads.tables import NO_TIME, LeadTables
from tests.decide.funnels import answers, day, funnel

ORDER = StageOrder(order=("MQL", "SAL", "SQL", "Recycled", "Won", "Lost"), closed=("Won", "Lost"))
TARGETS = (
    Target(name="sql", stage="SQL", within_days=10),
    Target(name="win", stage="Won", within_days=20),
)


def kpis(tables: LeadTables, now: float, given_answers=None, **more) -> KpiTable:
    return compute_kpis(tables, ORDER, given_answers, now=day(now), targets=TARGETS, **more)


STEPS = [
    *(("a", "MQL", 0), ("a", "SQL", 4), ("a", "Won", 12)),
    *(("b", "MQL", 1), ("b", "SQL", 15)),
    ("c", "MQL", 2),
    *(("d", "MQL", 36), ("d", "SQL", 37)),
]


def test_rates_are_those_of_mature_cohorts() -> None:
    table = kpis(funnel("abcd", STEPS), 40)
    rate = table.total("mql_to_sql")
    # a made it in 4 days, b took 14 of the 10 allowed, c never did; d has only been watched for 4 days.
    assert (rate.numerator, rate.denominator, rate.immature) == (1, 3, 1)
    assert table.total("mql_to_sql_days").value == 4.0
    won = table.total("sql_to_won")
    assert (won.numerator, won.denominator, won.immature) == (1, 2, 1)
    assert table.total("sql_count").value == 3


def test_what_the_tables_end_before_has_not_failed() -> None:
    tables = funnel("abcd", STEPS)
    assert last_known(tables, day(400)) == day(37)
    assert last_known(tables, day(5)) == day(4)
    late, honest = kpis(tables, 400), kpis(tables, 400, watched_until=day(37))
    # d made it, but c and its like could still: only who was watched for ten days counts.
    assert late.total("mql_to_sql").denominator == 4
    assert honest.total("mql_to_sql").denominator == 3
    assert honest.total("mql_to_sql").immature == 1
    assert (late.watched_until, honest.watched_until) == (day(400), day(37))


def test_an_absent_figure_names_its_time_all_the_same() -> None:
    document = kpis(funnel("a", [("a", "Lost", 1)]), 40).to_dict("ja")
    definitions = {figure["key"]: figure["definition"] for figure in document["figures"]}
    assert "10日以内" in definitions["mql_to_sql"]
    assert not any(re.search(r"(?<!\d)0日", text) for text in definitions.values())


def test_an_entry_counts_only_once_it_was_recorded() -> None:
    tables = funnel("a", [("a", "MQL", 0), ("a", "SQL", 4, None, 30)])
    assert kpis(tables, 20).total("mql_to_sql").numerator == 0
    assert kpis(tables, 31).total("mql_to_sql").numerator == 1


def test_what_is_not_in_the_data_has_no_value() -> None:
    table = kpis(funnel("ab"), 40)
    for figure in table.figures:
        assert figure.value is None
        assert figure.why is not None
    assert table.total("sql_count").why == "no_stages"
    assert table.total("email_open_rate").why == "no_activities"


def test_no_approach_is_told_without_sales_work() -> None:
    assert kpis(funnel("abcd", STEPS), 40).total("sql_beyond_limit").why == "no_sales_work"


def test_all_too_young_is_said_so() -> None:
    rate = kpis(funnel("a", [("a", "MQL", 0)]), 5).total("mql_to_sql")
    assert (rate.value, rate.why, rate.immature) == (None, "none_mature", 1)


def test_approach_waits_and_the_limit() -> None:
    tables = funnel("abcd", [(lead, "SQL", 2) for lead in "abcd"])
    undone = ("d", "accepted", 2.1, None, True)
    said = answers(("a", "accepted", 2.25), ("b", "rejected", 5, "no_need"), undone, ("c", "accepted", 1.9))
    table = kpis(tables, 10, said, limit_hours=24)
    late = table.total("sql_beyond_limit")
    # a in 6 hours, c before the stage was written down, b after 3 days; d's answer was taken back.
    assert (late.numerator, late.denominator) == (2, 4)
    assert [lead.lead_id for lead in table.overdue] == ["d"]
    assert table.overdue[0].hours == 192.0
    assert table.total("sql_to_approach").value == pytest.approx(6.0)
    assert table.reasons["rejected"] == {"no_need": 1}


def test_sqls_from_before_the_records_are_left_out() -> None:
    tables = funnel("ab", [("a", "SQL", 0), ("b", "SQL", 20)])
    table = kpis(tables, 40, answers(("b", "accepted", 20.1)))
    late = table.total("sql_beyond_limit")
    assert (late.numerator, late.denominator) == (0, 1)
    assert table.overdue == ()


def test_a_later_stage_ends_the_wait() -> None:
    tables = funnel("ab", [("a", "SQL", 1), ("a", "Won", 1.5), ("b", "SQL", 1)])
    late = kpis(tables, 9, answers(("b", "accepted", 1.1))).total("sql_beyond_limit")
    assert late.numerator == 0


def test_marketing_sqls_left_behind_inbound_ones() -> None:
    stages = [
        *(("m", "MQL", 1), ("m", "SQL", 2)),
        *(("k", "MQL", 1), ("k", "SQL", 8)),
        ("i", "SQL", 3),
    ]
    said = answers(("x", "accepted", 0), ("i", "accepted", 3.1), ("k", "accepted", 8.2))
    behind = kpis(funnel("mkix", stages), 12, said).total("sql_left_behind")
    # m still waits although i came a day later and was approached; k was approached in time.
    assert (behind.numerator, behind.denominator) == (1, 2)


def test_shares_of_answers() -> None:
    stages = [("a", "MQL", 1), ("b", "MQL", 1), ("c", "MQL", 1), ("b", "Recycled", 3, "no budget")]
    said = answers(("a", "accepted", 2), ("c", "rejected", 2, "wrong_person"), ("c", "accepted", 0.5))
    table = kpis(funnel("abc", stages), 40, said)
    assert table.total("recycled").numerator == 1
    assert table.total("accepted").numerator == 2  # c was accepted when it was handed over, half a day in
    assert table.reasons["recycled"] == {"no budget": 1}


def test_a_mail_is_opened_once_and_by_its_own_name() -> None:
    acts = [
        *(("a", "email_sent", 1, "m1"), ("a", "email_open", 2, "m1"), ("a", "email_open", 3, "m1")),
        *(("a", "email_sent", 1, "m2"), ("b", "email_sent", 1, "m1"), ("b", "email_open", 9, "m1")),
        *(("b", "email_sent", 19, "m3"), ("b", "email_open", 19.5, "m3")),
    ]
    rate = kpis(funnel("ab", activities=acts), 20).total("email_open_rate")
    # Of three mails of a week and more ago one was opened within a week; the fourth is too young.
    assert (rate.numerator, rate.denominator, rate.immature) == (1, 3, 1)


def test_attendance_without_topics_goes_by_lead() -> None:
    acts = [("a", "webinar_registered", 1), ("a", "webinar_attended", 4), ("b", "webinar_registered", 1)]
    table = kpis(funnel("ab", activities=acts), 60)
    assert table.total("webinar_attendance").value == 0.5
    assert table.total("webinar_count").value == 1


def test_groups_add_up_to_the_total() -> None:
    tables = funnel("abcd", STEPS, sources=["web", "web", None, "event"])
    by_source = kpis(tables, 40, by="source", source="source")
    parts = [f for f in by_source.figures if f.key == "mql_to_sql" and f.group is not None]
    total = by_source.total("mql_to_sql")
    assert {f.group for f in parts} == {"web", "", "event"}
    assert sum(f.denominator or 0 for f in parts) == total.denominator
    assert sum(f.immature for f in parts) == total.immature
    by_month = kpis(tables, 40, by="month")
    assert by_month.groups == ("2026-01", "2026-02")


def test_documents_speak_both_languages() -> None:
    table = kpis(funnel("abcd", STEPS), 40)
    for language, word in (("en", "within 10 days"), ("ja", "10日以内")):
        figures = {each["key"]: each for each in table.to_dict(language)["figures"]}
        assert word in figures["mql_to_sql"]["definition"]
        assert figures["email_open_rate"]["note"]


def test_wrong_input_is_told() -> None:
    with pytest.raises(UserError, match="no zone"):
        compute_kpis(funnel("a"), ORDER, now=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ConfigError, match="figures by source need the column"):
        kpis(funnel("a"), 1, by="source")


def test_roles_come_from_configuration_names_and_targets() -> None:
    own = StageOrder(order=("Angebot", "Gewonnen"), closed=("Gewonnen",))
    targets = (
        Target(name="a", stage="Angebot", within_days=3),
        Target(name="w", stage="Gewonnen", within_days=3),
    )
    assert find_roles(own, targets) == {"sql": "Angebot", "won": "Gewonnen"}
    assert find_roles(StageOrder(order=("sales_qualified lead", "失注"))) == {
        "sql": "sales_qualified lead",
        "lost": "失注",
    }


def test_the_median_wait_counts_those_who_wait() -> None:
    hour = 3_600_000_000
    cohort = Cohort(np.arange(4), np.zeros(4, dtype=np.int64), np.array([hour, 3 * hour, NO_TIME, NO_TIME]))
    # Two of four were approached, after 1 and 3 hours: half wait longer than 3 hours.
    assert waiting_median("sql_to_approach", cohort, 9 * hour, None).value == pytest.approx(3.0)
    most = Cohort(np.arange(3), np.zeros(3, dtype=np.int64), np.array([hour, NO_TIME, NO_TIME]))
    assert waiting_median("sql_to_approach", most, 9 * hour, None).why == "most_wait"


_TIMES = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50) | st.none()), max_size=8)


@given(_TIMES, _TIMES)
def test_being_overtaken_is_what_it_says(waiting: list, others: list) -> None:
    def cohort(rows: list) -> Cohort:
        start = np.array([a for a, _ in rows], dtype=np.int64)
        done = np.array([NO_TIME if wait is None else a + wait for a, wait in rows], dtype=np.int64)
        return Cohort(np.arange(len(rows)), start, done)

    now = 100
    expected = [
        any(
            b > a and took is not None and b + took < (now if wait is None else a + wait)
            for b, took in others
        )
        for a, wait in waiting
    ]
    assert overtaken(cohort(waiting), cohort(others), now).tolist() == expected


def test_months_are_those_of_the_projects_zone() -> None:
    tables = funnel("a", [("a", "MQL", 30.7)])  # the last evening of January, in UTC
    assert kpis(tables, 45, by="month").groups == ("2026-01",)
    assert kpis(tables, 45, by="month", timezone="Asia/Tokyo").groups == ("2026-02",)
