"""The page about a lead, section by section: what stands under each heading, and how long the bars are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from qualify.explain.explanation import CardLine, Event, Explanation
from qualify.explain.lead import render_fragment, render_html
from qualify.explain.reasons import PastLeads
from qualify.explain.svg import draw_interval, draw_svg
from qualify.explain.what_if import Change
from qualify.explain.words import phrasebook
from tests.explain.leads import NOW, make_lead

EN = phrasebook("en")


def said(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def page(lead: Explanation, language: str = "en") -> ElementTree.Element:
    return ElementTree.fromstring(render_fragment(lead, language))


def section(lead: Explanation, heading: str) -> ElementTree.Element:
    """The one section under a heading."""
    (found,) = [each for each in page(lead).iter("section") if said(each.find("h2")) == heading]
    return found


def items(element: ElementTree.Element, tag: str = "li") -> list[str]:
    return [said(each) for each in element.iter(tag)]


def test_the_head_names_the_lead_and_its_chance() -> None:
    header = page(make_lead()).find("header")
    badge = header.find("div")
    assert (badge.attrib, badge.text) == ({"class": "badge badge-A", "title": "call first"}, "A")
    assert said(header.find("div/h1")) == "Aoki Precision Works, Ms. Tanaka"
    assert items(header, "p") == [
        "L-000123 · As known at 2026-06-30 09:00 UTC", "Chance of: becomes an SQL within 60 days",
        "90% interval: 31% to 55%",
    ]  # fmt: skip
    assert items(header) == [
        "Band A: call first", "No. 3 on the call list", "Score 96 of 100", "Stage: MQL",
        "The scorecard's entry criteria say: SQL (qualified by sales)",
        "The model rates this lead clearly higher than the scorecard does",
    ]  # fmt: skip
    assert str(draw_interval(make_lead(), "90% interval: 31% to 55%")) in render_fragment(make_lead(), "en")


def test_the_title_of_the_page_is_the_chance_and_the_name() -> None:
    html = render_html(make_lead(name=None), "en")
    assert "<title>42% · Lead L-000123</title>" in html
    assert html.count("L-000123") == 2, "the number is not told twice where it is the name"


def test_each_reason_has_its_strength_and_a_bar() -> None:
    reasons = section(make_lead(), "Why this chance")
    assert items(reasons, "h3") == ["▲ What speaks for it", "▼ What speaks against it"]
    assert items(reasons) == [
        "Viewed the pricing page 4 times in the last 7 days, 9 in all strongly raises",
        "Requested a product demo once in the last 7 days strongly raises",
        "Job title: head of department, sales raises", "Total time on website: 1,279 raises",
        "Country is not given lowers", "No webinar attended so far slightly lowers",
    ]  # fmt: skip
    # In per cent of the longest, 0.83.
    bars = [(bar.attrib["class"], bar.attrib["width"]) for bar in reasons.iter("rect")]
    assert bars == [
        ("raises", "100.0%"), ("raises", "85.5%"), ("raises", "50.6%"), ("raises", "25.3%"),
        ("lowers", "41.0%"), ("lowers", "14.5%"),
    ]  # fmt: skip


def test_past_leads_stand_below_their_reason_alone() -> None:
    first, *others = make_lead().reasons
    known = replace(first, evidence=PastLeads(40, 0.5, 0.2, "Of 40 past leads, 50% reached SQL"))
    why = section(make_lead(reasons=(known, *others)), "Why this chance")
    assert items(why, "small") == ["Of 40 past leads, 50% reached SQL"]
    assert items(why)[0].endswith("strongly raises Of 40 past leads, 50% reached SQL")


def test_a_side_without_reasons_says_so() -> None:
    why = section(make_lead(reasons=make_lead().raising), "Why this chance")
    assert items(why, "p") == ["Nothing in particular."]
    why = section(make_lead(reasons=()), "Why this chance")
    assert items(why, "p") == ["No single thing stands out: this lead is like most others."]
    assert items(why, "h3") == []


def test_who_the_lead_is_and_what_it_does_are_two_sums() -> None:
    parts = section(make_lead(fit=-0.6, engagement=0.1), "Who the lead is, what it does")
    assert list(zip(items(parts, "dt"), items(parts, "dd"), strict=True)) == [
        ("Fit (who the lead is)", "strongly lowers -0.60"),
        ("Engagement (what the lead does)", "slightly raises +0.10"),
    ]


def test_changes_are_told_where_there_are_some() -> None:
    changes = (Change((), 0.6, "A", "Attended a webinar today"), Change((), 0.5, "A", "plan: team"))
    found = section(make_lead(changes=changes), "What leads one band higher had")
    assert items(found) == ["Attended a webinar today", "plan: team"]
    assert "What leads one band higher had" not in items(page(make_lead(changes=())), "h2")


def test_facts_are_pairs_on_one_line_each() -> None:
    facts = section(make_lead(facts=(("Company", "Aoki\nWorks"), ("Em\nployees", "620"))), "About the lead")
    assert (items(facts, "dt"), items(facts, "dd")) == (["Company", "Em ployees"], ["Aoki Works", "620"])
    assert "\n" not in facts.find("dl/dd").text


def test_the_card_is_a_table_of_what_counted() -> None:
    lines = (CardLine("a\nb", "c\nd", 2.04), CardLine("none", "", 0.0), CardLine("minus", "x", -1250.0))
    card = section(make_lead(card=lines, rule_points=1.0, rule_band="D"), "Scorecard: 1 point, band D")
    assert items(card, "th") == ["Points", "Rule", "Found"]
    assert [items(row, "td") for row in card.iter("tr")][1:] == [
        ["2", "a b", "c d"],
        ["-1,250", "minus", "x"],
    ]
    none = section(make_lead(card=()), "Scorecard: 47.5 points, band C")
    assert items(none, "p") == ["No rule gave this lead points."]


def test_the_time_line_is_newest_first() -> None:
    events = tuple(Event(NOW - timedelta(days=day), f"day\n{day}") for day in range(14))
    found = section(make_lead(timeline=events), "What happened")
    assert items(found)[:2] == ["2026-06-30 09:00 UTCday 0", "2026-06-29 09:00 UTCday 1"]
    assert (len(items(found)), items(found, "p")) == (12, ["2 earlier events not shown"])
    assert items(section(make_lead(timeline=()), "What happened"), "p") == ["Nothing recorded yet."]


def test_the_first_steps_are_a_numbered_list() -> None:
    first = section(make_lead(disagreement="none"), "What to do first")
    assert items(first.find("ol")) == [
        "Call today.", "Offer two dates for the demo the lead asked for.", "Find out: Country.",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_steps_are_drawn_in_the_language_of_the_page(language: str) -> None:
    lead, book = make_lead(language), phrasebook(language)
    assert str(draw_svg(lead, book)) in render_fragment(lead, language)


def test_the_foot_says_what_made_the_score() -> None:
    assert said(page(make_lead()).find("footer")) == "Made by model 3, scorecard 2026-04-1a2b3c"
    assert said(page(make_lead(model_version="")).find("footer")) == "Made by scorecard 2026-04-1a2b3c"
    assert said(page(make_lead(model_version="", scorecard_version="")).find("footer")) == ""


def test_templates_leave_no_empty_lines_behind() -> None:
    html = render_html(make_lead(), "en")
    body = html[html.index("<main") :]
    assert not [line for line in body.splitlines()[:-1] if not line.strip()]
