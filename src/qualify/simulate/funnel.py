"""A simulated funnel: its tables, and how they are written."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from qualify.simulate.arrays import FloatArray
from qualify.simulate.files import TABLES, PieceWriter, all_or_none
from qualify.simulate.history import History
from qualify.simulate.settings import Settings, SimulationError, microseconds
from qualify.simulate.truth import propensity

__all__ = ["Funnel", "true_propensity"]


@dataclass(frozen=True, eq=False)
class Funnel:
    """What a CRM would hold, and the truth that it can not.

    Attributes
    ----------
    leads : pyarrow.Table
        `lead_id`, `created_at` and the attributes as they are known at creation.
    activities : pyarrow.Table
        `lead_id`, `type`, `occurred_at`, `recorded_at`, `topic`, `value`; by `occurred_at`.
    stages : pyarrow.Table
        `lead_id`, `stage`, `entered_at`, `recorded_at`, `reason`; by `entered_at`.
    truth : pyarrow.Table
        `lead_id`, `as_of` (creation + 1 day), `p_sql`, `p_win`, and the same two at creation.
    settings : Settings
        What was asked for.
    history : History
        What the truth at other times is computed from.
    """

    leads: pa.Table
    activities: pa.Table
    stages: pa.Table
    truth: pa.Table
    settings: Settings
    history: History = field(repr=False)

    def write(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write the four tables as `leads.parquet` and so on.

        Every table is written under a temporary name first; only when all four are there do they take
        their names, so that no half-written file is ever seen.

        Parameters
        ----------
        folder : path
            Made where it is missing.

        Returns
        -------
        list of pathlib.Path
            The four files.

        Raises
        ------
        SimulationError
            Where the folder can not be written to.
        """
        with all_or_none(folder) as (paths, parts):
            for name, part in zip(TABLES, parts, strict=True):
                with PieceWriter(part) as file:
                    file.add(getattr(self, name))
                    file.finish()
        return paths


def true_propensity(
    funnel: Funnel, as_of: str | dt.date | np.datetime64 | np.ndarray
) -> tuple[FloatArray, FloatArray]:
    """Compute the true propensities of all leads at any time.

    "Known" means recorded by then, for activities; stages count from their entry.

    Parameters
    ----------
    funnel : Funnel
        From `simulate`.
    as_of : str, date, datetime, numpy.datetime64, or an array (leads,) of datetime64
        One time for all leads, or one for each, in the order of `funnel.leads`. A naive time is UTC.

    Returns
    -------
    p_sql : (leads,) float64
        P(SQL within 60 days after `as_of`). NaN where the lead is not created yet or SQL already.
    p_win : (leads,) float64
        P(Won within 180 days after `as_of`). NaN where the lead is not created yet or won already; 0 where
        its SQL is lost. Both are NaN where `as_of` is later than the end: what happens then is not known.

    Raises
    ------
    SimulationError
        Where an array has another shape than (leads,), or holds no times.

    Examples
    --------
    >>> from qualify.simulate import simulate
    >>> p_sql, p_win = true_propensity(simulate(50, seed=1), "2026-03-31")
    >>> p_sql.shape
    (50,)
    """
    count = len(funnel.history.created)
    if isinstance(as_of, np.ndarray):
        if as_of.shape != (count,) or as_of.dtype.kind != "M":
            raise SimulationError(
                "Times do not fit the funnel.",
                got=f"{as_of.dtype} {as_of.shape}",
                expected=f"datetime64 ({count},)",
            )
        times = as_of.astype("datetime64[us]").astype(np.int64)
    else:
        times = np.full(count, microseconds(as_of))
    p_sql, p_win = propensity(funnel.history, times)
    late = times > funnel.settings.end
    return np.where(late, np.nan, p_sql), np.where(late, np.nan, p_win)
