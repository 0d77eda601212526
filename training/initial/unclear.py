"""Labels that cannot be learned from as they are: what is wrong with each, and what to type instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import pyarrow as pa

from qualify.config import fold_label
from qualify.console import abridged
from qualify.errors import UserError
from qualify.leads.times import parse_times
from training.initial.label_words import NO, OPEN, YES, meaning, says_nothing

__all__ = ["NOT_NAMED", "Kinds", "check_named", "refuse_label", "refuse_two"]

NOT_NAMED = "either --target COLUMN, or --target-stage STAGE and --within-days DAYS"
"""How an outcome is named on the command line."""

Kinds: TypeAlias = dict[str, dict[str, int]]
"""The values of a label by their folded form, each with its spellings and their rows, by frequency."""

_MOST_NAMED = 12
_DATED = 0.9
_TOLD = 6


def refuse_two(target: str, stage: str) -> UserError:
    """Return the error for an outcome that is named twice: as a column and as a stage."""
    return UserError("What is to be predicted is not clear.", got=f"target {target}, stage {stage}",
                     expected=NOT_NAMED)  # fmt: skip


def check_named(named: Sequence[str | None], kinds: Kinds, where: str) -> None:
    """Refuse values on the command line that the label does not hold, or that are given twice.

    Raises
    ------
    UserError
        One is not there. The first is that for yes; among the others an empty one, which stands for empty
        cells, always is.
    """
    given = [fold_label(word) for word in named if word is not None]
    strange = [
        word for k, word in enumerate(named)
        if word is not None and fold_label(word) not in ({*kinds, ""} if k else kinds)
    ]  # fmt: skip
    if strange and named[0] is not None and strange[0] == named[0]:
        raise UserError("The positive value does not occur.", where=where, got=strange[0],
                        expected=_told(kinds))  # fmt: skip
    if strange:
        raise UserError("A value that was named does not occur.", where=where, got=", ".join(strange[:_TOLD]),
                        expected=_told(kinds))  # fmt: skip
    twice = sorted({word for word in given if given.count(word) > 1})
    if twice:
        raise UserError("A value of the label was given two meanings.", where=where, got=", ".join(twice),
                        expected="each value once: --positive, --negative or --open")  # fmt: skip


def refuse_label(kinds: Kinds, empty: int, where: str) -> UserError:
    """Return the error for a label of which it is not clear which values are yes and no.

    Parameters
    ----------
    kinds
        Its values.
    empty
        How many rows have none.
    """
    if not kinds:
        return UserError(
            "The label is empty in every row.", where=where, expected="two values, such as yes and no",
            mend="name the column with the outcome in --target",
        )  # fmt: skip
    if _dated(kinds):
        return _date(kinds, empty, where)
    if len(kinds) == 1:
        return _one(kinds, empty, where)
    unknown = [next(iter(held)) for held in kinds.values() if says_nothing(next(iter(held)))]
    if len(kinds) == 2 and unknown:
        return _one(kinds, empty, where, unknown[0])
    if len(kinds) == 2:
        first, second = (next(iter(held)) for held in kinds.values())
        return UserError(
            "Neither value of the label says which is the good outcome.", where=where, got=_told(kinds),
            expected="one such as 1, yes, won, converted, はい, 成約",
            mend=f"add --positive {first!r} or --positive {second!r}",
        )  # fmt: skip
    return UserError(
        f"The label has {len(kinds)} values.", where=where, got=_told(kinds),
        expected="two values, such as yes and no", mend=_sorting(kinds),
    )  # fmt: skip


def _one(kinds: Kinds, empty: int, where: str, unknown: str | None = None) -> UserError:
    """Return the error for one value, which may stand beside empty cells or a word such as NULL."""
    mend = "export leads that were lost as well as leads that were won"
    if unknown is not None:
        mend += f"; if {unknown!r} says that a lead was lost, add --negative {unknown!r}"
        mend += " --negative ''" if empty else ""
    elif empty:
        mend += "; if an empty cell says that a lead was lost, add --negative ''"
    return UserError(
        "The label has one value only, so there is nothing to tell apart.", where=where,
        got=_told(kinds) + (f", empty: {empty:,}" if empty else ""), expected="both outcomes", mend=mend,
    )  # fmt: skip


def _dated(kinds: Kinds) -> bool:
    """Say whether the values are times, not numbers that could be some."""
    words = [word for held in kinds.values() for word in held]
    if len(words) < 3 or all(word.replace(".", "", 1).isdecimal() for word in words):
        return False
    return bool((~parse_times(pa.array(words)).unread).mean() >= _DATED)


def _date(kinds: Kinds, empty: int, where: str) -> UserError:
    return UserError(
        "The label holds dates.", where=where, got=f"{len(kinds):,} different dates, empty: {empty:,}",
        expected="two values, such as yes and no",
        mend="a date also says when, so bring it as a stage: write the rows that have one into a table with "
        "the lead's id, a column `stage` (such as Won) and this date, and use --stages FILE --target-stage "
        "Won --within-days 60 (docs/odd-exports.md, Olist); or add a column that says yes or no",
    )  # fmt: skip


def _sorting(kinds: Kinds) -> str:
    """Return what to type, with the values that speak for themselves in their places."""
    add = "add a column that says whether a lead was won, empty where the outcome is not known"
    if len(kinds) > _MOST_NAMED:
        return add
    words = {next(iter(held)): meaning(next(iter(held))) for held in kinds.values()}
    typed = [f"--{_OPTION[means]} {word!r}" for word, means in words.items() if means is not None]
    unclear = [repr(word) for word, means in words.items() if means is None]
    say = "say of each value what it means: --positive (yes), --negative (no) or --open (not decided yet)"
    clear = f", such as {' '.join(typed)}" if typed else ""
    left = f"; it is not clear what {', '.join(unclear)} means" if unclear else ""
    return f"{add}; or {say}{clear}{left}"


_OPTION = {YES: "positive", NO: "negative", OPEN: "open"}


def _told(kinds: Kinds) -> str:
    """Name the most frequent values as they are written, and count them."""
    rows = sorted(
        ((n, w) for held in kinds.values() for w, n in held.items()), key=lambda pair: (-pair[0], pair[1])
    )
    more = f" and {len(rows) - _TOLD} more" if len(rows) > _TOLD else ""
    return ", ".join(f"{abridged(word)!r}: {n:,}" for n, word in rows[:_TOLD]) + more
