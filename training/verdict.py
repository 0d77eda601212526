"""May the model be used? `model`, `rules` or `manual`, with the figures behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from qualify.evaluate import paired_difference
from training.pipeline import Judged

FEWEST_POSITIVES = 20


@dataclass(frozen=True)
class Verdict:
    """What to use, and why (sentences with figures)."""

    use: Literal["model", "rules", "manual"]
    reasons: tuple[str, ...]


def decide(judged: Judged) -> Verdict:
    """Judge by the later leads only.

    The model is used when it ranks better than chance beyond noise (its AUC's 95 % interval lies above 0.5),
    its log-loss is better than the rules', and there are outcomes enough to see that. Where the model has no
    skill, the rules are used if they have; otherwise people should look at the leads themselves.
    """
    leads, positives = len(np.unique(judged.lead)), int(np.unique(judged.lead[judged.label == 1]).size)
    reasons = [_said("model", judged)]
    if min(positives, leads - positives) < FEWEST_POSITIVES:
        reasons.append(
            f"only {positives} positives among the {leads} later leads that judge it; "
            f"at least {FEWEST_POSITIVES} of both outcomes are needed to see a difference, that is about "
            f"{_needed(positives, leads)} leads in all at this rate"
        )
        return Verdict("manual", tuple(reasons))
    if not _skilled("model", judged):
        reasons.append(_said("rules", judged))
        return Verdict("rules" if _skilled("rules", judged) else "manual", tuple(reasons))
    against = paired_difference(
        judged.label,
        judged.probabilities["rules"],
        judged.probabilities["model"],
        judged.lead,
        weight=judged.weight,
    )
    reasons.append(
        f"log-loss of the rules less that of the model, on the same leads: {against.value:.4f} "
        f"(95 % interval {against.low:.4f} to {against.high:.4f})"
    )
    return Verdict("model" if against.value > 0 else "rules", tuple(reasons))


def _skilled(name: str, judged: Judged) -> bool:
    return judged.metrics[name]["auc"].low > 0.5


def _said(name: str, judged: Judged) -> str:
    auc = judged.metrics[name]["auc"]
    verb = "has" if name == "model" else "have"
    word = "skill beyond noise" if _skilled(name, judged) else "no skill beyond noise"
    return (
        f"the {name} {verb} {word} on later leads: AUC {auc.value:.3f} "
        f"(95 % interval {auc.low:.3f} to {auc.high:.3f}; 0.5 is chance)"
    )


def _needed(positives: int, leads: int) -> int:
    rate = min(max(positives, 1), max(leads - positives, 1)) / max(leads, 1)
    return int(np.ceil(FEWEST_POSITIVES / rate / 0.2 / 100) * 100)


def as_mapping(verdict: Verdict) -> Mapping[str, object]:
    """Return the verdict for JSON."""
    return {"verdict": verdict.use, "reasons": list(verdict.reasons)}
