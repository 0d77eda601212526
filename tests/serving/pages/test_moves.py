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


UNEXPLAINED = "What moved it is not among the stored reasons."


def test_the_newest_stands_first_and_tells_what_became_another_before_what_is_newly_listed():
    newest, oldest = list_moves([OLD, NEW], EN)
    assert told(newest) == [
        ("Views: 1 → 4", "raises"), ("now among the main reasons: Asked for a demo", ""),
    ]  # fmt: skip
    assert [change.strength for change in newest.changes] == ["strongly raises", ""]
    assert (newest.probability, newest.note) == ("40%", "")
    assert (oldest.note, oldest.changes) == ("First score", ())


def test_the_same_value_with_another_weight_is_no_news():
    newest = list_moves([OLD, NEW], EN)[0]
    assert all("Web" not in text for text, _ in told(newest))


def test_what_is_listed_no_longer_may_still_hold_and_gets_no_direction():
    newest = list_moves([NEW, record(10, 0.3, *NEW.score["reasons"][:1])], EN)[0]
    assert told(newest) == [
        ("no longer among the main reasons: Asked for a demo", ""),
        ("no longer among the main reasons: Web", ""),
    ]
    assert newest.note == ""


def test_the_direction_is_that_of_the_weights_and_not_of_the_values():
    more = reason("views", 0.1, "9", "Viewed 9 times")
    assert told(list_moves([OLD, record(9, 0.1, more)], EN)[0])[0] == ("Views: 1 → 9", "lowers")


def test_a_new_model_is_said_to_be_one_and_its_weights_are_not_compared():
    up = reason("views", 0.9, "4", "Viewed 4 times (strongly raises the chance)")
    moved = list_moves([OLD, record(9, 0.4, up, OLD.score["reasons"][1], model="m2")], EN)[0]
    assert (moved.note, told(moved)) == ("New model", [("Views: 1 → 4", "")])


def test_a_value_in_another_language_is_not_another_value():
    japanese = {**OLD.score["reasons"][0], "label": "閲覧", "value": "1回", "contribution": 0.9}
    assert list_moves([OLD, record(9, 0.2, japanese, OLD.score["reasons"][1])], EN)[0].changes == ()


def test_nothing_changed_is_said():
    assert list_moves([OLD, record(9, 0.2, *OLD.score["reasons"])], EN)[0].note == "No listed reason changed"


def test_a_move_that_no_stored_reason_explains_is_said_to_be_one():
    up = reason("views", 0.9, "4", "Viewed 4 times (strongly raises the chance)")
    fell = list_moves([OLD, record(9, 0.1, up, OLD.score["reasons"][1])], EN)[0]
    assert told(fell) == [("Views: 1 → 4", "raises")]
    assert fell.note == UNEXPLAINED
    assert list_moves([OLD, record(9, 0.1, *OLD.score["reasons"])], EN)[0].note == UNEXPLAINED


def test_the_picture_tells_itself_to_those_who_do_not_see_it():
    drawn = draw_history([OLD, NEW], EN)
    assert 'aria-label="Chance at 2 scorings, from 20% to 40%"' in drawn
    assert drawn.count("<circle") == 2
    assert draw_history([OLD], EN) == ""
