"""L009: numbers that are averages of the outcome by group, the row's own outcome included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from scipy.special import expit, gammainc

from qualify.labels.audit.bounds import logit
from qualify.labels.audit.cells import Cells
from qualify.labels.audit.facts import Facts
from qualify.labels.audit.power import Pairs, measure_power
from qualify.labels.audit.suspicion import Suspicion, accuse
from qualify.labels.audit.wording import area
from qualify.leads.tables import FloatArray

_FEWEST_GROUPS = 5
_SURE = 1e-6
_DECIDES, _FLOOR = 0.925, 0.75
_DECIDES_WITHIN = 0.97
_FEWEST_ROWS = 20
_MOST_LOG_ODDS = 20.0
_REPEATED = 5
_RARE = 3
_EXPECTED = 5.0
"""Of the rarer outcome, in a group that is compared: smaller ones with both outcomes are all alike."""


def check_encoded(facts: Facts) -> Suspicion | None:
    """L009 for averages of each group; L001 where single numbers, taken as names, decide the outcome."""
    if facts.column.kind != "number" or facts.cells.rank is None:
        return None
    return _too_exact(facts) or _as_names(facts)


def _too_exact(facts: Facts) -> Suspicion | None:
    """Find shares that agree with the outcomes of their rows better than luck allows.

    A forecast that is right on average misses the share of positives among the rows with one value by
    binomial noise, so that the squared misses add up to chi-square. An average of these very outcomes does
    not miss; nor does one that is drawn towards the base rate, (ones + m p) / (rows + m), whose misses are
    linear in the value.
    """
    assert facts.cells.rank is not None
    given = facts.cells.rank > 0
    numbers = facts.column.values[facts.sample.rows[given]].astype(np.float64)
    values, group = np.unique(numbers, return_inverse=True)
    if not _FEWEST_GROUPS <= len(values) <= given.sum() / 2 or facts.power.low <= 0.5:
        return None
    rows = np.bincount(group).astype(np.float64)
    ones = np.bincount(group, weights=facts.sample.y[given]).astype(np.float64)
    readings = _as_shares(values, facts.sample.base)
    if all(_luck(share, rows, ones) * len(readings) > _SURE for share in readings):
        return None
    return accuse(
        facts.name, "L009", "certain",
        f"Its {len(values):,} values are the shares of positives among their own rows, closer than luck "
        f"allows (p < {_SURE:g}); alone it reaches AUC {area(facts.power.auc)}.",
    )  # fmt: skip


def _as_shares(values: FloatArray, base: float) -> list[FloatArray]:
    """Return what the values may say: shares, percentages, log-odds, or log-odds beyond those of all rows."""
    if values[0] >= 0:
        return [values / (1.0 if values[-1] <= 1 else 100.0)] if values[-1] <= 100 else []
    if np.abs(values).max() > _MOST_LOG_ODDS:
        return []
    return [expit(values), expit(values + logit(np.array([base])))]


def _luck(share: FloatArray, rows: FloatArray, ones: FloatArray) -> float:
    """Return how likely so close an agreement is for a forecast that is right; 1 for too few groups.

    Where groups of one value are one group, counts miss by (rows + m) value - ones = m p; where they are
    several groups of about one size, shares do by a line too. The closer of both is told.
    """
    base = ones.sum() / rows.sum()
    told = (ones > 0) & (ones < rows) & (rows * min(base, 1 - base) >= _EXPECTED)
    share, rows, ones = share[told], rows[told], ones[told]
    freedom = len(share) - 2
    if freedom < _FEWEST_GROUPS - 2:
        return 1.0
    spread = np.sqrt(rows * (ones / rows) * (1 - ones / rows))
    miss = (share * rows - ones) / spread
    squares = min(_left_over(share, miss, 1 / spread), _left_over(share, miss, rows / spread))
    return 2 * float(gammainc(freedom / 2, squares / 2))


def _left_over(share: FloatArray, miss: FloatArray, weight: FloatArray) -> float:
    """Return the squared misses that a weighted line over the values leaves."""
    line = np.column_stack([weight, share * weight])
    fitted, *_ = np.linalg.lstsq(line, miss, rcond=None)
    return float(((miss - line @ fitted) ** 2).sum())


def _as_names(facts: Facts) -> Suspicion | None:
    """Find numbers of which each stands for its own group: left-out averages, codes of teams or batches."""
    assert facts.cells.rank is not None
    rank, distinct = facts.cells.rank, facts.cells.distinct
    if facts.cells.few or distinct * _REPEATED > (rank > 0).sum() or facts.power.auc >= _DECIDES:
        return None
    counts = np.bincount(rank, minlength=distinct + 1)
    common = np.flatnonzero(counts[1:] >= _RARE) + 1
    group = np.where(np.arange(distinct + 1) > 0, len(common) + 1, 0)
    group[common] = np.arange(1, len(common) + 1)
    exact = Cells(group[rank], np.empty(len(common) + 2, dtype=object), None, distinct)
    power = measure_power(exact, facts.sample)
    if power.auc < _DECIDES or power.low < _FLOOR:
        return None
    return accuse(
        facts.name, "L001", "certain" if power.low >= _DECIDES else "likely",
        f"Each of its {distinct:,} numbers taken as a name, it ranks positive rows above negative ones with "
        f"AUC {area(power.auc)}, at least {area(power.low)}; as an amount only {area(facts.power.auc)}.",
    )  # fmt: skip


def find_left_out(facts: Mapping[str, Facts]) -> Iterator[Suspicion]:
    """L009 for averages that leave the row itself out: within a group they are lower for its positives.

    Such a number gives the outcome away only together with the column by which it was averaged, so shares
    are compared with their mean within each value of each category.
    """
    shares = [one for one in facts.values() if _is_share(one)]
    groups = [one for one in facts.values() if one.cells.rank is None and one.cells.distinct > 1]
    for one in shares:
        for by in groups:
            area_within = _area_within(one, by) if one is not by else 0.5
            if area_within >= _DECIDES_WITHIN:
                yield accuse(
                    one.name, "L009", "certain",
                    f'Within the groups of "{by.name}" it tells the outcome with AUC {area(area_within)}: it '
                    "is the share of positives among the other rows of the group.",
                )  # fmt: skip
                break


def _is_share(one: Facts) -> bool:
    values = one.column.values[one.sample.rows] if one.column.kind == "number" else np.empty(0)
    given = values[~np.isnan(values)] if len(values) else values
    return bool(len(given) and one.cells.distinct >= _FEWEST_GROUPS and given.min() >= 0 and given.max() <= 1)


def _area_within(one: Facts, by: Facts) -> float:
    """Return the area of the plain order after each group's mean is taken away; 0.5 where little is left."""
    values, group = one.column.values[one.sample.rows], by.cells.codes
    known = ~np.isnan(values) & (group > 0)
    values, group, y = values[known], group[known], one.sample.y[known]
    rows = np.bincount(group)
    mean = np.bincount(group, weights=values) / np.maximum(rows, 1)
    centred = np.round(values - mean[group], 9)
    moves = (rows[group] >= _RARE) & (np.bincount(group, weights=np.abs(centred))[group] > 0)
    if min(y[moves].sum(), (1 - y[moves]).sum()) < _FEWEST_ROWS:
        return 0.5
    levels, place = np.unique(centred[moves], return_inverse=True)
    pairs = Pairs()
    pairs.add(levels, np.bincount(place, y[moves]), np.bincount(place, 1 - y[moves]))
    return max(pairs.area, 1 - pairs.area)
