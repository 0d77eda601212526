"""May the model be used? `model`, `rules` or `manual`, why, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from qualify.evaluate import Metric, paired_difference
from qualify.explain.catalogue import Catalogue
from training.judging import Judged
from training.plots.texts import report_texts
from training.power import USUAL_AUC, Needed, enough, fewest_leads, growth, sees

TOO_GOOD = 0.95
"""An AUC that lead data hardly ever allow: beyond noise above it, more likely a column knows the outcome."""
_LATER = 0.2
"""Share of the leads that judge, unless it is set otherwise."""


@dataclass(frozen=True)
class Verdict:
    """What to use, and why (sentences with figures); and how many outcomes would change it."""

    use: Literal["model", "rules", "manual"]
    reasons: tuple[str, ...]
    needed: Needed | None = None


@dataclass(frozen=True)
class _Size:
    """Later leads that judge, and how many of them have the outcome."""

    leads: int
    positives: int

    @property
    def rarer(self) -> int:
        """Leads with the rarer outcome."""
        return min(self.positives, self.leads - self.positives)

    def needed(self, question: str, factor: float | None) -> Needed:
        """Return the need where the outcomes have to grow by a factor."""
        if factor is None:
            return Needed(question, self.rarer, None, None)
        leads = int(np.ceil(self.leads * factor / _LATER / 100) * 100)
        return Needed(question, self.rarer, int(np.ceil(self.rarer * factor)), leads)


def decide(judged: Judged, language: str = "en") -> Verdict:
    """Judge by the later leads only; the reasons are written in `language`.

    The model is used when it ranks better than chance beyond noise (its AUC's 95 % interval lies above 0.5),
    its log-loss is not worse than the rules' beyond noise, and there are outcomes enough to believe it
    (`training.power.enough`). Where the model has no skill, the rules are used if they have; otherwise people
    should look at the leads.
    """
    texts = report_texts(language)
    size = _Size(len(np.unique(judged.lead)), int(np.unique(judged.lead[judged.label == 1]).size))
    said = _said("model", judged, texts)
    if not enough(size.positives, size.leads - size.positives, judged.metrics["model"]["auc"]):
        few, needed = _too_few(size, texts)
        return Verdict("manual", (said, few), needed)
    if not _skilled("model", judged):
        needed = size.needed("skill", growth(judged.metrics["model"]["auc"], nothing=0.5))
        told = (said, _said("rules", judged, texts), _told("skill", needed, texts))
        return Verdict("rules" if _skilled("rules", judged) else "manual", told, needed)
    against = _against(judged)
    figures = {name: f"{getattr(against, name):.4f}" for name in ("value", "low", "high")}
    reason, needed = _lead(against, size, texts)
    reasons = (
        said, *_too_good(judged, texts), *_few_but_clear(size, texts), texts.say("reason.against", **figures),
        reason,
    )  # fmt: skip
    return Verdict("model" if against.high > 0 else "rules", reasons, needed)


def _few_but_clear(size: _Size, texts: Catalogue) -> list[str]:
    if sees(size.positives, size.leads - size.positives):
        return []
    return [texts.say("reason.few.clear", positives=size.positives, leads=size.leads)]


def _too_good(judged: Judged, texts: Catalogue) -> list[str]:
    auc = judged.metrics["model"]["auc"]
    return [texts.say("reason.too_good", value=f"{auc.value:.3f}")] if auc.low > TOO_GOOD else []


def _against(judged: Judged) -> Metric:
    """Return the rules' log-loss less the model's."""
    rules, model = judged.probabilities["rules"], judged.probabilities["model"]
    return paired_difference(judged.label, rules, model, judged.lead, weight=judged.weight)


def _lead(against: Metric, size: _Size, texts: Catalogue) -> tuple[str, Needed]:
    """Say how many outcomes would show, or hide, who leads."""
    needed = size.needed("lead", growth(against))
    if against.low > 0:
        kept = str(min(needed.outcomes_needed or size.rarer, size.rarer))
        return texts.say("reason.need.kept", outcomes=kept, now=size.rarer), needed
    if against.high <= 0:
        return texts.say("reason.need.loss", gap=f"{-against.high:.4f}"), size.needed("lead", None)
    return _told("lead", needed, texts), needed


def _told(question: str, needed: Needed, texts: Catalogue) -> str:
    if needed.outcomes_needed is None:
        return texts.say(f"reason.need.{question}.never")
    return texts.say(
        f"reason.need.{question}", outcomes=needed.outcomes_needed, now=needed.outcomes_now,
        leads=needed.leads_needed,
    )  # fmt: skip


def _too_few(size: _Size, texts: Catalogue) -> tuple[str, Needed]:
    """Say how many leads would tell a usual model from chance, at the present rate."""
    rate = max(size.rarer, 1) / max(size.leads, 1)
    leads = fewest_leads(min(rate, 0.5))
    needed = Needed("see", size.rarer, int(np.ceil(leads * rate)), int(np.ceil(leads / _LATER / 100) * 100))
    reason = texts.say(
        "reason.few", positives=size.positives, leads=size.leads, least=needed.outcomes_needed,
        auc=f"{USUAL_AUC:.2f}", needed=needed.leads_needed,
    )  # fmt: skip
    return reason, needed


def _skilled(name: str, judged: Judged) -> bool:
    return judged.metrics[name]["auc"].low > 0.5


def _said(name: str, judged: Judged, texts: Catalogue) -> str:
    auc = judged.metrics[name]["auc"]
    figures = {part: f"{getattr(auc, part):.3f}" for part in ("value", "low", "high")}
    return texts.say(f"reason.{name}.{'skill' if _skilled(name, judged) else 'noise'}", **figures)


def as_mapping(verdict: Verdict) -> Mapping[str, object]:
    """Return the verdict for JSON."""
    needed = None if verdict.needed is None else asdict(verdict.needed)
    return {"verdict": verdict.use, "reasons": list(verdict.reasons), "needed": needed}
