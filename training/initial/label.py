"""The label of a flat table: which of its values is the good one, and what the others mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualify.config import Target, fold_label
from qualify.console import abridged
from qualify.labels.flat import column_label
from qualify.labels.snapshots import end_of_data, stage_label
from qualify.leads.columns import needed
from qualify.leads.stamp import read_stamp
from qualify.leads.strings import encode_clean
from qualify.leads.tables import FloatArray, LeadTables
from training.initial.funnel import slug
from training.initial.label_words import NO, OPEN, YES, Outcome, denies, meaning, says_nothing
from training.initial.unclear import Kinds, check_named, refuse_label

__all__ = ["FlatLabel", "Named", "find_label", "outcome_of"]

_MOST_TOLD = 6


@dataclass(frozen=True)
class Named:
    """What the user said of the label's values: the one for yes, those for no, those not decided yet."""

    positive: str | None = None
    negative: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def sorts(self) -> bool:
        """Whether values are sorted by hand, rather than being two."""
        return bool(self.negative or self.open)


@dataclass(frozen=True)
class FlatLabel:
    """The label column: its positive value, and how many rows have which outcome.

    Parameters
    ----------
    negative, open
        The values for no and those not decided yet; None where the label has two values.
    spellings
        The positive value as rows write it, where they differ in case, width or blanks.
    """

    column: str
    positive: str
    positives: int
    negatives: int
    unknown: int
    negative: tuple[str, ...] | None = None
    open: tuple[str, ...] | None = None
    spellings: tuple[str, ...] = ()

    def target(self) -> Target:
        """Return the label as a target."""
        return Target(
            name=slug(self.column), column=self.column, positive=self.positive,
            negative=self.negative, open=self.open,
        )  # fmt: skip

    def evidence(self) -> str:
        """Return the counts in words."""
        known = self.positives + self.negatives
        parts = [f"{self.positives:,} of {known:,} rows ({self.positives / known:.1%})"]
        if self.unknown:
            parts.append(f"{self.unknown:,} rows without an outcome are left out")
        if len(self.spellings) > 1:
            parts.append(f"written {_quoted(self.spellings)}")
        if self.negative is not None:
            parts.append(f"no: {_quoted(self.negative)}")
        if self.open:
            parts.append(f"not decided yet: {_quoted(self.open)}")
        return "; ".join(parts)


def outcome_of(tables: LeadTables, target: Target) -> FloatArray:
    """Return each lead's outcome, NaN where it is not known.

    It is that of the label column, or whether the stage is entered within the horizon, seen from the lead's
    creation.
    """
    if target.column is not None:
        return column_label(tables.columns[target.column], target)
    every = np.arange(len(tables), dtype=np.int64)
    return stage_label(tables, target, every, tables.created_at, end_of_data(tables))


def find_label(leads: pa.Table, column: str, named: Named) -> FlatLabel:
    """Find the positive value of a label column, and what its other values mean.

    Spellings that differ in case, width or blanks are one value. Of two values the one is yes and the other
    no, unless one stands for a missing value, as NULL does: like an empty cell, it is not known. More values
    are taken where each is a plain word for won, lost or open, or was named by the user; with
    `--open` the values that nobody named are a no, with `--negative` alone they are open.

    Parameters
    ----------
    leads
        The table of leads.
    column
        The label's name.
    named
        What the user said of its values.

    Raises
    ------
    UserError
        The label is missing, empty, has one value, or values of which it is not clear what they mean.
    """
    origin = read_stamp(leads).origin
    values = needed(leads, column, "leads", origin, "--target")
    codes, words = encode_clean(values, name=column)
    counts = np.bincount(codes[codes >= 0], minlength=len(words))
    where = f"{origin}, column {column}"
    empty = int(np.sum(codes < 0))
    kinds = _kinds({word: int(n) for word, n in zip(words, counts, strict=True)})
    check_named((named.positive, *named.negative, *named.open), kinds, where)
    sorted_out = _by_hand(kinds, named) if named.sorts else _by_words(kinds, named.positive)
    if sorted_out is None or not {YES, NO} <= set(sorted_out.values()):
        raise refuse_label(kinds, empty, where)
    return _label(column, kinds, sorted_out, empty, sorts=named.sorts or len(kinds) > 2)


