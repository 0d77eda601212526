"""Sentences about borders and rare cases, in both languages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qualify.explain.lead import CardLine, render_text
from qualify.explain.moved import Moved, Part, split_change
from qualify.explain.moved_text import render_moved
from qualify.explain.what_if import MOST_VALUES, plausible_edits, smallest_changes
from qualify.explain.words import phrasebook
from qualify.features.fields import Field
from qualify.features.plan import ColumnPlan
from qualify.leads.tables import NO_TIME, Column
from qualify.leads.variants import one_lead
from qualify.model.evidence import Evidence, FieldGroups, Group
from tests.explain.examples import NEVER, texts, views
from tests.explain.leads import make_lead as lead_of
from tests.explain.test_moved import SINCE, UNTIL, judge, make_lead, parts_of
from tests.explain.test_what_if import BANDS, LEAD, PLAN, SPECS, edits_of
from tests.rules.build import act, column, micros, tables

EN, JA = phrasebook("en"), phrasebook("ja")
SENT = Field("activity:email_sent", "activity", "email_sent", "engagement")


def said(field: Field, values: dict[str, np.ndarray], language: str = "en") -> list[str]:
    rows = len(next(iter(values.values())))
    found: list[str] = (
        phrasebook(language).sentences(field, values, np.ones(rows), with_strength=False).tolist()
    )
    return found


def test_what_is_counted_by_its_own_noun():
    rows = views((4, 4, 9, 1), (0, 3, 3, 12), (0, 1, 1, 12), (0, 0, 4, 45), (0, 0, 3, NEVER))
    assert said(SENT, rows) == [
        "Was sent 4 e-mails in the last 7 days, 9 in all",
        "Was sent 3 e-mails in the last 30 days, most recently 12 days ago",
        "Was sent one e-mail, 12 days ago",
        "Was sent 4 e-mails, most recently 45 days ago",
        "Was sent 3 e-mails so far",
    ]
    assert said(SENT, rows, "ja")[0] == "直近7日間にメールを4通送付、累計9回"


def test_what_becomes_known_at_a_moment_is_known_then():
    did = [act("pricing_view", 3, known=10), act("email_open", 4, known=20), act("email_open", 4, known=21)]
    found = tables(
        did, columns={"source": column("fair"), "size": column(10)},
        stages_of=([("MQL", 2, 10), ("SAL", 15, 20)],),
    )  # fmt: skip
    lead = one_lead(replace(found, created_at=np.array([SINCE])), 0)  # created at the first moment itself
    moved = split_change(lead, SINCE, UNTIL, now=judge(), book=EN)
    assert parts_of(moved) == [
        ("ageing", "", -1.0), ("activity", "email_open", 0.2), ("stage", "SAL", 1.0)
    ]  # fmt: skip
    assert moved.parts[1].text == "E-mail opens: 1 new"
    assert (moved.since.timestamp(), moved.until.timestamp()) == (SINCE / 1e6, UNTIL / 1e6)


def test_a_date_that_changed_is_written_as_one():
    def founded(at: int) -> Column:
        return Column("date", np.array([at]))

    lead = make_lead()
    lead = replace(lead, columns={**lead.columns, "founded": founded(micros(4))})
    earlier = replace(lead, columns={**lead.columns, "founded": founded(NO_TIME)})
    moved = split_change(lead, SINCE, UNTIL, now=judge(), book=EN, earlier=earlier)
    assert moved.parts[-1].text == "founded changed from not given to 1970-01-05"
    assert (moved.parts[-1].cause, moved.parts[-1].subject) == ("attribute", "founded")
    same = split_change(lead, SINCE, UNTIL, now=judge(), book=EN, earlier=lead)
    assert "attribute" not in {part.cause for part in same.parts}


def test_rules_that_did_not_change_are_not_told():
    moved = split_change(
        make_lead(), SINCE, UNTIL, now=judge("m2"), book=EN, then=judge("m1"), between=judge("m1")
    )
    assert [part.cause for part in moved.parts].count("rules") == 0
    assert moved.parts[-1].text == "Another model: m2 instead of m1"
    own = split_change(make_lead(), SINCE, UNTIL, now=judge(), book=EN)
    assert {"rules", "model"}.isdisjoint(part.cause for part in own.parts)


def test_small_parts_have_no_sign_and_long_ones_go_on_below():
    moments = split_change(make_lead(), SINCE, UNTIL, now=judge(), book=EN)
    parts = (
        Part("ageing", "", -0.001, -0.0004, "nothing much"),
        Part("stage", "S", 0.5, 0.0005, "word " * 40),
    )
    text = render_moved(Moved("L", moments.since, moments.until, 0.0, 0.499, 0.5, 0.5001, parts), "en")
    small, long, below, *_ = text.splitlines()[4:]
    assert small.endswith("0.0 pp  nothing much")
    assert "-0.0 " not in small
    assert "+0.50  +0.1 pp  word word" in long  # half a tenth of a point is one
    assert below.startswith(" " * long.index("word") + "word")


def test_values_that_the_lead_has_or_that_are_many_are_not_proposed():
    many = {f"v{i}": Group(100 + i, 10) for i in range(MOST_VALUES + 3)}
    seen = Evidence(
        Group(500, 100), {"column:plan": FieldGroups((), {**many, "basic": Group(999, 1), "": Group(999, 1)})}
    )
    edits = [e.value for e in plausible_edits(LEAD, PLAN, SPECS, seen, EN) if e.subject == "plan"]
    assert edits == [f"v{i}" for i in range(MOST_VALUES + 2, 2, -1)]
    opted = replace(
        LEAD, columns={**LEAD.columns, "opted_in": column(1), "seats": column(20), "plan": column(None)}
    )
    found = [(e.subject, e.value, e.text) for e in plausible_edits(opted, PLAN, SPECS, None, EN)]
    assert ("opted_in", 0.0, "opted in: no") in found
    assert ("opted_in", 1.0) not in [each[:2] for each in found]
    assert [value for subject, value, _ in found if subject == "plan"] == ["basic", "pro", "team", "x"][
        :MOST_VALUES
    ]


def test_columns_that_the_lead_lacks_or_nobody_can_change_are_left_alone():
    fewer = replace(LEAD, columns={name: c for name, c in LEAD.columns.items() if name != "plan"})
    assert "plan" not in {edit.subject for edit in plausible_edits(fewer, PLAN, SPECS, None, EN)}
    fixed = {**SPECS, "opted_in": SPECS["country"].model_copy(update={"type": "boolean"})}
    assert "opted_in" not in {edit.subject for edit in plausible_edits(LEAD, PLAN, fixed, None, EN)}
    dated = replace(PLAN, columns=(*PLAN.columns[:1], ColumnPlan("seats", "date", "fit", None)))
    assert {e.subject for e in plausible_edits(LEAD, dated, SPECS, None, EN)} == {"webinar_attended", "plan"}


def test_a_change_is_told_with_its_chance_and_band():
    def chance(variants):
        return np.array([0.45 if i else 0.1 for i in range(len(variants))])

    (first, *_) = smallest_changes(LEAD, micros(100), edits_of(), BANDS, chance, EN)
    assert (first.band, first.probability) == ("B", 0.45)
    assert first.text == EN.text(
        "what_if.line", edits="Attended a webinar today", probability="45%", band="B"
    )


@pytest.mark.parametrize(
    ("kind", "values", "english"),
    [
        ("date", {"days_before": np.array([0.4])}, "Founded: less than a day ago"),
        ("email", {"value": texts("partner_desk")}, "Founded: partner desk"),
        ("job_title", {"rank": texts(None), "department": texts("it")}, "Founded: IT"),
        ("text", {"length": np.array([2.0])}, "Founded: 2 characters"),
        ("category", {"value": texts("\u200e")}, "Founded is not given"),
    ],
)
def test_rare_values_of_columns(kind, values, english):
    assert said(Field("column:founded", kind, "founded", "fit"), values) == [english]


def test_what_speaks_for_and_against_has_a_colour_of_its_own() -> None:
    """The colour stands around the signed number, and is not the same on both sides."""
    text = render_text(lead_of(), "en", colour=True)
    before = [text[: text.index(size)].rsplit("\x1b[", 1)[1] for size in ("+0.83", "-0.34")]
    assert all(code.endswith("m") for code in before)
    assert before[0] != before[1]


def test_a_long_word_of_the_card_is_folded_and_not_cut() -> None:
    word = "".join(chr(97 + i % 26) for i in range(70))
    text = render_text(lead_of(card=(CardLine(word, word[::-1], 3.0),)), "en", width=48)
    seen = "".join(text.split())
    assert "…" not in seen
    assert sum(seen.count(char) for char in "xyz") >= 2 * sum(word.count(char) for char in "xyz")
