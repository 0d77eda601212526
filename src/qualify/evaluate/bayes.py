"""The baseline that users of an open CRM have today: the naive Bayes of Odoo's predictive lead scoring.

Won and lost leads are counted for each value of each field, with 0.1 added to both counts when a value is
first seen. With ``n_W, n_L`` the counts of all closed leads, a lead's odds are ``n_W / n_L`` times
``(w / W) / (l / L)`` for each of its values, W and L being the totals over the field's values. A value that
is not set or was not seen is skipped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from qualify.errors import DataError, QualifyError
from qualify.evaluate.rows import check_rows
from qualify.features.frame import Categorical, FeatureFrame, Numeric
from qualify.leads.tables import BoolArray, CodeArray, FloatArray

__all__ = ["BayesModel", "bayes_features", "fit_bayes"]

FIRST_SEEN = 0.1
"""Added once to the won and to the lost count of a value."""

TAG_MINIMUM = 50
"""Tags seen in fewer leads than this are ignored."""

LOWEST = 0.0001
"""Probabilities are written in percent with two decimals, from 0.01 to 99.99."""

_TAG_PARTS = frozenset({"token"})
_COLUMN_PARTS = _TAG_PARTS | {"value", "days_before", "rank", "department"}


def bayes_features(frame: FeatureFrame) -> tuple[str, ...]:
    """Return the names of the features that the baseline counts: the lead's attributes and its stage.

    These are what its users can choose. Activities are counted, once each, only where there is nothing else:
    they tell much the same over and over, which naive Bayes takes for ever more evidence. On a simulated
    funnel they left the AUC at 0.79 and raised the log-loss from 0.46 to 0.72, above that of a constant.
    """
    chosen = tuple(f.name for f in _all(frame) if _is_attribute(f))
    return chosen or tuple(f.name for f in _all(frame) if f.part == "count_all")


def _is_attribute(feature: Numeric | Categorical) -> bool:
    if feature.field == "stage":
        return feature.part == "value"
    return feature.field.startswith("column:") and feature.part in _COLUMN_PARTS


def _all(frame: FeatureFrame) -> Iterator[Numeric | Categorical]:
    yield from frame.numeric
    yield from frame.categorical


@dataclass(frozen=True, slots=True)
class _Values:
    """Evidence of one feature's values: log of ``(w / W) / (l / L)``; the last place, 0, means "skip"."""

    feature: str
    edges: tuple[float, ...]
    evidence: FloatArray

    def log_odds(self, features: dict[str, Numeric | Categorical]) -> FloatArray:
        codes = _codes(features[self.feature], self.edges, len(self.evidence) - 1)
        found: FloatArray = self.evidence[codes]
        return found


@dataclass(frozen=True, slots=True)
class _Tags:
    """Evidence of the tags of one field; a lead may have several."""

    features: tuple[str, ...]
    evidence: FloatArray

    def log_odds(self, features: dict[str, Numeric | Categorical]) -> FloatArray:
        return _held(features, self.features) @ self.evidence


@dataclass(frozen=True, slots=True)
class BayesModel:
    """The counts of closed leads, as log-odds.

    Parameters
    ----------
    prior
        Log of ``n_W / n_L``.
    values, tags
        Evidence by field.
    """

    prior: float
    values: tuple[_Values, ...]
    tags: tuple[_Tags, ...]

    def log_odds(self, frame: FeatureFrame) -> FloatArray:
        """Return the unrounded log-odds, shape (rows,): ranks without the ties of the rounded probability.

        Raises
        ------
        DataError
            The frame lacks a feature that was counted.
        """
        features = {f.name: f for f in _all(frame)}
        needed = [v.feature for v in self.values] + [name for t in self.tags for name in t.features]
        missing = [name for name in needed if name not in features]
        if missing:
            raise DataError(
                f"the rows lack {len(missing)} feature(s) that the Bayes baseline counted",
                got=", ".join(features),
                expected=", ".join(missing),
                mend="build both frames with the same plan",
            )
        out = np.full(frame.rows, self.prior)
        for values in self.values:
            out += values.log_odds(features)
        for tags in self.tags:
            out += tags.log_odds(features)
        return out

    def probability(self, frame: FeatureFrame) -> FloatArray:
        """Return the probability of each row, four decimals, 0.0001 to 0.9999; shape (rows,)."""
        rounded = np.round(expit(self.log_odds(frame)), 4)
        return np.asarray(np.clip(rounded, LOWEST, 1.0 - LOWEST), dtype=np.float64)


