"""Stages in the words of the scorecard: labels, the filter of the recommended one, and why that one."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from qualify.ledger import LedgerEvent, QueueQuery
from qualify.rules import default_scorecard
from serving.pages.steps import list_answers
from serving.pages.words import words_for
from tests.serving.pages.test_http import first_lead
from tests.serving.pages.test_moves import EN

FULL = {"en": "Sales qualified lead (SQL)", "ja": "営業認定リード(SQL)"}
MQL = {"en": "Marketing qualified lead (MQL)", "ja": "マーケティング認定リード(MQL)"}


def get(live, path, language="en"):
    with live.client(language) as client:
        return unescape(client.get(path).text)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_label_stands_wherever_the_recommended_stage_does(live, language):
    lead = first_lead(live, recommended_stages=("SQL",), answered=None).lead_id
    page = get(live, f"/leads/{lead}", language)
    recommends = {"en": "Scorecard recommends: ", "ja": "推奨ステージ："}[language]
    assert f"<li>{recommends}{FULL[language]}</li>" in page
    assert FULL[language] in page.split({"en": "Points</th>", "ja": "点</th>"}[language])[-1]
    assert FULL[language] in get(live, f"/leads/{lead}/handoff", language)
    assert f"{recommends}{FULL[language]}" in get(live, "/?recommended=SQL&answered=all", language)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_label_stands_wherever_the_stage_of_a_lead_does(live, language):
    row = first_lead(live, stages=("MQL",), answered=None)
    stage = {"en": "Stage: ", "ja": "ステージ："}[language]
    page, package = (get(live, f"/leads/{row.lead_id}{part}", language) for part in ("", "/handoff"))
    assert f"<li>{stage}{MQL[language]}</li>" in page
    assert f"{stage}{MQL[language]}" in package
    queue = get(live, "/?stage=MQL&answered=all", language)
    assert re.search(rf'<option value="MQL" selected>{re.escape(MQL[language])}', queue)
    assert f">{stage}{MQL[language]} <span" in queue


def test_the_band_of_the_rules_is_told_with_its_label(live):
    row = first_lead(live, answered=None)
    label = {"A": "Hand over to sales", "B": "Nearly there", "C": "Nurture", "D": "Wait"}[row.rule_band]
    for path in ("/?answered=all", f"/leads/{row.lead_id}", f"/leads/{row.lead_id}/handoff"):
        assert f"band {row.rule_band} ({label})" in get(live, path)


def test_a_stage_that_the_scorecard_does_not_know_is_told_as_it_is():
    words = words_for("en", "UTC", default_scorecard())
    assert words.stage("Somewhere else") == "Somewhere else"
    assert words.stage("商談化") == "Sales qualified lead (商談化)"
    assert (words.stage("SQL"), EN.stage("SQL")) == (FULL["en"], "SQL")
    assert words.book.stage_in_short("商談化") == "Sales qualified lead"
    assert words.book.stage_in_short("SQL") == "SQL"


def test_the_list_is_filtered_by_the_recommended_stage(live):
    ledger = live.runtime.ledger
    for stage, count in ledger.facets().recommended_stages.items():
        page = get(live, f"/?recommended={stage}")
        found = ledger.queue(QueueQuery(recommended_stages=(stage,)))
        assert found.total == count
        if count:
            assert re.search(rf"\b{count:,} leads?, best chance first", page)
            shown = re.findall(r'class="row-link" href="/leads/([^"]+)"', page)
            assert shown == [row.lead_id for row in found.rows[: len(shown)]]
        assert re.search(rf'<option value="{stage}" selected>', page)
        assert "Remove filter: Recommended stage: " in page


@pytest.mark.parametrize(
    ("language", "why", "points", "trigger"),
    [
        ("en", "Why: ", r"\d[\d.]* points \(\d+ needed\)", "(direct trigger)"),
        ("ja", "理由：", r"[\d.]+点（基準は\d+点以上）", "、直接トリガー）"),
    ],
)
def test_the_page_says_why_the_stage_is_recommended(live, language, why, points, trigger):
    rows = live.runtime.ledger.queue(QueueQuery(limit=200, answered=None)).rows
    told = []
    for stage in ("SQL", "MQL", "MAL", "Recycled", "Inquiry"):
        for row in [each for each in rows if each.recommended_stage == stage][:6]:
            page, package = (get(live, f"/leads/{row.lead_id}{part}", language) for part in ("", "/handoff"))
            lines = re.findall(r'class="muted small cause">([^<]*)<', page)
            assert lines, f"no cause for {row.lead_id} in {stage}"
            assert all(line.startswith(why) and f"<li>{line}</li>" in package for line in lines)
            told += lines
    assert any(re.search(points, line) for line in told)
    assert any(trigger in line for line in told)
    assert not any("None" in line or "{" in line for line in told)


def test_the_answers_that_hold_stand_in_the_path_of_the_hand_off(live):
    ledger, lead = live.runtime.ledger, first_lead(live, answered=False).lead_id
    first = ledger.answer(lead, "accepted", actor="Suzuki", reason=None, comment=None, key="path-1")
    wrong = ledger.answer(lead, "won", actor="Suzuki", reason=None, comment=None, key="path-2")
    ledger.undo(lead, wrong.id, actor="Suzuki")
    last = ledger.answer(
        lead, "rejected", actor="Tanaka", reason="no_budget", comment="<i>in April</i> again", key="path-3"
    )
    try:
        with live.client() as client:
            raw = client.get(f"/leads/{lead}/handoff").text
            told = client.get(f"/v1/leads/{lead}/handoff", headers={"Accept": "application/json"}).json()
        japanese = get(live, f"/leads/{lead}/handoff", "ja")
    finally:
        for each in (last, first):
            ledger.undo(lead, each.id, actor="tests")
    path = raw.split("handoff-path")[1].split("</section>")[0]
    assert "Answered: accepted, by Suzuki" in path
    assert "Answered: rejected (No budget), by Tanaka (“&lt;i&gt;in April&lt;/i&gt; again”)" in path
    assert path.index("Suzuki") < path.index("Tanaka")
    assert "won" not in path
    assert "回答：却下（予算がない）（Tanaka）「<i>in April</i> again」" in japanese
    assert [(each["verdict"], each["reason"], each["actor"]) for each in told["answers"]] == [
        ("accepted", None, "Suzuki"),
        ("rejected", "no_budget", "Tanaka"),
    ]


def test_a_return_is_told_among_the_answers(live):
    at = live.runtime.ledger.lead(first_lead(live).lead_id).score["as_of"]
    answer = LedgerEvent(
        "a", at, "answer", "Suzuki", {"answer_id": "1", "verdict": "recycled", "reason": None}
    )
    back = LedgerEvent("a", at, "return", "qualify", {"band": "A", "recommended_stage": "SQL"})
    stage = LedgerEvent("a", at, "stage", "qualify", {"before": None, "after": "MQL"})
    given = list_answers([answer, stage, back], EN)
    assert [(each.verdict, each.actor) for each in given] == [("recycled", "Suzuki"), (None, "qualify")]
    assert given[1].text.startswith("Back on the call list")
    undo = replace(answer, kind="undo")
    assert [each.verdict for each in list_answers([answer, undo, back], EN)] == [None]
