"""Rules and model beside each other: where they agree, where they differ, and who was right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qualify.decide.disagreement import DISAGREEMENTS
from qualify.decide.figure import Figure, share_of
from qualify.errors import QualifyError
from qualify.leads.tables import BoolArray, IntArray

__all__ = ["Agreement", "AgreementCell", "DifferingLead", "compute_agreement"]

BANDS = ("A", "B", "C", "D")
MOST_LEADS = 500
_NEEDED = ("lead_id", "band", "rule_band", "probability", "rule_points", "disagreement")


@dataclass(frozen=True, slots=True)
class AgreementCell:
    """Leads with one band of the model and one of the rules.

    Parameters
    ----------
    probability
        Mean of the leads; None where there are none.
    outcome
        Share that reached the target, of those whose outcome is known.
    """

    band: str
    rule_band: str
    leads: int
    probability: float | None
    outcome: Figure


@dataclass(frozen=True, slots=True)
class DifferingLead:
    """A lead on which the bands differ by two or more; `reached` is None while its outcome is not known."""

    lead_id: str
    disagreement: str
    probability: float
    band: str
    rule_points: float
    rule_band: str
    reached: bool | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The comparison.

    Parameters
    ----------
    cells
        All 16 pairs of bands, by the model's band and then the rules'.
    outcomes
        By ``none``, ``model_higher`` and ``rules_higher``: the share that reached the target, of those whose
        outcome is known. The model was right where ``model_higher`` leads do better than
        ``rules_higher`` ones.
    differing
        At most `MOST_LEADS`: known outcomes first, then by the distance of probability and points.
    same_band
        Share of leads with the same band from both; None where there are no leads.
    """

    cells: tuple[AgreementCell, ...]
    outcomes: dict[str, Figure]
    differing: tuple[DifferingLead, ...]
    leads: int
    same_band: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return everything for JSON."""
        return asdict(self)


def compute_agreement(scores: pa.Table, outcomes: Mapping[str, bool] | None = None) -> Agreement:
    """Compare the bands of model and rules.

    Parameters
    ----------
    scores
        Columns of ``qualify score``, one row a lead: ``lead_id``, ``band``, ``rule_band``, ``probability``,
        ``rule_points``, ``disagreement``.
    outcomes
        By lead id, whether the target was reached; a lead that is not in it is not decided yet, and counts
        for neither side.

    Raises
    ------
    QualifyError
        A column is missing.
    """
    missing = [name for name in _NEEDED if name not in scores.column_names]
    if missing:
        raise QualifyError(f"the scores lack the columns {missing}; expected {list(_NEEDED)}")
    ids = scores["lead_id"].to_pylist()
    known = outcomes or {}
    reached = np.array([int(known.get(lead, -1)) for lead in ids], dtype=np.int64)
    model, rules = _codes(scores, "band", BANDS), _codes(scores, "rule_band", BANDS)
    probability = scores["probability"].to_numpy()
    code = _codes(scores, "disagreement", DISAGREEMENTS)
    cells = tuple(
        _cell((model == i) & (rules == j), BANDS[i], BANDS[j], probability, reached)
        for i in range(len(BANDS))
        for j in range(len(BANDS))
    )
    return Agreement(
        cells=cells,
        outcomes={name: _share(name, reached[code == k]) for k, name in enumerate(DISAGREEMENTS)},
        differing=_differing(scores, code, model, rules, reached),
        leads=len(ids),
        same_band=float(np.mean(model == rules)) if ids else None,
    )


def _codes(scores: pa.Table, name: str, names: tuple[str, ...]) -> IntArray:
    given = np.asarray(scores[name].to_pylist(), dtype=object)
    return np.select([given == each for each in names], list(range(len(names))), -1).astype(np.int64)


def _cell(
    kept: BoolArray, band: str, rule_band: str, probability: NDArray[np.float64], reached: IntArray
) -> AgreementCell:
    leads = int(np.count_nonzero(kept))
    mean = float(probability[kept].mean()) if leads else None
    return AgreementCell(band, rule_band, leads, mean, _share(f"{band}{rule_band}", reached[kept]))


def _share(key: str, reached: IntArray) -> Figure:
    decided = reached >= 0
    open_leads = int(np.count_nonzero(~decided))
    return share_of(key, int(reached[decided].sum()), int(decided.sum()), None, immature=open_leads)


def _differing(
    scores: pa.Table, code: IntArray, model: IntArray, rules: IntArray, reached: IntArray
) -> tuple[DifferingLead, ...]:
    rows = np.flatnonzero(code > 0)
    apart = np.abs(model[rows] - rules[rows])
    rows = rows[np.lexsort((rows, -apart, reached[rows] < 0))][:MOST_LEADS]
    told = scores.select(list(_NEEDED)).take(pa.array(rows)).to_pylist()
    return tuple(
        DifferingLead(**each, reached=None if reached[row] < 0 else bool(reached[row]))
        for row, each in zip(rows.tolist(), told, strict=True)
    )
