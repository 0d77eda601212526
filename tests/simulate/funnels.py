"""Funnels that several tests look at; each is simulated once."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from qualify.simulate import Funnel, simulate

DAY = 86_400_000_000  # microseconds


@cache
def funnel(leads: int = 3000, seed: int = 5, **settings: float) -> Funnel:
    return simulate(leads, seed, **settings)


def frame(table) -> pd.DataFrame:
    return table.to_pandas()


def microseconds(column) -> np.ndarray:
    return column.to_numpy().astype("datetime64[us]").astype(np.int64)


def happened(funnel: Funnel, as_of: np.ndarray, outcome: str, days: float) -> np.ndarray:
    times = getattr(funnel.history.outcomes, outcome)
    return (times > as_of) & (times <= as_of + round(days * DAY))


def expected_calibration_error(y: np.ndarray, p: np.ndarray, bins: int = 10) -> float:
    parts = np.array_split(np.argsort(p), bins)
    return float(sum(len(part) * abs(y[part].mean() - p[part].mean()) for part in parts) / len(y))
