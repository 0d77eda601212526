"""Which column of the leads tells when they came in: by its name and the rows that have it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from qualify.leads.column_profile import ColumnProfile
from qualify.leads.shapes import name_rank, plain_name

__all__ = ["find_created_at", "find_sparse_created_at"]

_PLAIN_DATE_RANKS = 2
_PLAIN_DATE_SHARE, _DATE_SHARE = 0.8, 0.99
_HALF = 0.5
_CREATED = (
    r"^created at$|^created$|^creation (date|time)$|作成日|登録日|発生日|問い?合わせ日",
    r"^creat\w* ?(on|date|time|at)|^date (of )?(creation|created|entered|in$|received)|"
    r"regist(ered|ration)|^reg date",
    r"first (contact|seen|touch)|inquiry date|signup|sign up|entry date|受付日|獲得日|申込日",
    r"^date$|^timestamp$|^time$|^日付$|^日時$",
)
_NOT_CREATED = (
    r"modif|updat|\blast|\bclos|\bwon\b|\blost\b|deal|birth|expir|\bend|\bdue\b|\bnext\b|"
    r"更新|最終|最新|失注|受注|成約|終了|生年|誕生"
)


def find_created_at(profiles: Mapping[str, ColumnProfile]) -> str | None:
    """Return the column with the leads' creation time: a date given in nearly every row.

    In a column that is plainly called so a fifth of the rows may lack it; those will be rejected.
    """
    return _first(profiles, lambda rank, share: share >= _enough(rank))


def find_sparse_created_at(profiles: Mapping[str, ColumnProfile]) -> str | None:
    """Return a column of dates that is plainly called the creation time, but lacks it in too many rows.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from qualify.leads.profile import profile
    >>> days = ["2026-01-01", "2026-01-02", None, "2026-01-04", None]
    >>> given = profile(pa.table({"Created": days}))
    >>> find_created_at(given), find_sparse_created_at(given)
    (None, 'Created')
    """
    return _first(profiles, lambda rank, share: rank < _PLAIN_DATE_RANKS and _HALF <= share < _enough(rank))


def _enough(rank: int) -> float:
    """Return the share of rows that have to have the date, by how plainly the column is called so."""
    return _PLAIN_DATE_SHARE if rank < _PLAIN_DATE_RANKS else _DATE_SHARE


def _first(profiles: Mapping[str, ColumnProfile], fits: Callable[[int, float], bool]) -> str | None:
    """Return the best named column of dates of which the rank of its name and its share of given rows fit."""
    ranked = [
        (name_rank(p.name, _CREATED), k, p)
        for k, p in enumerate(profiles.values())
        if p.type == "date" and not re.search(_NOT_CREATED, plain_name(p.name))
    ]
    fitting = [(rank, k, p.name) for rank, k, p in ranked if fits(rank, p.given / max(1, p.rows))]
    return min(fitting)[2] if fitting else None
