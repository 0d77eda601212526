"""Encoders: from raw features to the design of the linear model (bins) and of the trees (numbers).

Target statistics are fitted out of fold: a row's own label never enters its own encoding. Everything an
encoder learned is in the encoder, which lives in the bundle.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from qualify.features.frame import Categorical, FeatureFrame, Numeric
from qualify.leads.tables import CodeArray, FloatArray, IntArray

MAX_BINS = 16
MAX_ONE_HOT = 8
FOLDS = 5


@dataclass(frozen=True, slots=True)
class NumericEncoder:
    """Cuts of one numeric feature: bin j holds ``edges[j-1] < x <= edges[j]``; the last, missing ones."""

    name: str
    field: str
    edges: tuple[float, ...]

    @property
    def bins(self) -> int:
        """Number of bins, the one for missing values included."""
        return len(self.edges) + 2

    def bin(self, feature: Numeric) -> CodeArray:
        """Return the bin of each value."""
        found = np.searchsorted(np.asarray(self.edges), feature.values, side="left")
        return np.where(np.isnan(feature.values), len(self.edges) + 1, found).astype(np.int32)


@dataclass(frozen=True, slots=True)
class CategoryEncoder:
    """What is known of the values of one categorical feature.

    Parameters
    ----------
    log_odds
        Smoothed log-odds of the label by code; the last two entries stand for values not known and for
        missing.
    slots
        The bin of each code in the linear design, ordered alike; rare values share the bin of the unknown
        ones.
    one_hot
        The codes that get a 0/1 column of their own in the trees' design.
    """

    name: str
    field: str
    vocabulary: tuple[str, ...]
    log_odds: tuple[float, ...]
    slots: tuple[int, ...]
    one_hot: tuple[int, ...]

    @property
    def bins(self) -> int:
        """Number of bins in the linear design."""
        return max(self.slots) + 1

    def bin(self, feature: Categorical) -> CodeArray:
        """Return the bin of each value."""
        return np.asarray(self.slots, dtype=np.int32)[feature.values]


@dataclass(frozen=True, slots=True)
class Encoders:
    """The encoders of one target.

    Parameters
    ----------
    kept
        Positions of the columns that the trees' design holds, rising; None: all of them.
    """

    numeric: tuple[NumericEncoder, ...]
    categorical: tuple[CategoryEncoder, ...]
    kept: tuple[int, ...] | None = None

    def keeping(self, names: Collection[str]) -> Encoders:
        """Return the same encoders with a design of the named columns alone."""
        every = replace(self, kept=None).design_names
        return replace(self, kept=tuple(j for j, name in enumerate(every) if name in names))

    def bins(self, frame: FeatureFrame) -> CodeArray:
        """Return the linear design: int32 bins, shape (rows, features), numeric features first."""
        numeric, categorical = _by_name(frame)
        columns = [e.bin(numeric[e.name]) for e in self.numeric]
        columns += [e.bin(categorical[e.name]) for e in self.categorical]
        return np.column_stack(columns) if columns else np.zeros((frame.rows, 0), dtype=np.int32)

    def design(self, frame: FeatureFrame, encoded: FloatArray | None = None) -> FloatArray:
        """Return the trees' design, float64, shape (rows, columns), see :meth:`design_fields`.

        `encoded`, shape (rows, categorical features), replaces the target statistics (out of fold, in
        training).
        """
        numeric, categorical = _by_name(frame)
        place = {position: j for j, position in enumerate(self._kept())}
        out = np.empty((frame.rows, len(place)))
        for position, number in enumerate(self.numeric):
            if position in place:
                out[:, place[position]] = numeric[number.name].values
        position = len(self.numeric)
        for k, category in enumerate(self.categorical):
            codes = categorical[category.name].values
            if position in place:
                rates = np.asarray(category.log_odds)[codes] if encoded is None else encoded[:, k]
                out[:, place[position]] = rates
            for i, code in enumerate(category.one_hot, start=position + 1):
                if i in place:
                    out[:, place[i]] = codes == _python_code(code, category)
            position += 1 + len(category.one_hot)
        return out

    def _kept(self) -> Sequence[int]:
        every = len(self.numeric) + sum(1 + len(e.one_hot) for e in self.categorical)
        return range(every) if self.kept is None else self.kept

    @property
    def bin_fields(self) -> tuple[str, ...]:
        """The field of each column of the linear design."""
        return (*(e.field for e in self.numeric), *(e.field for e in self.categorical))

    @property
    def bin_names(self) -> tuple[str, ...]:
        """The feature of each column of the linear design."""
        return (*(e.name for e in self.numeric), *(e.name for e in self.categorical))

    @property
    def bin_sizes(self) -> list[int]:
        """The number of bins of each column of the linear design."""
        return [*(e.bins for e in self.numeric), *(e.bins for e in self.categorical)]

    @property
    def design_fields(self) -> tuple[str, ...]:
        """The field of each column of the trees' design."""
        fields = [e.field for e in self.numeric]
        for e in self.categorical:
            fields += [e.field] * (1 + len(e.one_hot))
        return tuple(fields[j] for j in self._kept())

    @property
    def design_names(self) -> tuple[str, ...]:
        """A readable name of each column of the trees' design."""
        names = [e.name for e in self.numeric]
        for e in self.categorical:
            values = (*e.vocabulary, "other", "missing")
            names += [f"{e.name} (rate)", *(f"{e.name} = {values[code]}" for code in e.one_hot)]
        return tuple(names[j] for j in self._kept())


