"""Values that have turned: what a source did before says nothing of what it does now, so it is forgotten.

A partner starts to send other people, a form is rebuilt: of the leads with one value of one column suddenly
many more (or fewer) convert, and of the others not. A model that weighs the whole past alike needs as many
new outcomes as it has old ones. Only a leap counts here that stands out against what all other leads did over
the same time: a base rate that moves is the calibration's affair.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from qualify.features.frame import Categorical
from qualify.leads.tables import BoolArray, FloatArray, IntArray
from qualify.model.rows import Rows

__all__ = ["Turn", "forget_turned", "turned_values"]

BLOCKS = 40
"""The leads, in time order, are cut into so many blocks; a value turns between two of them."""
MOVED = 1.5
"""By how much the log-odds must have moved, in themselves and beyond all others': to 4.5 times the odds."""
CLEAR = 6.0
"""And by how many standard errors: some ten thousand places and values are looked at."""
FEWEST = 10.0
"""Effective leads with the value that each side needs."""
LASTED = 3
"""And so many blocks with it: within fewer, a hot week cannot be told from a turn."""
TRACE = 0.02
"""What is left of the weight of a forgotten row."""
MOST = 8
"""So many values may turn; where more do, it is no matter of single values."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A value whose share of positives has leapt.

    Parameters
    ----------
    feature, value
        Name of the categorical feature, and the value ("other", "missing" for those).
    place, since
        The first lead after the turn: its place in time order, and its earliest moment (microseconds; 0 where
        the table has no dates).
    moved
        By how much its log-odds moved, less what those of all other leads did.
    clear
        `moved` by its standard error.
    """

    feature: str
    value: str
    place: int
    since: int
    moved: float
    clear: float


class _Found(NamedTuple):
    """A split of one value: its feature and code, the first block after it, and what it shows."""

    feature: str
    code: int
    block: int
    moved: float
    clear: float


def turned_values(rows: Rows) -> tuple[Turn, ...]:
    """Return the values that have turned, the clearest first.

    Parameters
    ----------
    rows
        Rows to learn from, as a fit takes them; all their outcomes are known.

    Notes
    -----
    For each value and each border between blocks, with the log-odds of positives λ before and after it,
    `moved` is (λ after − λ before) of the value less the same of all other leads, and its variance is the sum
    of 1/(k + ½) + 1/(n − k + ½) over the four (Haldane 1956; k of n effective leads, Kish 1965, are positive;
    the rows of one lead count as one lead). Where the shares of the blocks differ by more than that, their
    spread is the variance (clustered by block: Liang and Zeger 1986): leads of one week may share a campaign.
    The clearest is taken, its leads are left out, and the rest is looked at again.
    """
    seen = _Seen(rows)
    return tuple(
        Turn(each.feature, seen.value(each), *seen.begins(each), each.moved, each.clear)
        for each in seen.turned
    )


def forget_turned(rows: Rows) -> Rows:
    """Return the rows with next to no weight where they are older than the turn of their value."""
    seen, old = _Seen(rows), np.zeros(len(rows.label), dtype=bool)
    for each in seen.turned:
        old |= (seen.codes[each.feature] == each.code) & (seen.block < each.block)
    return replace(rows, weight=np.where(old, TRACE * rows.weight, rows.weight)) if old.any() else rows


