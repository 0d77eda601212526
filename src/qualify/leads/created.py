"""Which column of the leads tells when they came in: by its name and the rows that have it."""

from __future__ import annotations

import re
from collections.abc import Mapping

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
    dated = [
        p for p in profiles.values() if p.type == "date" and not re.search(_NOT_CREATED, plain_name(p.name))
    ]
    ranked = [(name_rank(p.name, _CREATED), k, p) for k, p in enumerate(dated)]
    named = [
        (rank, k, p.name)
        for rank, k, p in ranked
        if p.given >= (_PLAIN_DATE_SHARE if rank < _PLAIN_DATE_RANKS else _DATE_SHARE) * p.rows
    ]
    return min(named)[2] if named else None


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
    dated = [
        p for p in profiles.values() if p.type == "date" and not re.search(_NOT_CREATED, plain_name(p.name))
    ]
    ranked = [(name_rank(p.name, _CREATED), k, p) for k, p in enumerate(dated)]
    sparse = [
        (rank, k, p.name)
        for rank, k, p in ranked
        if rank < _PLAIN_DATE_RANKS and _HALF * p.rows <= p.given < _PLAIN_DATE_SHARE * p.rows
    ]
    return min(sparse)[2] if sparse else None
