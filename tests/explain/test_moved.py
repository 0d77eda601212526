"""Why a chance moved: parts by hand, sums exact, in the words of both languages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.errors import UserError
from qualify.explain.moved import Judge, split_change
from qualify.explain.moved_text import render_moved
from qualify.explain.words import phrasebook
from qualify.leads.tables import MICROSECONDS_A_DAY
from qualify.leads.variants import one_lead, with_value
from tests.rules.build import act, column, micros, tables

EN = phrasebook("en")
SINCE, UNTIL = micros(10), micros(20)


def make_lead():
    found = tables(
        [act("pricing_view", 3), act("pricing_view", 12), act("email_open", 11), act("pricing_view", 14),
         act("email_open", 5, known=13), act("email_open", 25)],
        columns={"source": column("fair"), "size": column(10)}, stages_of=([("MQL", 2), ("SAL", 15)],),
    )  # fmt: skip
    return one_lead(replace(found, created_at=np.array([micros(1)])), 0)


def judge(version="m1", card="c1", **weights):
    """A model of plain sums: so much a day, an activity, a stage, a known fair, an employee, and a start."""
    w = {"start": -2.0, "day": -0.1, "pricing_view": 0.5, "email_open": 0.2, "stage": 1.0, "fair": 0.3,
         "size": 0.01, **weights}  # fmt: skip

    def score(leads, moments):
        out = []
        for row, moment in enumerate(moments.tolist()):
            lead = one_lead(leads, row)
            acts = lead.activities
            known = acts.known_at <= moment
            z = w["start"] + w["day"] * (moment - int(lead.created_at[0])) / MICROSECONDS_A_DAY
            z += sum(w[acts.types[code]] for code in acts.type[known])
            z += w["stage"] * (lead.stages.known_at <= moment).sum()
            source = lead.columns["source"]
            z += w["fair"] * (source.vocabulary[source.values[0]] == "fair")
            out.append(z + w["size"] * lead.columns["size"].values[0])
        return np.array(out)

    return Judge(score, version, card)


def parts_of(moved):
    return [(part.cause, part.subject, round(part.log_odds, 9)) for part in moved.parts]


def test_the_parts_by_hand():
    moved = split_change(make_lead(), SINCE, UNTIL, now=judge(), book=EN)
    assert parts_of(moved) == [
        ("ageing", "", -1.0), ("activity", "email_open", 0.4), ("activity", "pricing_view", 1.0),
        ("stage", "SAL", 1.0),
    ]  # fmt: skip
    # An e-mail that was opened before, and recorded since, is news; one of the future is not.
    assert [part.text for part in moved.parts] == [
        "10 days passed; counted alone, with nothing new", "E-mail opens: 2 new",
        "Pricing page views: 2 new", "Entered stage “SAL”",
    ]  # fmt: skip
    assert moved.log_odds_before == pytest.approx(-2.0 - 0.9 + 0.5 + 1.0 + 0.3 + 0.1)
    assert moved.log_odds_after - moved.log_odds_before == pytest.approx(1.4)


def test_attributes_count_where_those_of_then_are_given():
    lead = make_lead()
    earlier = with_value(with_value(lead, "source", "ad"), "size", 4.0)
    moved = split_change(lead, SINCE, UNTIL, now=judge(), book=EN, earlier=earlier)
    assert parts_of(moved)[-2:] == [("attribute", "source", 0.3), ("attribute", "size", 0.06)]
    assert [part.text for part in moved.parts[-2:]] == [
        "source changed from ad to fair", "size changed from 4 to 10",
    ]  # fmt: skip
    gone = split_change(lead, SINCE, UNTIL, now=judge(), book=EN, earlier=with_value(lead, "size", np.nan))
    assert gone.parts[-1].text == "size changed from not given to 10"


def test_rules_and_model_are_told_apart_where_that_can_be():
    old, new = judge(), judge("m2", "c2", start=-1.0, pricing_view=0.7)
    between = judge("m1", "c2", pricing_view=0.7)
    moved = split_change(make_lead(), SINCE, UNTIL, now=new, book=EN, then=old, between=between)
    assert parts_of(moved)[-2:] == [("rules", "", 0.6), ("model", "", 1.0)]
    assert moved.parts[-2].text == "The scorecard was changed from c1 to c2"
    assert moved.parts[-1].text == "Another model: m2 instead of m1"
    joined = split_change(make_lead(), SINCE, UNTIL, now=new, book=EN, then=old)
    assert parts_of(joined)[-1] == ("model", "", 1.6)
    assert joined.parts[-1].text == "Another model with other rules: m2 instead of m1"


@given(st.lists(st.floats(-2, 2, width=32), min_size=7, max_size=7), st.integers(2, 18), st.integers(1, 30))
def test_the_parts_add_up(weights, since, days):
    names = ("start", "day", "pricing_view", "email_open", "stage", "fair", "size")
    lead, other = make_lead(), judge("m2", "c2", **dict(zip(names, weights, strict=True)))
    start = micros(since)
    moved = split_change(
        lead, start, start + micros(days), now=judge(), book=EN, then=other,
        earlier=with_value(lead, "size", 1.0),
    )  # fmt: skip
    change = moved.log_odds_after - moved.log_odds_before
    assert sum(part.log_odds for part in moved.parts) == pytest.approx(change, abs=1e-9)
    change = moved.probability_after - moved.probability_before
    assert sum(part.probability for part in moved.parts) == pytest.approx(change, abs=1e-12)
    assert moved.log_odds_after == pytest.approx(
        judge().score(lead, np.array([start + micros(days)]))[0], abs=1e-9
    )


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [
        (UNTIL, SINCE, "the first moment is not before the second"),
        (SINCE, SINCE, "the first moment is not before the second"),
        (micros(0), UNTIL, r"did not exist yet(.|\n)*from 1970-01-02T00:00:00\+00:00 on"),
    ],
)
def test_refused(since, until, message):
    with pytest.raises(UserError, match=message):
        split_change(make_lead(), since, until, now=judge(), book=EN)


def test_the_text_shows_parts_and_their_sum():
    text = render_moved(split_change(make_lead(), SINCE, UNTIL, now=judge(), book=EN), "en")
    lines = text.splitlines()
    assert lines[0] == "Why lead L0 moved from 27% to 60%"
    assert lines[1] == "From 1970-01-11 00:00 UTC to 1970-01-21 00:00 UTC"
    assert lines[4].startswith("-1.00  ")
    assert lines[4].endswith("pp  10 days passed; counted alone, with nothing new")
    assert lines[8].startswith("+1.40  +33.0 pp  Change in all")
    japanese = render_moved(split_change(make_lead(), SINCE, UNTIL, now=judge(), book=phrasebook("ja")), "ja")
    assert "価格ページの閲覧：新たに2件" in japanese
    assert "ステージ「SAL」に入る" in japanese
