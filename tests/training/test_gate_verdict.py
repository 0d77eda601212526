"""The verdict at its borders, and the numbers of outcomes that it asks for, worked by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from qualify.evaluate import Metric
from tests.training.test_verdict import judged as judged_of
from training.power import Needed, enough, fewest_leads, sees
from training.verdict import as_mapping, decide

NOISE = Metric(0.5, 0.4, 0.6)
SKILL = Metric(0.8, 0.7, 0.9)


def counted(positives: int, leads: int, model: Metric = NOISE, rules: Metric = NOISE) -> SimpleNamespace:
    """Later leads with so many winners and these figures; model and rules predict the same."""
    label = (np.arange(leads) < positives).astype(float)
    same = np.where(label == 1, 0.6, 0.4)
    figures = {"model": {"auc": model}, "rules": {"auc": rules}}
    return SimpleNamespace(
        label=label, weight=np.ones(leads), lead=np.arange(leads), metrics=figures,
        probabilities={"model": same, "rules": same},
    )  # fmt: skip


def test_a_constant_has_no_skill() -> None:
    """Its AUC is 1/2 in every draw, so its interval begins at 1/2."""
    made = judged_of(model=0.0, rules=0.0)
    exact = Metric(0.5, 0.5, 0.5)
    made.metrics = {name: {"auc": exact} for name in ("model", "rules")}
    assert decide(made).use == "manual"


def test_what_does_no_better_than_the_rules_is_not_used() -> None:
    assert decide(counted(200, 400, SKILL, SKILL)).use == "rules"


@pytest.mark.parametrize("positives", [200, 800])
def test_outcomes_needed_to_see_skill(positives: int) -> None:
    # The standard error is 0.2 / 3.92 = 0.0510, so (2.802 * 0.0510 / 0.05)^2 = 8.175 times as many
    # are needed: 1635 of the rarer outcome; and of all leads, a fifth of which judge, 8175 / 0.2 = 40 875.
    found = decide(counted(positives, 1000, Metric(0.55, 0.45, 0.65)))
    assert found.use == "manual"
    assert found.needed == Needed("skill", 200, 1635, 40_900)
    assert as_mapping(found)["needed"] == {
        "question": "skill", "outcomes_now": 200, "outcomes_needed": 1635, "leads_needed": 40_900,
    }  # fmt: skip


def test_a_model_below_chance_needs_no_more_leads() -> None:
    found = decide(counted(200, 1000, Metric(0.45, 0.35, 0.55), SKILL))
    assert (found.use, found.needed) == ("rules", Needed("skill", 200, None, None))


@pytest.mark.parametrize(("positives", "leads", "needed"), [
    (10, 50, Needed("see", 10, 20, 500)),  # a fifth won: 98 leads see it, of 490 in all
    (40, 50, Needed("see", 10, 20, 500)),
    (3, 300, Needed("see", 3, 18, 8_600)),  # 1708 leads, of which 17.08 won; 8540 in all
    (0, 100, Needed("see", 0, 18, 8_600)),  # at the rate of one in a hundred
])  # fmt: skip
def test_outcomes_needed_to_see_anything(positives: int, leads: int, needed: Needed) -> None:
    found = decide(counted(positives, leads, SKILL, SKILL))
    assert (found.use, found.needed) == ("manual", needed)
    assert f"at least {needed.outcomes_needed}" in found.reasons[1]


CLEAR, UNSURE = Metric(0.87, 0.80, 0.93), Metric(0.75, 0.62, 0.88)


def test_few_outcomes_are_enough_for_skill_that_is_clear() -> None:
    rules = Metric(0.6, 0.45, 0.75)
    found = decide(counted(13, 1600, CLEAR, rules))
    assert "13 positives among the 1600 later leads" in found.reasons[1]
    assert found.use != "manual"
    assert decide(counted(13, 1600, UNSURE, rules)).use == "manual"
    assert not any("13 positives" in reason for reason in decide(counted(200, 1600, CLEAR, rules)).reasons)


@pytest.mark.parametrize(("positives", "found", "believed"), [
    (9, Metric(1.0, 1.0, 1.0), False),  # an interval of fewer than ten means nothing
    (10, Metric(1.0, 1.0, 1.0), True),
    (13, CLEAR, True),
    (13, Metric(0.4, 0.3, 0.5), False),
    (200, Metric(0.4, 0.3, 0.5), True),  # enough to see that there is none
    (13, Metric(np.nan, np.nan, np.nan), False),
])  # fmt: skip
def test_outcomes_that_are_enough(positives: int, found: Metric, believed: bool) -> None:
    assert enough(positives, 1600, found) is believed


def test_the_fewest_leads_are_just_enough() -> None:
    for rate in (0.02, 0.1, 0.3, 0.5):
        leads = fewest_leads(rate)
        assert sees(rate * leads, (1 - rate) * leads)
        assert not sees(rate * (leads - 1), (1 - rate) * (leads - 1))
    assert fewest_leads(0.2, 0.8) < fewest_leads(0.2, 0.7)


def test_who_leads_is_told_with_its_figures() -> None:
    """A clear lead can be hidden by fewer outcomes; a clear loss needs no more of them."""
    won, lost = decide(judged_of(model=1.5, rules=0.4)), decide(judged_of(model=9.0, rules=1.5))
    assert won.needed is not None
    assert won.needed.outcomes_needed < won.needed.outcomes_now
    assert f"{won.needed.outcomes_needed}" in won.reasons[2]
    assert lost.needed == Needed("lead", won.needed.outcomes_now, None, None)
