"""The blend of a row, its interval and its probability, against NumPy's words for the same."""

import numpy as np
import pytest
from scipy.special import expit

from qualify.model.blend import Blend, Calibration
from qualify.model.target import TargetModel, half_width


@pytest.fixture
def model():
    """A model of which only what comes after its parts is asked."""
    calibration = Calibration(intercept=-0.3, slope=0.9)
    return TargetModel("sql", None, None, None, Blend(0.2, 0.4, 0.7), calibration, calibration_sd=0.05)


@pytest.mark.parametrize("rows", [0, 1, 500])
@pytest.mark.parametrize("bags", [2, 4, 12])
def test_mean_and_deviation_of_the_bags(model, rows, bags):
    rng = np.random.default_rng(rows + bags)
    by_bag, by_fit = rng.normal(size=(2, rows, bags))
    linear = rng.normal(size=rows)
    found = model.finish(by_bag, linear, by_fit)
    raw = 0.2 + 0.4 * linear + 0.7 * by_bag.mean(axis=1)
    spread = 0.9 * (0.2 + 0.4 * by_fit + 0.7 * by_bag).std(axis=1, ddof=1)
    half, z = half_width(spread, bags, 0.05), -0.3 + 0.9 * raw
    np.testing.assert_allclose(found.log_odds, raw, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.probability, expit(z), rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        [found.low, found.high], [expit(z - half), expit(z + half)], rtol=0, atol=1e-12
    )


def test_a_row_is_finished_alone_as_among_others(model):
    by_bag, by_fit = np.random.default_rng(1).normal(size=(2, 40, 5))
    together = model.finish(by_bag, by_bag[:, 0], by_fit)
    for row in range(40):
        alone = model.finish(by_bag[[row]], by_bag[[row], 0], by_fit[[row]])
        assert (alone.low, alone.high) == (together.low[row], together.high[row])
        assert alone.log_odds == together.log_odds[row]
