"""A list of scores as it was ordered: what `qualify score` was asked for, from first check to last word."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qualify.compiled import load_loops
from qualify.config import Config
from qualify.moments import AsOf, parse_as_of
from qualify.scorer import Scorer
from serving.awaited import AwaitedModel
from serving.batch import Job, Sources
from serving.batch.size import parse_memory
from serving.batch.summary import Summary
from serving.batch.work import claimed, place_of, room_needed
from serving.cli_ledger import desk_lines, open_ledger
from serving.incremental import parse_since
from serving.registry_apart import Asked
from serving.remarks import (
    lines_of_future,
    lines_of_not_given,
    lines_of_unjoined,
    tables_not_given,
    tables_unjoined,
)
from serving.score_run import check_request, rejects_place, run_request

if TYPE_CHECKING:
    from qualify.ledger import Recorded
    from serving.desk import SalesDesk

__all__ = ["Delivered", "ListOrder"]


@dataclass(frozen=True)
class Delivered:
    """A list that was written.

    Parameters
    ----------
    seconds
        From the order to the last byte.
    stored
        What went to the sales desk; None: nothing was to.
    sources, moment
        The tables that it was made from, and the time of scoring that was asked for.
    """

    order: ListOrder
    done: Summary
    scorer: Scorer
    seconds: float
    stored: Recorded | None
    sources: Sources
    moment: AsOf

    def lines(self) -> Iterator[str]:
        """Yield what a person is told."""
        yield from desk_lines(self.stored) if self.stored is not None else ()
        yield from self.done.lines()
        yield from lines_of_not_given(self.scorer, self.sources)
        yield from lines_of_unjoined(self.scorer, self.sources, self.done)
        yield from lines_of_future(self.moment)
        rest = "" if self.order.changed_since is None else f"; {self.done.unchanged} as they were"
        scored = f"{self.done.scored} leads scored in {self.seconds:.1f} s: {_shown(self.order.out)}"
        yield f"{scored}; {self.done.rejected} rejected{rest}"

    def as_json(self) -> dict[str, object]:
        """Return what ``--json`` prints."""
        done, order = self.done, self.order
        out = _shown(order.out)
        rejects = rejects_place(order.out, order.engine) if done.rejected else None
        told: dict[str, object] = {
            "scored": done.scored, "rejected": done.rejected, "rejects": done.counts(), "out": out,
            "rejects_file": rejects, "model_version": self.scorer.version,
            "scorecard_version": self.scorer.scorecard.version, "seconds": self.seconds,
            "tables_not_given": list(tables_not_given(self.scorer, self.sources)),
            "tables_unjoined": list(tables_unjoined(self.scorer, self.sources, done)),
        }  # fmt: skip
        if order.changed_since is not None:
            told["unchanged"] = done.unchanged
        return told if self.stored is None else told | {"ledger": asdict(self.stored)}


@dataclass(frozen=True)
class ListOrder:
    """What `qualify score` was asked for, as the words of the command line.

    Parameters
    ----------
    out, engine
        Where the list goes, and where it is made: ``local`` or ``spark``.
    as_of, changed_since, memory
        As typed; checked before anything is read.
    reasons, language
        How many reasons a lead has, and in which language; None: the configured one.
    model
        A bundle's folder or an MLflow URI; None: as configured.
    ledger
        Whether the sales desk gets the list too.
    """

    out: str
    engine: str
    as_of: str | None
    changed_since: str | None
    memory: str
    reasons: int
    language: str | None
    model: str | None
    ledger: bool

    def check(self) -> None:
        """Refuse what cannot be done whatever the configuration says (see `serving.score_run`)."""
        check_request(self.out, self.engine, ledger=self.ledger, changed_since=self.changed_since)

    def deliver(self, asked: Asked, config: Config | None, folder: Path, sources: Sources) -> Delivered:
        """Make the list.

        Parameters
        ----------
        asked
            The question for the model, which was put when the command began.
        config, folder
            The configuration, where there is one, and its folder.
        sources
            The tables.

        Raises
        ------
        UserError, ConfigError, DataError, ModelError, StoreError
            What was asked for cannot be done.
        """
        began = time.monotonic()
        room = parse_memory(self.memory)
        project = config if self.ledger else None
        if project is not None:  # a ledger that does not answer is told before anything is computed
            open_ledger(project, folder).close()
        zone = config.data.timezone if config else "UTC"
        moment = parse_as_of(self.as_of, zone)
        since = None if self.changed_since is None else parse_since(self.changed_since, zone)
        with claimed(self.out), room_needed(place_of(self.out).parent):
            load_loops()  # while the registry is asked
            awaited = AwaitedModel(asked, self.model, config, folder)
            plain = self.engine == "local" and not self.ledger and since is None
            early = awaited.split_meanwhile(sources, room, self.out) if plain else None
            scorer = awaited.scorer
            desk = None if project is None else self._desk(project, folder, scorer, sources)
            language = self.language or (config.language if config else "en")
            job = Job(scorer, sources, self.out, moment, self.reasons, language, room, desk=desk, early=early)
            done = run_request(job, awaited.bundle, self.engine, since)
        return Delivered(
            self, done, scorer, time.monotonic() - began, desk.stored if desk else None, sources, moment
        )

    @staticmethod
    def _desk(project: Config, folder: Path, scorer: Scorer, sources: Sources) -> SalesDesk:
        from serving.desk import SalesDesk  # brings the ledger's libraries, which other jobs do without

        return SalesDesk(project, folder, scorer.scorecard, sources)


def _shown(out: str) -> str:
    """Return an output without the name and the password that a database's URL may hold."""
    return out.rpartition("@")[2]
