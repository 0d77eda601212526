"""Where a lead stands: laws over all histories, and the stories that the desk lives by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.ledger.records import CLOSING, VERDICTS
from qualify.ledger.standing import News, Standing, after_answer, after_score, passes

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("score"), st.sampled_from("ABCD"), st.booleans(), st.booleans(), st.booleans()),
        st.tuples(st.just("answer"), st.sampled_from(VERDICTS)),
    ),
    max_size=30,
)


def news(band="A", at=10, *, in_sql=False, closed=False, active=None):
    return News(band, in_sql, closed, at, active)


def told(*scores):
    """Go through scores; return what was passed at each, and the last standing."""
    standing, found = None, []
    for each in scores:
        before, standing = standing, after_score(standing, each)
        found.append(list(passes(before, standing)))
    return found, standing


def test_the_first_score_counts_as_passing():
    assert told(news("A", in_sql=True))[0] == [["band_a", "sql"]]
    assert told(news("B"))[0] == [[]]


def test_a_spell_is_told_once():
    bands = [news(band, at) for at, band in enumerate("AABAA")]
    assert told(*bands)[0] == [["band_a"], [], [], ["band_a"], []]


@pytest.mark.parametrize(
    ("rest", "days", "alerts"),
    [
        (7, "AABAA", [0]),  # out for a day: it wavers
        (7, "ABBBBBBBA", [0, 8]),  # out for seven days
        (7, "ABBBBBBA", [0]),
        (7, "ABABABABABA", [0]),
        (0, "AABAA", [0, 3]),
        (7, "BBA", [2]),  # it never was in
    ],
)
@pytest.mark.parametrize("kind", ["band_a", "sql"])
def test_a_lead_that_wavers_is_told_again_only_after_its_rest(kind, rest, days, alerts):
    standing, found = None, []
    for at, band in enumerate(days):
        each = news(band, at) if kind == "band_a" else news("B", at, in_sql=band == "A")
        before, standing = standing, after_score(standing, each)
        found += [at] * (kind in passes(before, standing, at, rest))
    assert found == alerts


def test_a_fall_noted_by_a_clock_that_ran_ahead_does_not_hold_a_lead_back_for_ever():
    _, standing = told(news("A", 10), news("B", 1_000_000), news("B", 20))
    assert standing.a_out_since == 20
    assert list(passes(standing, after_score(standing, news("A", 30)), 30, 7)) == ["band_a"]


def test_a_lead_that_comes_back_after_an_answer_is_told_without_rest():
    standing = after_answer(told(news("A", 10, in_sql=True))[1], "rejected", 40, None)
    standing = after_score(standing, news("B", 41))
    back = after_score(standing, news("A", 42, in_sql=True, active=41))
    assert back.returned_at == 42
    assert list(passes(standing, back, 42, 1_000)) == ["band_a", "sql"]


def test_closed_leads_pass_into_nothing():
    assert told(news("B"), news("A", 11, closed=True))[0] == [[], []]


def test_waiting_begins_with_the_spell_and_ends_with_an_answer():
    _, standing = told(news("A", 10), news("B", 20, in_sql=True), news("A", 30))
    assert standing.waiting_since == 10
    assert after_answer(standing, "accepted", 40, None).waiting_since is None
    assert told(news("A", 10), news("B", 20))[1].waiting_since is None


@pytest.mark.parametrize(
    ("scores", "returned"),
    [
        ([news("A", 50, active=45)], None),  # it never left band A
        ([news("B", 50, active=45), news("A", 60, active=45)], 60),
        ([news("B", 50), news("A", 60)], None),  # it did nothing
        ([news("B", 50), news("A", 60, active=39)], None),  # nothing since the answer
        ([news("B", 50), news("A", 60), news("A", 70, active=65)], 70),  # the activity came later
    ],
)
def test_a_rejected_lead_comes_back_with_an_activity_and_a_passage(scores, returned):
    _, standing = told(news("A", 10))
    standing = after_answer(standing, "rejected", 40, None)
    passed = []
    for each in scores:
        before, standing = standing, after_score(standing, each)
        passed = list(passes(before, standing))
    assert standing.returned_at == returned
    assert standing.open is (returned is not None)
    assert passed == (["band_a"] if returned else [])
    assert standing.waiting_since == returned


@pytest.mark.parametrize(
    ("score", "returned"),
    [
        (news("B", 50, in_sql=True, active=45), 50),  # it earned SQL
        (news("B", 50, in_sql=True), None),  # without doing anything: the rules moved, not the lead
        (news("B", 50, active=45), None),
    ],
)
@pytest.mark.parametrize("verdict", ["rejected", "recycled"])
def test_a_lead_in_nurturing_comes_back_when_it_earns_sql(verdict, score, returned):
    standing = after_answer(told(news("B", 10))[1], verdict, 40, None)
    back = after_score(standing, score)
    assert back.returned_at == back.waiting_since == returned
    assert list(passes(standing, back)) == (["sql"] if returned else [])
    stayed = after_answer(told(news("B", 10, in_sql=True))[1], verdict, 40, None)
    assert after_score(stayed, news("B", 50, in_sql=True, active=45)).returned_at is None  # it never left SQL


@pytest.mark.parametrize("verdict", ["won", "lost"])
def test_a_decided_lead_does_not_come_back(verdict):
    standing = after_answer(told(news("B", 10))[1], verdict, 40, None)
    assert after_score(standing, news("A", 60, active=55)).returned_at is None


@given(STEPS)
def test_laws(steps):
    standing: Standing | None = None
    for at, step in enumerate(steps):
        before = standing
        if step[0] == "answer":
            if before is None:
                continue
            standing = after_answer(before, step[1], at, None)
            assert standing.answered
            assert standing.open is (not standing.closed_stage and step[1] not in CLOSING)
        else:
            _, band, in_sql, closed, active = step
            standing = after_score(
                before, news(band, at, in_sql=in_sql, closed=closed, active=at if active else None)
            )
            found = passes(before, standing)
            assert not found or standing.open
            assert "band_a" not in found or band == "A"
            assert "sql" not in found or in_sql
            # The same score again changes nothing and tells nothing.
            again = after_score(
                standing, news(band, at, in_sql=in_sql, closed=closed, active=at if active else None)
            )
            assert again == standing
            assert not passes(standing, again)
        waits = standing.waiting_since
        assert waits is None or (standing.open and not standing.answered and waits <= at)
        assert (standing.hot_since is None) is (standing.band != "A" and not standing.in_sql)
