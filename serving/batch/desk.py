"""What a job asks of the sales desk that takes its list: at once, or in pieces where the list is large."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import pyarrow as pa

from qualify.leads.tables import IntArray, LeadTables
from serving.batch.whole import Scored

__all__ = ["Desk"]


class Desk(Protocol):
    """A sales desk."""

    @property
    def columns(self) -> Sequence[str]:
        """Columns of the table of leads that it shows, whether the model reads them or not."""
        ...

    @property
    def shown(self) -> Mapping[str, str | None]:
        """By what the desk shows, the column that it comes from."""
        ...

    @property
    def closed(self) -> Sequence[str]:
        """Stages after which nothing follows."""
        ...

    def check(self, leads: pa.Table) -> None:
        """Refuse a table of leads, with or without rows, that lacks a column."""

    def take_whole(self, scored: Scored) -> None:
        """Store a list in one piece."""

    def beside(self, tables: LeadTables, as_of: IntArray, leads: pa.Table) -> pa.Table:
        """Return what has to stand beside the scores of a part's leads, a row a lead of `tables`."""
        ...

    def taking(self) -> AbstractContextManager[Callable[[pa.Table], pa.Table]]:
        """Give a function that stores the next rows of the list, which it returns without what is beside."""
        ...
