"""A fit keeps to what is declared, whatever the data say; and where nothing is, nothing changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qualify.features.frame import FeatureFrame
from qualify.features.ordered import Ordered
from qualify.model.booster_text import check_booster
from qualify.model.fit import fit_target, forward_predictions
from qualify.model.linear import fit_linear
from qualify.model.target import TargetModel
from tests.model.rows import QUICK, make_rows

GRID = np.linspace(-3.0, 3.0, 41)


def fitted(ordered: Ordered, **options: int) -> tuple[TargetModel, FeatureFrame]:
    rows = replace(make_rows(600), ordered=ordered)
    return fit_target("won", rows, QUICK, **{"bags": 2, "seed": 0, "threads": 1, **options})[0], rows.frame


def moved(model: TargetModel, frame: FeatureFrame, column: str) -> np.ndarray:
    """The probabilities with one column at each value of the grid, shape (values, rows)."""

    def at(value: float) -> np.ndarray:
        blocks = [(keys, np.full_like(v, value) if keys[0][0] == column else v) for keys, v in frame.blocks]
        return model.predict(FeatureFrame(frame.rows, blocks, frame.categorical)).probability

    return np.array([at(value) for value in GRID])


@pytest.mark.parametrize("sign", [1, -1])
def test_the_probability_keeps_to_the_declaration_even_against_the_data(sign: int) -> None:
    """The log-odds grow by 1 to 2 with the visits; minutes do either, by the visits."""
    model, frame = fitted(Ordered({"column:visits": sign, "column:minutes": 1}))
    assert (np.diff(moved(model, frame, "column:visits"), axis=0) * sign).min() >= -1e-12
    assert np.diff(moved(model, frame, "column:minutes"), axis=0).min() >= -1e-12
    free, _ = fitted(Ordered())
    assert (np.diff(moved(free, frame, "column:visits"), axis=0) * sign).min() < -1e-6


def test_declared_trees_are_texts_that_a_bundle_may_hold() -> None:
    model, _ = fitted(Ordered({"column:visits": 1}))
    for text in model.trees.texts:
        check_booster(text, len(model.encoders.design_fields))


def test_without_declarations_the_texts_are_what_they_were() -> None:
    one, _ = fitted(Ordered())
    other, _ = fitted(Ordered({"column:nobody": 1}))
    assert one.trees.texts == other.trees.texts
    assert one.linear == other.linear


def test_threads_do_not_show_in_declared_trees() -> None:
    declared = Ordered({"column:visits": 1})
    assert fitted(declared)[0].trees.texts == fitted(declared, threads=2)[0].trees.texts


def test_trials_keep_to_the_declaration_too() -> None:
    """Forward folds that may not use the visits as they are predict later leads worse."""
    rows = make_rows(600)
    wrong = replace(rows, ordered=Ordered({"column:visits": -1}))
    free, held = (
        forward_predictions(each, QUICK, seed=0, threads=1).blended_loss() for each in (rows, wrong)
    )
    assert held > free + 0.02


def test_left_out_features_are_not_learned_from() -> None:
    model, _ = fitted(Ordered(left_out=frozenset({"column:visits"})))
    assert "column:visits" not in model.encoders.design_names
    assert "column:visits" not in model.encoders.bin_names
    assert "column:minutes" in model.encoders.design_names


def test_points_are_pooled_by_hand() -> None:
    """Rates by bin fall once; the two bins that break the order share their weighted mean, the rest stays."""
    bins = np.repeat([0, 1, 2, 3], [40, 20, 60, 10]).astype(np.int32).reshape(-1, 1)
    label = np.concatenate([np.arange(n) < won for n, won in ((40, 8), (20, 14), (60, 18), (10, 9))]).astype(
        float
    )
    ones, lead = np.ones(130), np.arange(130)

    def points(signs: list[int] | None) -> np.ndarray:
        made = fit_linear(bins, [4], label, ones, lead, strength=10.0, members=1, seed=0, signs=signs)
        return np.array(made.points[0])

    free, held = points(None), points([1])
    pooled = (20 * free[1] + 60 * free[2]) / 80
    assert held == pytest.approx([free[0], pooled, pooled, free[3]], abs=1e-9)
    assert points([0]) == pytest.approx(free, abs=0)
    falling = points([-1])
    assert np.all(np.diff(falling[:3]) <= 0)
    assert falling[3] == pytest.approx(free[3], abs=1e-9)