def fit_bayes(
    frame: FeatureFrame,
    label: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    features: Collection[str] | None = None,
    tag_minimum: float = TAG_MINIMUM,
) -> BayesModel:
    """Count the closed leads.

    Parameters
    ----------
    frame
        Raw features of the training rows. Numeric ones are cut at the deciles of these rows. The words of a
        text column are its tags: a lead can have several, all of one field.
    label
        1 won, 0 lost; shape (rows,).
    weight
        How much a row counts, shape (rows,); None: one.
    features
        Names of the features to count; None: :func:`bayes_features`.
    tag_minimum
        Tags with less weight than this are ignored.

    Raises
    ------
    QualifyError
        There are no rows, or their number differs from the labels'.
    """
    rows = check_rows(label, weight, None)
    if frame.rows != len(rows.label):
        raise QualifyError(f"the frame has {frame.rows} rows, there are {len(rows.label)} labels")
    won, lost = rows.weight * rows.label, rows.weight * (1.0 - rows.label)
    chosen = frozenset(bayes_features(frame) if features is None else features)
    used = [f for f in _all(frame) if f.name in chosen]
    by_name: dict[str, Numeric | Categorical] = {f.name: f for f in used}
    tags: dict[str, list[str]] = {}
    for feature in used:
        if feature.part in _TAG_PARTS:
            tags.setdefault(feature.field, []).append(feature.name)
    return BayesModel(
        prior=float(np.log((won.sum() + FIRST_SEEN) / (lost.sum() + FIRST_SEEN))),
        values=tuple(_fit_values(f, won, lost) for f in used if f.part not in _TAG_PARTS),
        tags=tuple(_fit_tags(tuple(names), by_name, won, lost, tag_minimum) for names in tags.values()),
    )


def _fit_values(feature: Numeric | Categorical, won: FloatArray, lost: FloatArray) -> _Values:
    edges = _deciles(feature.values) if isinstance(feature, Numeric) else ()
    size = len(feature.vocabulary) if isinstance(feature, Categorical) else len(edges) + 1
    codes = _codes(feature, edges, size)
    of_won = np.bincount(codes, weights=won, minlength=size + 1)[:size].astype(np.float64)
    of_lost = np.bincount(codes, weights=lost, minlength=size + 1)[:size].astype(np.float64)
    return _Values(feature.name, edges, np.append(_evidence(of_won, of_lost, of_won + of_lost > 0), 0.0))


def _fit_tags(
    names: tuple[str, ...],
    features: dict[str, Numeric | Categorical],
    won: FloatArray,
    lost: FloatArray,
    minimum: float,
) -> _Tags:
    held = _held(features, names)
    of_won, of_lost = won @ held, lost @ held
    seen = (of_won + of_lost > 0) & (of_won + of_lost >= minimum)
    return _Tags(names, _evidence(of_won, of_lost, seen))


def _evidence(won: FloatArray, lost: FloatArray, seen: BoolArray) -> FloatArray:
    """Return log of ``(w / W) / (l / L)`` for each value, 0 for those not seen."""
    won, lost = won[seen] + FIRST_SEEN, lost[seen] + FIRST_SEEN
    out = np.zeros(len(seen))
    out[seen] = np.log(won / won.sum()) - np.log(lost / lost.sum())
    return out


def _deciles(values: FloatArray) -> tuple[float, ...]:
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return ()
    cuts = np.quantile(known, np.arange(1, 10) / 10, method="inverted_cdf")
    return tuple(float(cut) for cut in np.unique(cuts))


def _codes(feature: Numeric | Categorical, edges: tuple[float, ...], size: int) -> CodeArray:
    """Return the value of each row as a code below `size`, and `size` where it is missing or not known."""
    if isinstance(feature, Numeric):
        codes = np.searchsorted(np.asarray(edges), feature.values, side="left")
        return np.where(np.isnan(feature.values), size, codes).astype(np.int32)
    known = (feature.values >= 0) & (feature.values < size)
    return np.where(known, feature.values, size).astype(np.int32)


def _held(features: dict[str, Numeric | Categorical], names: tuple[str, ...]) -> FloatArray:
    """Return which tags each row has, 0/1, shape (rows, tags)."""
    return np.column_stack([features[name].values > 0 for name in names]).astype(np.float64)
