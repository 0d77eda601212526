"""A contest of champion and challenger, and what is to be told about it."""

from __future__ import annotations

from dataclasses import dataclass

from training.contested import Contest

__all__ = ["Ring"]


@dataclass(frozen=True)
class Ring:
    """A contest with the version that is in use.

    Parameters
    ----------
    champion
        Version in use.
    notes
        On which leads the two are judged, why the champion takes no part, or what flatters it.
    """

    contest: Contest
    champion: str
    notes: tuple[str, ...]
