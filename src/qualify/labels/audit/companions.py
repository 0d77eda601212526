"""L008: columns that were filled in together with an excluded one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from qualify.labels.audit.facts import Facts
from qualify.labels.audit.suspicion import Suspicion, accuse
from qualify.labels.audit.wording import percent

_SAME = 0.995
_TRIVIAL = 0.01
_NESTED = 0.98
_NESTED_TIED = 1.1
_LEAST_PREFIX = 3
_FIRST_WORD = re.compile(r"[^\W_]+")


def find_companions(facts: Mapping[str, Facts], excluded: Mapping[str, Suspicion]) -> list[Suspicion]:
    """Return a suspicion for each companion of the excluded columns.

    A companion has the first word of its name and its rows of missing values in common with an excluded
    column; or it is filled in only where a column is that L002 excluded, and tied to the outcome in the same
    direction (the rarer fields of a table of won deals).
    """
    seeds = [facts[name] for name in excluded if name in facts]
    joined = [seed for seed in seeds if excluded[seed.name].code == "L002"]
    others = [one for one in facts.values() if one.name not in excluded]
    found = [_same_rows(one, seeds) or _within(one, joined) for one in others]
    return [suspicion for suspicion in found if suspicion is not None]


def _same_rows(one: Facts, seeds: Sequence[Facts]) -> Suspicion | None:
    filled = float(one.cells.present.mean())
    if not _TRIVIAL < filled < 1 - _TRIVIAL:
        return None
    word = first_word(one.name)
    for seed in seeds:
        agree = float((seed.cells.present == one.cells.present).mean())
        if len(word) >= _LEAST_PREFIX and word == first_word(seed.name) and agree >= _same(filled):
            return accuse(
                one.name, "L008", "likely",
                f"It shares the first word of its name and {percent(agree)} of its filled and empty rows "
                f'with "{seed.name}", which is excluded.',
            )  # fmt: skip
    return None


def _same(filled: float) -> float:
    """Agreement that is asked for: nearly all, and the more the rarer the rarer of filled and empty is."""
    return max(_SAME, 1 - 0.05 * min(filled, 1 - filled))


def _within(one: Facts, joined: Sequence[Facts]) -> Suspicion | None:
    present = one.cells.present
    if present.sum() < 2 or abs(one.presence.beyond) < _NESTED_TIED:
        return None
    for seed in joined:
        same_way = np.sign(one.presence.ratio) == np.sign(seed.presence.ratio)
        inside = float((present & seed.cells.present).sum() / present.sum())
        if same_way and inside >= _NESTED and seed.cells.present.mean() < 0.5:
            return accuse(
                one.name, "L008", "likely",
                f'{percent(inside)} of the rows where it is filled in lie where "{seed.name}" is, which is '
                "excluded because being filled in tells the outcome.",
            )  # fmt: skip
    return None


def first_word(name: str) -> str:
    """Return the first word of a name, in lower case; empty when the name is one word.

    Examples
    --------
    >>> first_word("Sales Verdict"), first_word("sales_rank"), first_word("city")
    ('sales', 'sales', '')
    """
    words = _FIRST_WORD.findall(name)
    return words[0].lower() if len(words) > 1 else ""
