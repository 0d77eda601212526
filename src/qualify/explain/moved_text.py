"""Why a lead's chance moved, as lines of text."""

from __future__ import annotations

from qualify.explain.moved import Moved
from qualify.explain.steps import signed
from qualify.explain.words import phrasebook
from qualify.explain.wrapping import cells, wrap

_WIDTH = 96
_GAP = "  "


def render_moved(moved: Moved, language: str, timezone: str = "UTC") -> str:
    """Tell a change part by part, the last line being the sum; times are those of the zone.

    Raises
    ------
    ConfigError
        There are no texts in that language.
    """
    book = phrasebook(language, timezone)
    before, after = book.percent(moved.probability_before), book.percent(moved.probability_after)
    title = book.text("moved.title", name=book.clean(moved.lead_id), before=before, after=after)
    between = book.text("moved.between", since=book.time(moved.since), until=book.time(moved.until))
    parts = [(part.log_odds, part.probability, part.text) for part in moved.parts]
    total = (
        moved.log_odds_after - moved.log_odds_before,
        moved.probability_after - moved.probability_before,
        book.text("moved.total"),
    )
    cells_of = [
        (signed(size), book.text("moved.points", n=_signed_points(chance)), text)
        for size, chance, text in [*parts, total]
    ]
    lines = _lined_up(cells_of)
    told = [title, between, "", book.text("moved.parts"), *lines, "", *wrap(book.text("moved.note"), _WIDTH)]
    return "\n".join(told) + "\n"


def _signed_points(share: float) -> str:
    """Write a difference of probabilities in percentage points, with its sign and one decimal."""
    return f"{100 * share:+.1f}" if abs(share) >= 0.0005 else "0.0"


def _lined_up(rows: list[tuple[str, str, str]]) -> list[str]:
    """Put the numbers below each other; a long text goes on below its own beginning."""
    widths = [max(cells(row[column]) for row in rows) for column in (0, 1)]
    lines = []
    for *numbers, text in rows:
        padded = [" " * (width - cells(n)) + n for n, width in zip(numbers, widths, strict=True)]
        head = _GAP.join(padded) + _GAP
        first, *rest = wrap(text, _WIDTH - cells(head)) or [""]
        lines += [head + first, *(" " * cells(head) + line for line in rest)]
    return lines
