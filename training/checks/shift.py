"""S001 to S004: earlier leads, of which a model learns, against later ones, or against those to be scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qualify.config import ColumnSpec
from qualify.console import abridged
from qualify.evaluate import Metric
from qualify.labels.audit.cells import Cells, make_cells
from qualify.labels.calendar import calendar_columns
from qualify.leads.tables import BoolArray, Column, FloatArray, IntArray
from training.checks.apart import tell_apart
from training.checks.finding import Finding, Level
from training.checks.twins import later_leads
from training.data import Loaded, lead_time
from training.monitor.alarms import PSI, SHARE, counts
from training.monitor.shares import Shares, shares_of, stability, step

FEWEST = 100
MINOR_PSI, MINOR_SHARE = 0.1, 0.03
APART, CLEARLY_APART = 0.6, 0.7
LEAST_SHARE = 0.01
"""Groups that were rarer among the earlier leads are looked at together."""

BINS = 10
_MOST_ROWS = 20_000
_EXAMPLE = 5


@dataclass(frozen=True, slots=True)
class Groups:
    """What the two groups of leads are called."""

    before: str = "earlier leads"
    after: str = "later leads"


@dataclass(frozen=True, slots=True)
class _Sides:
    """Positions of the leads of both groups, and what they are called."""

    before: IntArray
    after: IntArray
    called: Groups

    @property
    def rows(self) -> IntArray:
        """All of them, the earlier first."""
        return np.concatenate([self.before, self.after])


def check_shift(loaded: Loaded, seed: int = 0) -> Iterator[Finding]:
    """Compare the leads on which a model is judged with those of which it learns."""
    later = later_leads(loaded)
    columns = {name: loaded.tables.columns[name] for name in loaded.used}
    calendars = calendar_columns(
        loaded.tables, list(loaded.used), np.flatnonzero(~later), lead_time(loaded.tables)
    )
    yield from compare_leads(columns, loaded.used, later, set(calendars), seed)


def compare_leads(
    columns: Mapping[str, Column], specs: Mapping[str, ColumnSpec], later: BoolArray,
    calendars: set[str] | frozenset[str] = frozenset(), seed: int = 0, groups: Groups = Groups(),
) -> Iterator[Finding]:  # fmt: skip
    """Compare two groups of leads column by column, and as a whole.

    Parameters
    ----------
    columns
        Both groups' leads, one after the other or mixed.
    later
        Which leads are of the second group: later ones, or those to be scored.
    calendars
        Columns that tell the date by their nature; of these new categories are a note, and no more is said.
    groups
        What they are called.
    """
    sides = _Sides(_thinned(np.flatnonzero(~later)), _thinned(np.flatnonzero(later)), groups)
    if min(len(sides.before), len(sides.after)) < FEWEST:
        return
    compared = {n: c for n, c in columns.items() if c.kind != "date" and specs[n].type not in _UNLIKE}
    words = {name: column for name, column in compared.items() if column.kind != "number"}
    renewed = [each for n, c in words.items() for each in _new_words(n, c, sides, n in calendars, seed)]
    # What new words explain is told once; the rest is compared by itself.
    out = {*calendars, *(found.subject for found in renewed)}
    steady = {name: column for name, column in compared.items() if name not in out}
    yield from _as_a_whole(steady, sides, seed)
    yield from renewed
    for name, column in steady.items():
        yield from _emptied(name, column, sides, seed) or _shifted(name, column, sides, seed)


_UNLIKE = ("email", "text", "id")
"""Types of which hardly two leads have the same value."""


def _thinned(rows: IntArray) -> IntArray:
    if len(rows) <= _MOST_ROWS:
        return rows
    return rows[np.linspace(0, len(rows) - 1, _MOST_ROWS).astype(np.int64)]


def _as_a_whole(columns: Mapping[str, Column], sides: _Sides, seed: int) -> Iterator[Finding]:
    if not columns:
        return
    found = tell_apart(columns, sides.before, sides.after, seed)
    if found.auc.low < APART:
        return
    yield Finding(
        "S001", "warning" if found.auc.low >= CLEARLY_APART else "note", "leads",
        f"trees tell {len(sides.after):,} {sides.called.after} from {len(sides.before):,} "
        f"{sides.called.before} with AUC {_figures(found.auc)}, where 0.5 is no difference; "
        f"above all by {_listed(found.columns)}",
    )  # fmt: skip


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _figures(metric: Metric) -> str:
    return f"{metric.value:.2f} ({metric.low:.2f} to {metric.high:.2f})"


def _spread(code: IntArray, size: int) -> Shares:
    return shares_of(code, size, np.ones(len(code)), np.arange(len(code)))


def _grown(before: BoolArray, after: BoolArray, seed: int) -> Metric:
    """Return how much a share has grown, with its interval."""
    then, now = (_spread(each.astype(np.int64), 2) for each in (before, after))
    return step(then, now, 1, seed)


def _level(effect: Metric, major: float) -> Level:
    return "warning" if counts(effect, major) else "note"


def _shifted(name: str, column: Column, sides: _Sides, seed: int) -> list[Finding]:
    cells = make_cells(column, sides.rows)
    group = _common(cells, len(sides.before))
    size = int(group.max()) + 1
    then, now = (_spread(each, size) for each in np.split(group, [len(sides.before)]))
    found = stability(then, now, seed)
    if not counts(found, MINOR_PSI):
        return []
    text = (
        f"population stability index {_figures(found)}, where 0.25 is a major shift{_typical(column, sides)}"
    )
    return [Finding("S002", _level(found, PSI), name, text)]


def _common(cells: Cells, before: int) -> IntArray:
    """Number the groups that are common among the earlier leads; all others are one.

    Of many ranges of a number a few are made: a shift moves many of them together.
    """
    codes, size = cells.codes, len(cells.levels)
    if cells.rank is not None and size - 1 > BINS:
        codes, size = np.where(codes > 0, (codes - 1) * BINS // (size - 1) + 1, 0), BINS + 1
    share = np.bincount(codes[:before], minlength=size) / before
    common = np.flatnonzero(share >= LEAST_SHARE)
    group = np.full(size, len(common), dtype=np.int64)
    group[common] = np.arange(len(common))
    return group[codes]


def _typical(column: Column, sides: _Sides) -> str:
    if column.kind != "number":
        return ""
    middle = [_median(column.values[rows].astype(np.float64)) for rows in (sides.before, sides.after)]
    return f"; median {middle[0]:,.4g} before, {middle[1]:,.4g} after"


def _median(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _emptied(name: str, column: Column, sides: _Sides, seed: int) -> list[Finding]:
    missing = np.isnan(column.values) if column.kind == "number" else column.values < 0
    found = _grown(missing[sides.before], missing[sides.after], seed)
    if not counts(found, MINOR_SHARE):
        return []
    shares = [float(missing[rows].mean()) for rows in (sides.before, sides.after)]
    called = sides.called
    text = f"{shares[0]:.1%} of the {called.before} have no value, {shares[1]:.1%} of the {called.after}"
    return [Finding("S004", _level(found, SHARE), name, text)]


def _new_words(name: str, column: Column, sides: _Sides, calendar: bool, seed: int) -> list[Finding]:
    """Find words that no earlier lead had, beyond those that a long list of rare words brings anyway.

    What the next lead brings anew is estimated by the share of words seen once (Good 1953, Biometrika
    40:237).
    """
    held = np.bincount(column.codes[sides.before] + 1, minlength=len(column.vocabulary) + 1)
    held[0] = len(sides.before)
    once, fresh = held[column.codes[sides.before] + 1] == 1, held[column.codes[sides.after] + 1] == 0
    found = _grown(once, fresh, seed)
    if not counts(found, MINOR_SHARE):
        return []
    level: Level = "note" if calendar else _level(found, SHARE)
    called = sides.called
    text = f"{fresh.mean():.1%} of the {called.after} have a category that none of the {called.before} had"
    return [Finding("S003", level, name, text + _example(column, sides.after[fresh], calendar))]


def _example(column: Column, rows: IntArray, calendar: bool) -> str:
    count = np.bincount(column.codes[rows])
    most = int(count.argmax())
    example = f", such as “{abridged(column.vocabulary[most], 40)}”" if count[most] >= _EXAMPLE else ""
    return example + ("; the column tells the date by its nature" if calendar else "")
