"""L004 and L005: name or values speak of the outcome or of the state at export, and the power agrees."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from qualify.labels.audit.facts import Facts
from qualify.labels.audit.names import Meaning, is_state_value
from qualify.labels.audit.suspicion import Code, Suspicion, accuse
from qualify.labels.audit.wording import area, percent, quoted, times

# Least AUC (lower bound): a clear name needs a moderate power, a vague one an unusual one.
CLEAR_POWER: float = 0.60
VAGUE_POWER: float = 0.78
_LOOK_AT = 0.55
_CLEAR_TIED = 1.1
_VAGUE_TIED = 2.3
_MOST_LEVELS = 200
_EVENT_SHARE = 0.5
_ORIGIN_WORDS = ("first", "origin", "source", "initial", "初回", "流入", "経路")


def check_name(facts: Facts) -> Suspicion | None:
    """L004 or L005, from the column's name."""
    meaning = facts.meaning
    if meaning is None:
        return None
    code: Code = "L004" if meaning.subject == "outcome" else "L005"
    says = f'The name speaks of {_subject(meaning)} ("{meaning.words}")'
    if facts.best_low >= (CLEAR_POWER if meaning.clear else VAGUE_POWER):
        return accuse(facts.name, code, "likely", f"{says} and {_powerful(facts)}.")
    if abs(facts.presence.beyond) >= (_CLEAR_TIED if meaning.clear else _VAGUE_TIED):
        return accuse(
            facts.name, code, "likely",
            f"{says} and being filled in changes the odds of the outcome {times(facts.presence.ratio)}-fold.",
        )  # fmt: skip
    if facts.best_low >= _LOOK_AT:
        usual = f"{says}, but its power is not unusual (AUC {area(facts.best_auc)})."
        return accuse(facts.name, code, "possible", usual)
    return None


def check_state_values(facts: Facts) -> Suspicion | None:
    """L005: the values name events ("Email Opened"), so the column says what happened last before export."""
    if facts.power.low < CLEAR_POWER or any(word in facts.name.lower() for word in _ORIGIN_WORDS):
        return None
    share, examples = share_of_values(facts, is_state_value)
    if share < _EVENT_SHARE:
        return None
    return accuse(
        facts.name, "L005", "likely",
        f"{percent(share)} of its values name something that happened ({examples}), so it tells the last "
        f"event before the export, and {_powerful(facts)}.",
    )  # fmt: skip


def share_of_values(facts: Facts, holds: Callable[[str], bool]) -> tuple[float, str]:
    """Return the share of filled-in rows whose category satisfies `holds`, with the most frequent of them."""
    levels, rows = facts.cells.levels, facts.rows
    if facts.cells.rank is not None or len(levels) > _MOST_LEVELS:
        return 0.0, ""
    held = np.array([i for i in range(1, len(levels)) if holds(str(levels[i]))], dtype=np.int64)
    top = held[np.argsort(-rows[held], kind="stable")]
    total = max(float(rows[1:].sum()), 1.0)
    return float(rows[held].sum()) / total, quoted(levels[top], rows[top])


def _subject(meaning: Meaning) -> str:
    return "the outcome or what follows it" if meaning.subject == "outcome" else "the state at export"


def _powerful(facts: Facts) -> str:
    return f"alone it reaches AUC {area(facts.best_auc)}, at least {area(facts.best_low)}"
