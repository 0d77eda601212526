"""What became of a recalibration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from qualify.evaluate import Metric
from qualify.model.recalibrate import Form, Old
from training.decision import Decision
from training.gate_record import gate_document
from training.ring import Ring

__all__ = ["Recalibration"]

Status = Literal["recalibrated", "unneeded", "refused", "unchanged", "busy"]


@dataclass(frozen=True)
class Recalibration:
    """What a recalibration did.

    Parameters
    ----------
    status
        ``recalibrated``: the new calibration is in use; ``unneeded``: the old one is as good, as far as the
        outcomes tell; ``refused``: the gate said no; ``unchanged``: an earlier run has tried the same;
        ``busy``: another run has the project's lock.
    form
        What moved; None where nothing was tried.
    metrics
        By scorer (`challenger`, `champion`): figures on the judged rows. What is promised for a row was found
        on outcomes known before it.
    """

    status: Status
    reasons: tuple[str, ...]
    version: str | None = None
    previous: str | None = None
    run_id: str | None = None
    form: Form | None = None
    calibration: Old | None = None
    metrics: Mapping[str, Mapping[str, Metric]] | None = None
    ring: Ring | None = None
    decision: Decision | None = None

    def as_json(self) -> Mapping[str, Any]:
        """Return what ``--json`` prints."""
        new = self.calibration
        return {
            "status": self.status,
            "reasons": list(self.reasons),
            "promoted": self.status == "recalibrated",
            "version": self.version,
            "previous": self.previous,
            "run_id": self.run_id,
            "moved": None if self.form is None else self.form.kind,
            "half_life_rows": None if self.form is None else self.form.half_life,
            "calibration": None if new is None else {
                "intercept": new.calibration.intercept, "slope": new.calibration.slope,
                "standard_error": new.error,
            },
            "metrics": None if self.metrics is None else {
                who: {name: metric.as_dict() for name, metric in figures.items()}
                for who, figures in self.metrics.items()
            },
            "gate": None if self.decision is None or self.ring is None
            else gate_document(self.ring, self.decision, {}),
        }  # fmt: skip
