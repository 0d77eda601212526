"""Simulates a funnel: draws its chunks and puts them in order of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from qualify.simulate.activity_table import Content, build_activities
from qualify.simulate.arrays import select, stack
from qualify.simulate.chunk import Chunk, Recipe, draw_chunk
from qualify.simulate.curve import solve_curve
from qualify.simulate.funnel import Funnel
from qualify.simulate.history import History
from qualify.simulate.settings import Settings, microseconds
from qualify.simulate.stage_table import Stages, build_stages
from qualify.simulate.streams import rates_for

__all__ = ["draw_chunks", "simulate"]

_CHUNK = 10_000  # leads; part of the recipe: another number gives another funnel from the same seed


def simulate(
    leads: int,
    seed: int,
    *,
    end: str | dt.date | np.datetime64 = "2026-06-30",
    months: float = 18,
    work_share: float | None = None,
    activities_per_lead: float = 25.0,
) -> Funnel:
    """Simulate a funnel whose propensities are known exactly.

    A lead means to buy or not; what it does, whom sales work and how long they take follow known laws (see
    `qualify.simulate.tables`), so that the best possible forecast has a closed form.

    Parameters
    ----------
    leads : int
        How many, at least 1.
    seed : int
        The same seed gives the same funnel, to the byte.
    end : str, date, datetime or numpy.datetime64
        Nothing is recorded later. A date is its first moment; a naive time is UTC.
    months : float
        Leads are created over this many months before `end`.
    work_share : float or None
        Share of the leads that sales work, the hottest first but not only. None takes the curve of the
        tables; 1.0 means that sales work all.
    activities_per_lead : float
        About the mean number of activities of a lead. All streams are scaled alike, so more activities tell
        more.

    Returns
    -------
    Funnel
        The tables, sorted by time.

    Raises
    ------
    SimulationError
        Where a parameter makes no sense; it is a `ValueError`, too.

    Examples
    --------
    >>> funnel = simulate(200, seed=1)
    >>> funnel.leads.num_rows
    200
    """
    settings = Settings(leads, seed, microseconds(end), months, work_share, activities_per_lead)
    chunks = list(draw_chunks(settings))
    leads_table = pa.concat_tables([chunk.leads for chunk in chunks])
    history, content = _sort_activities(chunks)
    return Funnel(
        leads=leads_table,
        activities=build_activities(history.activities, content),
        stages=build_stages(_sort_stages(chunks)),
        truth=pa.concat_tables([chunk.truth for chunk in chunks]),
        settings=settings,
        history=history,
    )


def draw_chunks(settings: Settings) -> Iterator[Chunk]:
    """Draw a funnel's leads chunk by chunk, in order of creation; each chunk depends on its own seed only."""
    rates = rates_for(settings.activities_per_lead)
    recipe = Recipe(settings, rates, solve_curve(settings.work_share, rates))
    starts = range(0, settings.leads, _CHUNK)
    seeds = np.random.SeedSequence(settings.seed).spawn(len(starts))
    for seed, first in zip(seeds, starts, strict=True):
        yield draw_chunk(seed, recipe, first, min(first + _CHUNK, settings.leads))


def _sort_activities(chunks: list[Chunk]) -> tuple[History, Content]:
    """Put all activities in order of time."""
    history = History.concatenate([chunk.history for chunk in chunks])
    order = np.argsort(history.activities.occurred, kind="stable")
    content = select(stack([chunk.content for chunk in chunks]), order)
    return replace(history, activities=select(history.activities, order)), content


def _sort_stages(chunks: list[Chunk]) -> Stages:
    """Put all stage entries in order of time; a chunk's leads count on from those before it."""
    starts = np.cumsum([0, *(len(chunk.history.created) for chunk in chunks[:-1])])
    moved = [
        replace(chunk.stages, lead=chunk.stages.lead + start)
        for chunk, start in zip(chunks, starts, strict=True)
    ]
    stages = stack(moved)
    return select(stages, np.argsort(stages.entered, kind="stable"))
