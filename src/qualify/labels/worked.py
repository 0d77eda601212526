"""Which outcomes were observed at all, and for how many leads each of them stands.

Only a lead that was worked shows what becomes of it. Whether it was to be worked is known by design: the
score selected it, or the lot did, whose chance is known. An outcome of a lead that neither picked and that
nobody worked is not negative but unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.leads.tables import BoolArray, FloatArray, IntArray

__all__ = ["NEVER", "Worked", "effective_size"]

NEVER = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Worked:
    """Who was to be worked, and who was, by lead; times in microseconds, `NEVER` where it did not happen.

    Parameters
    ----------
    scored_at
        The first score under a lot: from here on the chances are known.
    selected_at
        The first score that selected the lead (band A).
    picked_at
        The first score that named the lead as picked by lot.
    began_at
        The first sign that sales worked the lead, on whoever's initiative.
    chance
        Of being picked by lot.
    """

    scored_at: IntArray
    selected_at: IntArray
    picked_at: IntArray
    began_at: IntArray
    chance: FloatArray

    def observed(self, lead: IntArray, until: IntArray) -> BoolArray:
        """Return whether each row's outcome could be observed.

        Parameters
        ----------
        lead, until
            Lead position of each row, and the last moment at which its outcome may come, shape (rows,).

        Returns
        -------
        array of bool
            True for leads that were to be worked by then or were worked, and for those of which no chance is
            known: they are from before the lot.
        """
        planned = np.minimum(self.selected_at, self.picked_at)
        return (self.scored_at[lead] > until) | (np.minimum(planned, self.began_at)[lead] <= until)

    def weights(self, lead: IntArray, until: IntArray) -> FloatArray:
        """Return for how many leads each row stands: the inverse of its chance.

        The chance is 1 for a lead that the score selected by then, the lot's share for one that only the lot
        picked, and is taken as 1 for one that was worked on sales' own initiative or is older than the lot.

        Notes
        -----
        ``w = 1 / P(worked)``: Horvitz and Thompson (1952). A lead that is selected later counts as selected
        from then on: given a lead's path, only the lot is random.

        Examples
        --------
        >>> at = np.array([0, 0, 0]), np.array([0, NEVER, NEVER]), np.array([NEVER, 0, NEVER])
        >>> worked = Worked(*at, np.full(3, NEVER), np.full(3, 0.05))
        >>> rows, until = np.arange(3), np.full(3, 60)
        >>> worked.observed(rows, until).tolist(), worked.weights(rows, until).tolist()
        ([True, True, False], [1.0, 20.0, 1.0])
        """
        only_lot = (self.selected_at[lead] > until) & (self.picked_at[lead] <= until)
        return np.where(only_lot, 1.0 / self.chance[lead], 1.0)


def effective_size(weight: FloatArray) -> float:
    """Return how many equally weighted rows would tell as much: ``(sum w)^2 / sum w^2`` (Kish 1965).

    Examples
    --------
    >>> effective_size(np.array([1.0, 1.0, 1.0])), effective_size(np.array([1.0, 1.0, 4.0]))
    (3.0, 2.0)
    """
    total = float((weight**2).sum())
    return float(weight.sum()) ** 2 / total if total > 0 else 0.0
