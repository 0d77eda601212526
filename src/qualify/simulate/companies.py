"""The companies of the simulated world: the same in every simulation, whatever its seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from qualify.simulate import names, tables
from qualify.simulate.arrays import BoolArray, FloatArray, IntArray, draw_levels

__all__ = ["World", "build_world"]

_WORLD_SEED = 20_241_231
_INDUSTRY_OF = {"competitor": "IT", "student": "education"}


@dataclass(frozen=True, eq=False)
class World:
    """One row a company: ordinary ones by industry first, then competitors, then universities.

    Attributes
    ----------
    name, domain : tuple of str
        What it is called, and what stands behind the @ of its addresses.
    industry, region : (companies,) int64
        Row of `tables.INDUSTRIES` and `tables.REGIONS`.
    employees : (companies,) float64
        Head count.
    revenue : (companies,) float64
        JPY a year.
    scanner : (companies,) bool
        Whether its mail server follows the links in mails.
    first, count : dict of str to int
        Where the companies of an industry, of "competitor" and of "student" begin, and how many they are.
    """

    name: tuple[str, ...]
    domain: tuple[str, ...]
    industry: IntArray
    region: IntArray
    employees: FloatArray
    revenue: FloatArray
    scanner: BoolArray
    first: dict[str, int]
    count: dict[str, int]


@cache
def build_world() -> World:
    """Build the world; it is built once a process, from a seed of its own."""
    rows: list[tuple[str, str, str, bool]] = []  # group, name, domain, in Japan
    for level, words in zip(tables.INDUSTRIES, names.INDUSTRY_WORDS, strict=False):
        rows += [(str(level.name), *row) for row in _ordinary(words)]
    rows += [("competitor", domain.split(".")[0].title(), domain, True) for domain in names.COMPETITORS]
    rows += [("student", domain, domain, domain.endswith(".jp")) for domain in names.UNIVERSITIES]

    rng = np.random.default_rng(_WORLD_SEED)
    groups = [row[0] for row in rows]
    codes = {level.name: code for code, level in enumerate(tables.INDUSTRIES)}
    employees = np.maximum(2, np.rint(np.exp(rng.normal(5.3, 1.75, len(rows)))))
    revenue = employees * np.exp(rng.normal(np.log(2.2e7), 0.6, len(rows)))
    return World(
        name=tuple(row[1] for row in rows),
        domain=tuple(row[2] for row in rows),
        industry=np.array([codes[_INDUSTRY_OF.get(group, group)] for group in groups]),
        region=_regions(rng, np.array([row[3] for row in rows])),
        employees=np.minimum(employees, 150_000.0),
        revenue=np.rint(revenue / 1e6) * 1e6,
        scanner=rng.random(len(rows)) < tables.SCANNER["companies"],
        first={group: groups.index(group) for group in groups},
        count={group: groups.count(group) for group in groups},
    )


def _ordinary(words: tuple[tuple[str, str, str], ...]) -> list[tuple[str, str, bool]]:
    """Name the companies of one industry: (name, domain, in Japan)."""
    rows = []
    for written, latin, english in words:
        rows += [
            (f"{stem}{written}株式会社", f"{read}-{latin}.co.jp", True) for stem, read in names.STEMS_JAPAN
        ]
        rows += [
            (f"{stem} {english} Inc.", f"{stem}-{english}.com".lower(), False) for stem in names.STEMS_ABROAD
        ]
    return rows


def _regions(rng: np.random.Generator, in_japan: BoolArray) -> IntArray:
    """Draw a region for each company, at home or abroad as its name says."""
    at_home = sum(country == "JP" for country in names.COUNTRIES)
    zeros = np.zeros(len(in_japan))
    home = draw_levels(rng, tables.REGIONS[:at_home], zeros)
    abroad = draw_levels(rng, tables.REGIONS[at_home:], zeros) + at_home
    return np.where(in_japan, home, abroad)
