"""The text about a change as a whole, line by line, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qualify.explain.moved import Moved, Part
from qualify.explain.moved_text import render_moved

PARTS = (
    Part("ageing", "", -0.3, -0.062, "10 days passed"),
    Part("activity", "pricing_view", 12.345, 0.4, "Pricing page views: 2 new"),
    Part("stage", "SAL", 0.004, 0.0004, "Entered stage “SAL”"),
)
MOVED = Moved(
    "L\n7", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 11, 8, 5, tzinfo=UTC), -1.0, 11.049, 0.27, 0.6084,
    PARTS,
)  # fmt: skip


def test_every_line_by_hand() -> None:
    """Numbers stand below each other, and the last line is the sum."""
    assert (
        render_moved(MOVED, "en")
        == """\
"""
    )
