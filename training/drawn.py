"""Of very many leads a draw is learned from: how many there were, and how many are left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from training.dataset import TrainingSet

__all__ = ["Drawn", "drawn_json", "drawn_of"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What two draws left: one of leads as tables are read, one of the rows made from those leads.

    Parameters
    ----------
    leads, of_leads
        Leads that were read, and leads of the table (`training.max_leads`).
    rows, of_rows
        Rows (a lead at a moment) that were learned from and judged on, and rows of the leads that were read
        (`training.dataset.MAX_ROWS`).
    """

    leads: int
    of_leads: int
    rows: int
    of_rows: int

    def sentence(self) -> str:
        """Say it in one sentence."""
        told = []
        if self.leads < self.of_leads:
            told.append(_part(self.leads, self.of_leads, "leads"))
        if self.rows < self.of_rows:
            told.append(_part(self.rows, self.of_rows, "rows of these leads" if told else "rows"))
        return f"a draw was learned from, not all: {' and '.join(told)}"

    def as_params(self) -> dict[str, int]:
        """Return the numbers under names of their own, for MLflow."""
        return {f"drawn_{name}": number for name, number in asdict(self).items()}


def drawn_of(data: TrainingSet) -> Drawn | None:
    """Return what the draws left of a training set; None where all was learned from."""
    rows, read = len(data.lead), data.loaded.read
    leads = len(data.loaded.tables)
    found = Drawn(*((leads, leads) if read is None else read), rows, data.of_rows)
    return found if found.leads < found.of_leads or found.rows < found.of_rows else None


def drawn_json(data: TrainingSet) -> Mapping[str, int] | None:
    """Return the same for JSON; None where all was learned from."""
    found = drawn_of(data)
    return None if found is None else asdict(found)


def _part(left: int, there: int, what: str) -> str:
    return f"{left:,} of {there:,} {what} ({left / there:.1%})"
