"""How old the model is: since its window, since its training, in horizons, and how old the tables are."""

from __future__ import annotations

from dataclasses import dataclass

from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME

__all__ = ["Freshness", "freshness"]


@dataclass(frozen=True)
class Freshness:
    """Ages in days; None where there is no date.

    Parameters
    ----------
    window
        Since the last moment that the model learned from.
    trained
        Since the training run.
    data
        Since the last thing that the tables know.
    horizon
        Days until an outcome is known; None for a label column.
    """

    window: float | None
    trained: float | None
    data: float | None
    horizon: float | None

    @property
    def horizons(self) -> float | None:
        """Age of the window as a multiple of the horizon: a model that was trained just now has 1."""
        return None if self.window is None or not self.horizon else self.window / self.horizon


def freshness(
    now: int, *, window_ends: int | None, trained: int | None, data_ends: int, horizon: float | None
) -> Freshness:
    """Return the ages at `now`; all times in microseconds.

    Examples
    --------
    >>> day = 86_400_000_000
    >>> freshness(90 * day, window_ends=0, trained=60 * day, data_ends=89 * day, horizon=60.0).horizons
    1.5
    """

    def days(since: int | None) -> float | None:
        return None if since is None or since == NO_TIME else (now - since) / MICROSECONDS_A_DAY

    return Freshness(days(window_ends), days(trained), days(data_ends), horizon)
