"""May the model be used? `model`, `rules` or `manual`, with the figures behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from qualify.evaluate import has_skill, paired_difference
from training.pipeline import Judged

FEWEST_POSITIVES = 20


@dataclass(frozen=True)
class Verdict:
    """What to use, and why (sentences with figures)."""

    use: Literal["model", "rules", "manual"]
    reasons: tuple[str, ...]


def decide(judged: Judged) -> Verdict:
    """Judge by the later leads only.

    The model is used when its log-loss beats the best constant's beyond noise, its log-loss beats the rules', and
    there are outcomes enough to see that. Where the model has no skill, the rules are used if theirs is beyond
    noise; otherwise people should look at the leads themselves.
    """
    model = _skill(judged, "model")
    rules = _skill(judged, "rules")
    leads, positives = len(np.unique(judged.lead)), int(np.unique(judged.lead[judged.label == 1]).size)
    reasons = [_said("model", model)]
    if min(positives, leads - positives) < FEWEST_POSITIVES:
        reasons.append(
            f"only {positives} positives among the {leads} later leads that judge it; at least {FEWEST_POSITIVES} of "
            f"both outcomes are needed to see a difference, that is about "
            f"{_needed(positives, leads)} leads in all at this rate"
        )
        return Verdict("manual", tuple(reasons))
    if model.low <= 0:
        reasons.append(_said("rules", rules))
        return Verdict("rules" if rules.low > 0 else "manual", tuple(reasons))
    against = paired_difference(
        judged.label, judged.probabilities["rules"], judged.probabilities["model"], judged.lead
    )
    reasons.append(
        f"log-loss against the rules on the same leads: better by {against.value:.4f} "
        f"(95 % interval {against.low:.4f} to {against.high:.4f})"
    )
    return Verdict("model" if against.value > 0 else "rules", tuple(reasons))


def _skill(judged: Judged, name: str):  # type: ignore[no-untyped-def]
    return has_skill(judged.label, judged.probabilities[name], judged.lead).gain


def _said(name: str, gain) -> str:  # type: ignore[no-untyped-def]
    word = "skill beyond noise" if gain.low > 0 else "no skill beyond noise"
    return (
        f"the {name} {'has' if name == 'model' else 'have'} {word}: log-loss better than the plain base rate by "
        f"{gain.value:.4f} (95 % interval {gain.low:.4f} to {gain.high:.4f})"
    )


def _needed(positives: int, leads: int) -> int:
    rate = min(max(positives, 1), max(leads - positives, 1)) / max(leads, 1)
    return int(np.ceil(FEWEST_POSITIVES / rate / 0.2 / 100) * 100)


def as_mapping(verdict: Verdict) -> Mapping[str, object]:
    """Return the verdict for JSON."""
    return {"verdict": verdict.use, "reasons": list(verdict.reasons)}
