"""Score lists, as the batch job and the service make them, in the shape that a test wants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from qualify.explain.reasons import REASONS_TYPE
from qualify.ledger import QueueQuery

T0 = datetime(2026, 4, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REASON = {
    "feature": "activities:demo_request:30d",
    "label": "Demo requests",
    "value": "2",
    "contribution": 0.75,
    "text": "Asked for a demo twice in 30 days",
}
_PLAIN: Mapping[str, Any] = {
    "as_of": T0, "rank": 1, "probability": 0.5, "probability_low": 0.4, "probability_high": 0.6,
    "p_sql": 0.5, "p_win": 0.1, "score": 50, "band": "B", "fit": 0.25, "engagement": -0.5,
    "rule_points": 40.0, "rule_band": "B", "recommended_stage": "MQL", "disagreement": "none",
    "reasons": [REASON], "base_value": -1.5, "other_contribution": 0.125, "model_version": "1",
    "scorecard_version": "2026-04",
}  # fmt: skip
_BANDS = ["A", "B", "C", "D"]
_TYPES = {"as_of": pa.timestamp("us", tz="UTC"), "reasons": REASONS_TYPE}


def score_row(lead_id: str, **different: Any) -> dict[str, Any]:
    return {"lead_id": lead_id, **_PLAIN, **different}


def score_list(*rows: Mapping[str, Any]) -> pa.Table:
    """A list of such rows."""
    return pa.table({
        name: pa.array([row[name] for row in rows], _TYPES.get(name)) for name in rows[0]
    })  # fmt: skip


def scored(lead_id: str, **different: Any) -> pa.Table:
    """A list of one row."""
    return score_list(score_row(lead_id, **different))


def many(leads: int, *, seed: int = 0, as_of: datetime = T0, reasons: int = 3) -> pa.Table:
    """A list as of a nightly job over many leads."""
    random = np.random.default_rng(seed)
    probability = random.beta(0.6, 4, leads)
    order = np.argsort(-probability, kind="stable")
    band = np.digitize(np.argsort(order) / leads, [0.1, 0.3, 0.6])
    told = [{**REASON, "contribution": float(c)} for c in random.normal(size=64)]
    picks = random.integers(0, 64, (leads, reasons))
    score = 100 - np.argsort(order) * 100 // leads
    columns: dict[str, Any] = {
        "lead_id": [f"L{i:06d}" for i in range(leads)],
        "as_of": pa.array([as_of] * leads, _TYPES["as_of"]),
        "rank": np.argsort(order) + 1,
        "probability": probability,
        "probability_low": probability * 0.8,
        "probability_high": np.minimum(probability * 1.2, 1),
        "p_sql": probability,
        "p_win": probability / 4,
        "score": score,
        "band": np.array(_BANDS)[band],
        "fit": random.normal(size=leads),
        "engagement": random.normal(size=leads),
        "rule_points": random.integers(0, 148, leads).astype(float),
        "rule_band": random.choice(_BANDS, leads),
        "recommended_stage": random.choice(["Inquiry", "MQL", "SAL", "SQL"], leads, p=[0.4, 0.4, 0.15, 0.05]),
        "disagreement": random.choice(["none", "model_higher", "rules_higher"], leads, p=[0.8, 0.1, 0.1]),
        "reasons": pa.array([[told[i] for i in row] for row in picks.tolist()], REASONS_TYPE),
        "base_value": np.full(leads, -2.0),
        "other_contribution": random.normal(size=leads),
        "model_version": ["7"] * leads,
        "scorecard_version": ["2026-04"] * leads,
    }  # fmt: skip
    return pa.table(columns)


def put(ledger, *rows, **facts):
    """Store a score list, with facts by lead."""
    ledger.record_scores(score_list(*rows), origin="batch", facts=facts)


def ids(ledger, **query):
    """Return the leads that a query finds, in order."""
    page = ledger.queue(QueueQuery(**query))
    assert page.total >= len(page.rows)
    return [row.lead_id for row in page.rows]
