"""Draws the leads of one chunk, from a seed of its own and without the other chunks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualify.simulate.activities import draw_activities
from qualify.simulate.activity_table import Content, draw_content
from qualify.simulate.arrays import DAY, BoolArray, FloatArray, select, sigmoid
from qualify.simulate.arrivals import draw_arrivals
from qualify.simulate.companies import build_world
from qualify.simulate.history import History
from qualify.simulate.lead_table import UTC, build_leads, lead_ids
from qualify.simulate.outcomes import count_hands, draw_outcomes, work_chance
from qualify.simulate.people import People, draw_people, score_people
from qualify.simulate.settings import Settings
from qualify.simulate.stage_table import Stages, draw_stages
from qualify.simulate.streams import Rates
from qualify.simulate.truth import propensity

__all__ = ["Chunk", "Recipe", "draw_chunk"]

_FREE, _COMPETITOR = 1, 2  # rows of MAILS; those from _COMPETITOR on are not let in by marketing


@dataclass(frozen=True, eq=False)
class Recipe:
    """What all chunks share: the settings, the activities' mean counts, the level of sales' curve."""

    settings: Settings
    rates: Rates
    curve: float


@dataclass(frozen=True, eq=False)
class Chunk:
    """Leads of one chunk; rows of activities, content and stages count leads from 0 within it.

    Activities and stages hold what the CRM knows at the end, content is in the order of the activities.
    """

    leads: pa.Table
    truth: pa.Table
    content: Content
    stages: Stages
    history: History


def draw_chunk(seed: np.random.SeedSequence, recipe: Recipe, first: int, last: int) -> Chunk:
    """Draw the leads `first` to `last` - 1.

    Each concern has a random stream of its own, so that, say, another share of worked leads leaves the leads
    and what they do as they are.
    """
    settings = recipe.settings
    who, wants, does, becomes, path, about, words = (np.random.default_rng(child) for child in seed.spawn(7))
    created = draw_arrivals(who, first, last, settings.leads, settings.start, settings.end)
    people = draw_people(who, (created - settings.start) / (settings.end - settings.start))
    scores = score_people(people)
    intent = wants.random(len(created)) < sigmoid(scores.intent)
    activities = draw_activities(does, created, intent, _is_scanned(people), recipe.rates)
    activities = select(activities, activities.recorded <= settings.end)
    hands = count_hands(activities, created, created + DAY)
    worked = becomes.random(len(created)) < work_chance(scores.hot, hands, recipe.curve)
    outcomes = draw_outcomes(becomes, created, intent, worked, scores)
    stages = draw_stages(path, created, activities, outcomes, intent, people.mail < _COMPETITOR)
    history = History(created, scores, activities, outcomes, recipe.rates, recipe.curve)
    ids = lead_ids(np.arange(first, last))
    return Chunk(
        leads=build_leads(words, ids, created, people),
        truth=_build_truth(ids, history, settings.end),
        content=draw_content(about, activities, created),
        stages=select(stages, stages.recorded <= settings.end),
        history=history,
    )


def _is_scanned(people: People) -> BoolArray:
    """Tell whose mails pass a scanner: free mail is read elsewhere than at the company."""
    return np.asarray(build_world().scanner[people.works_at] & (people.mail != _FREE))


def _build_truth(ids: pa.Array, history: History, end: int) -> pa.Table:
    """Write down the propensities one day after creation and at creation; unknown ones are null."""
    as_of = history.created + DAY
    p_sql, p_win = propensity(history, as_of)
    late = as_of > end
    at_creation = propensity(history, history.created)
    return pa.table(
        {
            "lead_id": ids,
            "as_of": pa.array(as_of).cast(UTC),
            "p_sql": _nullable(np.where(late, np.nan, p_sql)),
            "p_win": _nullable(np.where(late, np.nan, p_win)),
            "p_sql_at_creation": _nullable(at_creation[0]),
            "p_win_at_creation": _nullable(at_creation[1]),
        }
    )


def _nullable(values: FloatArray) -> pa.Array:
    return pa.array(values, from_pandas=True)
