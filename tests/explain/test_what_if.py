"""What would have to be so for the next band: fixed things stay, the fewest edits, the best first."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.config import ColumnSpec, Label
from qualify.explain.lead import render_html, render_text
from qualify.explain.what_if import MOST_CHANGES, Change, Edit, plausible_edits, smallest_changes
from qualify.explain.words import phrasebook
from qualify.features.plan import ColumnPlan, FeaturePlan
from qualify.leads.variants import one_lead
from qualify.model.evidence import Evidence, FieldGroups, Group
from qualify.model.parts import Bands
from tests.explain.leads import make_lead
from tests.rules.build import act, column, micros, tables

EN = phrasebook("en")
BANDS = Bands((0.6, 0.4, 0.2))
LEAD = one_lead(
    tables(
        [act("pricing_view", 3)],
        columns={"plan": column("basic"), "seats": column(5), "country": column("JP"), "opted_in": column(0),
                 "note": column("text")},
    ), 0,
)  # fmt: skip
SPECS = {
    "plan": ColumnSpec(type="category", actionable=True),
    "seats": ColumnSpec(type="number", actionable=True, label=Label(en="Seats", ja="席数")),
    "opted_in": ColumnSpec(type="boolean", actionable=True),
    "note": ColumnSpec(type="text", actionable=True),
    "country": ColumnSpec(type="category"),
}
PLAN = FeaturePlan(
    columns=tuple(ColumnPlan(name, spec.type, spec.group, spec.label, ("basic", "pro", "team", "x")[:4])
                  for name, spec in SPECS.items()),
    activity_types=("pricing_view", "webinar_attended", "email_open"), value_types=(False,) * 3, stages=(),
    timezone="UTC", dated=True, known_types=(),
)  # fmt: skip
SEEN = Evidence(
    Group(500, 100),
    {
        "column:plan": FieldGroups(
            (), {"basic": Group(300, 30), "pro": Group(90, 30), "team": Group(110, 40)}
        ),
        "column:seats": FieldGroups((5.0, 20.0), {"0": Group(250, 40), "1": Group(250, 60)}),
    },
)  # fmt: skip


def edits_of(evidence=SEEN):
    return plausible_edits(LEAD, PLAN, SPECS, evidence, EN)


def test_only_what_the_team_can_bring_about_is_tried():
    assert [(edit.kind, edit.subject, edit.value) for edit in edits_of()] == [
        ("activity", "webinar_attended", None),
        ("column", "plan", "team"),
        ("column", "plan", "pro"),
        ("column", "seats", 20.0),
        ("column", "opted_in", 1.0),
    ]
    assert [edit.text for edit in edits_of()] == [
        "Attended a webinar today", "plan: team", "plan: pro", "Seats: 20", "opted in: yes",
    ]  # fmt: skip


def test_without_counts_the_values_of_the_plan_are_tried():
    assert [edit.value for edit in edits_of(None) if edit.subject == "plan"] == ["pro", "team", "x"]
    assert not [edit for edit in edits_of(None) if edit.subject == "seats"]


def chance_of(start, **gains):
    """Probabilities that are plain sums; of every variant it is asked about, it checks what stays."""

    def chance(variants):
        out = []
        for row in range(len(variants)):
            lead = one_lead(variants, row)
            assert lead.columns["country"].vocabulary[lead.columns["country"].values[0]] == "JP"
            plan = lead.columns["plan"]
            acts = lead.activities
            done = [acts.types[code] for code in acts.type]
            assert acts.known_at.max() <= micros(100)
            p = start + gains.get(plan.vocabulary[plan.values[0]], 0)
            p += gains.get("webinar", 0) * done.count("webinar_attended")
            p += gains.get("seats", 0) * (lead.columns["seats"].values[0] == 20)
            out.append(p + gains.get("opted", 0) * lead.columns["opted_in"].values[0])
        return np.array(out)

    return chance


def changes(start, **gains):
    found = smallest_changes(LEAD, micros(100), edits_of(), BANDS, chance_of(start, **gains), EN)
    return [(tuple(edit.subject for edit in c.edits), round(c.probability, 9), c.band) for c in found]


def test_one_edit_where_one_suffices_the_best_first():
    found = changes(0.1, webinar=0.15, pro=0.2, team=0.35, opted=0.05)
    assert found == [(("plan",), 0.45, "B"), (("webinar_attended",), 0.25, "C")]


def test_two_edits_where_no_single_one_suffices():
    assert changes(0.1, webinar=0.06, pro=0.05, seats=0.04, opted=0.01) == [
        (("webinar_attended", "plan"), 0.21, "C"), (("webinar_attended", "seats"), 0.2, "C"),
    ]  # fmt: skip


def test_two_values_of_one_thing_are_no_pair():
    assert changes(0.1, pro=0.09, team=0.09) == []


def test_nothing_is_told_where_nothing_lifts_or_the_top_is_reached():
    assert changes(0.1, webinar=-0.05) == []
    assert changes(0.7, webinar=0.2) == []
    assert smallest_changes(LEAD, micros(100), [], BANDS, chance_of(0.1), EN) == ()


def test_at_most_so_many_are_told():
    found = changes(0.1, webinar=0.3, pro=0.3, seats=0.3, opted=0.3)
    assert len(found) == MOST_CHANGES == 3
    assert len({subjects for subjects, _, _ in found}) == 3


@pytest.mark.parametrize("language", ["en", "ja"])
def test_page_and_text_tell_it_as_an_association(language):
    book = phrasebook(language)
    edit = Edit(
        "activity",
        "webinar_attended",
        None,
        book.text("what_if.activity", event=book.event("webinar_attended")),
    )
    line = book.text("what_if.line", edits=edit.text, probability=book.percent(0.25), band="C")
    lead = make_lead(language, band="D", changes=(Change((edit,), 0.25, "C", line),))
    for shown in (render_html(lead, language), render_text(lead, language, width=200)):
        assert line in shown
        assert book.text("what_if.note") in shown
    assert book.text("what_if.heading") not in render_html(make_lead(language), language)
    nothing = make_lead(language, band="D", changes=())
    assert book.text("what_if.none") in render_text(nothing, language, width=200)
    assert book.text("what_if.heading") not in render_html(nothing, language)
