"""Labels in two languages."""

from __future__ import annotations

from qualify.rules.lint.finding import Finding
from qualify.rules.schema import Words
from qualify.rules.scorecard import Scorecard


def untranslated(card: Scorecard) -> list[Finding]:
    """K010: a label that is given in one language only."""
    labels = {"scorecard": card.label, **card.labels()}
    return [
        Finding("K010", place.removeprefix("rule:"), f"the label {label.en!r} has no `{language}`")
        for place, label in labels.items()
        if isinstance(label, Words)
        for language in sorted(label.untranslated)
    ]
