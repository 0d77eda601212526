"""One look at the model in use: everything that is known of it between two trainings."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import mlflow
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.config import Config
from qualify.errors import DataError, UserError
from qualify.evaluate import Metric
from qualify.labels.snapshots import end_of_data
from qualify.leads.tables import NO_TIME, BoolArray
from qualify.ledger.stored import stored_answers
from qualify.moments import parse_as_of
from qualify.scorer import Scorer
from training.answers import join_answers
from training.cut import known_at
from training.data import Loaded, load_tables
from training.in_use import champion, open_registry
from training.monitor.alarms import Alarm, find_alarms
from training.monitor.drift import FieldDrift, Side, commonly_known, compare_fields, compare_scores
from training.monitor.expected import expect
from training.monitor.freshness import Freshness, freshness
from training.monitor.moments import Moments, Span, matured_rows, periods, span_of
from training.monitor.outcomes import Outcomes, observe, promised
from training.rivals import champion_probability, load_rival
from training.steps import begin
from training.work import load_work

__all__ = ["FEWEST", "Watched", "look"]

FEWEST = 30
"""Fewer leads of a period are not compared."""


@dataclass(frozen=True)
class Watched:
    """What a look found.

    Parameters
    ----------
    as_of
        Nothing later than this was looked at (microseconds).
    leads
        By period, how many leads were looked at: ``reference``, ``recent``.
    fields
        None of them where there are too few recent leads.
    scores
        PSI of the probability; None where it cannot be compared.
    expected
        By period: what the probabilities promise at the same ages.
    outcomes
        None where no lead has matured.
    rejects
        Rows that could not be used, by code; `rejected_share` is that of the leads.
    timezone
        Whose days people are shown.
    """

    name: str
    version: str
    run_id: str
    language: str
    as_of: int
    span: Span | None
    freshness: Freshness
    leads: Mapping[str, int]
    fields: tuple[FieldDrift, ...]
    scores: Metric | None
    expected: Mapping[str, Mapping[str, Metric]]
    promised: Mapping[str, Metric]
    outcomes: Outcomes | None
    rejects: Mapping[str, int]
    rejected_share: float
    alarms: tuple[Alarm, ...] = ()
    timezone: str = "UTC"


def look(config: Config, folder: Path, as_of: str | None = None) -> Watched:
    """Look at the model in use.

    Parameters
    ----------
    as_of
        As of when; default: now. Later things are hidden, as if the tables had been exported then.

    Raises
    ------
    UserError, ModelError
        There is no model in use, or the time cannot be read.
    DataError, ConfigError
        A table or the configuration is wrong.
    """
    client = open_registry(config, folder)
    found = champion(client, config.mlflow.model_name)
    now = _moment(as_of, config)
    rival = load_rival(config)
    assert rival is not None, "the registry has just named the version in use"
    loaded = load_tables(config, folder, whole=True)
    tables = known_at(loaded.tables, now)
    joined = join_answers(config, tables, _answers(config, folder, now))
    loaded = replace(loaded, tables=joined.tables, work=load_work(config, folder))
    if not len(loaded.tables):
        raise DataError("no lead had come in by that time", where="--as-of", got=as_of,
                        expected="a time after the first lead's creation")  # fmt: skip
    _check_columns(loaded, rival.scorer, found.version)
    run = client.get_run(found.run_id)
    begin("comparing recent leads with those learned from")
    watched = _watch(loaded, rival.scorer, now, run)
    named = replace(watched, name=config.mlflow.model_name, version=found.version, run_id=found.run_id,
                    timezone=config.data.timezone)  # fmt: skip
    return replace(named, alarms=find_alarms(named))


def _moment(as_of: str | None, config: Config) -> int:
    moment = parse_as_of(as_of, config.data.timezone)
    if moment.after_creation is not None:
        raise UserError("the model is watched at one moment, not lead by lead", where="--as-of", got=as_of,
                         expected="a time such as 2026-04-01T09:00Z")  # fmt: skip
    return time.time_ns() // 1000 if moment.time is None else moment.time


def _answers(config: Config, folder: Path, now: int) -> pa.Table | None:
    """Return what sales had answered by then: outcomes that a retraining would learn from."""
    found = stored_answers(config, folder)
    if found is None:
        return None
    return found.filter(pc.less_equal(found["at"], pa.scalar(now, pa.timestamp("us", tz="UTC"))))


def _check_columns(loaded: Loaded, scorer: Scorer, version: str) -> None:
    absent = [name for name in scorer.parts.schema.columns if name not in loaded.tables.columns]
    if absent:
        raise DataError(
            f"version {version} needs columns that are no longer used", where="qualify.yaml, columns",
            got=", ".join(sorted(loaded.tables.columns)), expected=", ".join(absent),
            mend="bring the columns back, or train again without them",
        )  # fmt: skip


def _watch(loaded: Loaded, scorer: Scorer, now: int, run: mlflow.entities.Run) -> Watched:
    parts, config = scorer.parts, loaded.config
    span = span_of(parts.window.begins, parts.window.ends, loaded.tables)
    before, after = periods(loaded, parts.schema, span)
    learned = loaded.tables.created_at <= (0 if span is None else span.ends)
    reference, recent = _side(loaded, scorer, before, learned), _side(loaded, scorer, after)
    share, seed = config.capacity.share, parts.seed
    fields = [] if recent is None else compare_fields(
        parts.plan.fields, reference, recent, parts.evidence, seed
    )  # fmt: skip
    return Watched(
        name="", version="", run_id="", language=config.language, as_of=now, span=span,
        freshness=_freshness(loaded, scorer, span, now, run),
        leads={"reference": len(np.unique(before.lead)), "recent": len(np.unique(after.lead))},
        fields=tuple(fields),
        scores=compare_scores(reference, recent, seed) if reference and recent else None,
        expected={
            name: expect(side.probability, side.moments.weight, side.moments.lead, capacity_share=share,
                         seed=seed)
            for name, side in (("reference", reference), ("recent", recent)) if side is not None
        },
        promised=promised(run.data.metrics),
        outcomes=None if span is None else _outcomes(loaded, scorer, span),
        rejects=loaded.rejects.counts(),
        rejected_share=len(loaded.rejects) / (len(loaded.rejects) + len(loaded.tables)),
    )  # fmt: skip


def _side(loaded: Loaded, scorer: Scorer, moments: Moments, learned: BoolArray | None = None) -> Side | None:
    """Return a period as the model sees it; None where it holds too few leads."""
    if len(np.unique(moments.lead)) < FEWEST:
        return None
    told = scorer.explain_rows(loaded.tables, moments.lead, moments.as_of)
    common = {} if learned is None else commonly_known(loaded.tables, learned, moments)
    return Side(moments, told.frame, told.prediction.probability, told.contributions, common)


def _outcomes(loaded: Loaded, scorer: Scorer, span: Span) -> Outcomes | None:
    rows = matured_rows(loaded, scorer.parts.schema, span)
    if not len(rows.lead):
        return None
    probability = champion_probability(scorer, loaded.tables, rows.lead, rows.as_of)
    return observe(rows, probability, capacity_share=loaded.config.capacity.share, seed=scorer.parts.seed)


def _freshness(
    loaded: Loaded, scorer: Scorer, span: Span | None, now: int, run: mlflow.entities.Run
) -> Freshness:
    ended = run.info.end_time or run.info.start_time
    trained = int(datetime.fromtimestamp(ended / 1000, UTC).timestamp() * 1_000_000)
    return freshness(
        now, window_ends=None if span is None else span.ends, trained=trained if trained <= now else None,
        data_ends=NO_TIME if span is None else end_of_data(loaded.tables),
        horizon=scorer.parts.schema.targets[0].within_days,
    )  # fmt: skip
