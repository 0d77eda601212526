"""One leaf: the quadrature against the definition, coalition by coalition."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from qualify.explain.treeshap.shapley import fitting, interventional, path_dependent
from tests.explain.treeshap.models import shapley_by_definition

shares = st.integers(1, 6).flatmap(lambda n: hnp.arrays(float, n, elements=st.floats(0, 1)))


def coalitions(players: int) -> list[frozenset[int]]:
    return [frozenset(c) for size in range(players + 1) for c in combinations(range(players), size)]


@given(shares)
def test_path_dependent_is_the_definition(share: np.ndarray):
    players = len(share)
    found = path_dependent(np.array([3.0]), share[None])[0]
    for pattern, fits in enumerate(fitting(players).T):
        worth = {
            known: 3.0 * float(np.prod([fits[j] if j in known else share[j] for j in range(players)]))
            for known in coalitions(players)
        }
        assert found[:, pattern] == pytest.approx(shapley_by_definition(worth, players), abs=1e-13)


@given(st.integers(1, 5), st.integers(1, 9), st.integers(0, 1000))
def test_interventional_is_the_mean_over_the_background(players: int, rows: int, seed: int):
    background = np.random.default_rng(seed).integers(0, 2, (rows, players))
    patterns = background @ (1 << np.arange(players))
    seen = np.bincount(patterns, minlength=1 << players) / rows
    found = interventional(np.array([3.0]), seen[None])[0]
    for pattern, fits in enumerate(fitting(players).T):
        worth = {
            known: 3.0
            * float(np.where([j in known for j in range(players)], fits, background).all(axis=1).mean())
            for known in coalitions(players)
        }
        assert found[:, pattern] == pytest.approx(shapley_by_definition(worth, players), abs=1e-13)


@given(shares)
def test_independent_background_is_path_dependent(share: np.ndarray):
    fits = fitting(len(share)).T
    seen = np.prod(np.where(fits == 1, share, 1 - share), axis=1)
    one, other = interventional(np.array([2.0]), seen[None]), path_dependent(np.array([2.0]), share[None])
    assert one == pytest.approx(other, abs=1e-13)


@given(st.integers(1, 12), st.integers(0, 1000))
def test_values_add_up_to_what_the_leaf_pays(players: int, seed: int):
    share = np.random.default_rng(seed).random((3, players))
    value = np.array([1.0, -2.0, 0.5])
    paid = np.zeros((3, 1 << players))
    paid[:, -1] = value
    expected = paid - (value * share.prod(axis=1))[:, None]
    assert path_dependent(value, share).sum(axis=1) == pytest.approx(expected, abs=1e-13)


def test_leaves_solved_in_parts_are_the_same():
    share = np.random.default_rng(0).random((40, 11))
    together = path_dependent(np.ones(40), share)
    np.testing.assert_array_equal(together[17], path_dependent(np.ones(1), share[17:18])[0])
