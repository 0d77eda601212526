"""Rows to learn from: raw features with outcomes, weights and time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from qualify.features.frame import FeatureFrame
from qualify.features.ordered import Ordered
from qualify.leads.tables import BoolArray, FloatArray, IntArray

__all__ = ["Rows"]


@dataclass(frozen=True)
class Rows:
    """Rows to learn from, in any order.

    Parameters
    ----------
    frame
        Raw features.
    label, weight
        0/1 and positive weights.
    lead
        Position of each row's lead; rows of one lead are never on both sides of a split.
    place
        Place of each row's lead in time order.
    as_of
        Microseconds.
    open
        Rows of undecided leads; the others help to fit, and are never used to judge or to calibrate.
    horizon
        Microseconds until an outcome is known; 0 for flat tables.
    clip
        The largest weight in a fit; judging and the reference population take the weights as they are.
    stands
        The part of the weight that makes good for a draw (see `training.negatives`), which is never clipped;
        None: there was no draw.
    ordered
        What is declared of the features, to which a fit keeps.
    """

    frame: FeatureFrame
    label: FloatArray
    weight: FloatArray
    lead: IntArray
    place: IntArray
    as_of: IntArray
    open: BoolArray
    horizon: int
    clip: float = np.inf
    stands: FloatArray | None = None
    ordered: Ordered = field(default_factory=Ordered)

    def clipped(self) -> Rows:
        """Return the rows as a fit takes them: a few heavy ones would make it unsteady."""
        most = self.clip if self.stands is None else self.clip * self.stands
        return replace(self, weight=np.minimum(self.weight, most))

    def take(self, chosen: BoolArray | IntArray) -> Rows:
        """Return the chosen rows."""
        return replace(
            self, frame=self.frame.take(chosen), label=self.label[chosen], weight=self.weight[chosen],
            lead=self.lead[chosen], place=self.place[chosen], as_of=self.as_of[chosen],
            open=self.open[chosen], stands=None if self.stands is None else self.stands[chosen],
        )  # fmt: skip
