"""What is declared of columns, and which features have to go for it."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from qualify.config import ColumnSpec
from qualify.features.frame import FeatureFrame
from qualify.features.ordered import Ordered, ordered_of
from tests.rules.build import WORDS, activity, card, rule

NUMBER = ColumnSpec(type="number")
RISING = ColumnSpec(type="number", monotone="rising")
FALLING = ColumnSpec(type="number", monotone="falling")


def size_rule(**rest):
    return rule("attribute", column="size", table=[{"from": 10, "points": 3}], **rest)


def test_nothing_is_declared_unless_somebody_does() -> None:
    made = ordered_of({"size": NUMBER, "age": NUMBER}, card(size_rule()))
    assert made == Ordered()
    assert made.of(["column:size"]) is None


def test_declared_columns_have_a_sign_by_their_feature() -> None:
    made = ordered_of({"size": RISING, "age": FALLING, "other": NUMBER}, card(activity()))
    assert made.of(["age:days", "column:age", "column:other", "column:size"]) == [0, -1, 0, 1]
    assert made.of(["column:other"]) is None
    assert made.left_out == frozenset()


def test_points_that_move_with_a_declared_column_are_no_features() -> None:
    """The rule about it, what that replaces, and the sums that hold these; the others stay."""
    rules = (
        size_rule(id="big", replaces=["open"]),
        activity("open", group="h"),
        activity("visit", group="i"),
    )
    groups = [{"id": name, "label": WORDS} for name in "ghi"]
    made = ordered_of({"size": RISING}, card(*rules, groups=groups))
    assert made.left_out == {"rule:big", "rule:open", "points:g", "points:h", "points:total"}


def test_a_frame_without_some_features() -> None:
    frame = FeatureFrame(2)
    frame.numbers((("a", "f", "x"), ("b", "f", "y")), np.array([[1.0, 2.0], [3.0, 4.0]]))
    frame.number("c", "g", "x", np.array([5.0, 6.0]))
    frame.category("k", "g", "value", np.zeros(2, dtype=np.int32), ("w",), ("w",))
    less = frame.lacking({"a", "c", "nobody"})
    assert [(each.name, each.values.tolist()) for each in less.numeric] == [("b", [3.0, 4.0])]
    assert [each.name for each in less.categorical] == ["k"]
    assert frame.lacking(frozenset()) is frame


@pytest.mark.parametrize("kind", ["category", "boolean", "date", "text", "email", "job_title", "id"])
def test_only_numbers_rise_and_fall(kind: str) -> None:
    with pytest.raises(
        ValidationError, match=rf"`monotone: rising` needs a column of type number, got type {kind}: "
    ):
        ColumnSpec(type=kind, monotone="rising")
    with pytest.raises(ValidationError, match="'rising' or 'falling'"):
        ColumnSpec(type="number", monotone="up")


def test_a_column_of_which_nothing_is_declared_is_written_as_ever() -> None:
    assert "monotone" not in NUMBER.model_dump()
    assert "monotone" not in NUMBER.model_dump_json()
    assert FALLING.model_dump()["monotone"] == "falling"
    assert ColumnSpec.model_validate_json(FALLING.model_dump_json()) == FALLING
