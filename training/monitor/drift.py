"""Drift by field: how the groups that the model tells apart have shifted, and how much the field moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualify.evaluate import Metric
from qualify.features.fields import Field
from qualify.features.frame import FeatureFrame, field_values
from qualify.leads.tables import BoolArray, FloatArray, IntArray, LeadTables
from qualify.model.evidence import Evidence, group_edges, group_keys
from training.monitor.moments import Moments
from training.monitor.shares import Shares, shares_of, stability, step

__all__ = ["FieldDrift", "Side", "commonly_known", "compare_fields", "compare_scores"]

HOLDS_ENOUGH = 0.5
"""The share of past leads that the bundle's groups have to cover to stand for them."""

LEARNED = 2
"""A category is known to a model if so many training leads had it."""

LEAST_SHARE = 0.01
"""Groups that were rarer in training are looked at together."""

SCORE_BINS = 10
_STATIC = ("number", "boolean", "category", "multi_select", "text", "email", "job_title")
"""Kinds of which a lead has the same value at every age, so that the bundle's own counts can be compared."""

_MISSING = ("-1", "", " | ")


@dataclass(frozen=True)
class Side:
    """One period: its rows, their raw features, and how the model sees them.

    Parameters
    ----------
    common
        By category column, whether each row's value would be known if its own lead had not been learned from;
        empty for recent leads, of which none was.
    """

    moments: Moments
    frame: FeatureFrame
    probability: FloatArray
    contributions: FloatArray
    common: Mapping[str, BoolArray]


@dataclass(frozen=True)
class FieldDrift:
    """How one field has changed since training.

    Parameters
    ----------
    importance
        Its part of all movement of the score in the recent leads.
    psi
        Population stability index.
    missing, unknown
        Growth of the share of leads without a value, and with a category that training did not know; None
        where the field cannot have it.
    against
        What it was compared with: ``bundle`` or ``tables``.
    """

    field: Field
    importance: float
    psi: Metric
    missing: Metric | None
    unknown: Metric | None
    against: str


def compare_fields(
    fields: Sequence[Field], reference: Side | None, recent: Side, evidence: Evidence | None, seed: int
) -> list[FieldDrift]:
    """Compare every field that can be, those that move the score most first.

    Parameters
    ----------
    reference
        The training window in the tables; None where they do not hold it.
    evidence
        The bundle's own counts of its training leads.
    """
    strength = np.abs(recent.contributions).mean(axis=0)
    part = strength / max(float(strength.sum()), 1e-12)
    found = []
    for j, field in enumerate(fields):
        past = _from_bundle(field, evidence) or _from_tables(field, reference, evidence)
        if past is not None:
            found.append(_compare(field, float(part[j]), past, reference, recent, seed))
    return sorted(found, key=lambda drift: -drift.importance)


@dataclass(frozen=True)
class _Past:
    """How a field's groups were spread in training, and which cuts made them."""

    share: Mapping[str, float]
    leads: float
    edges: tuple[float, ...]
    against: str


def _from_bundle(field: Field, evidence: Evidence | None) -> _Past | None:
    """Return the bundle's own counts, where they can be compared and stand for enough of its leads."""
    kept = None if evidence is None else evidence.fields.get(field.name)
    if evidence is None or kept is None or field.kind not in _STATIC:
        return None
    everyone = evidence.everyone.leads
    share = {key: group.leads / everyone for key, group in kept.groups.items()}
    return _Past(share, everyone, kept.edges, "bundle") if sum(share.values()) >= HOLDS_ENOUGH else None


def _from_tables(field: Field, reference: Side | None, evidence: Evidence | None) -> _Past | None:
    if reference is None:
        return None
    kept = None if evidence is None else evidence.fields.get(field.name)
    values = _values(field, reference)
    edges = group_edges(field.kind, values) if kept is None else kept.edges
    keys, bins = np.unique(_keys(field, values, edges), return_inverse=True)
    found = _shares(bins, len(keys), reference.moments)
    return _Past(dict(zip(keys.tolist(), found.share.tolist(), strict=True)), found.leads, edges, "tables")


