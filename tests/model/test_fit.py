"""Fitting one target: predictions for later leads only, repeatable, and nothing from a row's own future."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from qualify.labels.split import FORWARD_STARTS
from qualify.leads.tables import MICROSECONDS_A_DAY
from qualify.model import fit
from qualify.model.blend import Blend, Calibration
from qualify.model.blend_fit import fit_calibration
from qualify.model.fit import (
    FEWEST_OUTCOMES,
    Forward,
    choose_calibration,
    fit_target,
    forward_predictions,
    mean_log_loss,
)
from tests.model.rows import QUICK, make_rows


def forward_of(rows, seed=0, threads=1):
    return forward_predictions(rows, QUICK, seed=seed, threads=threads)


def test_forward_predictions_are_for_later_leads_in_time_order():
    rows = make_rows(500)
    found = forward_of(rows)
    later = rows.place >= 500 * FORWARD_STARTS[0]
    np.testing.assert_array_equal(found.label, rows.label[later])
    assert np.unique(found.fold).tolist() == [0, 1, 2, 3]
    assert (np.diff(found.fold) >= 0).all()
    assert len(found.rounds) == 4


def test_a_label_never_changes_the_predictions_before_it():
    """Flip the last leads' labels: what was predicted for the earlier blocks stays to the last bit."""
    rows = make_rows(500)
    flipped = dataclasses.replace(rows, label=np.where(rows.place >= 425, 1 - rows.label, rows.label))
    one, two = forward_of(rows), forward_of(flipped)
    before = one.fold < 3
    np.testing.assert_array_equal(one.linear[before], two.linear[before])
    # The scorecard of the last block was fitted on earlier leads too; the trees' rounds are common to all.
    np.testing.assert_array_equal(one.linear, two.linear)


def test_threads_and_repetition_do_not_show():
    rows = make_rows(500, rows_a_lead=2)
    for one, two in ((forward_of(rows), forward_of(rows, threads=2)), (forward_of(rows), forward_of(rows))):
        np.testing.assert_array_equal(one.trees, two.trees)
        np.testing.assert_array_equal(one.linear, two.linear)
    a, b = (fit_target("won", rows, QUICK, bags=2, seed=0, threads=n)[0] for n in (1, 2))
    assert a == b


def test_decided_rows_help_to_fit_and_are_never_predicted():
    rows = make_rows(400, rows_a_lead=2)
    closed = dataclasses.replace(rows, open=np.arange(800) % 2 == 0)
    assert len(forward_of(closed).label) == len(forward_of(rows).label) // 2


def test_too_few_outcomes_give_no_forward_predictions_and_a_plain_blend():
    rows = make_rows(60)
    rare = dataclasses.replace(rows, label=(rows.place < FEWEST_OUTCOMES - 1).astype(float))
    assert len(forward_of(rare).label) == 0
    model, forward = fit_target("won", rare, QUICK, bags=2, seed=0, threads=1)
    assert model.blend == Blend(0.0, 0.5, 0.5)
    assert model.calibration == Calibration(0.0, 1.0)
    assert forward.rounds == ()
    assert np.isfinite(model.predict(rare.frame).probability).all()


@pytest.mark.parametrize("leads", [8, 9, 12, 20])
def test_very_few_leads_can_be_fitted(leads):
    rows = make_rows(leads, rows_a_lead=3)
    rows = dataclasses.replace(rows, label=(rows.lead % 2).astype(float), horizon=3 * MICROSECONDS_A_DAY)
    model, _ = fit_target("won", rows, QUICK, bags=2, seed=0, threads=1)
    assert np.isfinite(model.predict(rows.frame).probability).all()


def test_the_model_learns_what_there_is():
    train, later = make_rows(3000), make_rows(3000, seed=1)
    model, _ = fit_target("won", train, QUICK, bags=2, seed=0, threads=1)
    found = model.predict(later.frame)
    assert found.probability.mean() == pytest.approx(later.label.mean(), abs=0.04)
    rate = np.full(3000, np.log(later.label.mean() / (1 - later.label.mean())))
    gained = mean_log_loss(rate, later.label, later.weight) - mean_log_loss(
        model.calibration.log_odds(found.log_odds), later.label, later.weight
    )
    assert gained > 0.1


