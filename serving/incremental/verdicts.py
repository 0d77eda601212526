"""What a score says, short: enough to tell whether a later one says something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qualify.leads.tables import BoolArray, FloatArray, IntArray, LeadTables
from qualify.model.parts import BANDS
from qualify.scorer import ROWS_A_CHUNK, Scorer

__all__ = ["AGED", "Verdicts", "judge", "target_columns"]

AGED = 0.1
"""Log-odds, 2.5 points of a probability at most: what ageing alone may move before a lead is scored anew."""

_LEAST = 1e-12


@dataclass(frozen=True)
class Verdicts:
    """Verdicts about leads, each of shape (leads,); probabilities have shape (leads, targets)."""

    band: NDArray[np.object_]
    rule_band: NDArray[np.object_]
    stage: NDArray[np.object_]
    probability: FloatArray

    @classmethod
    def of_list(cls, table: pa.Table, scorer: Scorer) -> Verdicts:
        """Return what rows of a score list (or of a state) say."""
        band, rule_band, stage = (np.asarray(table[name].to_pylist(), dtype=object)
                                  for name in ("band", "rule_band", "recommended_stage"))  # fmt: skip
        numbers = [table[name].to_numpy() for name in target_columns(scorer)]
        return cls(band, rule_band, stage, np.stack(numbers, axis=1))

    def take(self, rows: IntArray) -> Verdicts:
        """Return some of them."""
        return Verdicts(self.band[rows], self.rule_band[rows], self.stage[rows], self.probability[rows])

    def differ(self, other: Verdicts) -> BoolArray:
        """Say which leads' verdicts are others, or whose probability moved by more than `AGED`."""
        moved = np.abs(_log_odds(self.probability) - _log_odds(other.probability)).max(axis=1, initial=0.0)
        words = (self.band != other.band) | (self.rule_band != other.rule_band) | (self.stage != other.stage)
        return np.asarray(words | (moved > AGED), dtype=np.bool_)


def target_columns(scorer: Scorer) -> list[str]:
    """Return the columns of the score list that hold the targets' probabilities, each once."""
    return ["probability", *(f"p_{target.name}" for target in scorer.parts.targets[1:])]


def judge(scorer: Scorer, tables: LeadTables, rows: IntArray, as_of: IntArray) -> Verdicts:
    """Return the verdicts of some leads at their moments (both of shape (rows,)), without reasons."""
    starts = range(0, max(1, len(rows)), ROWS_A_CHUNK)
    parts = [_judged(scorer, tables, rows[s : s + ROWS_A_CHUNK], as_of[s : s + ROWS_A_CHUNK]) for s in starts]
    joined: Mapping[str, NDArray[np.generic]] = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("band", "rule_band", "stage", "probability")
    }
    return Verdicts(**joined)  # type: ignore[arg-type]


def _judged(scorer: Scorer, tables: LeadTables, rows: IntArray, as_of: IntArray) -> Verdicts:
    told = scorer.explain_rows(tables, rows, as_of)
    first = told.prediction.probability
    bands = np.array([*BANDS, None], dtype=object)
    stages = np.array([*scorer.scorecard.stage_names, None], dtype=object)
    return Verdicts(
        bands[scorer.parts.bands.codes(first)],
        bands[told.points.band],
        stages[told.points.stage],
        np.stack([first, *(each.probability for each in told.further.values())], axis=1),
    )


def _log_odds(probability: FloatArray) -> FloatArray:
    inside = np.clip(probability, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(inside) - np.log1p(-inside))
