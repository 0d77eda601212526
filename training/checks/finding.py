"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from training.checks.codes import EXPLAINED

Level: TypeAlias = Literal["warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should know about the data.

    Parameters
    ----------
    code
        See `training.checks.codes`.
    level
        A ``warning`` puts the figures or their use in doubt; a ``note`` is for information.
    subject
        The column, stage or table it is about, as the user knows it.
    text
        One plain sentence with figures.
    mend
        What to do about it; empty: what is always done about this code.
    """

    code: str
    level: Level
    subject: str
    text: str
    mend: str = ""

    def __post_init__(self) -> None:
        if not self.mend:
            object.__setattr__(self, "mend", EXPLAINED[self.code].mend)
