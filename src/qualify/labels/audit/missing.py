"""L002: a column that is filled in almost only for one class."""

from __future__ import annotations

import numpy as np

from qualify.labels.audit.facts import Facts, Presence, measure_presence
from qualify.labels.audit.suspicion import Severity, Suspicion, accuse
from qualify.labels.audit.wording import percent, times

# Odds ratios beyond chance, as logarithms. Honest form fields reach 5 to 10 (log 2.3); 20 needs a cause.
_TIED = 3.0
_TIED_HARD = 4.0
_TIED_SMALL = 3.5
_SPREAD = 0.25
_SPREAD_SMALL = 0.05
_ZEROS = 0.2


def check_missing(facts: Facts) -> Suspicion | None:
    """L002: presence tells the outcome."""
    seen = facts.presence
    if not _is_tied(seen):
        return None
    severity: Severity = "certain" if abs(seen.beyond) >= _TIED_HARD else "likely"
    return accuse(facts.name, "L002", severity, _tell(seen, "filled in"))


def check_zeros(facts: Facts) -> Suspicion | None:
    """L002 for numbers that say "none" by 0: an amount that only winners have.

    Behaviour (pages, minutes) is often 0 for those who do not buy, so more is asked than of missing values;
    and a plain yes or no is no amount.
    """
    if facts.column.kind != "number" or facts.cells.few:
        return None
    values = facts.column.values[facts.sample.rows]
    zero = values == 0
    if zero.mean() < _ZEROS or zero.all():
        return None
    seen = measure_presence(~zero & ~np.isnan(values), facts.sample)
    if abs(seen.beyond) < _TIED_HARD or _spread(seen) < _SPREAD:
        return None
    return accuse(facts.name, "L002", "likely", _tell(seen, "other than 0"))


def _is_tied(seen: Presence) -> bool:
    large = abs(seen.beyond) >= _TIED and _spread(seen) >= _SPREAD
    return large or (abs(seen.beyond) >= _TIED_SMALL and _spread(seen) >= _SPREAD_SMALL)


def _spread(seen: Presence) -> float:
    return abs(seen.of_positives - seen.of_negatives)


def _tell(seen: Presence, what: str) -> str:
    more = "multiplies" if seen.ratio > 0 else "divides"
    return (
        f"It is {what} for {percent(seen.of_positives)} of the positive and {percent(seen.of_negatives)} of "
        f"the negative rows: that alone {more} the odds by {times(seen.ratio)}."
    )
