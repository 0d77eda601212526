"""What became of past leads, beside a reason."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.explain.lead import render_html, render_text
from qualify.explain.past import with_evidence
from qualify.explain.reasons import Reason
from qualify.explain.words import phrasebook
from qualify.features.fields import Field
from qualify.model.evidence import Evidence, FieldGroups, Group
from tests.explain.leads import make_lead

SOURCE = Field("column:source", "category", "source", "fit")
KNOWN = Evidence(
    Group(2000, 440),
    {SOURCE.name: FieldGroups((), {"fair": Group(1412, 904), "ad": Group(40, 0), "call": Group(30, 30)})},
)


def told(value, contribution=0.4, *, language="en", stage="SQL", evidence=KNOWN):
    reason = Reason(SOURCE.name, "source", value, contribution, f"Source: {value}")
    values = {"value": np.array([value], dtype=object)}
    return with_evidence(reason, evidence, SOURCE, values, phrasebook(language), stage)


def test_the_share_beside_that_of_all():
    found = told("fair").evidence
    assert (found.leads, found.rate, found.rate_of_all) == (1412, pytest.approx(904 / 1412), 0.22)
    assert found.text == "Of 1,412 past leads like this, 64% reached SQL; of all leads, 22%"
    assert told("fair", stage=None).evidence.text.startswith("Of 1,412 past leads like this, 64% succeeded;")
    assert told("fair", language="ja").evidence.text == (
        "同じ条件の過去のリード1,412件のうち64%がSQLに到達（全体では22%）"
    )


def test_none_and_all_are_facts():
    assert "40 past leads like this, 0% reached" in told("ad", -0.2).evidence.text
    assert "30 past leads like this, 100% reached" in told("call").evidence.text


def test_a_share_that_speaks_the_other_way_says_so():
    assert told("fair", -0.4).evidence.text.endswith("counts the other way")
    assert "other way" not in told("ad", -0.4).evidence.text
    assert told("ad", 0.4, language="ja").evidence.text.endswith("働きは逆になります")


def test_a_share_that_hardly_differs_contradicts_nothing():
    everyone, close = Group(2000, 440), Group(400, 92)
    known = Evidence(everyone, {SOURCE.name: FieldGroups((), {"fair": close, "ad": Group(400, 120)})})
    assert "other way" not in told("fair", -0.4, evidence=known).evidence.text
    assert "other way" in told("ad", -0.4, evidence=known).evidence.text


def test_nothing_is_told_of_few_leads_nor_by_a_bundle_that_does_not_know():
    assert told("rare").evidence is None
    assert told("fair", evidence=None).evidence is None
    assert told("fair").text == told("rare").text.replace("rare", "fair")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_page_and_text_show_it(language):
    reasons = (told("fair", language=language), told("rare", -0.3, language=language))
    lead = make_lead(language, reasons=reasons)
    sentence = reasons[0].evidence.text
    assert f'<small class="muted">{sentence}</small>' in render_html(lead, language)
    assert render_html(lead, language).count("<small") == 1
    assert sentence in render_text(lead, language, width=200)
