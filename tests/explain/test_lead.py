import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualify.explain.advice import first_steps
from qualify.explain.digest import counted_lines, latest_events
from qualify.explain.lead import CardLine, Event, lead_style, render_fragment, render_html, render_text
from qualify.explain.reasons import Reason
from qualify.explain.words import phrasebook
from qualify.explain.wrapping import cells
from tests.explain.leads import NOW, make_lead

EN = phrasebook("en")
BARE = {"card": (), "timeline": (), "facts": (), "rank": None, "stage": None, "target": None, "name": None}
HOSTILE = '<script>alert("x")</script>&amp;\'"><img src=x onerror=y>'


class Page(HTMLParser):
    """Collects the tags and attributes of a page, and what is open at its end."""

    VOID = frozenset({"meta", "rect", "circle", "line"})

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.attributes, self.words = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    "changes", [{}, BARE, {"reasons": (), **BARE}, {"disagreement": "none", "band": "D"}]
)
def test_the_page_is_whole_and_needs_nothing_from_outside(language, changes):
    html = render_html(make_lead(language, **changes), language)
    page = Page(html)
    assert page.open == []
    assert html.startswith("<!doctype html>")
    assert ("html", "lang", language) in page.attributes
    assert {"script", "link", "img", "iframe", "object", "base"}.isdisjoint(page.tags)
    assert not [
        value for _, name, value in page.attributes if name in {"src", "href", "style"} or name[:2] == "on"
    ]
    assert not re.search(r"url\(|@import|https?://", html)
    assert not re.search(r"\bnan\b|\bNone\b|[{}]{2}|Undefined", page.text)
    for wanted in ("42%", "prefers-color-scheme: dark", "max-width: 760px", '<svg class="waterfall"'):
        assert wanted in html


def test_the_page_says_whom_why_and_what_to_do():
    text = Page(render_html(make_lead(), "en")).text
    for wanted in (
        "Aoki Precision Works, Ms. Tanaka",
        "L-000123",
        "42%",
        "90% interval: 31% to 55%",
        "Band A: call first",
        "No. 3 on the call list",
        "Call today.",
        "Offer two dates for the demo",
        "Find out: Country.",
        "Viewed the pricing page 4 times in the last 7 days, 9 in all strongly raises",
        "Country is not given lowers",
        "Scorecard: 47.5 points, band C",
        "2026-06-30 04:00 UTC Viewed the pricing page: /pricing",
        "Made by model 3, scorecard 2026-04-1a2b3c",
    ):
        assert wanted in text


def test_japanese_pages_are_japanese():
    lead = make_lead("ja")
    words = re.sub(
        r"[A-Z]-\d+|Newsletter June|SQL|MQL|UTC|/[a-z/]+|[\da-f]{3,}",
        "",
        Page(render_fragment(lead, "ja")).text,
    )
    assert not re.search(r"[A-Za-z]{3,}", words)


def hostile_lead(text):
    reason = Reason(f"column:{text}", text, text, -0.3, f"{text}: {text}")
    return make_lead(
        lead_id=text,
        name=text,
        target=text,
        stage=text,
        recommended_stage=text,
        model_version=text,
        scorecard_version=text,
        reasons=(reason,),
        card=(CardLine(text, text, 3.0),),
        timeline=(Event(NOW, text),),
        facts=((text, text),),
    )


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_text_of_the_lead_is_escaped(language):
    html = render_html(hostile_lead(HOSTILE), language)
    page = Page(html)
    assert {"script", "img"}.isdisjoint(page.tags)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 12
    assert page.text.count('<script>alert("x")</script>') >= 12


@given(st.text(min_size=1, max_size=60))
@settings(max_examples=40)
def test_no_text_breaks_the_page(text):
    lead = hostile_lead(text)
    page = Page(render_html(lead, "en"))
    assert page.open == []
    assert set(page.tags) <= set(Page(render_html(hostile_lead("x"), "en")).tags)
    assert render_text(lead, "ja").endswith("\n")


def test_the_fragment_is_the_page_without_its_frame():
    lead = make_lead()
    assert render_fragment(lead, "en") in render_html(lead, "en")
    rules = re.sub(r"@media[^{]*\{", "", lead_style())
    selectors = [part for rule in re.findall(r"([^{}]+)\{", rules) for part in rule.split(",")]
    assert all(selector.strip().startswith(".lead") for selector in selectors)


