"""L001 and L006: one column decides the outcome, or is a copy of it."""

from __future__ import annotations

import numpy as np

from qualify.labels.audit.bounds import logit, wilson
from qualify.labels.audit.facts import Facts
from qualify.labels.audit.suspicion import Suspicion, accuse
from qualify.labels.audit.wording import area, percent, quoted

# Honest columns of lead data rarely pass .80 alone; two or three values pass .875 only if they know
# the outcome.
_DECIDES = 0.925
_DECIDES_FEW = 0.875
_FEW = 3
_DECIDES_FILLED = 0.95
_FLOOR = 0.75
_LOOK_AT = 0.85
_COPY = 0.95
_PURE, _PURE_COVER = 0.95, 0.25
_MOSTLY_PURE, _MOST_COVER = 0.85, 0.4
_PURE_LIFT = 2.5
_MOST_BASE = 0.6


def check_copy(facts: Facts) -> Suspicion | None:
    """L006: two groups of values map to the two classes, but for a few rows."""
    cells, sample = facts.cells, facts.sample
    if not cells.few or cells.present.mean() < 0.9:
        return None
    share = facts.ones / np.maximum(facts.rows, 1)
    order = np.argsort(-share, kind="stable")
    hit = np.cumsum(facts.ones[order]) / sample.positives
    false = np.cumsum((facts.rows - facts.ones)[order]) / sample.negatives
    cut = int(np.argmax(hit - false))
    classes = np.array([sample.positives, sample.negatives])
    right = np.array([hit[cut], 1 - false[cut]]) * classes
    low, _ = wilson(right, classes, z=2.0)
    if low.min() < _COPY:
        return None
    wrong = int(classes.sum() - right.sum())
    held = order[: cut + 1][facts.rows[order[: cut + 1]] > 0]
    values = quoted(cells.levels[held], facts.rows[held])
    return accuse(
        facts.name, "L006", "certain",
        f"The values {values} stand for the outcome in all but {wrong:,} of {int(classes.sum()):,} rows.",
    )  # fmt: skip


def check_power(facts: Facts) -> Suspicion | None:
    """L001: cross-validated power of the column, of its values where filled in, or of one large group."""
    power, filled = facts.power, facts.filled_power
    decides = _DECIDES_FEW if facts.cells.distinct <= _FEW else _DECIDES
    if power.auc >= decides and power.low >= _FLOOR:
        return accuse(
            facts.name, "L001", "certain" if power.low >= _DECIDES else "likely",
            f"Alone it ranks a positive row above a negative one {percent(power.auc)} of the time (AUC "
            f"{area(power.auc)}, at least {area(power.low)}); honest columns rarely pass .85.",
        )  # fmt: skip
    if filled.auc >= _DECIDES_FILLED and filled.low >= _DECIDES_FEW and _fills_both(facts):
        return accuse(
            facts.name, "L001", "likely",
            f"Where it is filled in ({percent(float(facts.cells.present.mean()))} of the rows) its values "
            f"alone reach AUC {area(filled.auc)}, at least {area(filled.low)}.",
        )  # fmt: skip
    return _pure_group(facts) or _worth_a_look(facts)


def _fills_both(facts: Facts) -> bool:
    return min(facts.presence.of_positives, facts.presence.of_negatives) >= 0.2


def _worth_a_look(facts: Facts) -> Suspicion | None:
    if facts.power.low < _LOOK_AT:
        return None
    return accuse(
        facts.name, "L001", "possible",
        f"Alone it reaches AUC {area(facts.power.auc)}: was it known before the outcome?",
    )  # fmt: skip


def _pure_group(facts: Facts) -> Suspicion | None:
    """Find categories that hold hardly any but positives and, together, many of them.

    Groups of negatives only are common among honest columns (a country that is not served), so they do not
    count.
    """
    sample = facts.sample
    if not (facts.cells.rank is None or facts.cells.few) or sample.base > _MOST_BASE:
        return None
    low, _ = wilson(facts.ones, facts.rows, z=2.0)
    pure = (low >= _MOSTLY_PURE) & (np.arange(len(low)) > 0)
    ones, rows = facts.ones[pure].sum(), float(facts.rows[pure].sum())
    bound, _ = wilson(np.array([ones]), np.array([rows]), z=2.0)
    lift = float(logit(bound)[0] - logit(np.array([sample.base]))[0])
    held = float(ones / sample.positives)
    telling = held >= (_PURE_COVER if bound[0] >= _PURE else _MOST_COVER)
    if lift < _PURE_LIFT or not telling:
        return None
    values = quoted(facts.cells.levels[pure], facts.rows[pure])
    return accuse(
        facts.name, "L001", "likely",
        f"{percent(ones / rows)} of the {int(rows):,} rows with {values} are "
        f"positive, against {percent(sample.base)} of all; they hold {percent(held)} of the positives.",
    )  # fmt: skip
