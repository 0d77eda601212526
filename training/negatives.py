"""Of the leads without an outcome a share is learned from, and each of them stands for the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from qualify.decide.exploration import draw_numbers
from qualify.leads.tables import BoolArray, FloatArray, IntArray
from training.data import Loaded

__all__ = ["Draw", "draw_negatives"]


@dataclass(frozen=True, slots=True)
class Draw:
    """What a draw of the negative leads leaves.

    Parameters
    ----------
    stands
        For how many rows each row stands: 1 for leads with an outcome, else the inverse of the share.
    leads, positives
        Leads with an undecided moment and a known outcome before the draw, and those of them with it.
    """

    stands: FloatArray
    leads: int
    positives: int

    def take(self, chosen: BoolArray) -> Draw:
        """Return the draw of the chosen rows."""
        return Draw(self.stands[chosen], self.leads, self.positives)


def draw_negatives(
    loaded: Loaded, lead: IntArray, labels: Mapping[str, FloatArray], counted: BoolArray
) -> tuple[BoolArray, Draw | None]:
    """Choose whose rows are learned from: all leads with an outcome, and a share of the others.

    Which ones follows from their ids alone, so that a lead drawn today is drawn tomorrow, and a larger share
    holds a smaller one.

    Parameters
    ----------
    lead, labels
        Lead position of each row, and outcomes by target. A lead with any outcome at any moment is kept.
    counted
        Open rows of which the first target's outcome is known.

    Returns
    -------
    kept, draw
        The rows that are left, shape (rows,); None where `training.negatives` is 1 and all are.

    Notes
    -----
    A lead's chance p is 1 or the share, and its rows weigh ``1 / p`` (Horvitz and Thompson 1952): sums over
    the rows that are left estimate those over all rows without bias, whoever has the outcome.
    """
    training = loaded.config.training
    if training.negatives == 1:
        return np.ones(len(lead), dtype=bool), None
    won = np.zeros(len(loaded.tables), dtype=bool)
    for label in labels.values():
        won[lead[label == 1]] = True
    drawn = draw_numbers(loaded.tables.lead_id, f"negatives {training.seed}") < training.negatives
    stands = np.where(won, 1.0, 1.0 / training.negatives)[lead]
    first = labels[loaded.config.targets[0].name]
    positives = np.unique(lead[counted & (first == 1)])
    return (won | drawn)[lead], Draw(stands, len(np.unique(lead[counted])), len(positives))
