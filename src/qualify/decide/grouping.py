"""Figures by source or by month: every unit belongs to exactly one group."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from qualify.decide.cohorts import Cohort
from qualify.decide.figure import Figure
from qualify.errors import ConfigError
from qualify.features.zones import zone_offsets
from qualify.leads.tables import Column, IntArray

__all__ = ["By", "Grouping"]

By: TypeAlias = Literal["source", "month"]
NOT_GIVEN = ""
"""The group of leads whose source is not known."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """How units are grouped.

    Parameters
    ----------
    by
        ``month``: the month in which the unit began; ``source``: the lead's source; None: not at all.
    source
        The column with the source.
    timezone
        Whose months they are.
    """

    by: By | None = None
    source: Column | None = None
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        if self.by == "source" and (self.source is None or self.source.kind not in ("category", "text")):
            raise ConfigError(
                "figures by source need the column that holds it", where="service.desk.source",
                expected="the name of a category column of the table of leads",
            )  # fmt: skip

    def each(self, cohort: Cohort, make: Callable[[Cohort, str | None], Figure]) -> Iterator[Figure]:
        """Yield the figure of all units, and then of each group."""
        yield make(cohort, None)
        if self.by is None:
            return
        codes, names = self._groups(cohort)
        for code, name in enumerate(names):
            yield make(cohort.only(codes == code), name)

    def _groups(self, cohort: Cohort) -> tuple[IntArray, list[str]]:
        if self.by == "month":
            local = (cohort.start + zone_offsets(cohort.start, self.timezone)).astype("datetime64[us]")
            months, codes = np.unique(local.astype("datetime64[M]"), return_inverse=True)
            return codes, [str(month) for month in months]
        assert self.source is not None
        given = self.source.codes[cohort.lead]
        used, codes = np.unique(given, return_inverse=True)
        return codes, [self.source.vocabulary[code] if code >= 0 else NOT_GIVEN for code in used]
