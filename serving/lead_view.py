"""One lead as people see it: score, reasons, rule card and time line gathered from the scorer."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from qualify.errors import UserError, did_you_mean
from qualify.explain.cause_words import say_cause
from qualify.explain.explanation import CardLine, Event, Explanation
from qualify.explain.past import with_evidence
from qualify.explain.reasons import Reason
from qualify.explain.words import Phrasebook, phrasebook
from qualify.features.frame import field_values
from qualify.leads.tables import IntArray, LeadTables
from qualify.rules import card_lines, find_cause
from qualify.scorer import Explained, Scorer
from serving.lead_changes import suggest_changes

REASONS = 8
EVENTS = 200


_MENDS = {
    "not_yet_created": "take a time of scoring after that, or correct the creation date",
    "no_creation_date": "fill in the creation date, or name the time of scoring",
}
"""What helps a lead that cannot be scored, by the code of its reject."""


def find_lead(tables: LeadTables, lead_id: str) -> int:
    """Return the position of a lead.

    Raises
    ------
    UserError
        No lead has that id.
    """
    found = np.flatnonzero(tables.lead_id == lead_id.strip())
    if len(found) == 0:
        raise UserError(
            "no lead has this id", where="the leads table", got=lead_id,
            mend=did_you_mean(lead_id, [str(i) for i in tables.lead_id[:20_000]]) or "check the id",
        )  # fmt: skip
    return int(found[0])


_AS_SCORED = (
    "lead_id", "as_of", "probability", "probability_low", "probability_high", "score", "band", "fit",
    "engagement", "base_value", "rule_points", "rule_band", "recommended_stage", "disagreement",
    "model_version", "scorecard_version",
)  # fmt: skip
"""What an explanation repeats of the row of `qualify score`."""


def explain_lead(
    scorer: Scorer, tables: LeadTables, row: int, as_of: IntArray, language: str, *, what_if: bool = True
) -> Explanation:
    """Gather everything that is told about one lead.

    Parameters
    ----------
    row
        Position of the lead.
    as_of
        Microseconds, shape (leads,).
    what_if
        Whether to look for what would lift the lead a band, which takes up to some hundred scores.
    """
    book = phrasebook(language).with_card(scorer.scorecard)
    chosen, moment = np.array([row]), as_of[row : row + 1]
    table, late = scorer.score_rows(tables, chosen, moment, reasons=REASONS, language=language)
    if len(late):
        first = late.frame.iloc[0]
        raise UserError("this lead cannot be scored", where=f"lead {first['lead_id']}", got=first["message"],
                        mend=_MENDS[first["code"]])  # fmt: skip
    scored = table.to_pylist()[0]
    explained = scorer.explain_rows(tables, chosen, moment)
    target, closed = scorer.parts.schema.targets[0], _closed(scorer, explained)
    changes = what_if and not closed
    return Explanation(
        **{name: scored[name] for name in _AS_SCORED},
        reasons=_reasons(scorer, explained, language),
        other=scored["other_contribution"],
        card=_card(scorer, explained, language),
        timeline=_timeline(tables, row, int(moment[0]), book),
        target=getattr(target.label, language) if target.label else target.stage or target.column,
        stage=_stage(explained),
        target_stage=target.stage,
        closed=closed,
        changes=suggest_changes(scorer, tables, row, int(moment[0]), language) if changes else None,
        cause=_cause(scorer, explained, book),
    )


def _cause(scorer: Scorer, explained: Explained, book: Phrasebook) -> tuple[str, ...]:
    """Say why the recommended stage of the one explained lead is recommended."""
    known = scorer.parts.plan.known_types or None
    return say_cause(find_cause(scorer.scorecard, explained.points, 0, known, _zone_read_in(scorer)), book)


def _zone_read_in(scorer: Scorer) -> str:
    """Return the zone in which dates of the tables were read; in another they may be a day off."""
    return scorer.parts.schema.data.timezone


def _closed(scorer: Scorer, explained: Explained) -> bool:
    """Say whether nothing follows after the stage of an explained lead."""
    return _stage(explained) in scorer.parts.schema.closed


def _reasons(scorer: Scorer, explained: Explained, language: str) -> tuple[Reason, ...]:
    """Return the reasons, each with what became of past leads like this one."""
    book, row = phrasebook(language).with_card(scorer.scorecard), np.array([0])
    fields = {field.name: field for field in scorer.fields}
    return tuple(
        with_evidence(
            reason, scorer.parts.evidence, fields[reason.feature],
            field_values(explained.frame, reason.feature, row), book, scorer.parts.schema.targets[0].stage,
        )
        for reason in scorer.reasons_of(explained, REASONS, language).row(0)
    )  # fmt: skip


def _stage(explained: Explained) -> str | None:
    for feature in explained.frame.categorical:
        if feature.name == "stage:current":
            code = int(feature.shown[0])
            return feature.words[code] if code >= 0 else None
    return None


def _card(scorer: Scorer, explained: Explained, language: str) -> tuple[CardLine, ...]:
    lines = card_lines(scorer.scorecard, explained.points, 0, timezone=_zone_read_in(scorer))
    return tuple(
        CardLine(getattr(line.label, language), getattr(line.found, language), line.points) for line in lines
    )


def _timeline(tables: LeadTables, row: int, as_of: int, book: Phrasebook) -> tuple[Event, ...]:
    """Return what was known at the moment, newest first."""
    found: list[tuple[int, str]] = []
    acts = tables.activities
    for i in range(int(acts.offsets[row]), int(acts.offsets[row + 1])):
        if acts.known_at[i] <= as_of:
            topic = acts.topics[acts.topic[i]] if acts.topic[i] >= 0 else None
            found.append((int(acts.occurred_at[i]), book.event(acts.types[acts.type[i]], topic)))
    stages = tables.stages
    for i in range(int(stages.offsets[row]), int(stages.offsets[row + 1])):
        if stages.known_at[i] <= as_of:
            found.append((int(stages.entered_at[i]), book.stage_entered(stages.stages[stages.stage[i]])))
    found.sort(key=lambda pair: -pair[0])
    return tuple(Event(datetime.fromtimestamp(at / 1e6, UTC), text) for at, text in found[:EVENTS])
