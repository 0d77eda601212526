"""What became of past leads of which the same was so, beside a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from qualify.explain.reasons import PastLeads, Reason
from qualify.explain.words import Phrasebook
from qualify.features.fields import Field
from qualify.model.evidence import Evidence, Group

CLEAR_ERRORS = 2.0
"""Standard errors from which a share differs from that of all leads clearly enough to contradict a reason."""


def with_evidence(
    reason: Reason,
    evidence: Evidence | None,
    field: Field,
    values: Mapping[str, NDArray[Any]],
    book: Phrasebook,
    stage: str | None,
) -> Reason:
    """Return the reason with what became of past leads like this one, where the bundle knows enough of them.

    Parameters
    ----------
    field, values
        The field that the reason is about, and its values for one row.
    stage
        The target stage, None for a label column.
    """
    if evidence is None:
        return reason
    group = evidence.of(field, values)[0]
    if group is None:
        return reason
    everyone = evidence.everyone
    text = _text(group, everyone, reason.contribution, book, stage)
    return replace(reason, evidence=PastLeads(group.leads, group.rate, everyone.rate, text))


def _text(group: Group, everyone: Group, contribution: float, book: Phrasebook, stage: str | None) -> str:
    """Say the shares; where the share alone speaks the other way than the reason, say that too."""
    outcome = (
        book.text("past.reached", stage=book.stage_in_short(stage)) if stage else book.text("past.succeeded")
    )
    away = group.rate - everyone.rate
    error = (everyone.rate * (1 - everyone.rate) / group.leads) ** 0.5
    against = away * contribution < 0 and abs(away) > CLEAR_ERRORS * error
    return book.text(
        "past.against" if against else "past.plain",
        n=book.number(group.leads), rate=_share(group, book), all=book.percent(everyone.rate),
        outcome=outcome,
    )  # fmt: skip


def _share(group: Group, book: Phrasebook) -> str:
    """Say a counted share, of which none and all are plain facts, unlike with a probability."""
    if group.positives in (0, group.leads):
        return book.text("number.percent", n="0" if group.positives == 0 else "100")
    return book.percent(group.rate)
