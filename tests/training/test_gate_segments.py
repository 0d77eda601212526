"""Many segments: luck objects to an equal challenger rarely, and a segment that is harmed is still found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from qualify.evaluate import Metric
from tests.training.test_gate import contest, equals
from training.contested import Contest
from training.decision import Check
from training.segment_checks import FAMILY, _Found, judged_segments, segment_checks

SIZES = (2, 3, 4, 6, 8, 10)
TRIES = 60


def cut(made: Contest, seed: int) -> Contest:
    """The contest with columns of so many values each, which have nothing to do with anything."""
    rng = np.random.default_rng([seed, 1])
    words = np.array([f"v{k}" for k in range(max(SIZES))], dtype=object)
    leads = len(made.label)
    return replace(made, segments={f"c{size}": words[rng.integers(0, size, leads)] for size in SIZES})


def checks(made: Contest, seed: int = 0) -> list[Check]:
    return list(segment_checks(made, 60, seed))


def test_equal_challengers_rarely_meet_an_objection_however_many_segments_there_are() -> None:
    made = [cut(equals(seed), seed) for seed in range(TRIES)]
    assert len(list(judged_segments(made[0]))) == sum(SIZES)
    objected = [any(not check.passed for check in checks(each, k)) for k, each in enumerate(made)]
    assert np.mean(objected) <= 2 * FAMILY


def test_a_segment_that_is_harmed_is_found_among_many_and_alone() -> None:
    """One value in ten gets probabilities that are wrong by a factor of 4 in the odds."""
    made = cut(contest(4, extra=0.4), 4)
    harmed = made.segments["c10"] == "v3"
    p = made.probabilities["challenger"]
    worse = expit(logit(p) + np.log(4) * harmed)
    found = checks(replace(made, probabilities={**made.probabilities, "challenger": worse}))
    assert [check.passed for check in found] == [False]
    assert found[0].text.startswith("worse for c10 = v3: log-loss +")
    assert f"luck does in any of {sum(SIZES)} segments" in found[0].text


def test_the_same_loss_needs_to_be_clearer_among_more_segments() -> None:
    """A loss that is beyond noise for one segment alone, and not for one of thirty-three."""
    made = equals(0)
    leads = len(made.label)
    rng = np.random.default_rng(3)
    worse = expit(logit(made.probabilities["champion"]) + 0.47 * rng.normal(size=leads))
    made = replace(made, probabilities={**made.probabilities, "challenger": worse})
    named = np.where(np.arange(leads) % 8 == 0, "one", None).astype(object)
    alone = replace(made, segments={"a": named})
    many = cut(made, 0)
    assert [check.passed for check in checks(alone)] == [False]
    told = checks(replace(many, segments={**many.segments, "a": named}))
    assert not any("a = one" in check.text for check in told)


@pytest.mark.parametrize(("loss", "chance"), [(0.01, 0.0), (0.0, 1.0), (-0.01, 1.0)])
def test_a_difference_without_any_noise_is_judged_by_its_sign_alone(loss: float, chance: float) -> None:
    assert _Found("a = one", Metric(loss, loss, loss), 0.0).chance == chance


def test_the_chance_of_a_difference_is_that_of_its_standard_errors() -> None:
    """1.96 errors above nothing: 2.5 % by luck."""
    assert _Found("a = one", Metric(0.02, 0.0, 0.04), 0.0).chance == pytest.approx(0.025, abs=1e-6)
    assert _Found("a = one", Metric(-0.02, -0.04, 0.0), 0.0).chance == pytest.approx(0.975, abs=1e-6)
