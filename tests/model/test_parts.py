"""Reference population, scores and bands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.model.parts import REFERENCE_POINTS, Bands, Reference, bands_of, reference_of


def population(rows=1000):
    return reference_of(np.linspace(0, 1, rows), np.ones(rows), np.zeros(rows))


def test_scores_are_percentiles():
    reference = population()
    found = reference.percentile(np.array([0.0, 0.005, 0.5, 0.994, 1.0]))
    assert found.tolist() == [1, 1, 51, 100, 100]


def test_bands_cut_the_given_shares():
    reference = population(10_000)
    bands = bands_of(reference, (0.1, 0.3, 0.6))
    share = np.bincount(bands.codes(np.linspace(0, 1, 10_000)), minlength=4) / 10_000
    np.testing.assert_allclose(share, [0.1, 0.2, 0.3, 0.4], atol=0.002)


def test_a_lead_on_a_cut_is_in_the_better_band():
    bands = Bands((0.5, 0.3, 0.1))
    assert bands.codes(np.array([0.5, 0.49, 0.3, 0.1, 0.09])).tolist() == [0, 1, 1, 2, 3]


def test_the_reference_is_weighted():
    p, label = np.array([0.1, 0.9]), np.array([0.0, 1.0])
    even, heavy = reference_of(p, np.ones(2), label), reference_of(p, np.array([1.0, 9.0]), label)
    assert even.base_rate == 0.5
    assert heavy.base_rate == 0.9
    assert np.mean(heavy.quantiles) > np.mean(even.quantiles)
    assert heavy.rows == 2
    assert len(heavy.quantiles) == REFERENCE_POINTS


@pytest.mark.parametrize("p", [0.2, 0.5])
def test_a_population_of_one_value_has_one_band_and_scores_stay_in_range(p):
    reference = reference_of(np.full(10, p), np.ones(10), np.zeros(10))
    assert reference.percentile(np.array([0.0, p, 1.0])).tolist() == [1, 100, 100]
    assert bands_of(reference, (0.1, 0.3, 0.6)).codes(np.array([p])).tolist() == [0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.integers(1, 40))
def test_more_probable_is_never_scored_lower(probabilities, rows):
    reference = population(rows + 1)
    ordered = np.sort(np.asarray(probabilities))
    scores = reference.percentile(ordered)
    assert (np.diff(scores) >= 0).all()
    assert scores.min() >= 1
    assert scores.max() <= 100
    assert (np.diff(bands_of(reference, (0.1, 0.3, 0.6)).codes(ordered)) <= 0).all()


def test_quantiles_never_fall():
    rng = np.random.default_rng(0)
    reference = reference_of(rng.random(37), rng.random(37), np.zeros(37))
    assert isinstance(reference, Reference)
    assert (np.diff(reference.quantiles) >= 0).all()
