"""Who the leads are: drawn attributes, and what they say about intent, sales' interest and fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.simulate import tables
from qualify.simulate.arrays import BoolArray, FloatArray, IntArray, draw_levels, effects
from qualify.simulate.companies import build_world

__all__ = ["People", "Scores", "draw_people", "score_people"]

_STUDENT = len(tables.RANKS) - 2  # row of RANKS
_FREE, _COMPETITOR, _STUDENT_MAIL = 1, 2, 3  # rows of MAILS


@dataclass(frozen=True, eq=False)
class People:
    """Attributes as the CRM shows them at creation, as codes: rows of the tables, the last row = not given.

    Every member is an int64 array (leads,); `company` is a row of the world, one past it = not given,
    and `works_at` is the company whose mail server the lead uses.
    """

    works_at: IntArray
    company: IntArray
    industry: IntArray
    size: IntArray
    revenue: IntArray
    region: IntArray
    rank: IntArray
    department: IntArray
    source: IntArray
    mail: IntArray


@dataclass(frozen=True, eq=False)
class Scores:
    """Log-odds that follow from the attributes; each (leads,) float64.

    Attributes
    ----------
    intent
        Of the intent to buy.
    hot
        What the attributes add to the log-odds of being worked by sales.
    fit
        Of Won, once the lead is SQL.
    """

    intent: FloatArray
    hot: FloatArray
    fit: FloatArray


def draw_people(rng: np.random.Generator, elapsed: FloatArray) -> People:
    """Draw the attributes of leads.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the randomness comes from.
    elapsed : (leads,) array
        How much of the simulated time had passed at creation, 0-1: the mixes drift.

    Returns
    -------
    People
        One row a lead.
    """
    world = build_world()
    mail = draw_levels(rng, tables.MAILS, elapsed)
    works_at = _draw_companies(rng, mail, elapsed)
    rank = np.where(mail == _STUDENT_MAIL, _STUDENT, draw_levels(rng, tables.RANKS, elapsed))
    department = draw_levels(rng, tables.DEPARTMENTS, elapsed)
    untitled = _gaps(rng, "job_title", len(elapsed))
    unnamed = (mail == _FREE) & (rng.random(len(elapsed)) < tables.FREE_MAIL_HIDES)
    no_department = untitled | (rank == _STUDENT)
    size = np.searchsorted(tables.SIZE_CUTS, world.employees[works_at], side="right")
    revenue = np.searchsorted(tables.REVENUE_CUTS, world.revenue[works_at], side="right")
    return People(
        works_at=works_at,
        company=np.where(unnamed, len(world.name), works_at),
        industry=_hide(world.industry[works_at], tables.INDUSTRIES, _gaps(rng, "industry", len(elapsed))),
        size=_hide(size, tables.SIZES, _gaps(rng, "employees", len(elapsed))),
        revenue=_hide(revenue, tables.REVENUES, _gaps(rng, "revenue_jpy", len(elapsed))),
        region=world.region[works_at],
        rank=_hide(rank, tables.RANKS, untitled),
        department=_hide(department, tables.DEPARTMENTS, no_department),
        source=draw_levels(rng, tables.SOURCES, elapsed),
        mail=mail,
    )


def score_people(people: People) -> Scores:
    """Add up the effects of the attributes; only what the CRM shows counts."""
    return Scores(
        intent=tables.INTENT_BASE + _sum_effects(people, "intent") + _interactions(people),
        hot=_sum_effects(people, "hot"),
        fit=tables.WIN_BASE + _sum_effects(people, "fit"),
    )


def _draw_companies(rng: np.random.Generator, mail: IntArray, elapsed: FloatArray) -> IntArray:
    """Draw a company within the drawn industry, or a competitor or a university."""
    world = build_world()
    groups = [str(level.name) for level in tables.INDUSTRIES[:-1]] + ["competitor", "student"]
    group = draw_levels(rng, tables.INDUSTRIES[:-1], elapsed)
    group = np.where(mail == _COMPETITOR, len(groups) - 2, group)
    group = np.where(mail == _STUDENT_MAIL, len(groups) - 1, group)
    first = np.array([world.first[name] for name in groups])[group]
    count = np.array([world.count[name] for name in groups])[group]
    return np.asarray(first + (rng.random(len(mail)) * count).astype(np.int64), dtype=np.int64)


def _gaps(rng: np.random.Generator, column: str, leads: int) -> BoolArray:
    return np.asarray(rng.random(leads) < tables.MISSING[column])


def _hide(codes: IntArray, levels: tuple[tables.Level, ...], gaps: BoolArray) -> IntArray:
    return np.where(gaps, len(levels) - 1, codes)


def _sum_effects(people: People, column: str) -> FloatArray:
    pairs = (
        (tables.SOURCES, people.source),
        (tables.INDUSTRIES, people.industry),
        (tables.SIZES, people.size),
        (tables.REVENUES, people.revenue),
        (tables.RANKS, people.rank),
        (tables.DEPARTMENTS, people.department),
        (tables.REGIONS, people.region),
        (tables.MAILS, people.mail),
    )
    parts = [effects(levels, column)[codes] for levels, codes in pairs]
    return np.asarray(np.sum(parts, axis=0), dtype=np.float64)


def _interactions(people: People) -> FloatArray:
    """Effects on intent that need two attributes at once."""
    maker = people.industry == _row(tables.INDUSTRIES, "manufacturing")
    it_leader = (people.department == _row(tables.DEPARTMENTS, "it")) & (people.rank < tables.LEADERS)
    paid_social = np.isin(
        people.source, [i for i, s in enumerate(tables.SOURCES) if "paid_social" in str(s.name)]
    )
    large = (people.size >= tables.LARGE) & (people.size < len(tables.SIZES) - 1)
    return np.asarray(
        tables.IT_LEADER_AT_MAKER * (maker & it_leader) + tables.PAID_SOCIAL_AT_LARGE * (paid_social & large)
    )


def _row(levels: tuple[tables.Level, ...], name: str) -> int:
    return [level.name for level in levels].index(name)
