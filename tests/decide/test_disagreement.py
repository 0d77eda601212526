"""Where model and rules differ by two bands or more."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.decide import DISAGREEMENTS, disagreement

NAMES = "ABCD"
HIGHER = {"AC", "AD", "BD"}


@pytest.mark.parametrize("model", NAMES)
@pytest.mark.parametrize("rules", NAMES)
def test_every_pair_of_bands(model, rules):
    codes = (np.array([NAMES.index(band)], dtype=np.int8) for band in (model, rules))
    expected = "none"
    if model + rules in HIGHER:
        expected = "model_higher"
    elif rules + model in HIGHER:
        expected = "rules_higher"
    assert DISAGREEMENTS[disagreement(*codes)[0]] == expected


def test_no_rows():
    assert disagreement(np.zeros(0, np.int8), np.zeros(0, np.int8)).shape == (0,)
