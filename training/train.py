"""The training job: pipeline, verdict, MLflow, registry."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd

from qualify.config import Config
from qualify.errors import GateRefused
from qualify.labels.audit.wording import LEAST_ROWS
from qualify.model.bundle import write_bundle
from training import registry
from training.audit import audit_if_readable
from training.checks import Finding
from training.contest import hold
from training.data import Loaded, load_tables
from training.decision import Decision
from training.draft import Draft, draft_of
from training.drawn import drawn_json
from training.heard import with_work
from training.pipeline import Seen, Trained, train_model
from training.record import log_run
from training.ring import Ring
from training.steps import begin
from training.verdict import Verdict


@dataclass(frozen=True)
class Attempt:
    """A training run that has ended, whatever it found.

    Parameters
    ----------
    registered
        None where the verdict did not allow it.
    ring, decision
        The contest with the champion and what the gate says of it; None where no version is in use.
    settled
        What `settle` said.
    findings
        What the audit found, warnings first; None: the data could not be audited.
    """

    trained: Trained
    verdict: Verdict
    registered: registry.Registered | None
    bundle_version: str
    run_id: str
    ring: Ring | None
    decision: Decision | None
    seconds: float
    settled: tuple[str, ...] = ()
    findings: tuple[Finding, ...] | None = None


Settle = Callable[[registry.Registered, Ring | None, Decision | None], tuple[str, ...]]
"""What is to become of a version that was registered; the run ends only when that is done."""


def train(
    config: Config, folder: Path, *, budget: float, seed: int, force: bool = False, trials: int | None = None
) -> Attempt:
    """Train, judge, log and register.

    Raises
    ------
    GateRefused
        The verdict is not "model" and `force` is not set. The run is in MLflow; no version is registered.
    """
    done = train_and_judge(config, folder, budget=budget, seed=seed, force=force, trials=trials)
    # The run has ended well, with a finding: so the refusal is told outside of it.
    refused = refusal(done)
    if refused is not None:
        raise refused
    return done


def train_and_judge(
    config: Config,
    folder: Path,
    *,
    budget: float,
    seed: int,
    force: bool = False,
    trials: int | None = None,
    read: Callable[[], Loaded] | None = None,
) -> Attempt:
    """Do what `train` does, and return a run without a version too.

    Parameters
    ----------
    read
        Gives the configured tables, where reading them has begun before; None: they are read now.
    """
    began = time.monotonic()
    if not registry.is_local(config):
        # A server that cannot be reached should be known before an hour of work, not after it.
        registry.open_experiment(config, folder)
    loaded = with_work(load_tables(config, folder) if read is None else read(), folder)
    return attempt(loaded, folder, budget=budget, seed=seed, force=force, trials=trials, began=began)


def refusal(done: Attempt) -> GateRefused | None:
    """Return why no version was registered; None where one was."""
    if done.registered is not None:
        return None
    return GateRefused(
        f"the verdict is `{done.verdict.use}`, so no model was registered",
        [*done.verdict.reasons, "with --force the model is registered all the same"],
    )


def attempt(
    loaded: Loaded,
    folder: Path,
    *,
    budget: float,
    seed: int,
    force: bool = False,
    trials: int | None = None,
    began: float,
    settle: Settle | None = None,
) -> Attempt:
    """Train on tables that were read, log the run, and register the model if the verdict allows it.

    Parameters
    ----------
    began
        When the work on this run began, on the monotonic clock.
    settle
        Called with a version that was registered. A run that is killed before this is done does not count as
        finished, so that it is made again.
    """
    config = loaded.config
    trained, draft, findings = _trained(loaded, folder, budget=budget, seed=seed, trials=trials)
    verdict = draft.verdict
    with tempfile.TemporaryDirectory() as scratch, registry.run(config, folder) as active:
        bundle = Path(scratch) / "bundle"
        version = write_bundle(trained.parts, bundle)
        begin("figures, pictures and report")
        log_run(trained, verdict, Path(scratch), version, time.monotonic() - began, findings, draft)
        mlflow.log_dict({"turned": turned_json(trained)}, "turned.json")
        ring, decision = hold(trained, verdict, bundle)
        registered = None
        settled: tuple[str, ...] = ()
        if verdict.use == "model" or force:
            begin("registering the model")
            registered = registry.register(config, trained.parts, bundle, example_of(loaded), version)
            mlflow.set_tags({"model_version": registered.version, "alias": registered.alias})
            assert active.info.run_id == registered.run_id
            settled = settle(registered, ring, decision) if settle else ()
        else:
            mlflow.set_tag("registered", "no: the verdict is not `model`")
    seconds = time.monotonic() - began
    run_id = str(active.info.run_id)
    return Attempt(trained, verdict, registered, version, run_id, ring, decision, seconds, settled, findings)


def _trained(
    loaded: Loaded, folder: Path, *, budget: float, seed: int, trials: int | None
) -> tuple[Trained, Draft, tuple[Finding, ...] | None]:
    """Train, and beside it audit the data, make the store and draw the report: trees leave a core idle.

    The audit begins first: it reads the leads table again, which a database may not give later. The store is
    made once a target could be judged: tables and settings that cannot be used leave none behind.
    """
    stored: list[Future[None]] = []
    drafts: list[Draft] = []
    with ThreadPoolExecutor(max_workers=1) as beside:
        audited = beside.submit(audit_if_readable, loaded, folder, seed=seed)

        def meanwhile(seen: Seen) -> None:
            stored.append(beside.submit(registry.make_store, loaded.config, folder))
            drafts.append(draft_of(seen))

        trained = train_model(loaded, budget=budget, seed=seed, trials=trials, meanwhile=meanwhile)
        stored[0].result()
        return trained, drafts[0], audited.result()


def example_of(loaded: Loaded) -> pd.DataFrame:
    """Return a lead document with made-up id and the most common values: no row of the user's table.

    Values that fewer than `LEAST_ROWS` leads have are left empty, and of the latest creation the day is told.
    """
    document: dict[str, Any] = {"lead_id": "example-1"}
    created = loaded.tables.created_at
    if np.any(created > 0):
        document["created_at"] = pd.Timestamp(int(created.max()), unit="us", tz="UTC").floor("D").isoformat()
    for name, spec in loaded.used.items():
        column = loaded.tables.columns[name]
        if spec.type in ("email", "job_title", "text", "multi_select") or column.kind == "date":
            continue
        if column.kind == "number":
            known = column.values[~np.isnan(column.values)]
            document[name] = float(np.median(known)) if len(known) else None
        else:
            counts = np.bincount(column.values[column.values >= 0], minlength=len(column.vocabulary))
            common = counts.max(initial=0) >= LEAST_ROWS
            document[name] = column.vocabulary[int(np.argmax(counts))] if common else None
    return pd.DataFrame([document])


def selection_json(trained: Trained) -> Mapping[str, Any] | None:
    """Return whose outcomes were learned from, for JSON; None where leads are not picked by lot."""
    found = trained.data.selection()
    return None if found is None else found.as_json()


def turned_json(trained: Trained) -> list[dict[str, Any]]:
    """Return the values of which the past was forgotten, for JSON.

    The moment is empty where the table has no dates; the odds are those after the turn by those before it,
    less what all other leads' did.
    """
    return [
        {
            "field": each.feature, "value": each.value,
            "since": str(np.datetime64(each.since, "us")) if each.since else "",
            "odds_ratio": float(np.exp(each.moved)), "standard_errors": each.clear,
        }
        for each in trained.turned
    ]  # fmt: skip


def skipped_json(trained: Trained) -> list[dict[str, str]]:
    """Return the further targets of which no model was made, for JSON."""
    return [asdict(each) for each in trained.skipped]


def as_json(done: Attempt, config: Config) -> Mapping[str, Any]:
    """Return what `qualify train --json` prints, of a run without a version too."""
    trained, made = done.trained, done.registered
    judged, window = trained.judged[0], trained.parts.window

    def figures(name: str) -> dict[str, dict[str, float | None]]:
        return {key: metric.as_dict() for key, metric in judged.metrics[name].items()}

    return {
        "run_id": done.run_id,
        "registered": made is not None,
        "model_uri": None if made is None else made.model_uri,
        "model_version": None if made is None else made.version,
        "alias": None if made is None else made.alias,
        "bundle": done.bundle_version,
        "verdict": done.verdict.use,
        "gate": done.decision.as_json() if done.decision is not None else None,
        "reasons": list(done.verdict.reasons),
        "rows": window.rows,
        "leads": window.leads,
        "positives": window.positives,
        "drawn": drawn_json(trained.data),
        "skipped_targets": skipped_json(trained),
        "excluded": [
            {"column": name, "code": why.code, "evidence": why.evidence}
            for name, why in {**config.exclude, **trained.calendars}.items()
        ],
        "turned": turned_json(trained),
        "metrics": figures("model"),
        "baselines": {name: figures(name) for name in ("rules", "bayes", "linear")},
        "selection": selection_json(trained),
        "tuning": {"trials": trained.tuned.trials, "log_loss": trained.tuned.loss},
        "seconds": done.seconds,
        "seconds_by_step": trained.seconds,
    }
