"""The leads table: codes of attributes turned into what a CRM shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.simulate import names, tables
from qualify.simulate.arrays import FloatArray, IntArray
from qualify.simulate.companies import build_world
from qualify.simulate.people import People

__all__ = ["UTC", "build_leads", "lead_ids", "pick"]

UTC = pa.timestamp("us", tz="UTC")
_FREE = 1  # row of MAILS
_OTHER_LANGUAGE = 0.06  # share of leads in Japan who write English


def lead_ids(lead: IntArray) -> pa.Array:
    """Name leads by their numbers: "L00000001" is lead 0."""
    numbers = pc.cast(pa.array(lead + 1), pa.string())
    return pc.binary_join_element_wise("L", pc.utf8_lpad(numbers, 8, "0"), "")


def pick(words: Sequence[str | None], codes: IntArray) -> pa.Array:
    """Look up words by code; None gives a null."""
    return pa.array(words, pa.string()).take(pa.array(codes))


def build_leads(rng: np.random.Generator, ids: pa.Array, created: IntArray, people: People) -> pa.Table:
    """Write down the leads as the CRM shows them at creation.

    Parameters
    ----------
    rng : numpy.random.Generator
        Decides on wording and names only.
    ids : pyarrow.Array
        Lead ids.
    created : (leads,) int64
        Creation, microseconds since 1970 UTC.
    people : People
        Attributes as codes.

    Returns
    -------
    pyarrow.Table
        One row a lead.
    """
    world = build_world()
    japanese = _write_japanese(rng, people)
    return pa.table(
        {
            "lead_id": ids,
            "created_at": pa.array(created).cast(UTC),
            "company": pick((*world.name, None), people.company),
            "email": _emails(rng, people),
            "job_title": _titles(people, japanese),
            "industry": pick([level.name for level in tables.INDUSTRIES], people.industry),
            "employees": _figures(world.employees, people.works_at, people.size == len(tables.SIZES) - 1),
            "revenue_jpy": _figures(
                world.revenue, people.works_at, people.revenue == len(tables.REVENUES) - 1
            ),
            "region": pick([level.name for level in tables.REGIONS], people.region),
            "country": pick(names.COUNTRIES, people.region),
            "language": pick(("en", "ja"), japanese),
            "source": pick([level.name for level in tables.SOURCES], people.source),
            "campaign": _campaigns(created, people.source),
        }
    )


def _write_japanese(rng: np.random.Generator, people: People) -> IntArray:
    """Tell who writes Japanese, as 0 or 1."""
    at_home = np.array([country == "JP" for country in names.COUNTRIES])[people.region]
    return (at_home & (rng.random(len(at_home)) >= _OTHER_LANGUAGE)).astype(np.int64)


def _emails(rng: np.random.Generator, people: People) -> pa.Array:
    """Make addresses: initial, surname, a number against doubles, and where the mail is read."""
    count = len(people.mail)
    initials = pick("abcdefghijklmnorstuwyz", rng.integers(0, 22, count))
    surnames = pick(names.SURNAMES, rng.integers(0, len(names.SURNAMES), count))
    numbers = pc.cast(pa.array(rng.integers(1, 10_000, count)), pa.string())
    free = rng.integers(0, len(names.FREE_MAIL), count)
    domains = (*build_world().domain, *names.FREE_MAIL)
    read_at = np.where(people.mail == _FREE, len(domains) - len(names.FREE_MAIL) + free, people.works_at)
    local = pc.binary_join_element_wise(initials, ".", surnames, numbers, "")
    return pc.binary_join_element_wise(local, pick(domains, read_at), "@")


def _titles(people: People, japanese: IntArray) -> pa.Array:
    """Word rank and department as a job title; students have none, some leads give none."""
    departments = len(names.TITLES_JA[0])
    words: list[str | None] = [title for row in (*names.TITLES_EN, *names.TITLES_JA) for title in row]
    per_language = len(words) // 2
    ranks = len(tables.RANKS)
    code = japanese * per_language + people.rank * departments + people.department
    code = np.where(people.rank == ranks - 2, len(words) + 1 - japanese, code)
    code = np.where(people.rank == ranks - 1, len(words) + 2, code)
    return pick([*words, *names.STUDENT_TITLES, None], code)


def _figures(values: FloatArray, company: IntArray, gaps: np.ndarray) -> pa.Array:
    return pa.array(values[company].astype(np.int64), mask=gaps)


def _campaigns(created: IntArray, source: IntArray) -> pa.Array:
    """Name the campaign after its quarter; sources without campaigns give nulls."""
    quarters = created.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64) // 3
    spanned = range(int(quarters.min()), int(quarters.max()) + 1)
    dates = [f"{1970 + quarter // 4}q{quarter % 4 + 1}" for quarter in spanned]
    names_of = [f"{date}_{name}" if name else None for date in dates for name in names.CAMPAIGNS]
    return pick(names_of, (quarters - quarters.min()) * len(names.CAMPAIGNS) + source)
