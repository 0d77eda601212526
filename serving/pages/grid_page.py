"""Fit by engagement: how many leads, and how likely, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from serving.pages.filters import Filters
from serving.pages.queue_page import queue_query

if TYPE_CHECKING:
    from qualify.ledger import GridCell
    from serving.pages.site import Visit

__all__ = ["show_grid"]

_STEPS = (0.1, 0.25, 0.45, 0.7, 0.9)
"""Shares of the largest mean chance from which a cell is one shade darker."""


def show_grid(visit: Visit) -> dict[str, Any]:
    """Gather what the grid's template shows: rows from the best fit down, columns by rising engagement."""
    query = queue_query(Filters(), visit.actor, visit.site.desk.approach_within_hours)
    counts = visit.site.counts.begin(("grid", query), lambda: visit.site.runtime.ledger.grid(query))()
    most = max((cell.probability or 0.0 for cell in counts.cells), default=0.0)
    rows = [
        (
            visit.words.text(f"grid.level.{fit}"),
            [_cell(visit, counts.cell(fit, engagement), most) for engagement in range(4)],
        )
        for fit in (3, 2, 1, 0)
    ]
    return {
        "rows": rows,
        "levels": [visit.words.text(f"grid.level.{level}") for level in range(4)],
        "any": any(cell.leads for cell in counts.cells),
    }


def _cell(visit: Visit, cell: GridCell, most: float) -> dict[str, Any]:
    words = visit.words
    leads, mean = words.counted("grid.leads", cell.leads), words.percent(cell.probability)
    said = words.text(
        "grid.cell", fit=words.text(f"grid.level.{cell.fit_bin}"),
        engagement=words.text(f"grid.level.{cell.engagement_bin}"), leads=leads, probability=mean,
    )  # fmt: skip
    return {
        "count": words.number(cell.leads),
        "mean": mean,
        "label": said,
        "shade": 0
        if cell.probability is None
        else 1 + sum(cell.probability >= step * most for step in _STEPS),
        "link": Filters(fit=cell.fit_bin, engagement=cell.engagement_bin).link() if cell.leads else "",
    }
