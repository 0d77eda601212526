"""Where the model and the rules differ enough to be worth a talk."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DISAGREEMENTS = ("none", "model_higher", "rules_higher")
WORTH_A_TALK = 2


def disagreement(model_band: NDArray[np.int8], rule_band: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return codes into `DISAGREEMENTS`: where the bands (0 = A to 3 = D) differ by two or more.

    Examples
    --------
    >>> disagreement(np.array([0, 0, 3], np.int8), np.array([1, 2, 0], np.int8)).tolist()
    [0, 1, 2]
    """
    apart = rule_band.astype(np.int8) - model_band.astype(np.int8)
    return np.where(apart >= WORTH_A_TALK, 1, np.where(apart <= -WORTH_A_TALK, 2, 0)).astype(np.int8)
