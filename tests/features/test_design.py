"""The compiled designs are those of the encoders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qualify.features.build import build_frame
from qualify.features.design import DesignMaker
from qualify.features.frame import FeatureFrame
from qualify.rules import evaluate
from tests.world import AS_OF


def frame_of(world, rows):
    scorer = world.scorer
    moments = np.full(len(rows), int(pd.Timestamp(AS_OF).value // 1000))
    points = evaluate(scorer.scorecard, world.tables, rows, moments)
    return build_frame(scorer.parts.plan, world.tables, rows, moments, points)


@pytest.mark.parametrize("count", [0, 1, 700])
def test_as_the_encoders_have_them(world, count):
    frame = frame_of(world, np.arange(count))
    for target in world.scorer.parts.targets:
        design, bins = DesignMaker(target.encoders).make(frame)
        np.testing.assert_array_equal(design.T, target.encoders.design(frame))
        np.testing.assert_array_equal(bins.T, target.encoders.bins(frame))
        assert design.flags.c_contiguous
        assert bins.flags.c_contiguous


def test_only_the_features_that_are_wanted(world):
    frame = frame_of(world, np.arange(50))
    target = world.scorer.parts.targets[0]
    wanted = (len(target.encoders.numeric) + 1, 2, 0)
    _, bins = DesignMaker(target.encoders, wanted).make(frame)
    np.testing.assert_array_equal(bins.T, target.encoders.bins(frame)[:, list(wanted)])


def test_frames_of_other_features_are_looked_up_anew(world):
    target = world.scorer.parts.targets[0]
    maker, frame = DesignMaker(target.encoders), frame_of(world, np.arange(5))
    before = maker.make(frame)
    turned = FeatureFrame(frame.rows, frame.blocks[::-1], frame.categorical)
    np.testing.assert_array_equal(maker.make(turned)[0], before[0])


def test_the_matrix_holds_what_the_blocks_hold_and_what_comes_after(world):
    frame = frame_of(world, np.arange(20))
    apart = [values.copy() for _, values in frame.blocks]
    np.testing.assert_array_equal(frame.matrix, np.concatenate(apart))
    for (keys, values), before in zip(frame.blocks, apart, strict=True):
        assert len(keys) == len(values)
        np.testing.assert_array_equal(values, before)
    frame.number("later", "later", "value", np.arange(20.0))
    np.testing.assert_array_equal(frame.matrix, np.concatenate([*apart, np.arange(20.0)[None]]))
