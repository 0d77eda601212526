"""Reliability and gain curves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.evaluate import compute_gain, compute_metrics, compute_reliability

drawn_rows = st.lists(
    st.tuples(st.booleans(), st.integers(0, 20), st.integers(1, 4)), min_size=1, max_size=80
)


def _arrays(drawn):
    label, steps, weight = (np.array(column) for column in zip(*drawn, strict=True))
    return label, steps / 20, weight.astype(float)


@given(drawn_rows, st.integers(1, 12))
def test_the_bins_hold_every_row_once_and_rise(drawn, bins):
    label, probability, weight = _arrays(drawn)
    found = compute_reliability(label, probability, weight=weight, bins=bins, bootstrap=5)
    assert len(found) <= bins
    assert found["rows"].sum() == len(label)
    assert found["weight"].sum() == pytest.approx(1.0)
    assert (np.diff(found["predicted"]) > 0).all()
    assert np.average(found["observed"], weights=found["weight"]) == pytest.approx(
        np.average(label, weights=weight)
    )


@given(drawn_rows)
def test_the_calibration_error_is_the_mean_distance_in_the_diagram(drawn):
    label, probability, weight = _arrays(drawn)
    found = compute_reliability(label, probability, weight=weight, bootstrap=0)
    distance = (found["observed"] - found["predicted"]).abs()
    expected = compute_metrics(label, probability, weight=weight, bootstrap=0)["ece"].value
    assert np.average(distance, weights=found["weight"]) == pytest.approx(expected, abs=1e-12)


def test_reliability_by_hand():
    label = np.r_[np.arange(10) < 3, np.arange(10) < 5]
    found = compute_reliability(label, np.repeat([0.2, 0.7], 10), bins=2)
    assert found["predicted"].tolist() == pytest.approx([0.2, 0.7])
    assert found["observed"].tolist() == pytest.approx([0.3, 0.5])
    assert found["rows"].tolist() == [10, 10]
    # 0.3 of 10 rows: about 0.3 +- 1.96 * sqrt(0.3 * 0.7 / 10).
    assert (found["high"] - found["low"]).iloc[0] == pytest.approx(2 * 1.96 * np.sqrt(0.021), rel=0.25)


@given(drawn_rows, st.integers(1, 30))
def test_gains_run_from_nothing_to_everything_and_agree_with_the_metrics(drawn, steps):
    label, score, weight = _arrays(drawn)
    found = compute_gain(label, score, weight=weight, steps=10 * steps)
    if not label.any():
        assert found["found"].isna().all()
        return
    assert found["found"].iloc[0] == 0.0
    assert found["found"].iloc[-1] == pytest.approx(1.0)
    assert (np.diff(found["found"]) >= -1e-12).all()
    assert found["lift"].iloc[-1] == pytest.approx(1.0)
    expected = compute_metrics(label, score, weight=weight, bootstrap=0)["lift_at_10"].value
    assert found["lift"].iloc[steps] == pytest.approx(expected)


def test_gain_by_hand():
    found = compute_gain([1, 0, 1, 0], [9, 8, 8, 1], steps=4)
    # One positive first; then a tied pair with one; then nothing.
    assert found["found"].tolist() == pytest.approx([0.0, 0.5, 0.75, 1.0, 1.0])
    assert found["lift"].tolist() == pytest.approx([2.0, 2.0, 1.5, 4 / 3, 1.0])


def test_weightless_rows_at_the_top_do_not_break_the_start():
    found = compute_gain([1, 1, 0], [9, 5, 1], weight=[0, 1, 1], steps=2)
    assert found["found"].tolist() == pytest.approx([0.0, 1.0, 1.0])
    assert found["lift"].tolist() == pytest.approx([2.0, 2.0, 1.0])
