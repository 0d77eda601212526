"""The hand-off package of a lead written by hand, hostile texts included."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from qualify.decide.handoff import Handoff, build_handoff
from qualify.decide.handoff_steps import size_of
from qualify.decide.handoff_topics import find_interests
from qualify.errors import DataError
from tests.decide.funnels import day
from tests.explain.leads import make_lead

EVIL = "<script>alert(1)</script> [x](http://evil) `rm`"


def at(n: float) -> str:
    return day(n).isoformat()


DOCUMENT: dict[str, Any] = {
    "attributes": {"industry": "製造業", "employees": 800, "challenge": f"Stock {EVIL}", "campaign": None},
    "activities": [
        {"type": "product_view", "occurred_at": at(1), "topic": "/products/security/features"},
        {"type": "webinar_registered", "occurred_at": at(2), "topic": "webinar: crm 101"},
        {"type": "webinar_registered", "occurred_at": at(2), "topic": "webinar: security 101"},
        {"type": "webinar_attended", "occurred_at": at(3), "topic": "webinar: security 101"},
        {"type": "document_download", "occurred_at": at(4), "topic": f"doc: {EVIL}"},
        {"type": "demo_request", "occurred_at": at(5)},
        {"type": "blog_view", "occurred_at": at(900), "topic": "/blog/security-later"},
    ],
    "stages": [
        {"stage": "Inquiry", "entered_at": at(0)},
        {"stage": "Recycled", "entered_at": at(2.5), "reason": "no budget"},
        {"stage": "SQL", "entered_at": at(5)},
    ],
}


def package(language: Any = "en", document: dict[str, Any] = DOCUMENT, **more: Any) -> Handoff:
    lead = make_lead(language, **{"as_of": day(30), "stage": "SQL", "closed": False, **more})
    return build_handoff({"company": EVIL, "owner": None}, lead, document, language)


def test_history_path_and_interests() -> None:
    found = package().to_dict()
    assert [each["at"] for each in found["behaviour"]["webinars_attended"]] == [day(3)]
    assert [each["at"] for each in found["behaviour"]["webinars_missed"]] == [day(2)]
    assert len(found["behaviour"]["documents"]) == 1
    assert len(found["behaviour"]["requests"]) == 1
    assert [step["stage"] for step in found["path"]] == ["Inquiry", "Recycled", "SQL"]
    assert [step["days"] for step in found["path"]] == [None, 2.5, 2.5]
    assert found["interests"][0] == {"field": "security", "activities": 3, "last": day(3)}
    assert any("no budget" in each for each in found["problems"])


def test_nothing_later_than_the_score_is_told() -> None:
    assert "later" not in json.dumps(package().to_dict(), default=str)


def test_both_scores_stand_side_by_side() -> None:
    scores = package().to_dict()["scores"]
    assert set(scores) == {"model", "rules", "disagreement"}
    assert scores["model"]["reasons"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_steps_follow_industry_size_and_stage(language: str) -> None:
    steps = package(language).steps
    words = ("Manufacturing", "500", "agreed limit") if language == "en" else ("製造業", "500", "合意")
    for word in words:
        assert any(word in step for step in steps)


def test_a_lead_that_is_an_sql_is_approached_whatever_its_band() -> None:
    steps = package(band="D").steps
    assert "approach within the agreed limit" in steps[0]
    assert not any("No action by sales" in step for step in steps)


def test_a_closed_lead_gets_one_step() -> None:
    assert len(package(closed=True, stage="Won").steps) == 1


def test_dates_and_counts_read_as_the_language_writes_them() -> None:
    document = {
        "attributes": {"employees": 9476, "revenue_jpy": 2_520_000_000, "phone": 312345678},
        "activities": DOCUMENT["activities"],
        "stages": [
            {"stage": "Inquiry", "entered_at": "2026-01-05T20:00:00+00:00"},
            {"stage": "MQL", "entered_at": "2026-01-05T20:10:00+00:00"},
            {"stage": "SQL", "entered_at": "2026-01-08T21:00:00+00:00"},
        ],
    }  # fmt: skip
    told = {}
    for language in ("en", "ja"):
        lead = make_lead(language, as_of=day(30), stage="SQL", closed=False)
        package = build_handoff({}, lead, document, language, timezone="Asia/Tokyo")
        told[language] = {section.key: section.lines for section in package.sections()}
        assert not any("-0" in line or "T0" in line for line in told[language]["path"])
    assert told["en"]["path"][0].startswith("6 Jan 2026: Inquiry. Before that: ")
    assert told["en"]["path"][1] == "6 Jan 2026: MQL, within the hour"
    assert told["ja"]["path"][0].startswith("2026年1月6日：問い合わせ")
    assert "3 days later" in told["en"]["path"][2]
    assert "Revenue (JPY): 2.52 billion" in told["en"]["about"]
    assert "売上高（円）：25.2億" in told["ja"]["about"]
    assert "Phone: 312345678" in told["en"]["about"]
    once = [line for line in told["en"]["activities"] if "once" in line]
    assert once
    assert not any("1 times" in line for line in told["en"]["activities"])


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)


def test_html_escapes_what_a_user_wrote() -> None:
    for page in (package().to_html(), package().to_html(fragment=True)):
        tags = _Tags()
        tags.feed(page)
        assert not tags.seen & {"script", "a", "img"}
        assert "&lt;script&gt;" in page
    assert "<html" not in package().to_html(fragment=True)


def test_markdown_escapes_what_a_user_wrote() -> None:
    text = package().to_markdown()
    assert "<script>" not in text.replace("\\<", "")
    assert "[x](" not in text
    assert text.startswith("# Hand-off: ")


def test_an_empty_document_says_what_is_not_known() -> None:
    bare = package(document={"attributes": {}}, stage=None)
    lines = {section.key: section.lines for section in bare.sections()}
    assert lines["webinars"] == ("None attended.",)
    assert lines["problems"] == ("Not known yet: ask about the problem first.",)
    assert lines["path"] == ("No stages are recorded.",)
    assert find_interests(()) == ()


def test_a_document_that_is_none_is_refused() -> None:
    with pytest.raises(DataError, match="no list of objects"):
        package(document={"activities": "many"})


def test_size_bounds_are_those_of_the_scorecard() -> None:
    assert [size_of({"employees": n}) for n in (49, 50, 499, 500)] == ["small", "middle", "middle", "large"]
    assert size_of({"employees": "unknown"}) is None
