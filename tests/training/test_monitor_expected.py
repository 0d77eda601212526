"""What probabilities alone promise, against all pairs, against drawn outcomes, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.evaluate import Metric, compute_metrics
from training.monitor.expected import expect, expected_auc
from training.monitor.moments import Matured
from training.monitor.outcomes import fall, observe, promised

rates = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), min_size=2, max_size=12)


@given(rates)
def test_the_expected_auc_is_that_of_all_pairs(values: list[float]) -> None:
    p = np.array(values)
    won = total = 0.0
    for i in range(len(p)):
        for j in range(len(p)):
            if i != j:
                chance = p[i] * (1 - p[j])
                total += chance
                won += chance * (0.5 if p[i] == p[j] else float(p[i] > p[j]))
    found = expected_auc(p, np.ones(len(p)))
    if total > 1e-9:
        assert found == pytest.approx(won / total)
    else:
        assert math.isnan(found)


def test_outcomes_drawn_from_the_probabilities_give_what_was_expected() -> None:
    rng = np.random.default_rng(3)
    p = rng.beta(1, 4, 2000)
    found = expect(p, np.ones(2000), np.arange(2000), capacity_share=0.1, seed=0)
    label = (rng.random(2000) < p).astype(float)
    seen = compute_metrics(label, p, capacity_share=0.1, bootstrap=0)
    for name in ("auc", "log_loss", "brier", "precision_at_capacity"):
        assert found[name].low <= seen[name].value <= found[name].high
    assert found["base_rate"].value == pytest.approx(p.mean())


def test_the_expected_figures_by_hand() -> None:
    found = expect(np.array([0.5, 0.5]), np.ones(2), np.arange(2), capacity_share=0.5, seed=0)
    assert found["log_loss"].value == pytest.approx(math.log(2))
    assert found["brier"].value == 0.25
    assert found["precision_at_capacity"].value == 0.5
    # Pairs: (1, 2) and (2, 1), each 1/4, and a tie.
    assert found["auc"].value == 0.5


def test_the_gap_is_observed_less_promised() -> None:
    rows = Matured(np.arange(4), np.zeros(4, dtype=np.int64), np.array([1.0, 1.0, 0.0, 0.0]), np.ones(4))
    found = observe(rows, np.array([0.6, 0.2, 0.3, 0.1]), capacity_share=0.25, seed=0)
    assert found is not None
    assert (found.leads, found.positives) == (4, 2)
    assert found.observed["gap"].value == pytest.approx(0.5 - 0.3)
    # Of four pairs of a positive and a negative, one is the wrong way round.
    assert found.observed["auc"].value == 0.75


def test_an_outcome_that_stands_for_several_leads_counts_so_often() -> None:
    weight = np.array([1.0, 1.0, 3.0, 3.0])
    rows = Matured(np.arange(4), np.zeros(4, dtype=np.int64), np.array([1.0, 1.0, 0.0, 0.0]), weight)
    found = observe(rows, np.array([0.6, 0.2, 0.3, 0.1]), capacity_share=0.25, seed=0)
    assert found is not None
    assert found.observed["base_rate"].value == pytest.approx(2 / 8)
    assert found.observed["gap"].value == pytest.approx(2 / 8 - 2 / 8)


def test_one_lead_is_no_outcome_to_judge_by() -> None:
    rows = Matured(np.zeros(3, dtype=np.int64), np.arange(3), np.array([1.0, 0.0, 0.0]), np.ones(3))
    assert observe(rows, np.full(3, 0.2), capacity_share=0.1, seed=0) is None


def test_what_training_promised_is_read_from_its_run() -> None:
    found = promised({"auc": 0.8, "auc_low": 0.7, "auc_high": 0.9, "rules/auc": 0.6, "seconds": 3.0})
    assert found == {"auc": Metric(0.8, 0.7, 0.9)}


@given(st.floats(0.5, 1), st.floats(0.5, 1), st.floats(0, 0.2), st.floats(0, 0.2))
def test_a_fall_is_surer_the_narrower_the_intervals(a: float, b: float, wide: float, slim: float) -> None:
    found = fall(Metric(a, a - wide, a + wide), Metric(b, b - slim, b + slim))
    assert found.value == pytest.approx(a - b)
    assert found.value - found.low == pytest.approx(math.hypot(wide, slim))