def pooled(raw, label, folds):
    count = len(raw)
    return Forward(
        raw,
        raw,
        label,
        np.ones(count),
        np.ones(count),
        np.repeat(np.arange(folds), count // folds),
        np.arange(count),
        (),
    )


def test_a_base_rate_that_moves_is_followed():
    """From the middle on the odds are e^3 times those that the model believes in: the calibration follows."""
    rng = np.random.default_rng(0)
    raw = rng.normal(size=4000) - 2
    shift = np.repeat([0.0, 0.0, 3.0, 3.0], 1000)
    label = (rng.random(4000) < 1 / (1 + np.exp(-raw - shift))).astype(float)
    moved, _ = choose_calibration(pooled(raw, label, 4), Blend(0.0, 0.5, 0.5))
    alike = (rng.random(4000) < 1 / (1 + np.exp(-raw))).astype(float)
    steady, _ = choose_calibration(pooled(raw, alike, 4), Blend(0.0, 0.5, 0.5))
    assert moved.intercept > 2.0
    assert abs(steady.intercept) < 0.25
    plain = fit_calibration(raw, label, np.ones(4000))
    now = slice(3000, None)
    wrong, less = (abs(c.probability(raw[now]).mean() - label[now].mean()) for c in (plain, moved))
    assert less < 0.5 * wrong


def test_the_error_of_the_calibration_falls_with_the_rows():
    rng = np.random.default_rng(0)
    errors = []
    for rows in (100, 400, 6400):
        raw = rng.normal(size=rows)
        label = (rng.random(rows) < 1 / (1 + np.exp(-raw))).astype(float)
        errors.append(choose_calibration(pooled(raw, label, 1), Blend(0.0, 0.5, 0.5))[1])
    # One over the root of the information, sum of p (1 - p): about .2 a row.
    assert errors[0] == pytest.approx(1 / np.sqrt(100 * 0.2), rel=0.15)
    assert errors[1] == pytest.approx(errors[0] / 2, rel=0.15)
    assert errors[2] == pytest.approx(errors[0] / 8, rel=0.15)


def test_later_predictions_are_added_after_the_others():
    rows, later = make_rows(400), make_rows(100, seed=2)
    model, forward = fit_target("won", rows, QUICK, bags=2, seed=0, threads=1)
    longer = forward.extended(model.members(later.frame), later)
    assert len(longer.label) == len(forward.label) + 100
    assert longer.fold[-1] == forward.fold.max() + 1
    np.testing.assert_array_equal(longer.label[-100:], later.label)
    z = model.blend.log_odds(longer.linear[-100:], longer.trees[-100:])
    np.testing.assert_allclose(z, model.log_odds(later.frame), atol=1e-12)


def test_the_mean_log_loss_by_hand():
    z, label = np.array([0.0, np.log(3)]), np.array([1.0, 0.0])
    # log 2 for the first row; the second is given 3/4 and is lost: log 4. Weights 3 and 1.
    assert mean_log_loss(z, label, np.array([3.0, 1.0])) == pytest.approx((3 * np.log(2) + np.log(4)) / 4)


def test_columns_that_told_the_folds_nothing_leave_a_large_design(monkeypatch):
    rows = make_rows(500)
    whole, forward = fit_target("sql", rows, QUICK, bags=2, seed=0, threads=1)
    monkeypatch.setattr(fit, "MANY_CELLS", 1)
    monkeypatch.setattr(fit, "TOLD", 0.8)
    lean, _ = fit_target("sql", rows, QUICK, bags=2, seed=0, threads=1, forward=forward)
    assert set(lean.encoders.design_names) < set(whole.encoders.design_names)
    assert "column:visits" in lean.encoders.design_names
    assert "column:noise" not in lean.encoders.design_names
    assert lean.encoders.bin_fields == whole.encoders.bin_fields
    seen = lean.predict(rows.frame).probability
    assert np.corrcoef(seen, whole.predict(rows.frame).probability)[0, 1] > 0.95
