"""Rules beside model: cells, outcomes and the leads that differ."""

from __future__ import annotations

import pyarrow as pa
import pytest

from qualify.decide.agreement import compute_agreement
from qualify.errors import QualifyError

ROWS = [
    ("a", "A", "A", 0.8, 110.0, "none"),
    ("b", "A", "C", 0.7, 35.0, "model_higher"),
    ("c", "D", "A", 0.1, 120.0, "rules_higher"),
    ("d", "A", "D", 0.6, 5.0, "model_higher"),
    ("e", "B", "A", 0.4, 101.0, "none"),
]


def scores(rows: list[tuple] = ROWS) -> pa.Table:
    names = ("lead_id", "band", "rule_band", "probability", "rule_points", "disagreement")
    return pa.table({name: [row[k] for row in rows] for k, name in enumerate(names)})


def test_cells_hold_every_lead_once() -> None:
    found = compute_agreement(scores())
    assert sum(cell.leads for cell in found.cells) == found.leads == 5
    assert len(found.cells) == 16
    assert found.same_band == pytest.approx(0.2)
    (cell,) = [cell for cell in found.cells if (cell.band, cell.rule_band) == ("A", "C")]
    assert (cell.leads, cell.probability, cell.outcome.value) == (1, 0.7, None)


def test_an_open_lead_counts_for_neither_side() -> None:
    found = compute_agreement(scores(), {"b": True, "c": False})
    higher = found.outcomes["model_higher"]
    assert (higher.numerator, higher.denominator, higher.immature) == (1, 1, 1)
    assert found.outcomes["rules_higher"].value == 0.0
    assert found.outcomes["none"].value is None


def test_differing_leads_known_outcomes_first_then_the_farthest() -> None:
    found = compute_agreement(scores(), {"b": True})
    assert [(lead.lead_id, lead.reached) for lead in found.differing] == [
        ("b", True),
        ("c", None),
        ("d", None),
    ]
    assert found.to_dict()["differing"][0]["rule_points"] == 35.0


def test_a_differing_lead_that_did_not_get_there_is_told_apart_from_an_open_one() -> None:
    found = compute_agreement(scores(), {"b": True, "c": False})
    assert {lead.lead_id: lead.reached for lead in found.differing} == {"b": True, "c": False, "d": None}


def test_no_leads_and_missing_columns() -> None:
    assert compute_agreement(scores([]).cast(scores().schema)).same_band is None
    with pytest.raises(QualifyError, match="lack the columns"):
        compute_agreement(scores().drop_columns(["band"]))
