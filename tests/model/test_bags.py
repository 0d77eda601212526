"""The trees: the same texts on any number of threads, a spread that shows what is not known."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest

from qualify.model import bags
from qualify.model.bags import TreeParams, common_rounds, fit_bags, fit_stopped

PARAMS = TreeParams(depth=3, leaves=6, max_rounds=200)


def made(rows=600, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 4))
    x[rng.random((rows, 4)) < 0.1] = np.nan
    z = np.where(np.isnan(x[:, 0]), -1, x[:, 0]) * 1.5 + (x[:, 1] > 0.5)
    return x, (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(float)


def bags_of(x, label, *, lead=None, bags=3, seed=0, threads=1, rounds=20):
    lead = np.arange(len(label)) if lead is None else lead
    return fit_bags(
        x, label, np.ones(len(label)), lead, PARAMS, rounds=rounds, bags=bags, seed=seed, threads=threads
    )


def test_threads_do_not_show_in_the_trees():
    x, label = made()
    assert bags_of(x, label, threads=1).texts == bags_of(x, label, threads=2).texts


def test_bags_differ_and_so_do_seeds():
    x, label = made()
    one, other = bags_of(x, label), bags_of(x, label, seed=1)
    assert len(set(one.texts)) == 3
    assert not set(one.texts) & set(other.texts)


def test_members_are_the_boosters_own_predictions():
    x, label = made()
    model = bags_of(x, label)
    members = model.member_log_odds(x)
    assert members.shape == (600, 3)
    for k, text in enumerate(model.texts):
        np.testing.assert_array_equal(members[:, k], lgb.Booster(model_str=text).predict(x, raw_score=True))


def test_a_leads_rows_are_drawn_together():
    """Doubling every row of a lead is the same as doubling its weight: draws go by lead, not by row."""
    x, label = made(300)
    lead = np.repeat(np.arange(300), 2)
    twice = fit_bags(
        np.repeat(x, 2, axis=0), np.repeat(label, 2), np.full(600, 0.5), lead, PARAMS,
        rounds=1, bags=2, seed=0, threads=1,
    )  # fmt: skip
    rng = np.random.default_rng([0, 0])
    weight = rng.exponential(size=300)[lead]
    assert np.array_equal(weight[::2], weight[1::2])
    assert twice.member_log_odds(x).shape == (300, 2)


def test_the_mean_of_the_bags_is_centred_on_the_base_rate():
    x, label = made(2000)
    p = 1 / (1 + np.exp(-bags_of(x, label, rounds=60).member_log_odds(x).mean(axis=1)))
    assert p.mean() == pytest.approx(label.mean(), abs=0.03)


def test_little_data_spreads_more():
    x, label = made(4000)
    few, many = (bags_of(x[:n], label[:n], rounds=60).member_log_odds(x) for n in (200, 4000))
    assert few.std(axis=1).mean() > 1.5 * many.std(axis=1).mean()


def test_of_very_many_rows_each_bag_sees_its_own_draw(monkeypatch):
    monkeypatch.setattr(bags, "ROWS_A_BAG", 100)
    x, label = made()
    model = bags_of(x, label, threads=2)
    assert model.texts == bags_of(x, label, threads=1).texts
    counts = [int(b.dump_model()["tree_info"][0]["tree_structure"]["internal_count"]) for b in model.boosters]
    assert max(counts) <= 100


def test_stopping_looks_at_the_later_rows():
    x, label = made(800)
    rng = np.random.default_rng(1)
    ones = np.ones(400)
    useful = fit_stopped(
        x[:400], label[:400], ones, PARAMS, (x[400:], label[400:], ones), seed=0
    ).best_iteration
    noise = rng.permutation(label[400:])
    useless = fit_stopped(x[:400], label[:400], ones, PARAMS, (x[400:], noise, ones), seed=0).best_iteration
    assert useful > useless


@pytest.mark.parametrize(("best", "expected"), [((), 100), ((40, 60, 50), 50)])
def test_one_number_of_rounds_for_all(best, expected):
    assert common_rounds(best) == expected


def test_rounds_never_fall_below_the_fewest():
    assert common_rounds((1, 1, 2)) == bags.FEWEST_ROUNDS


def test_a_handful_of_rows_can_be_fitted():
    x, label = made(12)
    label[:2] = 0, 1
    assert np.isfinite(bags_of(x, label, rounds=5).member_log_odds(x)).all()


def test_many_rows_get_more_rounds_of_leaner_trees():
    base = TreeParams(learning_rate=0.1, feature_fraction=0.5, bagging_fraction=0.8)
    lean, rounds = bags.for_many(base, 90, 8 * bags.MANY_ROWS)
    assert rounds == 120  # 90 rounds x 8^(1/3) / 1.5
    assert (lean.learning_rate, lean.feature_fraction, lean.bagging_fraction) == pytest.approx(
        (0.15, 0.3, 0.4)
    )
    assert (lean.depth, lean.leaves) == (base.depth, base.leaves)


def test_a_bag_of_many_rows_leaves_a_third_of_the_leads_out(monkeypatch):
    monkeypatch.setattr(bags, "MANY_ROWS", 1000)
    x, label = made(2000)
    model = bags_of(x, label)
    counts = [b.dump_model()["tree_info"][0]["tree_structure"]["internal_count"] for b in model.boosters]
    # Of 2,000 leads a Poisson draw holds 63 %, and a tree's draw of rows a part of these.
    assert max(counts) < 2000 * 0.7
    assert model.texts == bags_of(x, label, threads=2).texts
