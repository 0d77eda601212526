"""The label of a flat table: which of its two values is the good one."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualify.config import Target
from qualify.errors import UserError
from qualify.labels.flat import column_label
from qualify.labels.snapshots import end_of_data, stage_label
from qualify.leads.columns import needed
from qualify.leads.numbers import read_boolean
from qualify.leads.stamp import read_stamp
from qualify.leads.strings import encode_clean
from qualify.leads.tables import FloatArray, LeadTables

_GOOD = frozenset({
    "won", "win", "converted", "success", "successful", "closed won", "sql", "customer",
    "qualified", "accepted", "approved", "purchased", "purchase", "bought", "sale", "sold",
    "deal", "signed", "positive", "good", "成約", "受注", "購入", "契約", "獲得", "成功", "承認", "合格",
    "gewonnen", "gagné", "ganado",
})  # fmt: skip
_BAD = frozenset({
    "lost", "loss", "not converted", "failure", "failed", "closed lost", "rejected", "declined",
    "denied", "unqualified", "disqualified", "no sale", "negative", "bad", "cancelled",
    "canceled", "open", "none", "失注", "未成約", "不成立", "失敗", "却下", "verloren", "perdu", "perdido",
})  # fmt: skip


@dataclass(frozen=True)
class FlatLabel:
    """The label column: its positive value, and how many rows have which outcome."""

    column: str
    positive: str
    positives: int
    negatives: int
    unknown: int

    def evidence(self) -> str:
        """Return the counts in words."""
        known = self.positives + self.negatives
        share = f"{self.positives:,} of {known:,} rows ({self.positives / known:.1%})"
        return share + (f"; {self.unknown:,} rows without an outcome are left out" if self.unknown else "")


def outcome_of(tables: LeadTables, target: Target) -> FloatArray:
    """Return each lead's outcome, NaN where it is not known.

    It is that of the label column, or whether the stage is entered within the horizon, seen from the lead's
    creation.
    """
    if target.column is not None:
        return column_label(tables.columns[target.column], target)
    every = np.arange(len(tables), dtype=np.int64)
    return stage_label(tables, target, every, tables.created_at, end_of_data(tables))


def find_label(leads: pa.Table, column: str, positive: str | None) -> FlatLabel:
    """Find the positive value of a label column.

    Parameters
    ----------
    leads
        The table of leads.
    column
        The label's name.
    positive
        The value that the user named; None to find it.

    Raises
    ------
    UserError
        The label is missing, empty, has one value or more than two, or neither value speaks for itself.
    """
    origin = read_stamp(leads).origin
    values = needed(leads, column, "leads", origin, "--target")
    codes, words = encode_clean(values, name=column)
    counts = np.bincount(codes[codes >= 0], minlength=len(words))
    where = f"{origin}, column {column}"
    _check_two(words, counts, where)
    chosen = _positive(words, counts, positive, where)
    wins = int(counts[words.index(chosen)])
    return FlatLabel(column, chosen, wins, int(counts.sum()) - wins, int(np.sum(codes < 0)))


def _check_two(words: tuple[str, ...], counts: np.ndarray, where: str) -> None:
    told = _told(words, counts)
    if not words:
        raise UserError("The label is empty in every row.", where=where,
                        expected="two values, such as yes and no",
                        mend="name the column with the outcome in --target")  # fmt: skip
    if len(words) == 1:
        raise UserError(
            "The label has one value only, so there is nothing to tell apart.", where=where, got=told,
            expected="both outcomes", mend="export leads that were lost as well as leads that were won",
        )  # fmt: skip
    if len(words) > 2:
        raise UserError(
            f"The label has {len(words)} values.", where=where, got=told,
            expected="two values, such as yes and no",
            mend="add a column that says whether a lead was won, empty where the outcome is not known",
        )  # fmt: skip


def _positive(words: tuple[str, ...], counts: np.ndarray, asked: str | None, where: str) -> str:
    if asked is not None:
        if asked.strip() not in words:
            raise UserError("The positive value does not occur.", where=where, got=asked,
                            expected=_told(words, counts))  # fmt: skip
        return asked.strip()
    verdict = [_meaning(word) for word in words]
    good = [word for word, meaning in zip(words, verdict, strict=True) if meaning == 1]
    bad = [word for word, meaning in zip(words, verdict, strict=True) if meaning == 0]
    if len(good) == 1:
        return good[0]
    if len(bad) == 1:
        return words[1 - words.index(bad[0])]
    raise UserError(
        "Neither value of the label says which is the good outcome.", where=where, got=_told(words, counts),
        expected="one such as 1, yes, won, converted, はい, 成約",
        mend=f"add --positive {words[0]!r} or --positive {words[1]!r}",
    )  # fmt: skip


def _meaning(word: str) -> float:
    folded = " ".join(
        unicodedata.normalize("NFKC", word).casefold().replace("_", " ").replace("-", " ").split()
    )
    if folded in _GOOD:
        return 1.0
    if folded in _BAD:
        return 0.0
    return read_boolean(word)


def _told(words: tuple[str, ...], counts: np.ndarray) -> str:
    """Name the most frequent values and count them."""
    order = np.argsort(-counts, kind="stable")[:6]
    more = f" and {len(words) - 6} more" if len(words) > 6 else ""
    return ", ".join(f"{words[k][:30]!r}: {int(counts[k]):,}" for k in order) + more
