"""The verdict: model, rules or people, by the later leads alone."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import expit

from qualify.evaluate import compute_metrics
from training.verdict import as_mapping, decide

ROWS = 600


def judged(*, model: float, rules: float, rows: int = ROWS, rate: float = 0.3, seed: int = 0):
    """Later leads of known truth; each scorer knows that much of it, in log-odds."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=rows)
    base = np.log(rate / (1 - rate))
    label = (rng.random(rows) < expit(base + 1.5 * truth)).astype(float)
    lead, weight = np.arange(rows), np.ones(rows)

    def predicted(strength):
        known = truth if strength else rng.normal(size=rows)
        return expit(base + (strength or 0.3) * known)

    probabilities = {"model": predicted(model), "rules": predicted(rules)}
    metrics = {
        name: compute_metrics(label, p, weight=weight, lead=lead, bootstrap=200)
        for name, p in probabilities.items()
    }
    return SimpleNamespace(
        label=label, weight=weight, lead=lead, probabilities=probabilities, metrics=metrics
    )


def test_a_model_that_knows_more_is_used():
    found = decide(judged(model=1.5, rules=0.4))
    assert found.use == "model"
    assert "skill beyond noise" in found.reasons[0]
    assert "log-loss" in found.reasons[1]


def test_what_is_too_good_is_told():
    """A column that was filled in after the outcome, which no check of single columns has found."""
    usual = judged(model=1.5, rules=0.4)
    assert not any("more than leads usually allow" in reason for reason in decide(usual).reasons)
    usual.probabilities["model"] = np.where(usual.label == 1, 0.98, 0.02)
    usual.metrics["model"] = compute_metrics(
        usual.label, usual.probabilities["model"], lead=np.arange(ROWS), bootstrap=200
    )
    found = decide(usual)
    assert found.use == "model"
    assert "an AUC of 1.000 is more than leads usually allow" in found.reasons[1]
    assert "AUC 1.000は" in decide(usual, "ja").reasons[1]


def test_rules_that_know_more_are_used():
    # The model's few right ideas come with far too much confidence.
    assert decide(judged(model=9.0, rules=1.5)).use == "rules"


def test_where_nobody_knows_anything_people_look():
    found = decide(judged(model=0.0, rules=0.0))
    assert found.use == "manual"
    assert len(found.reasons) == 3
    assert found.needed.question == "skill"


def test_where_only_the_rules_have_skill_they_are_used():
    assert decide(judged(model=0.0, rules=1.5)).use == "rules"


@pytest.mark.parametrize("rate", [0.01, 0.99])
def test_too_few_of_either_outcome_are_for_people(rate):
    found = decide(judged(model=1.5, rules=0.4, rows=300, rate=rate))
    assert found.use == "manual"
    assert "to tell a model of AUC 0.70 from chance four times in five, at least 1" in found.reasons[1]
    assert found.needed.question == "see"
    assert found.needed.outcomes_now < found.needed.outcomes_needed < 20


def test_a_leads_rows_count_once():
    """Twenty rows of one won lead are one positive."""
    made = judged(model=1.5, rules=0.4, rows=400)
    made.lead = np.where(made.label == 1, 0, np.arange(400))
    assert decide(made).use == "manual"


def test_reasons_come_in_japanese_too():
    english, japanese = (decide(judged(model=1.5, rules=0.4), language) for language in ("en", "ja"))
    assert english.use == japanese.use
    assert english.reasons != japanese.reasons


def test_the_verdict_as_json():
    found = decide(judged(model=1.5, rules=0.4))
    needed = {"question": "lead", "outcomes_now": 215, "outcomes_needed": 178, "leads_needed": 2500}
    assert as_mapping(found) == {"verdict": "model", "reasons": list(found.reasons), "needed": needed}