def test_the_text_says_the_same():
    text = render_text(make_lead(), "en")
    for wanted in (
        "42% chance  90% interval: 31% to 55%",
        "Band A: call first · No. 3 on the call list · Score 96 of 100",
        "1.  Call today.",
        "+0.83  ████████████  Viewed the pricing page 4 times in the last 7 days, 9 in all",
        "-0.34  █████         Country is not given",
        "All other things together: -0.09",
        "    24  Pricing page view  Viewed the pricing page × 4",
        "2026-06-28 09:00 UTC  Requested a product demo",
    ):
        assert f"\n{wanted}\n" in text
    assert "Student address" not in text


@pytest.mark.parametrize("width", [30, 48, 96])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_text_keeps_to_its_width_and_is_plain(language, width):
    text = render_text(make_lead(language), language, width=width)
    assert max(map(cells, text.splitlines())) <= width
    assert "\x1b" not in text
    assert "\x1b[" in render_text(make_lead(language), language, width=width, colour=True)


def test_markup_in_a_name_is_not_obeyed():
    assert "Lead [red]A[/red] :smile:" in render_text(make_lead(name="[red]A[/red] :smile:"), "en")


def test_first_steps_of_a_closed_lead():
    lead = make_lead(stage="Won", closed=True)
    assert first_steps(lead, EN) == ("Nothing to do: this lead is closed (Won).",)


def test_first_steps_depend_on_band_and_disagreement():
    agreed = make_lead(disagreement="none")
    assert first_steps(agreed, EN) == (
        "Call today.",
        "Offer two dates for the demo the lead asked for.",
        "Find out: Country.",
    )
    low = make_lead(band="C", disagreement="rules_higher")
    assert [step.split(":")[0] for step in first_steps(low, EN)] == [
        "Do not call yet",
        "The points look better than similar leads turned out",
    ]


def test_nothing_is_said_about_what_the_lead_did_not_do():
    absent = Reason("activity:cart_abandoned", "Carts left behind", "0", 0.4, "No cart left behind so far")
    foreign = Reason("activity:W_Nabellen", "“W_Nabellen”", "2", 0.3, "“W_Nabellen” recorded twice")
    lead = make_lead(reasons=(absent, foreign), disagreement="none")
    assert first_steps(lead, EN) == ("Call today.",)


def test_the_time_line_shows_the_latest_and_counts_the_rest():
    events = tuple(Event(NOW - timedelta(days=day), f"day {day}") for day in (15, *range(20)))
    shown, earlier = latest_events(make_lead(timeline=events), EN)
    assert [event.text for event in shown[:3]] == ["day 0", "day 1", "day 2"]
    assert (len(shown), earlier) == (12, 9)
    assert "9 earlier events not shown" in Page(render_html(make_lead(timeline=events), "en")).text


def test_equal_events_of_one_day_are_told_once():
    minutes = [(0, "click"), (1, "click"), (2, "click"), (3, "visit"), (4, "click"), (60 * 24, "click")]
    events = tuple(Event(NOW - timedelta(minutes=minute), text) for minute, text in minutes)
    shown, earlier = latest_events(make_lead(timeline=events), EN)
    assert [event.text for event in shown] == ["click × 3", "visit", "click", "click"]
    assert (shown[0].time, earlier) == (NOW, 0)


def test_a_request_opens_the_talk_before_a_look():
    lead = make_lead(disagreement="none")
    looked, asked = lead.reasons[0], lead.reasons[1]
    assert first_steps(make_lead(disagreement="none", reasons=(looked,)), EN)[1].startswith(
        "Talk about plans"
    )
    assert first_steps(make_lead(disagreement="none", reasons=(looked, asked)), EN)[1].startswith(
        "Offer two dates"
    )


def test_rules_without_points_are_left_out():
    lines = (CardLine("a", "", 0.0), CardLine("b", "", -5.0), CardLine("c", "", 8.0), CardLine("d", "", 0.04))
    assert [line.label for line in counted_lines(make_lead(card=lines))] == ["c", "b"]
