"""What the audit says about a column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Code: TypeAlias = Literal["L001", "L002", "L003", "L004", "L005", "L006", "L007", "L008", "L009", "L010"]
Severity: TypeAlias = Literal["certain", "likely", "possible"]

TITLES: dict[Code, str] = {
    "L001": "one column all but decides the outcome",
    "L002": "being filled in is tied to the outcome",
    "L003": "dates later than the moment of scoring",
    "L004": "the name speaks of the outcome, and the power agrees",
    "L005": "describes the state at export, not at scoring",
    "L006": "a copy of the label",
    "L007": "values given by sales after the contact",
    "L008": "belongs to a column that is excluded",
    "L009": "averages of the outcome by group",
    "L010": "counts of activities to the end of the history",
}
"""What each code means; codes never change their meaning."""

_RANK: dict[Severity, int] = {"certain": 0, "likely": 1, "possible": 2}
# Of two findings about one column the plainer story comes first.
_STORY: tuple[Code, ...] = ("L006", "L009", "L010", "L002", "L007", "L003", "L005", "L004", "L001", "L008")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One reason to think that a column was filled in after, or because of, the outcome.

    Parameters
    ----------
    column
        The column's name in the user's table.
    code
        Stable code, see `TITLES`.
    severity
        ``certain`` and ``likely`` exclude, ``possible`` is for a person to look at.
    evidence
        One plain sentence with figures.
    exclude
        Whether the column should be left out by default.
    """

    column: str
    code: Code
    severity: Severity
    evidence: str
    exclude: bool


def accuse(column: str, code: Code, severity: Severity, evidence: str) -> Suspicion:
    """Make a suspicion; all but ``possible`` ones exclude the column."""
    return Suspicion(column, code, severity, evidence, exclude=severity != "possible")


def sort_suspicions(found: Iterable[Suspicion], columns: Iterable[str]) -> list[Suspicion]:
    """Order by severity, then by the table's columns, then the plainer story first."""
    place = {name: i for i, name in enumerate(columns)}
    return sorted(found, key=lambda s: (_RANK[s.severity], place[s.column], _STORY.index(s.code)))


def excluded_columns(found: Iterable[Suspicion]) -> dict[str, Suspicion]:
    """Return the strongest suspicion of each column that is to be left out, in the order given."""
    chosen: dict[str, Suspicion] = {}
    for suspicion in found:
        if suspicion.exclude:
            chosen.setdefault(suspicion.column, suspicion)
    return chosen
