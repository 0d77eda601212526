"""May the model be used? `model`, `rules` or `manual`, with the figures behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from qualify.evaluate import paired_difference
from qualify.explain.catalogue import Catalogue
from training.pipeline import Judged
from training.plots.texts import report_texts

FEWEST_POSITIVES = 20


@dataclass(frozen=True)
class Verdict:
    """What to use, and why (sentences with figures)."""

    use: Literal["model", "rules", "manual"]
    reasons: tuple[str, ...]


def decide(judged: Judged, language: str = "en") -> Verdict:
    """Judge by the later leads only; the reasons are written in `language`.

    The model is used when it ranks better than chance beyond noise (its AUC's 95 % interval lies above 0.5),
    its log-loss is not worse than the rules' beyond noise, and there are outcomes enough to see that. Where
    the model has no skill, the rules are used if they have; otherwise people should look at the leads.
    """
    leads, positives = len(np.unique(judged.lead)), int(np.unique(judged.lead[judged.label == 1]).size)
    texts = report_texts(language)
    reasons = [_said("model", judged, texts)]
    if min(positives, leads - positives) < FEWEST_POSITIVES:
        reasons.append(
            texts.say(
                "reason.few", positives=positives, leads=leads, least=FEWEST_POSITIVES,
                needed=_needed(positives, leads),
            )
        )  # fmt: skip
        return Verdict("manual", tuple(reasons))
    if not _skilled("model", judged):
        reasons.append(_said("rules", judged, texts))
        return Verdict("rules" if _skilled("rules", judged) else "manual", tuple(reasons))
    against = paired_difference(
        judged.label,
        judged.probabilities["rules"],
        judged.probabilities["model"],
        judged.lead,
        weight=judged.weight,
    )
    figures = {name: f"{getattr(against, name):.4f}" for name in ("value", "low", "high")}
    reasons.append(texts.say("reason.against", **figures))
    return Verdict("model" if against.high > 0 else "rules", tuple(reasons))


def _skilled(name: str, judged: Judged) -> bool:
    return judged.metrics[name]["auc"].low > 0.5


def _said(name: str, judged: Judged, texts: Catalogue) -> str:
    auc = judged.metrics[name]["auc"]
    figures = {part: f"{getattr(auc, part):.3f}" for part in ("value", "low", "high")}
    return texts.say(f"reason.{name}.{'skill' if _skilled(name, judged) else 'noise'}", **figures)


def _needed(positives: int, leads: int) -> int:
    rate = min(max(positives, 1), max(leads - positives, 1)) / max(leads, 1)
    return int(np.ceil(FEWEST_POSITIVES / rate / 0.2 / 100) * 100)


def as_mapping(verdict: Verdict) -> Mapping[str, object]:
    """Return the verdict for JSON."""
    return {"verdict": verdict.use, "reasons": list(verdict.reasons)}
