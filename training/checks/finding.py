"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from qualify.labels.audit import TITLES

Level: TypeAlias = Literal["warning", "note"]

CODES: dict[str, str] = {
    **{str(code): title for code, title in TITLES.items()},
    "P001": "an activity sets the target stage",
    "P002": "the rules set the outcome",
    "P003": "the target stage is set for many leads at once",
    "M001": "most leads have not been watched long enough",
    "M002": "many outcomes come after the horizon",
    "M003": "the share of outcomes moves",
    "Q001": "rows that cannot be used",
    "Q002": "a column is mostly empty",
    "Q003": "a column has one value only",
    "Q004": "times in the future",
    "Q005": "activities before the lead's creation",
    "V001": "few leads with an outcome",
    "V002": "few outcomes of one kind",
    "V003": "so few new leads that people can read them all",
}
"""What each code means; codes never change their meaning. Those of columns are the leak audit's."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should know about the data.

    Parameters
    ----------
    code
        See `CODES`.
    level
        A ``warning`` puts the figures or their use in doubt; a ``note`` is for information.
    subject
        The column, stage or table it is about, as the user knows it.
    text
        One plain sentence with figures.
    """

    code: str
    level: Level
    subject: str
    text: str