def _kinds(rows: Mapping[str, int]) -> Kinds:
    """Return the values that differ in more than their spelling, each with its spellings, by frequency."""
    kinds: Kinds = {}
    for word, n in sorted(rows.items(), key=lambda pair: (-pair[1], pair[0])):
        kinds.setdefault(fold_label(word), {})[word] = n
    return kinds


def _by_words(kinds: Kinds, positive: str | None) -> dict[str, Outcome] | None:
    """Return what each value means, where the words, or that there are two, leave no doubt; else None."""
    read = {kind: meaning(next(iter(held))) for kind, held in kinds.items()}
    if len(kinds) == 2:
        if any(says_nothing(next(iter(held))) for held in kinds.values()):
            return None  # as beside empty cells: it may be a no, or not be decided yet
        return _of_two(list(read), [NO if kind == "open" else each for kind, each in read.items()], positive)
    if positive is not None:
        read[fold_label(positive)] = YES
    sure = {kind: each for kind, each in read.items() if each is not None}
    return sure if len(sure) == len(kinds) and list(sure.values()).count(YES) == 1 else None


def _of_two(kinds: list[str], read: list[Outcome | None], positive: str | None) -> dict[str, Outcome] | None:
    """Return the one as yes that was named, reads as yes, or stands beside a no or its own denial."""
    if positive is not None:
        good = kinds.index(fold_label(positive))
    elif read.count(YES) == 1:
        good = read.index(YES)
    elif read.count(NO) == 1:
        good = 1 - read.index(NO)
    elif read == [None, None] and (denies(*kinds) or denies(*kinds[::-1])):
        good = int(denies(*kinds))
    else:
        return None
    return {kinds[good]: YES, kinds[1 - good]: NO}


def _by_hand(kinds: Kinds, named: Named) -> dict[str, Outcome] | None:
    """Return what the user said; the values left over are a no beside `--open`, and open otherwise."""
    said: dict[str, Outcome] = {fold_label(word): NO for word in named.negative}
    said |= {fold_label(word): OPEN for word in named.open}
    left = [kind for kind in kinds if kind not in said]
    good = [kind for kind in left if meaning(next(iter(kinds[kind]))) == YES] if len(left) > 1 else left
    if named.positive is not None:
        good = [fold_label(named.positive)]
    if len(good) != 1:
        return None
    rest: Outcome = NO if named.open else OPEN
    read = {kind: meaning(next(iter(kinds[kind]))) for kind in left}
    plain = {kind: each if each in (NO, OPEN) else rest for kind, each in read.items()}
    return plain | said | {good[0]: YES}


def _label(
    column: str, kinds: Kinds, outcomes: Mapping[str, Outcome], empty: int, *, sorts: bool
) -> FlatLabel:
    """Count the rows of each outcome, and write each value as most rows do."""
    rows = {kind: sum(held.values()) for kind, held in kinds.items()} | {"": empty}
    of = {each: [kind for kind, means in outcomes.items() if means == each] for each in (YES, NO, OPEN)}
    yes, no = sum(rows[kind] for kind in of[YES]), sum(rows[kind] for kind in of[NO])
    written = {kind: next(iter(held)) for kind, held in kinds.items()} | {"": ""}
    return FlatLabel(
        column, written[of[YES][0]], yes, no, sum(rows.values()) - yes - no,
        negative=tuple(written[kind] for kind in of[NO]) if sorts else None,
        open=tuple(written[kind] for kind in of[OPEN]) if sorts and of[OPEN] else None,
        spellings=tuple(kinds[of[YES][0]]),
    )  # fmt: skip


def _quoted(words: tuple[str, ...]) -> str:
    more = f" and {len(words) - _MOST_TOLD} more" if len(words) > _MOST_TOLD else ""
    return ", ".join(repr(abridged(word)) if word else "empty" for word in words[:_MOST_TOLD]) + more
