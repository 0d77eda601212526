"""One finding."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person should look at.

    Parameters
    ----------
    code
        Stable, ``K001`` and so on.
    rule_id
        The rule, or the place of something else: ``band:A``, ``stage:SQL``, ``trigger:call_booked``.
    message
        One sentence with the figures and, where it is plain, the mend.
    """

    code: str
    rule_id: str
    message: str

    def __str__(self) -> str:
        """Write the finding on one line."""
        return f"{self.code} {self.rule_id}: {self.message}"
