"""What a report is made from; the training pipeline fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qualify.evaluate import Metric
from qualify.explain.catalogue import Language
from qualify.leads.tables import FloatArray, IntArray
from training.population import Population
from training.segments import Segment
from training.selection import Selection

__all__ = [
    "AuditFinding",
    "Driver",
    "ExcludedColumn",
    "Finding",
    "JudgedRows",
    "Period",
    "PointPair",
    "ReportData",
]

_MOST_DRIVERS = 15


@dataclass(frozen=True)
class Period:
    """A part of the data: first and last day (empty where there are no dates), and how much it holds.

    `leads` and `positives` count leads, `rows` counts the moments at which they could have been scored.
    """

    begins: str
    ends: str
    leads: int
    rows: int
    positives: int


@dataclass(frozen=True)
class JudgedRows:
    """The later rows on which every scorer was judged.

    Parameters
    ----------
    label, weight, lead
        Shape (rows,).
    probabilities
        By scorer, shape (rows,): ``model``, and of ``rules``, ``bayes`` and ``linear`` those there are.
    metrics
        By scorer, then by figure: what `compute_metrics` gave.
    scores
        What a scorer ranks by, where that is not its probability: the points of ``rules``.
    """

    label: FloatArray
    weight: FloatArray
    lead: IntArray
    probabilities: Mapping[str, FloatArray]
    metrics: Mapping[str, Mapping[str, Metric]]
    scores: Mapping[str, FloatArray] = field(default_factory=dict)

    def ranked_by(self, name: str) -> FloatArray:
        """Return what a scorer ranks by."""
        return self.scores.get(name, self.probabilities[name])


@dataclass(frozen=True)
class Driver:
    """One field: how it moved each of the rows, which may be a sample.

    Parameters
    ----------
    label
        What the reader calls it.
    contribution
        Log-odds, shape (rows,); all columns of the field summed.
    values
        Numbers (float64, NaN: not given) or words (object, None: not given), shape (rows,).
    rule_points
        Points that the rules give each row for this field, shape (rows,).
    text
        A sentence to show in place of the one that is made from the arrays.
    """

    label: str
    contribution: FloatArray
    values: FloatArray | NDArray[np.object_]
    rule_points: FloatArray | None = None
    text: str = ""

    @property
    def strength(self) -> float:
        """Mean absolute contribution."""
        return float(np.abs(self.contribution).mean()) if len(self.contribution) else 0.0


@dataclass(frozen=True)
class PointPair:
    """Learned points beside the rules' points for one thing; NaN where one side has none."""

    label: str
    learned: float
    rules: float


@dataclass(frozen=True)
class ExcludedColumn:
    """A column that was not used: its name, a stable code, the evidence in words."""

    column: str
    code: str
    evidence: str


@dataclass(frozen=True)
class Finding:
    """One thing that changed since training: what, and how."""

    subject: str
    text: str


@dataclass(frozen=True)
class AuditFinding:
    """What a check of the training data found.

    Parameters
    ----------
    code, level
        Stable code; ``warning`` or ``note``.
    subject, what
        The column, stage or table, and what the code says.
    evidence
        A sentence with figures; empty in a report that is not in English.
    mend
        What to do about it; words in backticks are names of a setting.
    """

    code: str
    level: Literal["warning", "note"]
    subject: str
    what: str
    evidence: str
    mend: str


@dataclass(frozen=True)
class ReportData:
    """Everything that the report says.

    Parameters
    ----------
    name, version
        Of the registered model.
    written
        When the report was written, as text.
    target
        What is predicted, in words: "SQL within 60 days".
    verdict, reasons
        What to use, and why, in sentences.
    whole, earlier, later
        All rows; those that the judged model learned from; those that judged it.
    capacity_share
        Share of the leads that sales can call.
    drivers
        Fields, in any order; the report sorts them by strength.
    points, excluded, drift
        May be empty.
    limits
        Sentences beside those that hold for every model.
    versions
        Of model, scorecard, packages, data, by name.
    purpose
        A sentence in place of the usual one.
    refitted
        Whether the model in use was fitted again on all leads.
    selection
        Whose outcomes are known; None where leads are not picked by lot.
    population
        Which part of the leads has an outcome; None where nobody counted.
    findings
        Of the audit of the training data, warnings first; None where nobody looked.
    segments
        Figures by segment; `label` is what the reader calls the column.
    seed, bootstrap
        Seed and number of draws of the intervals that the report computes.
    """

    name: str
    version: str
    written: str
    target: str
    verdict: Literal["model", "rules", "manual"]
    reasons: tuple[str, ...]
    whole: Period
    earlier: Period
    later: Period
    judged: JudgedRows
    capacity_share: float
    drivers: tuple[Driver, ...] = ()
    points: tuple[PointPair, ...] = ()
    excluded: tuple[ExcludedColumn, ...] = ()
    drift: tuple[Finding, ...] = ()
    limits: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    purpose: str = ""
    refitted: bool = True
    language: Language = "en"
    seed: int = 0
    bootstrap: int = 400
    selection: Selection | None = None
    population: Population | None = None
    findings: tuple[AuditFinding, ...] | None = None
    segments: tuple[Segment, ...] = ()

    @property
    def strongest(self) -> tuple[Driver, ...]:
        """The drivers that are shown, strongest first."""
        return tuple(sorted(self.drivers, key=lambda driver: -driver.strength))[:_MOST_DRIVERS]
