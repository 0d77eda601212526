"""The model report: something a manager reads and an auditor keeps."""

from __future__ import annotations

from training.report.data import (
    AuditFinding,
    Driver,
    ExcludedColumn,
    Finding,
    JudgedRows,
    Period,
    PointPair,
    ReportData,
)
from training.report.pictures import Picture, draw_pictures
from training.report.stories import tell
from training.report.write import render_report, write_report, write_whole

__all__ = [
    "AuditFinding",
    "Driver",
    "ExcludedColumn",
    "Finding",
    "JudgedRows",
    "Period",
    "Picture",
    "PointPair",
    "ReportData",
    "draw_pictures",
    "render_report",
    "tell",
    "write_report",
    "write_whole",
]
