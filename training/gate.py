"""The gate: may a challenger take the champion's place? Every rule is a named check with its figures.

One rule for all ways into use: ``train`` and ``retrain`` compute the decision, ``promote`` obeys it. The
verdict (has the model skill, and is it not worse than the rules beyond noise?) is its first part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualify.evaluate import Metric, compute_metrics, paired_difference, row_log_loss
from qualify.leads.tables import BoolArray, FloatArray, IntArray
from training.power import sees
from training.verdict import Verdict

CHALLENGER, CHAMPION, RECALIBRATED = "challenger", "champion", "recalibrated"
DRAWS = 400
SURE = 0.99
"""Confidence of the second way in, better precision at capacity: two ways in are two chances for luck."""
RECENT_SHARE = 1 / 3
"""The latest part of the judged rows, on which the challenger has to be calibrated."""
CALIBRATION_MARGIN = 0.25
"""Largest calibration error beyond noise, as a share of the rarer outcome's rate."""
SEGMENT_MARGIN = 0.05
"""How much worse a segment's log-loss may be, as a share of the champion's."""
SEGMENT_LEADS = 100
"""Segments with fewer leads, or too few outcomes to see a usual model by, are not judged alone."""
PARITY = 1e-9
"""Largest difference of a probability scored alone and in a batch."""


@dataclass(frozen=True)
class Contest:
    """What the gate looks at: the same later rows, seen by every scorer.

    Parameters
    ----------
    label, weight, lead, time
        Shape (rows,): outcome, weight, lead, and moment in microseconds.
    probabilities
        By scorer: ``challenger``, ``champion`` (absent where none is in use or none can be compared),
        ``recalibrated`` (the champion with a new calibration, where one is called for), ``rules``, ``bayes``,
        ``linear``.
    segments
        By name, each row's segment (None: of none).
    parity
        Largest difference of probabilities scored alone and in a batch; None: not measured.
    flattered
        Whether the champion has learned from these leads, which makes its figures look better.
    """

    label: FloatArray
    weight: FloatArray
    lead: NDArray[Any]
    time: IntArray
    probabilities: Mapping[str, FloatArray]
    segments: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    capacity_share: float = 0.1
    parity: float | None = None
    flattered: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One rule of the gate; `low` and `high` bound `value` where it was estimated."""

    name: str
    passed: bool
    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says, check by check."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def objections(self) -> tuple[str, ...]:
        """What speaks against the challenger."""
        return tuple(check.text for check in self.checks if not check.passed)

    def as_json(self) -> dict[str, Any]:
        """Return the decision for JSON."""
        return {"passed": self.passed, "checks": [asdict(check) for check in self.checks]}


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
    A challenger as good as the champion passes the comparison by luck in about 3 % of tries: 2.5 % by
    log-loss and 0.5 % by precision at capacity.
    """
    passed = verdict.use == "model"
    checks = [Check("verdict", passed, f"the verdict is `{verdict.use}`: {' '.join(verdict.reasons)}")]
    if CHAMPION in contest.probabilities:
        checks.append(_against_champion(contest, draws, seed))
        checks += _segments(contest, draws, seed)
    if RECALIBRATED in contest.probabilities:
        checks.append(_against_recalibrated(contest, draws, seed))
    checks.append(_calibration(contest, draws, seed))
    if contest.parity is not None:
        text = f"a lead scored alone and in a batch differs by at most {contest.parity:.1e}"
        checks.append(Check("parity", contest.parity <= PARITY, text, contest.parity))
    return Decision(tuple(checks))


def compare_scorers(contest: Contest, *, draws: int = DRAWS, seed: int = 0) -> dict[str, dict[str, Metric]]:
    """Return challenger minus each other scorer: log-loss, AUC and precision at capacity, by scorer."""
    names = ("log_loss", "auc", "precision_at_capacity")
    return {
        other: {name: _difference(contest, other, name, draws, seed) for name in names}
        for other in contest.probabilities
        if other != CHALLENGER
    }


def _difference(
    contest: Contest,
    other: str,
    metric: str,
    draws: int,
    seed: int,
    *,
    rows: BoolArray | None = None,
    confidence: float = 0.95,
) -> Metric:
    """Return challenger minus `other` on the chosen rows."""
    kept = np.ones(len(contest.label), dtype=bool) if rows is None else rows
    return paired_difference(
        contest.label[kept], contest.probabilities[CHALLENGER][kept], contest.probabilities[other][kept],
        contest.lead[kept], metric, weight=contest.weight[kept], capacity_share=contest.capacity_share,
        bootstrap=draws, confidence=confidence, seed=seed,
    )  # fmt: skip


