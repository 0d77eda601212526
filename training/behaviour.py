"""How a model has to behave whatever its figures are: deaf to what it must not hear, and true to its word.

Real leads are changed in one thing and scored anew, by the path that every score takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from qualify.config import Config
from qualify.leads.documents import tables_from_documents
from qualify.leads.tables import Column, FloatArray, IntArray, LeadTables
from qualify.leads.typed import NOT_ATTRIBUTES
from qualify.scorer import Scorer
from training.cut import take_leads
from training.decision import Check
from training.parity import document_of

__all__ = ["EXACT", "Behaviour", "Slope", "behaviour_checks", "left_out", "measure_behaviour"]

EXACT = 1e-9
"""Largest change of a probability that counts as none."""
LEADS = 24
"""Leads that are changed in what must not count."""
SLOPE_LEADS = 64
"""Leads at which a declared column is moved."""
QUANTILES = 21
"""Observed values that it is moved over."""

PEOPLE = ("first_name", "last_name", "full_name", "owner", "lead_owner", "氏名", "担当者")
"""Columns of persons that a table may bring, and that no model is to use unless it is configured to."""
UNKNOWN = "a column that nobody has configured"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slope:
    """A number column declared to rise or to fall, and what the probability does.

    Parameters
    ----------
    against
        The largest step of a probability the wrong way, between neighbouring values; 0: none.
    values
        Over how many observed values the column was moved.
    """

    column: str
    declared: Literal["rising", "falling"]
    against: float
    leads: int
    values: int


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What was found out by changing leads.

    Parameters
    ----------
    moved
        By what was changed: the largest change of a probability; NaN where a lead could not be scored then.
    slopes
        One for each declared column.
    """

    leads: int
    moved: Mapping[str, float]
    slopes: tuple[Slope, ...] = ()


def behaviour_checks(found: Behaviour) -> Iterator[Check]:
    """Yield a check of what must not count, and one for each declared column."""
    known = [by for by in found.moved.values() if np.isfinite(by)]
    faults = [_moved_by(what, by) for what, by in found.moved.items() if not by <= EXACT]
    if faults:
        told = f"what must not count moves the probability: {'; '.join(faults)} ({found.leads} leads)"
    else:
        told = f"{', '.join(found.moved)}: changed in {found.leads} leads, they move no probability"
    yield Check("noise", not faults, told, max(known, default=0.0))
    for each in found.slopes:
        way = ("rises", "falls") if each.declared == "rising" else ("falls", "rises")
        held = each.against <= EXACT
        told = f"as {each.column} rises the probability never {way[1]}"
        if not held:
            told = (
                f"{each.column} is declared {each.declared}, and as it rises the probability {way[1]} "
                f"by up to {each.against:.1e}"
            )
        text = f"{told} ({each.leads} leads, {each.values} values each)"
        yield Check("monotone", held, text, each.against)


def _moved_by(what: str, by: float) -> str:
    return (
        f"{what} by up to {by:.1e}" if np.isfinite(by) else f"{what}, with which a lead could not be scored"
    )


def measure_behaviour(
    scorer: Scorer, tables: LeadTables, lead: IntArray, as_of: IntArray, names: Sequence[str], *, seed: int
) -> Behaviour:
    """Change a draw of leads in one thing after the other, and score them.

    Parameters
    ----------
    scorer
        Made from the bundle as it will be stored.
    lead, as_of
        Position and moment of the rows to draw from; a lead is drawn once.
    names
        Columns that the model must not use (see `left_out`).
    """
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(len(lead))
    drawn = shuffled[np.unique(lead[shuffled], return_index=True)[1]]
    drawn = rng.permutation(drawn)[:SLOPE_LEADS]
    few = drawn[:LEADS]
    moved = _moved(scorer, tables, lead[few], as_of[few], names, rng)
    slopes = tuple(_slopes(scorer, tables, lead[drawn], as_of[drawn], lead))
    return Behaviour(len(few), moved, slopes)


