"""L007: values that sales gave after they had talked with the lead."""

from __future__ import annotations

import numpy as np

from qualify.labels.audit.bounds import logit, wilson
from qualify.labels.audit.facts import Facts
from qualify.labels.audit.names import is_assigned_value
from qualify.labels.audit.suspicion import Suspicion, accuse
from qualify.labels.audit.wording import area, percent, quoted, times
from qualify.labels.audit.wordy import share_of_values
from qualify.leads.tables import BoolArray

_LIFT = 2.0
_LEAST_VALUES = 3
_LEAST_SHARE = 0.03
_POWER = 0.80
_POWER_UNTIED = 0.90
_TIED = 0.7
_WORDS_SHARE = 0.10
_WORDS_POWER = 0.65


def check_assigned(facts: Facts) -> Suspicion | None:
    """L007: by the structure of the outcomes, or by the words of the values."""
    return _two_sided(facts) or _by_words(facts)


def _two_sided(facts: Facts) -> Suspicion | None:
    """Find categories of opposite, nearly sure outcomes, above all where presence is tied to the outcome.

    What a lead fills in itself (a form, a channel) has at most a few almost-pure values on one side; a
    verdict of somebody who knows has them on both.
    """
    if facts.cells.rank is not None or facts.cells.distinct < _LEAST_VALUES:
        return None
    rows = facts.rows
    base = logit(np.array([facts.sample.base]))[0]
    low, high = wilson(facts.ones, rows, z=2.0)
    won, lost = logit(low) - base >= _LIFT, logit(high) - base <= -_LIFT
    won[0] = lost[0] = False
    total = max(rows[1:].sum(), 1.0)
    shares = rows[won].sum() / total, rows[lost].sum() / total
    tied = abs(facts.presence.beyond) >= _TIED or facts.meaning is not None
    if min(shares) < _LEAST_SHARE or facts.best_low < (_POWER if tied else _POWER_UNTIED):
        return None
    return accuse(
        facts.name, "L007", "certain" if facts.best_low >= _POWER_UNTIED else "likely",
        f"Its values foretell both outcomes: {percent(shares[0])} of the filled-in rows have values that are "
        f"almost always positive ({_top(facts, won)}), {percent(shares[1])} values that almost never are "
        f"({_top(facts, lost)}); AUC where filled in {area(facts.filled_power.auc)}{_presence(facts)}.",
    )  # fmt: skip


def _by_words(facts: Facts) -> Suspicion | None:
    if facts.best_low < _WORDS_POWER:
        return None
    share, examples = share_of_values(facts, is_assigned_value)
    if share < _WORDS_SHARE:
        return None
    return accuse(
        facts.name, "L007", "likely",
        f"{percent(share)} of its values are what sales write after a contact ({examples}), and alone it "
        f"reaches AUC {area(facts.best_auc)}, at least {area(facts.best_low)}.",
    )  # fmt: skip


def _top(facts: Facts, chosen: BoolArray) -> str:
    held = np.flatnonzero(chosen)
    best = int(held[np.argmax(facts.rows[held])])
    value = quoted(facts.cells.levels[[best]], facts.rows[[best]])
    return f"{value} {percent(float(facts.ones[best] / facts.rows[best]))}"


def _presence(facts: Facts) -> str:
    if abs(facts.presence.beyond) < _TIED:
        return ""
    return f", and being filled in changes the odds {times(facts.presence.ratio)}-fold"
