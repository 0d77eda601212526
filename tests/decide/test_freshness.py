"""Before a lead is called SQL, the age of its score is looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qualify.decide.freshness import Freshness
from qualify.decide.handoff import build_handoff
from qualify.decide.words import load_words
from qualify.explain.words import phrasebook
from tests.decide.funnels import day
from tests.explain.leads import make_lead

STALE = Freshness(timedelta(days=9, hours=5), timedelta(days=7))
FRESH = Freshness(timedelta(days=7), timedelta(days=7))


def warning(freshness, stage, language="en"):
    return freshness.warning(stage, load_words(language), phrasebook(language))


def test_a_score_is_stale_beyond_the_days_that_the_scorecard_allows():
    assert not Freshness.of(day(0), day(7), 7).stale
    assert Freshness.of(day(0), day(7.01), 7).stale


def test_only_a_stale_score_that_recommends_a_stage_is_warned_of():
    assert warning(STALE, None) == warning(FRESH, "SQL") == ""
    assert warning(STALE, "SQL") == (
        "This score is 9 days old, and the scorecard counts a score as fresh for 7: "
        "score the lead again before you call it SQL."
    )
    assert "9日前" in warning(STALE, "SQL", "ja")


@pytest.mark.parametrize(("freshness", "told"), [(STALE, True), (FRESH, False), (None, False)])
def test_the_hand_off_says_so_beside_the_recommended_stage(freshness, told):
    lead = make_lead("en", recommended_stage="SQL", as_of=day(30))
    package = build_handoff({}, lead, {}, "en", freshness=freshness)
    (rules,) = [section.lines for section in package.sections() if section.key == "rules"]
    assert (warning(STALE, "SQL") in rules) is told
    assert package.to_dict()["scores"]["rules"]["stale"] is (None if freshness is None else told)
