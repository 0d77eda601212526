"""K001 to K013: a scorecard beside the tables that it is used on."""

from __future__ import annotations

from qualify.rules import default_scorecard
from tests.rules.build import act, activity, card, column, rule, stage, tables
from tests.training.test_check import FLAT, loaded_of
from training.checks.codes import EXPLAINED
from training.checks.scorecard import check_scorecard, notes_line

BIG = activity("big", types="visit", points=200, most=1)


def found(scorecard, there):
    return list(check_scorecard(loaded_of(there, FLAT, scorecard=scorecard)))


def test_an_empty_band_or_stage_is_a_warning_and_the_rest_are_notes():
    odd = rule("attribute", "odd", column="size", table=[{"is": "s", "points": 0}])
    own = card(activity(points=9, most=8), odd, stages=[stage("S", enter={"points_at_least": 99})])
    levels = {(each.code, each.subject): each.level for each in found(own, tables([act("visit", 9)]))}
    assert levels == {
        ("K001", "band:A"): "warning",
        ("K001", "stage:S"): "warning",
        ("K002", "odd"): "note",
        ("K011", "stage:S"): "warning",
        ("K012", "odd"): "note",
    }


def test_every_finding_says_what_to_do_about_it():
    (only,) = found(card(BIG), tables([act("download", 9)]))
    assert (only.code, only.subject, only.mend) == ("K003", "big", EXPLAINED["K003"].mend)
    assert "there is no activity type 'visit'" in only.text


def test_unknown_stages_are_told_in_one_line():
    there = tables([act("visit", 9)], stages_of=[[("Won", 1), ("Lost", 2)]])
    (only,) = found(card(BIG), there)
    assert (only.code, only.level, only.subject) == ("K013", "note", "stages")
    assert only.text == "the scorecard does not know 2 of the stages: 'Lost', 'Won'"


def test_the_line_of_init_counts_rules_once():
    there = tables([act("visit", 9)], columns={"size": column("s")})
    assert notes_line(card(BIG), there) is None
    lost = [activity(name, types=name, points=1) for name in ("a", "b")]
    assert notes_line(card(BIG, *lost), there) == (
        "scorecard: 2 rules are about columns or activities that these tables lack; "
        "`qualify check` says which"
    )
    known = tables([act("visit", 9)], stages_of=[[("Won", 1), ("Lost", 2)]])
    assert notes_line(card(BIG), known) == "scorecard: 1 note; `qualify check` says which"
    told = notes_line(card(BIG, lost[0], activity("c", types="visit", points=0)), there)
    assert told.startswith(
        "scorecard: 1 rule is about columns or activities that these tables lack and 1 more"
    )


def test_the_shipped_rules_are_clean_on_the_simulated_funnel(world):
    from training.data import load_tables

    loaded = load_tables(world.config, world.folder, whole=True)
    assert loaded.scorecard.version == default_scorecard().version
    assert list(check_scorecard(loaded)) == []
