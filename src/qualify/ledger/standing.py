"""Where a lead stands on the desk: open or not, waiting or not, and when it passes into band A or SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from qualify.ledger.records import CLOSING, RETURNING, AlertKind

TOP = "A"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a lead besides its facts and score. Times are microseconds.

    Parameters
    ----------
    band, in_sql
        Of the latest score.
    closed_stage
        Whether the lead's own stage is one after which nothing follows.
    hot_since
        Since when the lead is in band A, in SQL or picked by lot without a break; None: in none of them.
    verdict, answered_at
        Of the last answer that was not undone.
    left_a
        Whether the lead was out of band A at that answer or since.
    returned_at
        When the lead came back after that answer.
    a_out_since, sql_out_since
        Microseconds since 1970 (UTC): when the lead fell out of band A, or of SQL, and has been out since;
        None: it is in, or never was.
    """

    band: str
    in_sql: bool
    closed_stage: bool
    hot_since: int | None
    verdict: str | None = None
    answered_at: int | None = None
    left_a: bool = False
    returned_at: int | None = None
    a_out_since: int | None = None
    sql_out_since: int | None = None

    @property
    def open(self) -> bool:
        """Whether the lead is on the desk."""
        return not self.closed_stage and (self.verdict not in CLOSING or self.returned_at is not None)

    @property
    def answered(self) -> bool:
        """Whether the lead has an answer and has not come back since."""
        return self.verdict is not None and self.returned_at is None

    @property
    def waiting_since(self) -> int | None:
        """Return since when the lead waits for an answer."""
        if self.hot_since is None or self.answered or not self.open:
            return None
        return self.hot_since if self.returned_at is None else max(self.hot_since, self.returned_at)

    def as_row(self) -> dict[str, Any]:
        """Return the columns of the table of leads that say it."""
        return {
            "in_sql": self.in_sql, "closed_stage": self.closed_stage, "hot_since": self.hot_since,
            "verdict": self.verdict, "answered_at": self.answered_at, "left_a": self.left_a,
            "returned_at": self.returned_at, "open": self.open, "answered": self.answered,
            "waiting_since": self.waiting_since, "a_out_since": self.a_out_since,
            "sql_out_since": self.sql_out_since,
        }  # fmt: skip

    @classmethod
    def of_row(cls, row: Mapping[Any, Any]) -> Standing:
        """Read the columns of the table of leads."""
        return cls(
            row["band"], row["in_sql"], row["closed_stage"], row["hot_since"], row["verdict"],
            row["answered_at"], row["left_a"], row["returned_at"], row["a_out_since"], row["sql_out_since"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class News:
    """What a new score says about a lead; `picked`: it is to be worked like one in band A."""

    band: str
    in_sql: bool
    closed_stage: bool
    as_of: int
    last_activity_at: int | None
    picked: bool = False


def after_score(old: Standing | None, news: News) -> Standing:
    """Return where a lead stands after a new latest score.

    A lead that was rejected or sent to nurturing comes back when it did something after that answer and
    passes into band A again, or newly into SQL.
    """
    hot = news.band == TOP or news.in_sql or news.picked
    if old is None:
        return Standing(news.band, news.in_sql, news.closed_stage, news.as_of if hot else None)
    # An earlier time than that of the score before: that one was of a clock that ran ahead.
    began = news.as_of if old.hot_since is None else min(old.hot_since, news.as_of)
    return Standing(
        news.band, news.in_sql, news.closed_stage, began if hot else None, old.verdict, old.answered_at,
        old.left_a or (old.verdict is not None and news.band != TOP),
        news.as_of if _returns(old, news) else old.returned_at,
        _out_since(old.band == TOP, news.band == TOP, old.a_out_since, news.as_of),
        _out_since(old.in_sql, news.in_sql, old.sql_out_since, news.as_of),
    )  # fmt: skip


def _out_since(was_in: bool, is_in: bool, since: int | None, now: int) -> int | None:
    if is_in:
        return None
    if since is None:
        return now if was_in else None
    return min(since, now)  # a clock that ran ahead must not keep a lead from being told


def _returns(old: Standing, news: News) -> bool:
    if old.verdict not in RETURNING or old.returned_at is not None or old.answered_at is None:
        return False
    active = news.last_activity_at is not None and news.last_activity_at > old.answered_at
    hot_again = (old.left_a and news.band == TOP) or (news.in_sql and not old.in_sql)
    return active and hot_again and news.as_of > old.answered_at


def after_answer(old: Standing, verdict: str | None, at: int | None, returned_at: int | None) -> Standing:
    """Return where a lead stands after an answer, or after one was undone and `verdict` is the last left."""
    left = verdict is not None and (old.band != TOP or returned_at is not None)
    return replace(old, verdict=verdict, answered_at=at, left_a=left, returned_at=returned_at)


def passes(old: Standing | None, new: Standing, at: int = 0, rest: int = 0) -> Collection[AlertKind]:
    """Return what a lead newly passed into with its latest score; closed leads pass into nothing.

    Parameters
    ----------
    at
        The time of that score, in microseconds since 1970 (UTC).
    rest
        For how many microseconds a lead must have been out of band A, or of SQL, before it passes in again:
        one that wavers about the border is told once, and a spell that begins sooner is never told, however
        long it lasts. A lead that came back after an answer passes at once.
    """
    if not new.open:
        return ()
    returned = old is not None and old.returned_at is None and new.returned_at is not None
    found: list[AlertKind] = []
    if new.band == TOP and (
        old is None or returned or (old.band != TOP and _rested(old.a_out_since, at, rest))
    ):
        found.append("band_a")
    if new.in_sql and (
        old is None or (not old.in_sql and (returned or _rested(old.sql_out_since, at, rest)))
    ):
        found.append("sql")
    return found


def _rested(out_since: int | None, at: int, rest: int) -> bool:
    return rest <= 0 or out_since is None or at - out_since >= rest
