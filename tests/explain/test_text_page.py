"""The text about a lead as a whole: each section line by line, what is bold or dim, and narrow terminals."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from qualify.explain.explanation import CardLine, Event, Explanation
from qualify.explain.lead import render_text
from qualify.explain.reasons import PastLeads, Reason
from qualify.explain.what_if import Change
from tests.explain.leads import NOW, make_lead

BOLD, DIM = "1", "2"
LONG = "".join(chr(97 + i % 26) for i in range(70))
"""A word longer than a line of a narrow terminal, and short enough to be shown whole."""
BARE: dict[str, object] = {
    "reasons": (), "card": (), "timeline": (), "facts": (), "changes": None, "stage": None, "rank": None,
    "name": None, "target": None, "model_version": "", "band": "D",
}  # fmt: skip


def told(**changes: object) -> Explanation:
    """A lead of which every section has something to say."""
    fair = Reason("column:source", "source", "fair", 0.4, "Source: fair (raises the chance)")
    known = replace(
        fair, evidence=PastLeads(1412, 0.64, 0.22, "Of 1,412 past leads like this, 64% succeeded")
    )
    small = Reason("column:size", "size", "3", -0.0125, "Size: 3 (slightly lowers the chance)")
    parts: dict[str, object] = {
        "reasons": (known, small),
        "disagreement": "none",
        "changes": (Change((), 0.6, "A", "Attended a webinar today: 60%, band A"),),
    }
    return make_lead(**(parts | changes))


WHOLE = """\
Lead Aoki Precision Works, Ms. Tanaka
L-000123
42% chance  90% interval: 31% to 55%
Chance of: becomes an SQL within 60 days
Band A: call first · No. 3 on the call list · Score 96 of 100
Stage: MQL
The scorecard's entry criteria say: SQL (qualified by sales)
Model and scorecard largely agree
As known at 2026-06-30 09:00 UTC

What to do first
1.  Call today.

What speaks for it
+0.40  ████████████  Source: fair
                     Of 1,412 past leads like this, 64% succeeded

What speaks against it
-0.01  █             Size: 3

All other things together: -0.09
Fit (who the lead is): +0.29
Engagement (what the lead does): +1.42
Each number says how much that item matters; together they add up to the model's answer (unit:
log-odds before calibration).

What leads one band higher had
-  Attended a webinar today: 60%, band A
Seen in past leads, not proven to be the cause: bringing it about need not have this effect.

About the lead
Company    Aoki Precision Works
Industry   Manufacturing
Employees  620

Scorecard: 47.5 points, band C
Points  Rule               Found
    24  Pricing page view  Viewed the pricing page × 4
   9.5  Demo request       1
     9  Industry           Manufacturing
     5  Role               Head of sales

What happened
2026-06-30 04:00 UTC  Viewed the pricing page: /pricing
2026-06-28 09:00 UTC  Requested a product demo
2026-06-28 08:00 UTC  Viewed the pricing page: /pricing/enterprise
2026-06-21 09:00 UTC  Opened an e-mail: Newsletter June
2026-05-21 09:00 UTC  Entered stage “Inquiry”

Made by model 3, scorecard 2026-04-1a2b3c
"""


def test_the_whole_text_by_hand() -> None:
    assert render_text(told(), "en") == WHOLE


def test_what_is_not_known_is_left_out() -> None:
    assert (
        render_text(told(**BARE), "en")
        == """\
Lead L-000123
42% chance  90% interval: 31% to 55%
Band D: leave alone for now · Score 96 of 100
The scorecard's entry criteria say: SQL (qualified by sales)
Model and scorecard largely agree
As known at 2026-06-30 09:00 UTC

What to do first
1.  No action by sales now; leave the lead to the newsletter.

Why this chance
No single thing stands out: this lead is like most others.

Scorecard: 47.5 points, band C
No rule gave this lead points.

What happened
Nothing recorded yet.

Made by scorecard 2026-04-1a2b3c
"""
    )


@pytest.mark.parametrize(
    ("band", "said"), [("A", "in the highest band already"), ("D", "would lift this lead a band")]
)
def test_where_no_change_is_known_the_band_says_why(band: str, said: str) -> None:
    before, _, after = render_text(told(band=band, changes=()), "en").partition("one band higher had\n")
    assert said in after.splitlines()[0]
    assert said not in before


def test_earlier_events_are_counted_below_the_latest() -> None:
    events = tuple(Event(NOW - timedelta(days=day), f"day {day}") for day in range(14))
    lines = render_text(told(timeline=events), "en").splitlines()
    assert lines[lines.index("2026-06-19 09:00 UTC  day 11") + 1] == "2 earlier events not shown"


def marked(code: str) -> list[str]:
    """The lines of the coloured text that are wholly in one style."""
    lines = render_text(told(facts=(("Bold", "no"),)), "en", colour=True).splitlines()
    return [
        re.sub(r"\x1b\[\d*m", "", line).strip()
        for line in lines
        if line.startswith(f"\x1b[{code}m") and f"\x1b[0m\x1b[{code}m" not in line
    ]


def test_headings_and_the_chance_are_bold() -> None:
    assert marked(BOLD) == [
        "Lead Aoki Precision Works, Ms. Tanaka", "42% chance  90% interval: 31% to 55%", "What to do first",
        "What speaks for it", "What speaks against it", "What leads one band higher had", "About the lead",
        "Scorecard: 47.5 points, band C", "What happened",
    ]  # fmt: skip


def test_what_matters_less_is_dim() -> None:
    assert marked(DIM) == [
        "L-000123", "As known at 2026-06-30 09:00 UTC",
        "Each number says how much that item matters; together they add up to the model's answer (unit:",
        "log-odds before calibration).",
        "Seen in past leads, not proven to be the cause: bringing it about need not have this effect.",
        "Made by model 3, scorecard 2026-04-1a2b3c",
    ]  # fmt: skip
    text = render_text(told(), "en", colour=True)
    assert "\x1b[2mOf 1,412 past leads like this, 64% succeeded\x1b[0m" in text


def test_bars_have_the_colour_of_their_number() -> None:
    lines = [line for line in render_text(make_lead(), "en", colour=True).splitlines() if "█" in line]
    colours = [re.findall(r"\x1b\[([1-9][\d;]*)m", line) for line in lines]
    assert [len(of_line) for of_line in colours] == [2] * 6
    assert all(number == bar for number, bar in colours)


def test_a_long_word_goes_on_in_the_next_line_wherever_it_stands() -> None:
    reason = Reason("column:x", "x", LONG, 0.4, f"X: {LONG}")
    for changes in (
        {"reasons": (reason,)},
        {"facts": (("Company", LONG),)},
        {"timeline": (Event(NOW, LONG),)},
        {"card": (CardLine(LONG, "found", 3.0),)},
        {"card": (CardLine("rule", LONG, 3.0),)},
        {"changes": (Change((), 0.5, "A", LONG),)},
    ):
        text = render_text(told(**(BARE | changes)), "en", width=44)
        assert LONG in re.sub(r"found|\s", "", text), changes


def test_times_and_numbers_stay_on_one_line() -> None:
    text = render_text(told(card=(CardLine(LONG, LONG, -1234.5),)), "en", width=34)
    assert "2026-06-30 04:00 UTC  Viewed" in text
    assert "\n+0.40  " in text
    assert "\n-1,234.5  " in text
