"""The figures: laws over drawn rows, agreement with scikit-learn, and numbers worked by hand."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from qualify.errors import QualifyError
from qualify.evaluate import METRICS, Metric, compute_metrics, row_brier, row_log_loss


@st.composite
def rows(draw, both=True):
    """Labels, probabilities with many ties, weights and leads."""
    n = draw(st.integers(2, 60))
    label = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    assume(not both or 0 < label.sum() < n)
    probability = np.array(draw(st.lists(st.integers(0, 12), min_size=n, max_size=n))) / 12
    weight = np.array(draw(st.lists(st.integers(1, 9), min_size=n, max_size=n))) / 3
    lead = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)))
    return label, probability, weight, lead


def _values(label, probability, **more):
    return {name: m.value for name, m in compute_metrics(label, probability, bootstrap=0, **more).items()}


@given(rows())
def test_ranking_and_losses_agree_with_scikit_learn(drawn):
    label, probability, weight, _ = drawn
    found = _values(label, probability, weight=weight)
    more = {"sample_weight": weight}
    assert found["auc"] == pytest.approx(roc_auc_score(label, probability, **more), abs=1e-12)
    expected = average_precision_score(label, probability, **more)
    assert found["average_precision"] == pytest.approx(expected, abs=1e-12)
    assert found["log_loss"] == pytest.approx(log_loss(label, probability, **more), rel=1e-12)
    assert found["brier"] == pytest.approx(brier_score_loss(label, probability, **more), abs=1e-12)


@given(rows())
def test_means_are_the_means_of_the_rows(drawn):
    label, probability, weight, _ = drawn
    found = _values(label, probability, weight=weight)
    assert found["log_loss"] == pytest.approx(np.average(row_log_loss(label, probability), weights=weight))
    assert found["brier"] == pytest.approx(np.average(row_brier(label, probability), weights=weight))


@given(rows())
def test_a_rising_map_of_the_score_changes_no_ranking_figure(drawn):
    label, probability, weight, _ = drawn
    plain = _values(label, probability, weight=weight)
    mapped = _values(label, probability, weight=weight, score=np.expm1(5 * probability) - 40)
    assert {name: mapped[name] for name in METRICS} == pytest.approx(plain, abs=1e-12)


@given(rows())
def test_turning_the_score_round_turns_the_auc_round(drawn):
    label, probability, weight, _ = drawn
    up = _values(label, probability, weight=weight)["auc"]
    down = _values(label, probability, weight=weight, score=-probability)["auc"]
    assert up + down == pytest.approx(1.0, abs=1e-12)


@given(rows(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(drawn, random):
    label, probability, weight, _ = drawn
    order = list(range(len(label)))
    random.shuffle(order)
    shuffled = _values(label[order], probability[order], weight=weight[order])
    assert shuffled == pytest.approx(_values(label, probability, weight=weight), abs=1e-12)


@given(rows())
def test_whole_weights_are_rows_repeated(drawn):
    label, probability, weight, _ = drawn
    times = (3 * weight).round().astype(int)
    repeated = _values(np.repeat(label, times), np.repeat(probability, times))
    assert _values(label, probability, weight=times) == pytest.approx(repeated, abs=1e-9)


@given(rows(), st.floats(0.01, 1.0))
def test_a_constant_score_finds_what_chance_finds(drawn, share):
    label, probability, weight, _ = drawn
    found = _values(label, probability, weight=weight, score=np.full(len(label), 7.0), capacity_share=share)
    assert found["lift_at_10"] == pytest.approx(1.0, abs=1e-12)
    assert found["auc"] == 0.5
    assert found["precision_at_capacity"] == pytest.approx(np.average(label, weights=weight), abs=1e-12)


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40)), min_size=1, max_size=8))
def test_the_calibration_error_of_groups_that_keep_their_promise_is_zero(groups):
    label = np.concatenate([np.arange(n) < min(k, n) for n, k in groups]).astype(int)
    promise = np.concatenate([np.full(n, min(k, n) / n) for n, k in groups])
    assert _values(label, promise)["ece"] == pytest.approx(0.0, abs=1e-12)


@given(rows(both=False))
def test_nothing_crashes_and_every_figure_lies_within_its_interval(drawn):
    label, probability, weight, lead = drawn
    for metric in compute_metrics(label, probability, weight=weight, lead=lead, bootstrap=20).values():
        assert math.isnan(metric.low) == math.isnan(metric.high)
        assert math.isnan(metric.low) or metric.low <= metric.value <= metric.high


def test_ranking_by_hand():
    label, score = [1, 0, 1, 0, 0, 1], [9, 8, 8, 5, 3, 1]
    found = _values(label, np.full(6, 0.5), score=score, capacity_share=1 / 3)
    # Pairs: 9 beats all three; 8 ties with one and beats two; 1 beats none: (3 + 2.5 + 0) / 9.
    assert found["auc"] == pytest.approx(5.5 / 9)
    # Positives at ranks 1, 2-3 and 6, with precision 1, 2/3 and 3/6.
    assert found["average_precision"] == pytest.approx((1 + 2 / 3 + 1 / 2) / 3)
    # Of the top two, the first is positive and the second is half of a tied pair with one positive.
    assert found["precision_at_capacity"] == pytest.approx(1.5 / 2)
    # The top tenth is 0.6 of the first row, which is positive; half of all rows are.
    assert found["lift_at_10"] == pytest.approx(2.0)


def test_losses_by_hand():
    assert row_log_loss([1, 0], [0.25, 0.25]) == pytest.approx([math.log(4), -math.log(0.75)])
    assert row_brier([1, 0], [0.25, 0.25]) == pytest.approx([0.5625, 0.0625])


def test_a_wrong_certainty_is_dear_but_finite():
    assert row_log_loss([1, 0], [0.0, 1.0]) == pytest.approx([36.04, 36.04], abs=0.01)
    assert row_log_loss([0, 1], [0.0, 1.0]) == pytest.approx([0.0, 0.0], abs=1e-15)


def test_calibration_error_by_hand():
    # Two heaps of ten: 0.2 promised and 3 kept, 0.7 promised and 5 kept: (0.1 + 0.2) / 2.
    label = np.r_[np.arange(10) < 3, np.arange(10) < 5]
    assert _values(label, np.repeat([0.2, 0.7], 10))["ece"] == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("label", "undefined"),
    [([0, 0, 0], {"auc", "average_precision", "lift_at_10"}), ([1, 1, 1], {"auc"})],
)
def test_figures_that_one_class_does_not_define_are_nan(label, undefined):
    found = compute_metrics(label, [0.1, 0.2, 0.3], bootstrap=10)
    assert {name for name, metric in found.items() if math.isnan(metric.value)} == undefined
    assert all(math.isnan(found[name].low) and math.isnan(found[name].high) for name in undefined)


def test_nan_becomes_null_in_json():
    figures = compute_metrics([0, 0], [0.1, 0.2], bootstrap=5)["auc"].as_dict()
    assert json.dumps(figures, allow_nan=False) == '{"value": null, "low": null, "high": null}'


def test_the_same_seed_gives_the_same_interval():
    rng = np.random.default_rng(5)
    probability = rng.random(300)
    label = rng.random(300) < probability
    first = compute_metrics(label, probability, bootstrap=50, seed=1)
    assert compute_metrics(label, probability, bootstrap=50, seed=1) == first
    assert compute_metrics(label, probability, bootstrap=50, seed=2) != first


def test_rows_of_one_lead_are_drawn_together():
    rng = np.random.default_rng(6)
    probability = np.repeat(rng.random(100), 20)
    label = np.repeat(rng.random(100) < probability[::20], 20)
    lead = np.repeat(np.arange(100), 20)

    alone = compute_metrics(label, probability)["auc"]
    together = compute_metrics(label, probability, lead=lead)["auc"]

    assert alone.value == together.value
    # Twenty copies hold no more knowledge than one: the interval is about the root of 20 wider.
    assert 3 < (together.high - together.low) / (alone.high - alone.low) < 6


def test_names_of_leads_may_be_anything():
    more = {"bootstrap": 30, "seed": 4}
    by_text = compute_metrics([0, 1, 1, 0], [0.1, 0.2, 0.8, 0.4], lead=["a", "b", "a", "c"], **more)
    by_number = compute_metrics([0, 1, 1, 0], [0.1, 0.2, 0.8, 0.4], lead=[4, 7, 4, 9], **more)
    assert by_text == by_number


def test_one_lead_alone_has_no_interval():
    found = compute_metrics([0, 1], [0.1, 0.9], lead=[3, 3])["auc"]
    assert found.value == 1.0
    assert math.isnan(found.low)


def _coverage(truth, figure, measure, trials=60, n=400):
    inside = 0
    for trial in range(trials):
        rng = np.random.default_rng(trial)
        score = rng.normal(size=n)
        chance = 1 / (1 + np.exp(1.0 - score))
        label = rng.random(n) < chance
        found = compute_metrics(label, measure(chance), bootstrap=80, seed=trial)[figure]
        inside += found.low <= truth <= found.high
    return inside / trials


def _truth(figure, measure, n=100_000):
    rng = np.random.default_rng(99)
    chance = 1 / (1 + np.exp(1.0 - rng.normal(size=n)))
    return compute_metrics(rng.random(n) < chance, measure(chance), bootstrap=0)[figure].value


@pytest.mark.parametrize("figure", ["auc", "log_loss", "precision_at_capacity"])
def test_the_interval_covers_the_truth_about_19_times_in_20(figure):
    assert _coverage(_truth(figure, np.asarray), figure, np.asarray) >= 0.88


def test_the_interval_of_the_calibration_error_covers_it_where_noise_alone_makes_some():
    # A calibrated scorer measured on 400 rows shows an error of about 0.04; the truth is 0.
    assert _coverage(0.0, "ece", np.asarray) >= 0.88
    promise_too_much = np.sqrt
    assert _coverage(_truth("ece", promise_too_much), "ece", promise_too_much) >= 0.85


@pytest.mark.parametrize(
    ("label", "probability", "more", "message"),
    [
        ([], [], {}, "nothing to measure"),
        ([0, 2], [0.1, 0.2], {}, "labels are 0 or 1, got 2.0"),
        ([0, 1], [0.1, 1.2], {}, "between 0 and 1, got 0.1 to 1.2"),
        ([0, 1], [0.1, float("nan")], {}, "`probability` must be finite, got nan in row 1"),
        ([0, 1], [0.1], {}, r"`probability` has shape \(1,\), expected \(2,\)"),
        ([0, 1], [0.1, 0.2], {"weight": [0, 0]}, "weights must not be negative nor all zero"),
        ([0, 1], [0.1, 0.2], {"weight": [1, -1]}, "weights must not be negative nor all zero"),
        ([0, 1], [0.1, 0.2], {"lead": [1]}, "`lead` has shape"),
        ([0, 1], [0.1, 0.2], {"capacity_share": 0.0}, "capacity_share lies above 0"),
        ([0, 1], [0.1, 0.2], {"score": [0.0, float("inf")]}, "`score` must be finite, got inf in row 1"),
    ],
)
def test_what_cannot_be_measured_is_refused(label, probability, more, message):
    with pytest.raises(QualifyError, match=message):
        compute_metrics(label, probability, **more)


def test_metrics_are_given_in_the_order_of_the_contract():
    assert tuple(compute_metrics([0, 1], [0.1, 0.2], bootstrap=2)) == METRICS
    assert Metric(0.5, 0.4, 0.6).as_dict() == {"value": 0.5, "low": 0.4, "high": 0.6}
