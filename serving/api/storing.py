"""Records into the ledger: what the background writer does with what it takes from the spool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import orjson

from qualify.config import Webhook
from qualify.errors import LedgerUnavailable, QualifyError
from qualify.ledger import Ledger
from serving.api.records import ScoredLead, to_table

__all__ = ["Done", "Here", "Storing"]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of some records.

    Parameters
    ----------
    stored, repeated, forgotten
        Numbers of rows (see `qualify.ledger.Ledger.record_scores`).
    refused
        Positions of the records that the ledger never takes, with the name of what was raised.
    """

    stored: int = 0
    repeated: int = 0
    forgotten: int = 0
    refused: tuple[tuple[int, str], ...] = ()


class Storing(Protocol):
    """Who stores records."""

    def open(self) -> None:
        """Make ready, and wait until it is; nothing is asked of the ledger yet."""

    def store(self, records: Sequence[bytes]) -> Done:
        """Store records as the spool holds them, each once however often it is brought.

        Raises
        ------
        LedgerUnavailable
            The database does not answer. Some of the records may be stored.
        """

    def close(self) -> None:
        """Give back what `open` took."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """What goes with the records; see `qualify.ledger.Ledger.record_scores`.

    The first three are of the model in use, the last is of the configuration.
    """

    closed: tuple[str, ...] = ()
    sql_stage: str | None = None
    fresh_days: float | None = None
    alert_rest_days: float = 0.0


class Here:
    """Stores in the thread that asks.

    Parameters
    ----------
    ledger
        Returns the ledger, or raises `LedgerUnavailable`.
    alert_rules
        See `qualify.ledger.Ledger.record_scores`.
    funnel
        Returns what goes with the records.
    """

    def __init__(
        self, ledger: Callable[[], Ledger], alert_rules: Sequence[Webhook], funnel: Callable[[], Funnel]
    ) -> None:
        self._ledger, self._alert_rules, self._funnel = ledger, tuple(alert_rules), funnel

    def open(self) -> None:
        """Do nothing: the ledger is opened by whoever gives it."""

    def close(self) -> None:
        """Do nothing."""

    def store(self, records: Sequence[bytes]) -> Done:
        """Store records at once; where the ledger refuses, one by one, so that one does not stop the rest."""
        try:
            return self._store([ScoredLead.read(orjson.loads(record)) for record in records])
        except LedgerUnavailable:
            raise
        except (QualifyError, ValueError, KeyError, TypeError) as error:
            if len(records) == 1:
                return Done(refused=((0, type(error).__name__),))
        return _together([self.store([record]) for record in records])

    def _store(self, leads: Sequence[ScoredLead]) -> Done:
        # A table has the columns of one model; leads scored by two of them go in two writes.
        stored = repeated = forgotten = 0
        funnel = self._funnel()
        for version in dict.fromkeys(lead.score["model_version"] for lead in leads):
            same = [lead for lead in leads if lead.score["model_version"] == version]
            done = self._ledger().record_scores(
                to_table([lead.score for lead in same]),
                origin="api",
                facts={lead.lead_id: lead.facts for lead in same},
                documents={lead.lead_id: lead.document for lead in same},
                alert_rules=self._alert_rules,
                closed=funnel.closed,
                sql_stage=funnel.sql_stage,
                fresh_days=funnel.fresh_days,
                alert_rest_days=funnel.alert_rest_days,
            )
            stored, repeated = stored + done.stored, repeated + done.repeated
            forgotten += done.forgotten
        return Done(stored, repeated, forgotten)


def _together(alone: Sequence[Done]) -> Done:
    """Sum what became of records that were stored one by one."""
    return Done(
        sum(done.stored for done in alone),
        sum(done.repeated for done in alone),
        sum(done.forgotten for done in alone),
        tuple((place, name) for place, done in enumerate(alone) for _, name in done.refused),
    )