def left_out(config: Config, scorer: Scorer) -> list[str]:
    """Return the configured columns that the model must not use: ids, labels and what is excluded."""
    labels = [target.column for target in config.targets if target.column is not None]
    named = [*config.columns, *config.exclude, *labels, *PEOPLE]
    return sorted(set(named) - set(scorer.parts.schema.columns) - NOT_ATTRIBUTES)


def _moved(
    scorer: Scorer,
    tables: LeadTables,
    rows: IntArray,
    as_of: IntArray,
    names: Sequence[str],
    rng: np.random.Generator,
) -> Mapping[str, float]:
    """Return how far each change of what must not count moves the probability of any lead."""
    columns = scorer.parts.schema.columns
    given = [document_of(tables, int(row), columns) for row in rows]
    before = _probability(scorer, given, as_of)
    numbers = rng.integers(0, 10**9, size=len(given)).tolist()
    renamed = [
        {**each, "lead_id": f"id-{k}-{n}"} for k, (each, n) in enumerate(zip(given, numbers, strict=True))
    ]
    order = rng.permutation(len(given))
    turned = np.empty(len(given))
    turned[order] = _probability(scorer, [given[k] for k in order], as_of[order])
    after = {
        "the lead's id": _probability(scorer, renamed, as_of),
        "columns that are left out, and persons' names": _probability(
            scorer, [_with(each, names, n) for each, n in zip(given, numbers, strict=True)], as_of
        ),
        "an unknown column": _probability(
            scorer, [_with(each, (UNKNOWN,), n) for each, n in zip(given, numbers, strict=True)], as_of
        ),
        "the order of rows": turned,
    }
    return {what: float(np.abs(p - before).max(initial=0.0)) for what, p in after.items()}


def _with(document: Document, names: Sequence[str], number: int) -> Document:
    """Return the document with an arbitrary value in each of the named columns."""
    added = {name: f"{name} {number}" if k % 2 else float(number) for k, name in enumerate(names)}
    return {**document, "attributes": {**document["attributes"], **added}}


def _probability(scorer: Scorer, documents: Sequence[Document], as_of: IntArray) -> FloatArray:
    """Return the probability of each document; NaN where it could not be read."""
    schema = scorer.parts.schema
    read, _ = tables_from_documents(documents, schema.data, schema.columns)
    found = np.full(len(documents), np.nan)
    rows = read.source_row
    told = scorer.explain_rows(read, np.arange(len(read)), as_of[rows])
    found[rows] = told.prediction.probability
    return found


def _slopes(
    scorer: Scorer, tables: LeadTables, rows: IntArray, as_of: IntArray, observed: IntArray
) -> Iterator[Slope]:
    """Move each declared column over its observed quantiles; everything else of the leads stays."""
    order = np.argsort(rows)
    rows, as_of = rows[order], as_of[order]
    for name, spec in scorer.parts.schema.columns.items():
        if spec.monotone is None:
            continue
        values = tables.columns[name].values[observed].astype(np.float64)
        known = values[np.isfinite(values)]
        grid = np.unique(np.quantile(known, np.linspace(0.0, 1.0, QUANTILES))) if len(known) else known
        told = _at_each(scorer, take_leads(tables, rows), as_of, name, grid)
        steps = np.diff(told, axis=0) * (1.0 if spec.monotone == "rising" else -1.0)
        yield Slope(name, spec.monotone, float(-steps.min(initial=0.0)), len(rows), len(grid))


def _at_each(scorer: Scorer, tables: LeadTables, as_of: IntArray, name: str, grid: FloatArray) -> FloatArray:
    """Return the probabilities with one column set to each value, shape (values, leads)."""
    found = np.empty((len(grid), len(tables)))
    for k, value in enumerate(grid):
        columns = {**tables.columns, name: Column("number", np.full(len(tables), value))}
        told = scorer.explain_rows(replace(tables, columns=columns), np.arange(len(tables)), as_of)
        found[k] = told.prediction.probability
    return found
