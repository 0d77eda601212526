"""One target's model: probability and interval from its parts, and exact contributions by field."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import expit, logit

from qualify.explain.contributions import TargetExplainer, TargetPredictor
from qualify.features.fields import Field
from qualify.model.blend import Blend, Calibration
from qualify.model.boosted import BoostedModel
from qualify.model.fit import fit_target
from qualify.model.target import half_width
from tests.model.rows import QUICK, make_rows

NAMES = ("column:visits", "column:minutes", "column:noise", "column:source", "points")
FIELDS = tuple(Field(name, "points" if name == "points" else "number", name, "fit") for name in NAMES)


@pytest.fixture(scope="module")
def fitted():
    return fit_target("won", make_rows(), QUICK, bags=3, seed=0, threads=1)[0]


@pytest.fixture(scope="module")
def frame():
    return make_rows(80, seed=5).frame


def test_probability_is_the_calibrated_blend(fitted, frame):
    design, bins = fitted.encoders.design(frame), fitted.encoders.bins(frame)
    linear, trees = fitted.linear.log_odds(bins), fitted.trees.member_log_odds(design).mean(axis=1)
    blend, calibration = fitted.blend, fitted.calibration
    raw = blend.intercept + blend.linear * linear + blend.trees * trees
    found = fitted.predict(frame)
    np.testing.assert_allclose(found.log_odds, raw, atol=1e-12)
    np.testing.assert_allclose(fitted.log_odds(frame), raw, atol=1e-12)
    np.testing.assert_allclose(found.probability, expit(calibration.intercept + calibration.slope * raw))


def test_the_interval_by_hand(fitted, frame):
    model = dataclasses.replace(
        fitted, blend=Blend(0.0, 1.0, 0.0), calibration=Calibration(0.5, 2.0), calibration_sd=0.3
    )
    bins = model.encoders.bins(frame)
    spread = 2.0 * model.linear.member_log_odds(bins).std(axis=1, ddof=1)
    half = half_width(spread, model.linear.member_log_odds(bins).shape[1], 0.3)
    found = model.predict(frame)
    np.testing.assert_allclose(logit(found.high) - logit(found.probability), half, rtol=1e-9)
    np.testing.assert_allclose(logit(found.probability) - logit(found.low), half, rtol=1e-9)
    assert ((found.low < found.probability) & (found.probability < found.high)).all()


@pytest.mark.parametrize(("bags", "quantile"), [(2, 6.3138), (4, 2.3534), (16, 1.7531)])
def test_few_bags_know_their_own_spread_badly(bags, quantile):
    """Student's t at .95, as tables have it, and half as much again for what bags share."""
    assert half_width(np.array([1.0]), bags, 0.0) == pytest.approx(1.5 * quantile, rel=1e-4)
    # The calibration's error rests on many leads: 1.645 of it.
    wide = np.hypot(quantile * 0.5, 1.6449 * 0.2)
    assert half_width(np.array([0.5]), bags, 0.2) == pytest.approx(1.5 * wide, rel=1e-4)


def test_contributions_add_up_and_belong_to_their_field(fitted, frame):
    told = TargetExplainer(fitted, FIELDS).explain(frame)
    contributions = told.contributions
    np.testing.assert_allclose(told.base + contributions.sum(axis=1), told.prediction.log_odds, atol=1e-9)
    np.testing.assert_allclose(told.prediction.log_odds, fitted.log_odds(frame), atol=1e-12)
    # A field that no column of the model is about adds nothing.
    assert (contributions[:, NAMES.index("points")] == 0).all()
    strength = np.abs(contributions).mean(axis=0)
    assert strength[0] > 3 * strength[2]


@pytest.mark.parametrize("blend", [Blend(0.3, 0.0, 1.0), Blend(-0.2, 1.2, 0.0), Blend(0.0, 0.0, 0.0)])
def test_contributions_add_up_for_every_blend(fitted, frame, blend):
    model = dataclasses.replace(fitted, blend=blend)
    told = TargetExplainer(model, FIELDS).explain(frame)
    total = told.base + told.contributions.sum(axis=1)
    np.testing.assert_allclose(total, told.prediction.log_odds, atol=1e-9)


