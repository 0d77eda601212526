"""All that the checks need to know of one column, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qualify.labels.audit.bounds import log_odds_ratio, steady_odds_ratio
from qualify.labels.audit.cells import Cells, make_cells
from qualify.labels.audit.names import Meaning, read_name
from qualify.labels.audit.power import Power, measure_power
from qualify.labels.audit.sample import Sample
from qualify.labels.audit.text import measure_text
from qualify.leads.tables import Column, FloatArray


@dataclass(frozen=True, slots=True)
class Presence:
    """How being filled in goes with the outcome.

    Parameters
    ----------
    of_positives, of_negatives
        Share of each class in which the column is filled in.
    ratio, beyond
        Log odds ratio, and the part of it that is beyond chance (0 when it may be none).
    """

    of_positives: float
    of_negatives: float
    ratio: float
    beyond: float


@dataclass(frozen=True)
class Facts:
    """One column on the audited rows.

    Parameters
    ----------
    name
        The column's name.
    column
        The whole column.
    cells
        Its groups on the audited rows.
    sample
        The audited rows.
    """

    name: str
    column: Column
    cells: Cells
    sample: Sample

    @cached_property
    def meaning(self) -> Meaning | None:
        """What the name says, if it speaks of the outcome or of the state at export."""
        return read_name(self.name)

    @cached_property
    def power(self) -> Power:
        """Power of the column alone, missing values being a group of their own."""
        return measure_power(self.cells, self.sample)

    @cached_property
    def filled_power(self) -> Power:
        """Power of its values alone, where it is filled in; of its words, where it is free text."""
        everywhere = bool(self.cells.present.all())
        by_value = self.power if everywhere else measure_power(self.cells, self.sample, filled_only=True)
        by_word = measure_text(self.column, self.sample)
        return by_word if by_word is not None and by_word.low > by_value.low else by_value

    @property
    def best_low(self) -> float:
        """The larger of the two lower bounds of power."""
        return max(self.power.low, self.filled_power.low)

    @property
    def best_auc(self) -> float:
        """The area that goes with `best_low`."""
        return self.power.auc if self.power.low >= self.filled_power.low else self.filled_power.auc

    @cached_property
    def presence(self) -> Presence:
        """How being filled in goes with the outcome."""
        return measure_presence(self.cells.present, self.sample)

    @cached_property
    def rows(self) -> FloatArray:
        """Rows in each group, shape (groups,)."""
        return np.bincount(self.cells.codes, minlength=len(self.cells.levels)).astype(np.float64)

    @cached_property
    def ones(self) -> FloatArray:
        """Positives in each group, shape (groups,)."""
        return np.bincount(self.cells.codes, weights=self.sample.y, minlength=len(self.cells.levels)).astype(
            np.float64
        )


def make_facts(name: str, column: Column, sample: Sample) -> Facts:
    """Look at one column."""
    return Facts(name, column, make_cells(column, sample.rows), sample)


def measure_presence(present: NDArray[np.bool_], sample: Sample) -> Presence:
    """Cross `present` with the label over all rows and within blocks of time; the weaker tie counts."""
    if not present.any() or present.all():
        return Presence(float(present.any()), float(present.any()), 0.0, 0.0)
    tables: FloatArray = np.stack([
        np.bincount(sample.block, weights=member * known, minlength=sample.blocks)
        for known in (present, ~present)
        for member in (sample.y, 1 - sample.y)
    ])  # fmt: skip
    in_1, in_0, out_1, out_0 = (float(cell) for cell in tables.sum(axis=1))
    of_1, of_0 = in_1 / sample.positives, in_0 / sample.negatives
    ratio, beyond = log_odds_ratio(in_1, in_0, out_1, out_0)
    within = steady_odds_ratio(tables)
    sign = float(np.sign(ratio))
    margin = abs(ratio) - abs(beyond)
    return Presence(of_1, of_0, ratio, sign * max(0.0, min(abs(beyond), sign * within - margin)))
