"""The gate: may a challenger take the champion's place? Every rule is a named check with its figures.

One rule for all ways into use: ``train`` and ``retrain`` compute the decision, ``promote`` obeys it. The
verdict (has the model skill, and is it not worse than the rules beyond noise?) is its first part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from training.behaviour import EXACT, behaviour_checks
from training.calibrated import calibration_check
from training.contested import (
    CHAMPION,
    DRAWS,
    RECALIBRATED,
    RULES,
    Contest,
    difference,
    parts_of,
    signed,
)
from training.decision import Check, Decision
from training.segment_checks import segment_checks
from training.verdict import Verdict

__all__ = ["PARITY", "SURE", "judge"]

SURE = 0.99
"""Confidence of the second way in, better precision at capacity: two ways in are two chances for luck."""
PARITY = EXACT
"""Largest difference of a probability scored alone and in a batch."""


def judge(contest: Contest, verdict: Verdict, *, draws: int = DRAWS, seed: int = 0) -> Decision:
    """Decide whether the challenger may be used.

    Parameters
    ----------
    verdict
        Of the challenger's training run.
    draws, seed
        Of the bootstrap over leads.

    Notes
    -----
    A challenger as good as the champion passes the comparison by luck in 3 to 4 % of tries: 2.5 % by log-loss
    and 0.5 % by precision at capacity, and a little more as few draws know the ends of an interval badly.
    """
    return Decision(tuple(_checks(contest, verdict, draws, seed)))


def _checks(contest: Contest, verdict: Verdict, draws: int, seed: int) -> Iterator[Check]:
    passed = verdict.use == "model"
    yield Check("verdict", passed, f"the verdict is `{verdict.use}`: {' '.join(verdict.reasons)}")
    for rival in (_champion(contest), _rules(contest)):
        if rival.name in contest.probabilities:
            yield _against(contest, rival, draws, seed)
    if CHAMPION in contest.probabilities:
        yield from segment_checks(contest, draws, seed)
    if RECALIBRATED in contest.probabilities:
        yield _against(contest, _RENEWED, draws, seed)
    yield calibration_check(contest, draws, seed)
    if contest.parity is not None:
        text = f"a lead scored alone and in a batch differs by at most {contest.parity:.1e}"
        yield Check("parity", contest.parity <= PARITY, text, contest.parity)
    if contest.behaviour is not None:
        yield from behaviour_checks(contest.behaviour)


@dataclass(frozen=True, slots=True)
class _Rival:
    """Whom the challenger has to beat, and how that is told.

    Parameters
    ----------
    called
        In a sentence about figures.
    better, worse, alike
        How the check's text begins where the challenger's log-loss is lower or higher beyond noise, and where
        neither figure is better beyond noise.
    more, fewer
        How it begins where precision at capacity decides.
    note
        What flatters the rival.
    """

    name: str
    called: str
    better: str
    worse: str
    alike: str
    more: str
    fewer: str
    note: str = ""


def _champion(contest: Contest) -> _Rival:
    note = " (the champion has learned from these leads, which flatters it)" if contest.flattered else ""
    return _Rival(
        CHAMPION, "the champion", "better than the champion", "worse than the champion",
        "not better than the champion beyond noise", "more winners among the leads sales can call",
        "fewer winners than the champion finds among the leads sales can call", note,
    )  # fmt: skip


def _rules(contest: Contest) -> _Rival:
    note = " (the rules were drafted from these leads' outcomes, which flatters them)"
    return _Rival(
        RULES, "the rules", "better than the rules", "worse than the rules",
        "not better than the rules beyond noise", "more winners than the rules find",
        "fewer winners than the rules find among the leads sales can call", note if contest.drafted else "",
    )  # fmt: skip


_RENEWED = _Rival(
    RECALIBRATED, "the champion with a new calibration", "better than recalibrating",
    "worse than recalibrating", "not better beyond noise than what `qualify recalibrate` gives",
    "more winners than recalibrating finds", "fewer winners than recalibrating finds",
)  # fmt: skip


def _against(contest: Contest, rival: _Rival, draws: int, seed: int) -> Check:
    """Better beyond noise in log-loss or in precision at capacity, and not worse beyond noise in the other.

    Asking for both would refuse half of the challengers that are better by 0.02 AUC (decision 0031).
    """
    loss = difference(contest, rival.name, "log_loss", draws, seed)
    lower, higher = loss.high < 0, loss.low > 0
    # As the way in, precision has to be surer; to object, it is held to the same noise as the loss.
    sure = 0.95 if lower else SURE
    top = difference(contest, rival.name, "precision_at_capacity", draws, seed, confidence=sure)
    precision = f"precision at capacity {signed(top)}"
    figures = f"log-loss {signed(loss)} against {rival.called}, {precision}{rival.note}"
    if higher:
        return Check(rival.name, False, f"{rival.worse}: {figures}", *parts_of(loss))
    if lower and top.high < 0:
        return Check(rival.name, False, f"{rival.fewer}: {figures}", *parts_of(top))
    if lower:
        return Check(rival.name, True, f"{rival.better}: {figures}", *parts_of(loss))
    if top.low > 0:
        return Check(rival.name, True, f"{rival.more}: {figures}", *parts_of(top))
    return Check(rival.name, False, f"{rival.alike}: {figures}", *parts_of(loss))
