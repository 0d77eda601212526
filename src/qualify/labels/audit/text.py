"""Power of free text: what words foretell, for columns in which hardly two rows are alike."""

from __future__ import annotations

import numpy as np

from qualify.features.text import fit_tokens, has_tokens
from qualify.labels.audit.bounds import auc_lower
from qualify.labels.audit.power import Pairs, Power
from qualify.labels.audit.sample import FOLDS, Sample
from qualify.leads.tables import BoolArray, Column, FloatArray, IntArray

_MOST_TEXTS = 5_000
_LEAST_DISTINCT = 0.3
_SMOOTHING = 2.0


def measure_text(column: Column, sample: Sample) -> Power | None:
    """Cross-validate a naive Bayes model of the most frequent words, on rows that are filled in.

    Returns
    -------
    Power or None
        None for numbers, dates and ordinary categories, whose values are judged as they are.
    """
    if column.kind not in {"category", "text"}:
        return None
    filled = np.flatnonzero(column.values[sample.rows] >= 0)
    if len(filled) > _MOST_TEXTS:
        filled = filled[np.linspace(0, len(filled) - 1, _MOST_TEXTS).astype(np.int64)]
    used, text, count = np.unique(column.values[sample.rows[filled]], return_inverse=True, return_counts=True)
    if len(used) < max(_LEAST_DISTINCT * len(filled), 20):
        return None
    words = [column.vocabulary[code] for code in used]
    tokens = fit_tokens(words, count)
    if not tokens:
        return None
    return _bayes_power(has_tokens(words, tokens)[text], sample.y[filled], sample.fold[filled])


def _bayes_power(held: BoolArray, y: FloatArray, fold: IntArray) -> Power:
    pairs = Pairs()
    for one in range(FOLDS):
        inside = fold == one
        weights, constant = _fit_bayes(held[~inside], y[~inside])
        score = np.round(held[inside] @ weights + constant, 9)
        pairs.add(score, y[inside], 1 - y[inside])
    return Power(pairs.area, auc_lower(pairs.area, float(y.sum()), float(len(y) - y.sum())))


def _fit_bayes(held: BoolArray, y: FloatArray) -> tuple[FloatArray, float]:
    """Return the weight of each word being there, and the score of a text with none of them."""
    groups = [held[y == value] for value in (0.0, 1.0)]
    share = [(group.sum(axis=0) + _SMOOTHING / 2) / (len(group) + _SMOOTHING) for group in groups]
    there, away = np.log(share[1] / share[0]), np.log((1 - share[1]) / (1 - share[0]))
    return there - away, float(away.sum())
