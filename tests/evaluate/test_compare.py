"""Differences of two scorers on the same rows, and skill beyond a constant."""

from __future__ import annotations

import math

import numpy as np
import pytest

from qualify.errors import QualifyError
from qualify.evaluate import METRICS, compute_metrics, has_skill, paired_difference


def _forecasts(n=2000, seed=0):
    rng = np.random.default_rng(seed)
    chance = rng.beta(1, 5, n)
    return (
        (rng.random(n) < chance).astype(int),
        chance,
        np.clip(chance * np.exp(rng.normal(0, 0.4, n)), 0, 0.99),
    )


@pytest.mark.parametrize("metric", METRICS)
def test_the_difference_is_the_difference_of_the_figures(metric):
    label, a, b = _forecasts()
    found = paired_difference(label, a, b, metric=metric, bootstrap=20)
    figures = [compute_metrics(label, p, bootstrap=0)[metric].value for p in (a, b)]
    assert found.value == pytest.approx(figures[0] - figures[1])


def test_a_scorer_does_not_differ_from_itself():
    label, a, _ = _forecasts()
    assert paired_difference(label, a, a).as_dict() == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_the_better_forecast_is_better_beyond_noise_and_pairing_sees_it_more_sharply():
    label, a, b = _forecasts()
    found = paired_difference(label, a, b, metric="log_loss")
    assert found.high < 0
    alone = compute_metrics(label, a)["log_loss"]
    assert found.high - found.low < 0.75 * (alone.high - alone.low)


def test_points_can_rank_in_place_of_a_probability():
    label, a, b = _forecasts()
    ranked = paired_difference(label, a, b, metric="auc", score_b=100 * a, bootstrap=20)
    assert ranked.value == 0.0


def test_rows_of_one_lead_are_drawn_together():
    label, a, b = _forecasts(300)
    copies = [np.repeat(x, 9) for x in (label, a, b)]
    alone = paired_difference(*copies)
    together = paired_difference(*copies, lead=np.repeat(np.arange(300), 9))
    assert alone.value == together.value
    assert 2 < (together.high - together.low) / (alone.high - alone.low) < 4.5


@pytest.mark.parametrize("metric", METRICS)
def test_a_row_of_weight_three_counts_as_three_rows(metric):
    label, a, b = _forecasts(400)
    weight = np.arange(400) % 3 + 1
    copies = [np.repeat(x, weight) for x in (label, a, b)]
    weighed = paired_difference(label, a, b, metric=metric, weight=weight, bootstrap=2)
    assert weighed.value == pytest.approx(paired_difference(*copies, metric=metric, bootstrap=2).value)


def test_capacity_confidence_draws_and_seed_are_what_was_asked_for():
    label, a, b = _forecasts()
    at = {share: paired_difference(label, a, b, metric="precision_at_capacity", capacity_share=share)
          for share in (0.1, 0.5)}  # fmt: skip
    for share, found in at.items():
        figures = [compute_metrics(label, p, capacity_share=share, bootstrap=0) for p in (a, b)]
        assert found.value == pytest.approx(
            figures[0]["precision_at_capacity"].value - figures[1]["precision_at_capacity"].value
        )
    usual, surer = (paired_difference(label, a, b, confidence=c) for c in (0.95, 0.99))
    assert surer.low < usual.low < usual.high < surer.high
    assert usual == paired_difference(label, a, b, bootstrap=400, seed=0)
    assert usual.low != paired_difference(label, a, b, seed=1).low
    assert usual.low != paired_difference(label, a, b, bootstrap=50).low


def test_either_side_can_be_ranked_by_points():
    """Points that rank the other way round turn an AUC about 1/2."""
    label, a, _ = _forecasts()
    auc = compute_metrics(label, a, bootstrap=0)["auc"].value
    assert paired_difference(label, a, a, metric="auc", score_a=-a, bootstrap=2).value == pytest.approx(
        1 - 2 * auc
    )
    assert paired_difference(label, a, a, metric="auc", score_b=-a, bootstrap=2).value == pytest.approx(
        2 * auc - 1
    )


def test_an_unknown_metric_is_refused_with_a_guess():
    with pytest.raises(QualifyError, match=r"no metric 'logloss'.*Did you mean 'log_loss'"):
        paired_difference([0, 1], [0.1, 0.2], [0.1, 0.2], metric="logloss")


def test_skill_by_hand():
    # The best constant is 1/2 and costs log 2; the scorer's rows cost -log(0.8) each.
    skill = has_skill([1, 0, 1, 0], [0.8, 0.2, 0.8, 0.2], bootstrap=200)
    assert skill.gain.value == pytest.approx(math.log(2) + math.log(0.8))


def test_a_forecast_with_knowledge_has_skill():
    label, a, _ = _forecasts()
    skill = has_skill(label, a)
    assert skill
    assert skill.pvalue < 0.01


def test_the_best_constant_has_no_skill():
    label, _, _ = _forecasts()
    skill = has_skill(label, np.full(len(label), label.mean()))
    assert not skill
    assert skill.gain.value == pytest.approx(0.0, abs=1e-12)


def test_labels_of_pure_noise_hardly_ever_show_skill():
    found = []
    for seed in range(80):
        rng = np.random.default_rng(seed)
        guess = np.clip(0.2 + 0.03 * rng.normal(size=500), 0.01, 0.99)
        found.append(bool(has_skill(rng.random(500) < 0.2, guess, bootstrap=200)))
    assert np.mean(found) <= 0.05


def test_copies_of_few_leads_do_not_make_skill():
    rng = np.random.default_rng(8)
    hits = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        label = np.repeat(rng.random(30) < 0.5, 40)
        guess = np.repeat(np.clip(0.5 + 0.1 * rng.normal(size=30), 0.01, 0.99), 40)
        hits += bool(has_skill(label, guess, np.repeat(np.arange(30), 40), bootstrap=200))
    assert hits <= 4


def test_one_class_gives_no_gain():
    skill = has_skill([0, 0, 0, 0], [0.1, 0.1, 0.2, 0.1])
    assert skill.gain.value < 0
    assert skill.pvalue == 1.0
    assert not skill


def test_one_lead_alone_proves_nothing():
    skill = has_skill([0, 1], [0.01, 0.99], lead=[7, 7])
    assert math.isnan(skill.pvalue)
    assert not skill