def _compare(
    field: Field, importance: float, past: _Past, reference: Side | None, recent: Side, seed: int
) -> FieldDrift:
    """Compare the groups that were common in training one by one, and all others together."""
    common = sorted(key for key, share in past.share.items() if share >= LEAST_SHARE)
    place = {key: j for j, key in enumerate(common)}
    keys = _keys(field, _values(field, recent), past.edges).tolist()
    bins = np.array([place.get(key, len(common)) for key in keys], dtype=np.int64)
    before = np.array([past.share[key] for key in common])
    then = Shares(np.append(before, max(0.0, 1.0 - float(before.sum()))), past.leads)
    now = _shares(bins, len(common) + 1, recent.moments)
    gap = next((place[key] for key in _MISSING if key in place), None) if field.kind in _STATIC else None
    return FieldDrift(
        field, importance, stability(then, now, seed),
        missing=_missing(field, then, now, gap, keys, recent, seed),
        unknown=_unknown(field, reference, recent, seed),
        against=past.against,
    )  # fmt: skip


def _missing(
    field: Field, then: Shares, now: Shares, gap: int | None, keys: list[str], recent: Side, seed: int
) -> Metric | None:
    """Return the growth of the share without a value; where that was rare in training, from nothing."""
    if field.kind not in _STATIC:
        return None
    if gap is not None:
        return step(then, now, gap, seed)
    none = np.array([key in _MISSING for key in keys], dtype=np.int64)
    return step(Shares(np.array([1.0, 0.0]), then.leads), _shares(none, 2, recent.moments), 1, seed)


def commonly_known(tables: LeadTables, learned: BoolArray, moments: Moments) -> dict[str, BoolArray]:
    """Return for each category column whether two more training leads share a row's value.

    A model knows the values of two leads or more. What it would not know without the lead itself is what new
    leads bring anyway (the idea of Good and Turing), so only more than that is a change.

    Parameters
    ----------
    learned
        The leads of the training window, shape (leads,).
    """
    found = {}
    for name, column in tables.columns.items():
        if column.kind == "category":
            held = np.bincount(column.codes[learned] + 1, minlength=len(column.vocabulary) + 1)
            codes = column.codes[moments.lead]
            found[name] = (codes < 0) | (held[codes + 1] >= LEARNED + 1)
    return found


def _unknown(field: Field, reference: Side | None, recent: Side, seed: int) -> Metric | None:
    """Return the growth of the share of categories that the model does not know."""
    if field.kind != "category" or reference is None or field.subject not in reference.common:
        return None
    now = next(each for each in recent.frame.categorical if each.field == field.name)
    rare = ~reference.common[field.subject]
    then = _shares(rare.astype(np.int64), 2, reference.moments)
    new = (now.values == len(now.vocabulary)).astype(np.int64)
    return step(then, _shares(new, 2, recent.moments), 1, seed)


def compare_scores(reference: Side, recent: Side, seed: int) -> Metric:
    """Return the PSI of the probability over the tenths of the training window at the same ages."""
    cuts = _weighted_quantiles(reference.probability, reference.moments.weight)
    then, now = (
        _shares(np.searchsorted(cuts, side.probability, side="right"), len(cuts) + 1, side.moments)
        for side in (reference, recent)
    )
    return stability(then, now, seed)


def _weighted_quantiles(values: FloatArray, weight: FloatArray) -> FloatArray:
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weight[order]) / weight.sum()
    places = np.searchsorted(mass, np.arange(1, SCORE_BINS) / SCORE_BINS)
    cuts: FloatArray = np.unique(values[order][places])
    return cuts


def _values(field: Field, side: Side) -> Mapping[str, NDArray[Any]]:
    return field_values(side.frame, field.name, np.arange(len(side.moments)))


def _keys(field: Field, values: Mapping[str, NDArray[Any]], edges: Sequence[float]) -> NDArray[np.str_]:
    return np.asarray(group_keys(field.kind, values, edges)).astype(str)


def _shares(bins: IntArray, size: int, moments: Moments) -> Shares:
    return shares_of(bins, size, moments.weight, moments.lead)