def _against_champion(contest: Contest, draws: int, seed: int) -> Check:
    """Better in log-loss beyond noise; or not worse beyond noise, and better in precision at capacity."""
    loss = _difference(contest, CHAMPION, "log_loss", draws, seed)
    said = f"log-loss {_signed(loss)} against the champion"
    note = " (the champion has learned from these leads, which flatters it)" if contest.flattered else ""
    if loss.high < 0:
        return Check(CHAMPION, True, f"better than the champion: {said}{note}", *_parts(loss))
    if loss.low > 0:
        return Check(CHAMPION, False, f"worse than the champion: {said}{note}", *_parts(loss))
    top = _difference(contest, CHAMPION, "precision_at_capacity", draws, seed, confidence=SURE)
    found = f"{said}, precision at capacity {_signed(top)}{note}"
    if top.low > 0:
        return Check(CHAMPION, True, f"more winners among the leads sales can call: {found}", *_parts(top))
    return Check(CHAMPION, False, f"not better than the champion beyond noise: {found}", *_parts(loss))


def _against_recalibrated(contest: Contest, draws: int, seed: int) -> Check:
    """Better beyond noise than what is cheaper: the champion with a new calibration."""
    loss = _difference(contest, RECALIBRATED, "log_loss", draws, seed)
    said = f"log-loss {_signed(loss)} against the champion with a new calibration"
    if loss.high < 0:
        return Check(RECALIBRATED, True, f"better than recalibrating: {said}", *_parts(loss))
    top = _difference(contest, RECALIBRATED, "precision_at_capacity", draws, seed, confidence=SURE)
    found = f"{said}, precision at capacity {_signed(top)}"
    if loss.low <= 0 and top.low > 0:
        return Check(RECALIBRATED, True, f"more winners than recalibrating finds: {found}", *_parts(top))
    text = f"not better beyond noise than what `qualify recalibrate` gives: {found}"
    return Check(RECALIBRATED, False, text, *_parts(loss))


def _segments(contest: Contest, draws: int, seed: int) -> Iterator[Check]:
    """Yield one check a segment that is worse beyond noise and margin; one that passes where none is."""
    judged = 0
    failed = False
    for name, rows in judged_segments(contest):
        judged += 1
        loss = _difference(contest, CHAMPION, "log_loss", draws, seed, rows=rows)
        own = row_log_loss(contest.label[rows], contest.probabilities[CHAMPION][rows])
        allowed = SEGMENT_MARGIN * float(np.average(own, weights=contest.weight[rows]))
        if loss.low > 0 and loss.value > allowed:
            failed = True
            text = f"worse for {name}: log-loss {_signed(loss)}, allowed {allowed:.4f}"
            yield Check("segment", False, text, *_parts(loss))
    if not failed:
        yield Check("segment", True, f"none of {judged} segments is worse than its margin beyond noise")


def judged_segments(contest: Contest) -> Iterator[tuple[str, BoolArray]]:
    """Yield the segments large enough to be judged alone, and their rows."""
    for name, values in contest.segments.items():
        for value in sorted({each for each in values.tolist() if each is not None}):
            rows: BoolArray = values == value
            won = np.unique(contest.lead[rows & (contest.label == 1)]).size
            leads = np.unique(contest.lead[rows]).size
            if told_alone(won, leads):
                yield f"{name} = {value}", rows


def told_alone(won: int, leads: int) -> bool:
    """Say whether a segment with so many leads, and so many of them won, can be judged alone."""
    return leads >= SEGMENT_LEADS and sees(won, leads - won)


def _calibration(contest: Contest, draws: int, seed: int) -> Check:
    """Check the calibration error on the latest rows; with too few outcomes there, on all."""
    rows = recent(contest)
    label, weight = contest.label[rows], contest.weight[rows]
    error = compute_metrics(
        label, contest.probabilities[CHALLENGER][rows], weight=weight, lead=contest.lead[rows],
        bootstrap=draws, seed=seed, names=("ece",),
    )["ece"]  # fmt: skip
    rate = float(np.average(label, weights=weight))
    allowed = CALIBRATION_MARGIN * min(rate, 1.0 - rate)
    passed = not error.low > allowed
    text = (
        f"calibration error on the latest {int(rows.sum())} rows {error.value:.4f} "
        f"({error.low:.4f} to {error.high:.4f}), allowed {allowed:.4f} beyond noise"
    )
    return Check("calibration", passed, text, *_parts(error))


def recent(contest: Contest) -> BoolArray:
    """Return the latest `RECENT_SHARE` of the rows, or all where those hold too few outcomes."""
    latest: BoolArray = contest.time >= np.quantile(contest.time, 1.0 - RECENT_SHARE)
    won = int(contest.label[latest].sum())
    return latest if sees(won, int(latest.sum()) - won) else np.ones_like(latest)


def _parts(metric: Metric) -> tuple[float | None, ...]:
    found = metric.as_dict()
    return found["value"], found["low"], found["high"]


def _signed(metric: Metric) -> str:
    return f"{metric.value:+.4f} ({metric.low:+.4f} to {metric.high:+.4f})"
