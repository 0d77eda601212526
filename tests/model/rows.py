"""Rows with a known law, for the tests of models."""

from __future__ import annotations

import numpy as np

from qualify.features.frame import FeatureFrame
from qualify.leads.tables import MICROSECONDS_A_DAY
from qualify.model.bags import TreeParams
from qualify.model.fit import Params
from qualify.model.rows import Rows

QUICK = Params(trees=TreeParams(depth=3, leaves=6, max_rounds=30))
WORDS = ("direct", "google", "partner")


def frame_of(x: np.ndarray, source: np.ndarray) -> FeatureFrame:
    """Three numbers (the second is missing at times) and a category."""
    frame = FeatureFrame(len(x))
    for j, name in enumerate(("visits", "minutes", "noise")):
        frame.number(f"column:{name}", f"column:{name}", "value", x[:, j])
    frame.category("column:source", "column:source", "value", source.astype(np.int32), WORDS, WORDS)
    return frame


def make_rows(leads: int = 600, *, seed: int = 0, rows_a_lead: int = 1, shift: float = 0.0) -> Rows:
    """Leads in time order; log-odds = shift - 1 + visits + (minutes > 0) * visits + 1 for partners."""
    rng = np.random.default_rng(seed)
    lead = np.repeat(np.arange(leads), rows_a_lead)
    count = len(lead)
    x = rng.normal(size=(count, 3))
    source = rng.integers(0, 3, size=count)
    z = shift - 1 + x[:, 0] + (x[:, 1] > 0) * x[:, 0] + (source == 2)
    label = (rng.random(count) < 1 / (1 + np.exp(-z))).astype(np.float64)
    x[rng.random(count) < 0.1, 1] = np.nan
    source[rng.random(count) < 0.05] = -1
    return Rows(
        frame=frame_of(x, source),
        label=label,
        weight=np.ones(count),
        lead=lead,
        place=lead,
        as_of=lead * MICROSECONDS_A_DAY,
        open=np.ones(count, dtype=bool),
        horizon=0,
    )
