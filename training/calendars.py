"""Calendar columns have to earn their place on later leads; those that do not are left out, and named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from qualify.config import Excluded, Target
from qualify.labels.calendar import calendar_columns
from qualify.model.fit import Params, forward_predictions
from training.data import lead_time
from training.dataset import TrainingSet

CODE = "D001"
WORTH = 0.005
"""A share of the log-loss: what the columns must gain on later leads to be kept."""


def drop_calendars(
    data: TrainingSet, target: Target, *, seed: int, threads: int
) -> tuple[TrainingSet, Mapping[str, Excluded]]:
    """Return the training set without calendar columns, and the evidence, seen on earlier leads only."""
    earlier = np.unique(data.lead[~data.later])
    found = calendar_columns(
        data.loaded.tables, list(data.loaded.used), earlier, lead_time(data.loaded.tables)
    )
    if not found:
        return data, {}
    less = without_columns(data, set(found))
    if set(found) == set(data.loaded.used) and not len(data.loaded.tables.activities):
        return data, {}  # they are all there is
    kept, left = (
        forward_predictions(
            each.rows_of(target, each.sides_of(target)[0]), Params(), seed=seed, threads=threads
        )
        for each in (data, less)
    )
    if len(kept.label) == 0 or kept.blended_loss() < (1 - WORTH) * left.blended_loss():
        return data, {}
    losses = (
        f"log-loss on later leads with such columns {kept.blended_loss():.4f}, "
        f"without {left.blended_loss():.4f}"
    )
    return less, {name: Excluded(code=CODE, evidence=_said(share, losses)) for name, share in found.items()}


def _said(share: float, losses: str) -> str:
    return f"tells the date: the earlier leads' first and last third share {share:.0%} of values; {losses}"


def without_columns(data: TrainingSet, names: set[str]) -> TrainingSet:
    """Return the same rows without some columns of the leads table."""
    fields = {f"column:{name}" for name in names}
    frame = data.frame.without(fields)
    plan = replace(data.plan, columns=tuple(c for c in data.plan.columns if c.name not in names))
    used = {name: spec for name, spec in data.loaded.used.items() if name not in names}
    return replace(data, loaded=replace(data.loaded, used=used), plan=plan, frame=frame)
