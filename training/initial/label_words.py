"""Words for how a lead ended, and for one that has not: what a label's value says by itself."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal, TypeAlias

from qualify.leads.numbers import read_boolean
from qualify.leads.sentinels import word_placeholders

__all__ = ["NO", "OPEN", "YES", "Outcome", "denies", "meaning", "says_nothing"]

Outcome: TypeAlias = Literal["yes", "no", "open"]
YES: Final = "yes"
NO: Final = "no"
OPEN: Final = "open"

_GOOD = frozenset({
    "won", "win", "converted", "success", "successful", "closed won", "sql", "customer",
    "qualified", "accepted", "approved", "purchased", "purchase", "bought", "sale", "sold",
    "deal", "signed", "positive", "good", "成約", "受注", "購入", "契約", "獲得", "成功", "承認", "合格",
    "gewonnen", "gagné", "ganado",
})  # fmt: skip
_BAD = frozenset({
    "lost", "loss", "not converted", "failure", "failed", "closed lost", "rejected", "declined",
    "denied", "unqualified", "disqualified", "no sale", "negative", "bad", "cancelled",
    "canceled", "none", "失注", "未成約", "不成立", "失敗", "却下", "verloren", "perdu", "perdido",
})  # fmt: skip
# A lead on hold, recycled or nurtured is left to the user: some count it as lost, some as open.
_OPEN = frozenset({
    "open", "new", "in progress", "in process", "working", "ongoing", "pending", "undecided", "contacted",
    "not yet", "to do", "対応中", "商談中", "検討中", "進行中", "交渉中", "未対応", "新規", "offen",
    "en cours", "abierto",
})  # fmt: skip


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().replace("_", " ").replace("-", " ")


def meaning(word: str) -> Outcome | None:
    """Return what a value says by itself; None where it does not.

    Examples
    --------
    >>> [meaning(word) for word in ("Closed-Won", "失注", "in_progress", "Recycled")]
    ['yes', 'no', 'open', None]
    """
    folded = " ".join(_plain(word).split())
    read = read_boolean(word)
    if folded in _GOOD or read == 1.0:
        return YES
    if folded in _BAD or read == 0.0:
        return NO
    return OPEN if folded in _OPEN else None


_DENIED = re.compile(r"(?:not|no|non|nicht|kein|pas|un|未|不|非)(?:\s|-)*(?P<what>.+)")
_UNWELCOME = re.compile(r"churn|bounc|default|expir|drop|spam|fraud|unsubscrib|解約|離脱|退会|退学")


def denies(word: str, other: str) -> bool:
    """Say whether a value is the other one with a "not" before it, and what it denies may be hoped for.

    Examples
    --------
    >>> denies("Not enrolled", "Enrolled"), denies("未入学", "入学"), denies("Not churned", "churned")
    (True, True, False)
    """
    plain, what = (" ".join(_plain(each).split()) for each in (word, other))
    denied = _DENIED.fullmatch(plain)
    return denied is not None and denied["what"] == what and _UNWELCOME.search(what) is None


def says_nothing(word: str) -> bool:
    """Say whether a value stands for a missing one, as ``NULL`` does: the outcome is not known.

    Examples
    --------
    >>> [says_nothing(word) for word in ("NULL", "n/a", "none", "Lost")]
    [True, True, False, False]
    """
    return bool(word_placeholders([word]))