def test_a_row_is_explained_alone_as_in_company(fitted, frame):
    explainer = TargetExplainer(fitted, FIELDS)
    together = explainer.explain(frame)
    for row in (0, 40, 79):
        alone = explainer.explain(frame.take(np.array([row])))
        np.testing.assert_array_equal(alone.contributions[0], together.contributions[row])
        np.testing.assert_array_equal(alone.noise[0], together.noise[row])
        assert alone.prediction.log_odds[0] == together.prediction.log_odds[row]
        assert alone.prediction.low[0] == together.prediction.low[row]
        assert alone.base == together.base


def test_no_rows_give_nothing(fitted, frame):
    told = TargetExplainer(fitted, FIELDS).explain(frame.take(np.zeros(80, bool)))
    assert told.prediction.probability.shape == (0,)
    assert told.contributions.shape == told.noise.shape == (0, len(FIELDS))


def test_noise_is_the_spread_of_the_members(fitted, frame):
    """Each member is a model of its own: one bag of trees and one resampled fit."""
    members = [
        dataclasses.replace(
            fitted,
            trees=BoostedModel((text, text)),
            linear=dataclasses.replace(fitted.linear, intercept=base, points=points,
                                       members=((base, points),) * 2),
        )
        for text, (base, points) in zip(fitted.trees.texts, fitted.linear.members, strict=True)
    ]  # fmt: skip
    alone = np.stack([TargetExplainer(each, FIELDS).explain(frame).contributions for each in members])
    told = TargetExplainer(fitted, FIELDS).explain(frame)
    np.testing.assert_allclose(told.noise, alone.std(axis=0, ddof=1), atol=1e-12)
    assert told.noise[:, 0].min() > 0
    assert (told.noise[:, NAMES.index("points")] == 0).all()


def test_the_noise_of_a_topic_is_that_of_its_sum(fitted, frame):
    together = tuple(dataclasses.replace(field, topic="t") for field in FIELDS[:2]) + FIELDS[2:]
    members = np.stack([
        TargetExplainer(
            dataclasses.replace(
                fitted, trees=BoostedModel((text, text)),
                linear=dataclasses.replace(fitted.linear, points=points, members=((base, points),) * 2),
            ), FIELDS,
        ).explain(frame).contributions
        for text, (base, points) in zip(fitted.trees.texts, fitted.linear.members, strict=True)
    ])  # fmt: skip
    told = TargetExplainer(fitted, together).explain(frame)
    assert told.noise.shape == (80, len(FIELDS) - 1)
    np.testing.assert_allclose(
        told.noise[:, 0], members[:, :, :2].sum(axis=2).std(axis=0, ddof=1), atol=1e-12
    )
    assert told.contributions.shape == (80, len(FIELDS))


def test_contributions_are_centred_on_the_rows_that_were_learned_from(fitted):
    """What is the same for every lead is in the base value, and no reason."""
    told = TargetExplainer(fitted, FIELDS).explain(make_rows().frame)
    assert np.abs(told.contributions.mean(axis=0)).max() < 0.05
    assert np.abs(told.contributions).max() > 0.5


def test_members_that_agree_have_no_noise(fitted, frame):
    base, points = fitted.linear.members[0]
    model = dataclasses.replace(
        fitted,
        trees=BoostedModel(fitted.trees.texts[:1] * 2),
        linear=dataclasses.replace(fitted.linear, members=((base, points),) * 2),
    )
    assert (TargetExplainer(model, FIELDS).explain(frame).noise == 0).all()


def test_a_prediction_alone_is_that_of_the_explanation(fitted, frame):
    alone, told = TargetPredictor(fitted).predict(frame), TargetExplainer(fitted, FIELDS).explain(frame)
    for name in ("log_odds", "probability", "low", "high"):
        np.testing.assert_allclose(getattr(alone, name), getattr(told.prediction, name), atol=1e-12)
    assert TargetPredictor(fitted).predict(frame.take(np.zeros(80, bool))).probability.shape == (0,)


def test_a_row_is_predicted_alone_as_in_company(fitted, frame):
    predictor = TargetPredictor(fitted)
    together = predictor.predict(frame)
    for row in (0, 40, 79):
        alone = predictor.predict(frame.take(np.array([row])))
        assert alone.log_odds[0] == together.log_odds[row]
        assert alone.high[0] == together.high[row]
