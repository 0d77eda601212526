"""The learned scorecard: centred points, exact sums, the most telling columns."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import TypeAdapter

from qualify.model.linear import MAX_FEATURES, LinearModel, fit_linear


def fit(bins, sizes, label, **options):
    rows = len(label)
    given = {"strength": 1.0, "members": 3, "seed": 0} | options
    return fit_linear(
        np.asarray(bins, dtype=np.int32), sizes, np.asarray(label, dtype=np.float64), np.ones(rows),
        np.arange(rows), **given,
    )  # fmt: skip


def made(rows=800, seed=0):
    rng = np.random.default_rng(seed)
    bins = np.column_stack([rng.integers(0, 4, rows), rng.integers(0, 3, rows)])
    z = bins[:, 0] - 2.0
    return bins.astype(np.int32), (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(float)


def test_points_look_up_by_hand():
    model = LinearModel(
        (1, 0), ((0.5, -0.5), (1.0, 0.0, -1.0)), 0.25, ((0.0, ((0.0, 0.1), (0.0, 0.0, 0.2))),)
    )
    bins = np.array([[0, 1], [2, 0]], dtype=np.int32)
    assert model.contributions(bins).tolist() == [[-0.5, 1.0], [0.5, -1.0]]
    assert model.log_odds(bins).tolist() == [0.75, -0.25]
    assert model.member_log_odds(bins).tolist() == [[0.1], [0.2]]


def test_points_are_centred_so_the_intercept_is_the_mean_row():
    bins, label = made()
    model = fit(bins, [4, 3], label)
    np.testing.assert_allclose(model.contributions(bins).mean(axis=0), 0, atol=1e-9)
    assert model.log_odds(bins).mean() == pytest.approx(model.intercept, abs=1e-9)
    for base, points in model.members:
        member = LinearModel(model.features, points, base, ())
        np.testing.assert_allclose(member.contributions(bins).mean(axis=0), 0, atol=1e-9)


def test_points_rise_with_what_raises_the_odds():
    bins, label = made()
    model = fit(bins, [4, 3], label)
    telling, idle = model.points
    assert list(telling) == sorted(telling)
    assert max(idle) - min(idle) < 0.3 * (telling[-1] - telling[0])


def test_members_differ_around_the_model_and_a_seed_repeats_them():
    bins, label = made()
    one, two, other = (fit(bins, [4, 3], label, seed=seed) for seed in (1, 1, 2))
    assert one == two
    assert one.points == other.points
    assert one.members != other.members
    spread = one.member_log_odds(bins).std(axis=1)
    assert 0.01 < spread.mean() < 0.5


def test_the_most_telling_columns_are_kept():
    rng = np.random.default_rng(0)
    bins = rng.integers(0, 3, size=(500, MAX_FEATURES + 10))
    label = (bins[:, 55] == 2).astype(float)
    model = fit(bins, [3] * bins.shape[1], label, members=0)
    assert len(model.features) == MAX_FEATURES
    assert 55 in model.features
    assert list(model.features) == sorted(model.features)


def test_no_columns_at_all_give_the_base_rate():
    model = fit(np.zeros((40, 0)), [], [1.0] * 10 + [0.0] * 30, members=2)
    np.testing.assert_allclose(model.log_odds(np.zeros((3, 0), dtype=np.int32)), np.log(1 / 3), atol=1e-6)
    assert model.member_log_odds(np.zeros((3, 0), dtype=np.int32)).shape == (3, 2)


def test_a_model_survives_json():
    bins, label = made(200)
    model = fit(bins, [4, 3], label)
    adapter = TypeAdapter(LinearModel)
    assert adapter.validate_json(adapter.dump_json(model)) == model