@dataclass(frozen=True)
class _Seen:
    """Rows, and what they show of each value."""

    rows: Rows

    @cached_property
    def block(self) -> IntArray:
        """The block of each row's lead."""
        places, rank = np.unique(self.rows.place, return_inverse=True)
        return (rank * BLOCKS // max(1, len(places))).astype(np.int64)

    @cached_property
    def codes(self) -> Mapping[str, IntArray]:
        """By feature, codes from 0: the vocabulary's, values not known, missing."""
        return {
            each.name: np.where(each.values < 0, len(each.vocabulary) + 1, each.values).astype(np.int64)
            for each in self._features
        }

    @property
    def _features(self) -> list[Categorical]:
        return self.rows.frame.categorical

    @cached_property
    def _sums(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """For each row: its part of its lead, of that the positive part, and its part of Σ weight²."""
        rows_a_lead = np.bincount(self.rows.lead)[self.rows.lead]
        weight = self.rows.weight / rows_a_lead
        return weight, weight * self.rows.label, weight * self.rows.weight

    @cached_property
    def turned(self) -> tuple[_Found, ...]:
        """The values that have turned, each looked for among the rows without those before."""
        found: list[_Found] = []
        alive = np.ones(len(self.rows.label), dtype=bool)
        while len(found) < MOST and (best := self._clearest(alive)) is not None:
            found.append(best)
            alive &= self.codes[best.feature] != best.code
        return tuple(found)

    def value(self, found: _Found) -> str:
        """Return a code's value in words."""
        vocabulary = next(each.vocabulary for each in self._features if each.name == found.feature)
        return (*vocabulary, "other", "missing")[found.code]

    def begins(self, found: _Found) -> tuple[int, int]:
        """Return the place of the first lead after a turn, and its earliest moment."""
        place = int(self.rows.place[self.block >= found.block].min())
        return place, int(self.rows.as_of[self.rows.place == place].min())

    def _clearest(self, alive: BoolArray) -> _Found | None:
        return max(self._splits(alive), key=lambda each: abs(each.clear), default=None)

    def _splits(self, alive: BoolArray) -> Iterator[_Found]:
        """Yield the clearest split of each feature, if it shows a turn."""
        block, sums = self.block[alive], [each[alive] for each in self._sums]
        for each in self._features:
            size = len(each.vocabulary) + 2
            key = self.codes[each.name][alive] * BLOCKS + block
            tables = [np.bincount(key, part, size * BLOCKS).reshape(size, BLOCKS) for part in sums]
            moved, clear = _compare(np.stack(tables))
            code, border = np.unravel_index(np.abs(clear).argmax(), clear.shape)
            if clear[code, border]:
                at = (code, border)
                yield _Found(each.name, int(code), int(border) + 1, float(moved[at]), float(clear[at]))


def _compare(tables: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what each border between blocks shows of each value; 0 where that is no turn.

    Parameters
    ----------
    tables
        Weight, positive weight and squared weight by value and block, shape (3, values, blocks).

    Returns
    -------
    moved, clear
        Shape (values, borders).
    """
    others = _sides(tables.sum(axis=1, keepdims=True) - tables)
    before, after = _sides(tables)
    own = after.log_odds - before.log_odds
    moved = own - (others[1].log_odds - others[0].log_odds)
    clear = moved / np.sqrt(sum(side.variance for side in (before, after, *others)))
    # Of two values one may stand still: it moves beside the other, and has not turned.
    leapt = (np.abs(moved) >= MOVED) & (np.sign(moved) * own >= MOVED)
    enough = np.minimum(before.size, after.size) >= FEWEST
    lasted = np.minimum(before.blocks, after.blocks) >= LASTED
    return moved, np.where(leapt & enough & lasted & (np.abs(clear) >= CLEAR), clear, 0.0)


class _Side(NamedTuple):
    """The leads on one side of each border, by value; each of shape (values, borders)."""

    log_odds: FloatArray
    variance: FloatArray
    size: FloatArray
    blocks: FloatArray


def _sides(tables: FloatArray) -> tuple[_Side, _Side]:
    """Return both sides of each border, from `tables` as `_compare` takes them."""
    weight, positive, _ = tables = np.maximum(tables, 0.0)
    sums = np.stack([*tables, positive**2, positive * weight, weight**2, weight > 0])
    before = np.cumsum(sums, axis=2)[:, :, :-1]
    return _side(before), _side(sums.sum(axis=2, keepdims=True) - before)


def _side(sums: FloatArray) -> _Side:
    """Return log-odds, their variance, and the effective numbers of leads and of blocks."""
    weight, positive, squared, *products, blocks = np.maximum(sums, 0.0)
    size = np.divide(weight**2, squared, out=np.zeros_like(weight), where=squared > 0)
    share = np.minimum(np.divide(positive, weight, out=np.zeros_like(weight), where=weight > 0), 1.0)
    k = size * share
    alone = 1 / (k + 0.5) + 1 / (size - k + 0.5)
    both, crossed, weights = products
    spread = (
        np.maximum(both - 2 * share * crossed + share**2 * weights, 0.0) * blocks / np.maximum(blocks - 1, 1)
    )
    spread = np.divide(spread, weight**2, out=np.zeros_like(weight), where=weight > 0)
    steep = (k + 0.5) * (size - k + 0.5) / (size + 1) ** 2
    return _Side(np.log((k + 0.5) / (size - k + 0.5)), np.maximum(alone, spread / steep**2), size, blocks)
