"""The text about a change as a whole, line by line, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from qualify.explain.moved import Moved, Part
from qualify.explain.moved_text import render_moved
from qualify.explain.wrapping import cells

PARTS = (
    Part("ageing", "", -0.3, -0.062, "10 days passed"),
    Part("activity", "pricing_view", 12.345, 0.4, "Pricing page views: 2 new"),
    Part("stage", "SAL", 0.004, 0.0004, "Entered stage “SAL”"),
)
SINCE, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 11, 8, 5, tzinfo=UTC)
MOVED = Moved("L\n7", SINCE, UNTIL, -1.0, 11.049, 0.27, 0.6084, PARTS)


def test_every_line_by_hand() -> None:
    """Numbers stand below each other, and the last line is the sum."""
    assert (
        render_moved(MOVED, "en")
        == """\
Why lead L 7 moved from 27% to 61%
From 2026-03-01 00:00 UTC to 2026-03-11 08:05 UTC

What made the difference
 -0.30   -6.2 pp  10 days passed
+12.35  +40.0 pp  Pricing page views: 2 new
  0.00    0.0 pp  Entered stage “SAL”
+12.05  +33.8 pp  Change in all

Each part is the difference of two scores, one change after the other in this order: together
they are the whole change, in log-odds and in percentage points (pp).
"""
    )


def test_a_japanese_character_takes_the_room_of_two() -> None:
    lines = render_moved(MOVED, "ja").splitlines()
    assert lines[4:8] == [
        " -0.30   -6.2ポイント  10 days passed",
        "+12.35  +40.0ポイント  Pricing page views: 2 new",
        "  0.00    0.0ポイント  Entered stage “SAL”",
        "+12.05  +33.8ポイント  変化の合計",
    ]


@pytest.mark.parametrize(("language", "word"), [("en", "word "), ("ja", "長い言葉")])
def test_lines_fill_their_width_and_no_more(language: str, word: str) -> None:
    long = Part("attribute", "note", 0.5, 0.1, word * 60)
    moved = replace(MOVED, parts=(long,))
    first, *rest, _ = render_moved(moved, language).split("\n\n")[1].splitlines()[1:]
    start = cells(first[: first.index(word[0])])
    assert [len(line) - len(line.lstrip()) for line in rest] == [start] * len(rest)
    widths = [cells(line) for line in (first, *rest)]
    assert 96 - cells(word) < max(widths) <= 96
