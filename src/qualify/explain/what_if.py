"""What would have to be so for the next band: the smallest plausible edits, scored like any lead.

Only what the team can bring about is tried: one activity of a kind it can cause, as of the moment of the
score, and values of columns that the configuration calls actionable, as seen among past leads. Everything
else about the lead stays. The answer is an association in the past, not a promise: the texts say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from qualify.config import ColumnSpec
from qualify.explain.words import Phrasebook
from qualify.features.plan import ColumnPlan, FeaturePlan
from qualify.leads.tables import FloatArray, LeadTables
from qualify.leads.variants import add_activity, stack, with_value
from qualify.model.evidence import Evidence
from qualify.model.parts import BANDS, Bands

CAUSABLE = (
    "webinar_attended", "webinar_registered", "call_booked", "followup_reply", "demo_request", "trial_signup",
    "document_download",
)  # fmt: skip
"""Activities that an invitation, a call or a mail of the team can bring about."""

MOST_CHANGES = 3
MOST_VALUES = 12
MOST_PAIRS = 400

Chance = Callable[[LeadTables], FloatArray]
"""From variants of the lead to their probabilities."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that would be otherwise: an activity today, or another value of a column."""

    kind: str
    subject: str
    value: str | float | None
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One or two edits, and where they would take the lead.

    Parameters
    ----------
    text
        All of it in words.
    """

    edits: tuple[Edit, ...]
    probability: float
    band: str
    text: str


def plausible_edits(
    lead: LeadTables,
    plan: FeaturePlan,
    columns: Mapping[str, ColumnSpec],
    evidence: Evidence | None,
    book: Phrasebook,
) -> list[Edit]:
    """Return what the team could bring about with this lead.

    Parameters
    ----------
    plan, columns, evidence
        Of the bundle: the activities and values that past leads had, and which columns are actionable.
    """
    edits = [
        Edit("activity", kind, None, book.text("what_if.activity", event=book.event(kind)))
        for kind in CAUSABLE
        if kind in plan.activity_types
    ]
    labels = {field.name: book.label(field) for field in plan.fields}
    for column in plan.columns:
        if columns[column.name].actionable and column.name in lead.columns:
            label = labels[f"column:{column.name}"]
            edits += _column_edits(lead, column, label, evidence, book)
    return edits


def smallest_changes(
    lead: LeadTables, at: int, edits: Sequence[Edit], bands: Bands, chance: Chance, book: Phrasebook
) -> tuple[Change, ...]:
    """Return the changes that lift a lead by a band: single edits, or pairs where no single one suffices.

    Parameters
    ----------
    lead
        The lead alone.
    at
        The moment of the score, microseconds.
    edits
        Of `plausible_edits`.

    Returns
    -------
    tuple of Change
        At most `MOST_CHANGES`, the highest probability first; empty in the highest band.
    """
    if not edits:
        return ()
    singles = [(edit,) for edit in edits]
    variants = [_edited(lead, each, at) for each in singles]
    chances = chance(stack([lead, *variants]))
    start = int(bands.codes(chances[:1])[0])
    found = _lifted(singles, chances[1:], start, bands, book)
    if found or start == 0:
        return found if start else ()
    # The strongest single edits first, so that a limit on the number of pairs loses the weakest.
    order = np.argsort(-chances[1:], kind="stable").tolist()
    pairs = [(edits[i], edits[j]) for i, j in combinations(order, 2) if edits[i].subject != edits[j].subject][
        :MOST_PAIRS
    ]
    if not pairs:
        return ()
    chances = chance(stack([_edited(lead, pair, at) for pair in pairs]))
    return _lifted(pairs, chances, start, bands, book)


def _lifted(
    tried: Sequence[tuple[Edit, ...]], chances: FloatArray, start: int, bands: Bands, book: Phrasebook
) -> tuple[Change, ...]:
    """Return those that reach a higher band, best first; of several values of one thing the best."""
    reached = bands.codes(chances)
    seen: set[tuple[str, ...]] = set()
    found: list[Change] = []
    for place in np.argsort(-chances, kind="stable").tolist():
        about = tuple(sorted(edit.subject for edit in tried[place]))
        if reached[place] >= start or about in seen or len(found) == MOST_CHANGES:
            continue
        seen.add(about)
        found.append(_change(tried[place], float(chances[place]), BANDS[reached[place]], book))
    return tuple(found)


def _change(edits: tuple[Edit, ...], chance: float, band: str, book: Phrasebook) -> Change:
    together = book.text("what_if.and").join(edit.text for edit in edits)
    text = book.text("what_if.line", edits=together, probability=book.percent(chance), band=band)
    return Change(edits, chance, band, text)


def _edited(lead: LeadTables, edits: Sequence[Edit], at: int) -> LeadTables:
    for edit in edits:
        if edit.value is None:
            lead = add_activity(lead, edit.subject, at)
        else:
            lead = with_value(lead, edit.subject, edit.value)
    return lead


def _column_edits(
    lead: LeadTables, column: ColumnPlan, label: str, evidence: Evidence | None, book: Phrasebook
) -> Iterator[Edit]:
    """Yield the values that past leads had; texts, dates, titles and addresses are not made up."""
    now = lead.columns[column.name].values[0]
    if column.type == "category":
        words = lead.columns[column.name].vocabulary
        current = words[int(now)] if now >= 0 else None
        values: list[str | float] = [v for v in _words_seen(column, evidence) if v != current]
    elif column.type == "number":
        values = [v for v in _numbers_seen(column, evidence) if v != now]
    elif column.type == "boolean":
        values = [v for v in (0.0, 1.0) if v != now]
    else:
        values = []
    for value in values[:MOST_VALUES]:
        said = _said(value, column, book)
        yield Edit("column", column.name, value, book.text("what_if.column", label=label, value=said))


def _words_seen(column: ColumnPlan, evidence: Evidence | None) -> list[str]:
    """Return the values of enough past leads, most frequent first; all values where nobody counted."""
    found = evidence.fields.get(f"column:{column.name}") if evidence is not None else None
    if found is None:
        return list(column.vocabulary)
    return sorted((key for key in found.groups if key), key=lambda key: -found.groups[key].leads)


def _numbers_seen(column: ColumnPlan, evidence: Evidence | None) -> list[float]:
    found = evidence.fields.get(f"column:{column.name}") if evidence is not None else None
    return list(found.edges) if found is not None else []


def _said(value: str | float, column: ColumnPlan, book: Phrasebook) -> str:
    if isinstance(value, str):
        return book.clean(value)
    if column.type == "boolean":
        return book.text("boolean.yes" if value else "boolean.no")
    return book.number(value)
