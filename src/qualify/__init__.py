"""Lead qualification: from leads and what they did to a calibrated, explained probability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qualify.scorer import Scorer

__all__ = ["Scorer"]


def __getattr__(name: str) -> Any:
    """Import the scorer, and with it NumPy, pandas and Numba, when it is first asked for."""
    if name == "Scorer":
        from qualify.scorer import Scorer

        return Scorer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
