r"""How activities come and become known: Poisson streams, with closed forms for what is expected by an age.

A stream has the rate r * h(a) at age a (days), where r is its mean count over a life and

    h(a) = burst * d1 * exp(-d1 * a) + (1 - burst) * d2 * exp(-d2 * a),
    d1 = 1 / BURST_DAYS, d2 = 1 / TAIL_DAYS.

The CRM hears of each activity after an exponential lag. Known activities at age t are then a thinned Poisson
stream too, whose mean is r * known_share(t): the likelihood of a history follows without sampling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.simulate.arrays import FloatArray
from qualify.simulate.tables import ACTIVITIES_PER_LEAD, BURST_DAYS, HAND_RAISING, SCANNER, STREAMS, TAIL_DAYS

__all__ = ["CODES", "HANDS", "MAIL_REACTIONS", "MAIL_STARTS", "WINDOW", "Rates", "known_share", "rates_for"]

CODES = {stream.name: code for code, stream in enumerate(STREAMS)}
HANDS = tuple(CODES[name] for name in HAND_RAISING)
MAIL_REACTIONS = tuple(CODES[name] for name in ("email_open", "email_click", "unsubscribe"))
MAIL_STARTS = SCANNER["start"] / 1440  # days
WINDOW = SCANNER["window"] / 86_400  # days


@dataclass(frozen=True, eq=False)
class Rates:
    """Mean counts over a whole life by type: `cold` without intent, `warm` with; (types,) float64."""

    cold: FloatArray
    warm: FloatArray

    @property
    def evidence(self) -> FloatArray:
        """Log-odds of intent that one known activity of a type adds."""
        return np.log(self.warm / self.cold)

    @property
    def surplus(self) -> FloatArray:
        """Mean count with intent less the one without: what silence counts against intent."""
        return self.warm - self.cold


def rates_for(activities_per_lead: float) -> Rates:
    """Scale all streams alike, so that a lead has about this many activities, its welcome mail included."""
    scale = (activities_per_lead - 1) / (ACTIVITIES_PER_LEAD - 1)
    return Rates(
        cold=scale * np.array([stream.cold for stream in STREAMS]),
        warm=scale * np.array([stream.warm for stream in STREAMS]),
    )


def known_share(code: int, age: FloatArray) -> FloatArray:
    """Give the expected share of a stream's activities that the CRM knows at an age.

    Parameters
    ----------
    code : int
        The type, a row of `tables.STREAMS`.
    age : array
        Days since creation; before it, the share is 0.

    Returns
    -------
    array like `age`
        Share of the activities of a whole life, 0-1.
    """
    stream = STREAMS[code]
    since = np.maximum(age - (MAIL_STARTS if code in MAIL_REACTIONS else 0.0), 0.0)
    parts = ((stream.burst, 1 / BURST_DAYS), (1 - stream.burst, 1 / TAIL_DAYS))
    total = np.zeros_like(since)
    for share, decay in parts:
        total += share * (-np.expm1(-decay * since))
        if stream.lag > 0:
            heard = 1 / stream.lag
            late = decay * (np.exp(-decay * since) - np.exp(-heard * since)) / (heard - decay)
            total -= share * late
    return total
