"""What moved a score between two scorings, worked by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from qualify.ledger import ScoreRecord
from serving.pages.moves import draw_history, list_moves
from serving.pages.words import words_for

EN = words_for("en")


def reason(feature, contribution, value, text):
    return {
        "feature": feature,
        "label": feature.title(),
        "value": value,
        "contribution": contribution,
        "text": text,
    }


def record(day, probability, *reasons, model="m1"):
    at = datetime(2026, 3, day, tzinfo=UTC)
    score = {"probability": probability, "band": "B", "reasons": list(reasons), "model_version": model}
    return ScoreRecord("L1", at, at, "batch", score)


OLD = record(
    1, 0.2, reason("views", 0.3, "1", "Viewed once (raises the chance)"), reason("source", 0.2, "web", "Web")
)
NEW = record(
    9, 0.4, reason("views", 0.9, "4", "Viewed 4 times (strongly raises the chance)"),
    reason("demo", 0.6, "1", "Asked for a demo (strongly raises the chance)"),
    reason("source", 0.4, "web", "Web"),
)  # fmt: skip


def told(move):
    return [(change.text, change.side) for change in move.changes]


def test_the_newest_stands_first_and_tells_what_is_new_and_what_became_another():
    newest, oldest = list_moves([OLD, NEW], EN)
    assert told(newest) == [("Views: 1 → 4", "raises"), ("Asked for a demo", "raises")] or told(newest) == [
        ("Asked for a demo", "raises"), ("Views: 1 → 4", "raises")
    ]  # fmt: skip
    assert (newest.probability, newest.note) == ("40%", "")
    assert (oldest.note, oldest.changes) == ("First score", ())


def test_the_same_value_with_another_weight_is_no_news():
    newest = list_moves([OLD, NEW], EN)[0]
    assert all("Web" not in text for text, _ in told(newest))


def test_what_is_gone_is_told_with_its_opposite_direction():
    newest = list_moves([NEW, record(10, 0.3, *NEW.score["reasons"][:1])], EN)[0]
    assert told(newest) == [("no longer: Asked for a demo", "lowers"), ("no longer: Web", "lowers")]


def test_a_new_model_is_said_to_be_one():
    assert list_moves([OLD, record(9, 0.4, *OLD.score["reasons"], model="m2")], EN)[0].note == "New model"


def test_nothing_changed_is_said():
    assert list_moves([OLD, record(9, 0.2, *OLD.score["reasons"])], EN)[0].note == "No listed reason changed"


def test_a_chance_that_fell_is_not_explained_by_what_raised_it_alone():
    up = reason("views", 0.9, "4", "Viewed 4 times (strongly raises the chance)")
    fell = list_moves([OLD, record(9, 0.1, up, OLD.score["reasons"][1])], EN)[0]
    assert told(fell) == [("Views: 1 → 4", "raises")]
    assert fell.note.startswith("Outweighed by smaller changes")
    quiet = list_moves([OLD, record(9, 0.1, *OLD.score["reasons"])], EN)[0]
    assert "time passing" in quiet.note


def test_the_picture_tells_itself_to_those_who_do_not_see_it():
    drawn = draw_history([OLD, NEW], EN)
    assert 'aria-label="Chance at 2 scorings, from 20% to 40%"' in drawn
    assert drawn.count("<circle") == 2
    assert draw_history([OLD], EN) == ""
