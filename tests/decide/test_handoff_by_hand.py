"""The hand-off package by hand: the reader's dates, and what is said of each kind of company."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from qualify.decide.handoff import build_handoff
from qualify.decide.handoff_steps import industry_of, suggest_steps
from tests.decide.funnels import day
from tests.decide.test_handoff import package
from tests.explain.leads import make_lead

EVENING = datetime(2026, 1, 5, 20, tzinfo=UTC)
"""In Tokyo it is the next day."""
TYPES = {
    "webinar_attended": "webinar: crm 101",
    "webinar_registered": "webinar: security 101",
    "document_download": "doc: sizing",
    "demo_request": None,
}
DATED = ("interests", "path", "webinars", "documents", "requests", "activities")


def document() -> dict[str, Any]:
    at = EVENING.isoformat()
    return {
        "attributes": {},
        "activities": [{"type": name, "occurred_at": at, "topic": topic} for name, topic in TYPES.items()],
        "stages": [{"stage": "MQL", "entered_at": at}],
    }


@pytest.mark.parametrize(("timezone", "told", "not_told"), [
    ("Asia/Tokyo", "6 Jan 2026", "5 Jan 2026"),
    ("America/Los_Angeles", "5 Jan 2026", "6 Jan 2026"),
])  # fmt: skip
def test_every_date_is_the_readers(timezone: str, told: str, not_told: str) -> None:
    lead = make_lead("en", as_of=day(30), stage="MQL", closed=False)
    found = build_handoff({}, lead, document(), "en", timezone=timezone)
    lines = {section.key: section.lines for section in found.sections()}
    for key in DATED:
        assert lines[key]
        assert all(told in line and not_told not in line for line in lines[key]), key
    assert len(lines["webinars"]) == 2


def test_steps_and_the_path_are_numbered_where_there_are_any() -> None:
    numbered = {section.key for section in package().sections() if section.numbered}
    assert numbered == {"steps", "path"}
    bare = package(document={"attributes": {}}, stage=None).sections()
    assert {section.key for section in bare if section.numbered} == {"steps"}


COMPANIES = {
    "Automobile parts manufacturer": ("Manufacturing:", "製造業："),
    "地方銀行": ("Finance:", "金融："),
    "SaaS": ("IT:", "IT："),
    "飲食チェーン": ("Retail", "小売・飲食："),
    "Hospital": ("Healthcare:", "医療："),
    "University": ("Education:", "教育："),
    "不動産": ("Construction", "建設・不動産："),
    "Warehousing": ("Logistics:", "物流："),
    "Municipality": ("Public sector:", "官公庁："),
}


@pytest.mark.parametrize("given", COMPANIES)
def test_each_industry_has_its_own_advice(given: str) -> None:
    for language, begins in zip(("en", "ja"), COMPANIES[given], strict=True):
        steps = suggest_steps(make_lead(language), {"industry": given}, language)
        assert steps[-1].startswith(begins)


def test_what_is_no_known_industry_gets_no_advice() -> None:
    assert industry_of({"industry": "Circus"}) is None
    assert industry_of({"industry": "Digital arts"}) is None, "it is a word of its own"
    without = suggest_steps(make_lead(), {}, "en")
    assert suggest_steps(make_lead(), {"industry": "Circus"}, "en") == without


STAGES = {
    "Inquiry": "Still an inquiry",
    "MAL": "Accepted by marketing",
    "MQL": "MQL:",
    "TQL": "Qualified by telephone",
    "SAL": "Accepted by sales",
    "SQL": "SQL:",
    "Recycled": "Back from nurturing",
}


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_has_its_own_advice(stage: str) -> None:
    steps = suggest_steps(make_lead(stage=stage, closed=False), {}, "en")
    assert sum(step.startswith(STAGES[stage]) for step in steps) == 1
    assert not any(step.startswith(text) for step in steps for name, text in STAGES.items() if name != stage)


def test_a_lead_at_the_stage_of_its_target_is_approached_whatever_its_band() -> None:
    there = suggest_steps(
        make_lead(stage="SAL", target="accepted", target_stage="SAL", band="D", closed=False), {}, "en"
    )
    before = suggest_steps(
        make_lead(stage="SAL", target="accepted", target_stage="SQL", band="D", closed=False), {}, "en"
    )
    assert there[0].startswith(STAGES["SAL"])
    assert not before[0].startswith(STAGES["SAL"])


def test_the_newest_of_many_documents_come_first_and_the_oldest_are_left_out() -> None:
    acts = [
        {"type": "document_download", "occurred_at": day(n).isoformat(), "topic": f"doc: part {n}"}
        for n in range(20)
    ]
    found = package(document={"attributes": {}, "activities": acts})
    (documents,) = (section for section in found.sections() if section.key == "documents")
    days = [line.split(":")[0] for line in documents.lines]
    assert days == [f"{n} Jan 2026" for n in range(20, 20 - len(days), -1)]
    assert len(days) < 20
