"""The steps from where every lead starts to where this one ends, for any picture of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

from qualify.explain.explanation import Explanation
from qualify.explain.words import Phrasebook

StepKind = Literal["start", "raises", "lowers", "end"]


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a waterfall, from `begin` to `end` in log-odds; its start and its end have no length."""

    kind: StepKind
    label: str
    begin: float
    end: float

    @property
    def effect(self) -> float:
        """The length of the bar, with its sign."""
        return self.end - self.begin


def waterfall_steps(lead: Explanation, book: Phrasebook) -> tuple[Step, ...]:
    """Return the start, one step a reason, one for everything else, and the end."""
    labels = [book.fact(reason.text, reason.contribution) for reason in lead.reasons]
    labels.append(book.text("waterfall.other"))
    effects = [reason.contribution for reason in lead.reasons] + [lead.other]
    places = list(accumulate(effects, initial=lead.base_value))
    last = book.text("waterfall.end", probability=book.percent(lead.probability))
    return (
        Step("start", book.text("waterfall.start"), lead.base_value, lead.base_value),
        *(
            Step("raises" if end >= begin else "lowers", label, begin, end)
            for label, (begin, end) in zip(labels, pairwise(places), strict=True)
        ),
        Step("end", last, places[-1], places[-1]),
    )


def signed(effect: float) -> str:
    """Write a contribution with its sign and two decimals; one that rounds to nothing has no sign."""
    return f"{effect:+.2f}" if abs(effect) >= 0.005 else "0.00"