def _python_code(code: int, encoder: CategoryEncoder) -> int:
    """Return the code as it stands in a frame: the last slot is missing, which frames hold as -1."""
    return -1 if code == len(encoder.vocabulary) + 1 else code


def _by_name(frame: FeatureFrame) -> tuple[dict[str, Numeric], dict[str, Categorical]]:
    return {n.name: n for n in frame.numeric}, {c.name: c for c in frame.categorical}


def fit_encoders(
    frame: FeatureFrame, label: FloatArray, weight: FloatArray, lead: IntArray, smoothing: float
) -> tuple[Encoders, FloatArray]:
    """Fit on training rows; features that never vary are left out.

    Parameters
    ----------
    label, weight
        0/1 and positive weights, shape (rows,).
    lead
        The lead of each row: rows of one lead share a fold.
    smoothing
        Weight of the overall rate in each value's rate, in leads.

    Returns
    -------
    encoders
        Fitted on all rows.
    encoded
        Out-of-fold log-odds for :meth:`Encoders.design`, shape (rows, categorical features).
    """
    prior = float(np.average(label, weights=weight))
    numeric = [fitted for n in frame.numeric if (fitted := _fit_numeric(n)) is not None]
    fold = _folds(lead)
    categorical: list[CategoryEncoder] = []
    encoded: list[FloatArray] = []
    for feature in frame.categorical:
        if _varies(feature.values):
            categorical.append(_fit_category(feature, label, weight, prior, smoothing))
            encoded.append(_out_of_fold(feature, label, weight, fold, smoothing))
    found = np.column_stack(encoded) if encoded else np.zeros((frame.rows, 0))
    return Encoders(tuple(numeric), tuple(categorical)), found


def _varies(values: np.ndarray) -> bool:
    return len(values) > 0 and bool(np.any(values != values[0]))


def _fit_numeric(feature: Numeric) -> NumericEncoder | None:
    values = np.sort(feature.values)
    values = values[: np.searchsorted(values, np.nan)]  # missing values come last
    if len(values) == 0 or (len(values) == len(feature.values) and values[0] == values[-1]):
        return None
    return NumericEncoder(feature.name, feature.field, tuple(_edges(values)))


def _edges(values: FloatArray) -> list[float]:
    """Cut at quantiles; where few values make up most rows (counts), quantiles of the rest cut the tail.

    Parameters
    ----------
    values
        Rising, none missing.
    """
    grid = np.linspace(0, 1, MAX_BINS + 1)[1:-1]
    cuts = np.unique(_quantiles(values, grid))
    rest = values[np.searchsorted(values, cuts[0], side="right") :]
    if len(cuts) < MAX_BINS // 2 and len(rest) >= 40:
        cuts = np.unique(np.concatenate([cuts, _quantiles(rest, grid[1::2])]))
    return [float(cut) for cut in cuts if cut < values[-1]]


def _quantiles(values: FloatArray, shares: FloatArray) -> FloatArray:
    """Return the values at shares of rising values, the lower one where a share lies between two."""
    found: FloatArray = values[np.floor((len(values) - 1) * shares).astype(np.int64)]
    return found


def _counts(feature: Categorical, label: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the weight and the positive weight by code (values not known and missing last)."""
    size = len(feature.vocabulary) + 2
    slot = np.where(feature.values < 0, size - 1, feature.values)
    total: FloatArray = np.bincount(slot, weights=weight, minlength=size).astype(np.float64)
    positive: FloatArray = np.bincount(slot, weights=weight * label, minlength=size).astype(np.float64)
    return total, positive


def _log_odds(total: FloatArray, positive: FloatArray, prior: float, smoothing: float) -> FloatArray:
    rate = (positive + smoothing * prior) / (total + smoothing)
    rate = np.clip(rate, 1e-6, 1 - 1e-6)
    return np.log(rate / (1 - rate))


def _fit_category(
    feature: Categorical, label: FloatArray, weight: FloatArray, prior: float, smoothing: float
) -> CategoryEncoder:
    total, positive = _counts(feature, label, weight)
    frequent = total >= max(5.0, min(30.0, 0.001 * total.sum()))
    frequent[-2] = False
    slots = np.zeros(len(total), dtype=int)
    slots[frequent] = 1 + np.arange(int(frequent.sum()))
    order = [int(k) for k in np.argsort(-total, kind="stable") if frequent[k]]
    return CategoryEncoder(
        feature.name,
        feature.field,
        feature.vocabulary,
        tuple(_log_odds(total, positive, prior, smoothing).tolist()),
        tuple(int(s) for s in slots),
        tuple(sorted(order[:MAX_ONE_HOT])),
    )


def _folds(lead: IntArray) -> CodeArray:
    """Return a fold for each row by mixing the lead's position: rows of one lead stay together."""
    mixed = (lead.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)
    return (mixed % np.uint64(FOLDS)).astype(np.int32)


def _out_of_fold(
    feature: Categorical, label: FloatArray, weight: FloatArray, fold: CodeArray, smoothing: float
) -> FloatArray:
    out = np.empty(len(label))
    for k in range(FOLDS):
        inside = fold == k
        kept = np.where(inside, 0.0, weight)
        if kept.sum() == 0:
            # Every row is in this fold: nothing is known of any value but by the rows themselves.
            out[inside] = 0.0
            continue
        total, positive = _counts(feature, label, kept)
        table = _log_odds(total, positive, float(np.average(label, weights=kept)), smoothing)
        out[inside] = table[feature.values[inside]]
    return out
