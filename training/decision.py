"""What the gate says: named checks, and what follows from them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Check", "Decision"]


@dataclass(frozen=True, slots=True)
class Check:
    """One rule of the gate; `low` and `high` bound `value` where it was estimated."""

    name: str
    passed: bool
    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says, check by check."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def objections(self) -> tuple[str, ...]:
        """What speaks against the challenger."""
        return tuple(check.text for check in self.checks if not check.passed)

    def as_json(self) -> dict[str, Any]:
        """Return the decision for JSON."""
        return {"passed": self.passed, "checks": [asdict(check) for check in self.checks]}
