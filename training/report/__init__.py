"""The model report: something a manager reads and an auditor keeps."""

from __future__ import annotations

from training.report.data import (
    Driver,
    ExcludedColumn,
    Finding,
    JudgedRows,
    Period,
    PointPair,
    ReportData,
)
from training.report.write import render_report, write_report

__all__ = [
    "Driver",
    "ExcludedColumn",
    "Finding",
    "JudgedRows",
    "Period",
    "PointPair",
    "ReportData",
    "render_report",
    "write_report",
]
