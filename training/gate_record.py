"""What the gate leaves in MLflow: tags that `promote` obeys, figures, and a page that a person can read."""

from __future__ import annotations

import json
from typing import Any

import mlflow
from jinja2 import Environment, PackageLoader, StrictUndefined

from qualify.evaluate import Metric
from training.comparison import draws_for
from training.contested import compare_scorers
from training.decision import Decision
from training.ring import Ring

GATE, AGAINST, OBJECTIONS, CHECKS = "gate", "gate_against", "gate_objections", "gate_checks"
"""Tags of a training run: `passed` or `refused`; the champion it was compared with; why not, as JSON; and by
check whether it passed, as JSON."""

PASSED, REFUSED = "passed", "refused"
_MOST, _LONGEST = 8, 400
"""So many objections of so many characters fit into a tag."""


def log_gate(ring: Ring, decision: Decision) -> None:
    """Log a decision to the active run: tags, metrics, `gate.json` and `gate.html`."""
    found = compare_scorers(ring.contest, draws=draws_for(len(ring.contest.label)))
    document = gate_document(ring, decision, found)
    mlflow.set_tags({
        GATE: PASSED if decision.passed else REFUSED,
        AGAINST: ring.champion,
        CHECKS: json.dumps(_by_name(decision)),
        OBJECTIONS: json.dumps([text[:_LONGEST] for text in decision.objections[:_MOST]], ensure_ascii=False),
    })  # fmt: skip
    mlflow.log_metrics({
        f"against/{other}/{name}{part}": value
        for other, metrics in document["differences"].items()
        for name, metric in metrics.items()
        for part, value in (("", metric["value"]), ("_low", metric["low"]), ("_high", metric["high"]))
        if value is not None
    })  # fmt: skip
    mlflow.log_dict(document, "gate.json")
    mlflow.log_text(gate_page(document), "gate.html")


def _by_name(decision: Decision) -> dict[str, bool]:
    """Return whether the checks of each name all passed."""
    names = dict.fromkeys(check.name for check in decision.checks)
    return {name: all(c.passed for c in decision.checks if c.name == name) for name in names}


def gate_document(ring: Ring, decision: Decision, found: dict[str, dict[str, Metric]]) -> dict[str, Any]:
    """Return the decision with everything behind it."""
    return {
        **decision.as_json(),
        "champion": ring.champion,
        "rows": len(ring.contest.label),
        "notes": list(ring.notes),
        "differences": {
            other: {name: metric.as_dict() for name, metric in metrics.items()}
            for other, metrics in found.items()
        },
    }


def gate_page(document: dict[str, Any]) -> str:
    """Return the decision as one HTML page."""
    environment = Environment(
        loader=PackageLoader("training", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("gate.html.j2").render(document)
