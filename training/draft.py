"""The report as far as it can be made while the model that is kept is still being fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.driver_record import driver_record
from training.pipeline import Seen
from training.report import Picture, ReportData, draw_pictures
from training.reporting import draft_report
from training.verdict import Verdict, decide

__all__ = ["Draft", "draft_of"]


@dataclass(frozen=True)
class Draft:
    """What the judged model says of itself; all that is slow to draw.

    Parameters
    ----------
    verdict
        Of the judged model.
    report
        Without the version of the bundle, the moment and the findings of the audit.
    pictures
        By section.
    drivers
        What `driver_record` gave.
    """

    verdict: Verdict
    report: ReportData
    pictures: Mapping[str, tuple[Picture, ...]]
    drivers: dict[str, Any]


def draft_of(seen: Seen) -> Draft:
    """Judge, explain and draw."""
    verdict = decide(seen.judged)
    report = draft_report(seen, verdict)
    return Draft(verdict, report, draw_pictures(report), driver_record(seen, report.drivers))
