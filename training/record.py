"""What a training run leaves in MLflow: parameters, digests, figures with intervals, pictures, the report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.data.meta_dataset import MetaDataset

from qualify.config import Config
from qualify.errors import without_secrets
from qualify.evaluate import Metric
from qualify.leads.tables import LeadTables
from training.checks import Finding
from training.data import Loaded
from training.draft import Draft, draft_of
from training.drawn import drawn_of
from training.driver_record import DRIVERS_FILE
from training.pipeline import Trained
from training.report import ReportData
from training.reporting import finished_report, write_report_folder
from training.verdict import Verdict

DIGEST_LENGTH = 32
"""MLflow takes digests of at most 36 characters; the whole one is a tag."""

WORK_SHA256 = "work_sha256"
"""The tag with the digest of who was to be worked, where leads are picked by lot."""
UNTIL = "until"
"""The tag with the moment up to which rows counted as past, in microseconds."""
HEARD_UNTIL, HEARD_ANSWERS = "ledger_until", "ledger_answers"
"""The tags with the moment as of which the ledger was read (microseconds), and if answers were joined."""
DATA_SHA256 = "data_sha256"
"""The tag with the digest of the tables as they were learned from, the answers of sales in them."""
RECALIBRATION, RECALIBRATED_FROM = "recalibration", "recalibrated_from"
"""The kind of a run that made a calibration alone, and its tag with the version whose fit it kept."""
LEARNED_FROM = "learned_from"
"""The tag by which a run is found that has learned from the same data with the same settings."""

DRAWN = "drawn"
"""The tag that says of how many leads and rows how many were learned from, where it was not all of them."""
SKIPPED = "skipped_targets"
"""The tag with the further targets of which no model was made, and why."""


def log_run(
    trained: Trained,
    verdict: Verdict,
    scratch: Path,
    bundle_version: str,
    seconds: float,
    findings: tuple[Finding, ...] | None = None,
    draft: Draft | None = None,
) -> None:
    """Log everything but the model itself to the active run.

    Parameters
    ----------
    findings
        Of the data's audit.
    draft
        The report as far as it was made during the training; None: it is made now.
    """
    config = trained.data.loaded.config
    digest = digest_of(trained.data.loaded.tables)
    drawn = drawn_of(trained.data)
    params = {"seed": trained.parts.seed, "trials": trained.tuned.trials, **_flat_params(trained)}
    mlflow.log_params(params | ({} if drawn is None else drawn.as_params()))
    mlflow.set_tags({
        "bundle": bundle_version, "verdict": verdict.use, "scorecard": trained.data.loaded.scorecard.version,
        DATA_SHA256: digest, LEARNED_FROM: learned_from(trained.data.loaded),
        **moments_of(trained.data.loaded),
        "reasons": " | ".join(verdict.reasons),
        **({} if drawn is None else {DRAWN: drawn.sentence()}), **_skipped_tag(trained),
    })  # fmt: skip
    mlflow.log_metrics(_metrics(trained) | {"seconds": seconds})
    _log_selection(trained)
    mlflow.log_dict(dict(settings_of(config)), "config.json")
    mlflow.log_text(trained.parts.scorecard_text, "scorecard.yaml")
    mlflow.log_dict({"verdict": verdict.use, "reasons": list(verdict.reasons)}, "verdict.json")
    _log_data(config, digest)
    made = draft_of(trained.seen) if draft is None else draft
    report = finished_report(made.report, trained.seen, bundle_version, digest, findings=findings)
    _log_audit(report, findings)
    pictures = scratch / "report"
    mlflow.log_dict(made.drivers, DRIVERS_FILE)
    write_report_folder(report, made.pictures, pictures)
    mlflow.log_artifacts(str(pictures))


def moments_of(loaded: Loaded) -> dict[str, str]:
    """Return the tags that say as of when the tables and the ledger were read."""
    found = {} if loaded.until is None else {UNTIL: str(loaded.until)}
    if loaded.heard is None:
        return found
    return found | {HEARD_UNTIL: str(loaded.heard.until), HEARD_ANSWERS: str(loaded.heard.answers).lower()}


def _log_audit(report: ReportData, findings: tuple[Finding, ...] | None) -> None:
    """Log what the audit found, and which part of the leads has an outcome."""
    if findings is not None:
        mlflow.log_dict({"findings": [asdict(each) for each in findings]}, "findings.json")
    if report.population is not None:
        mlflow.log_dict(report.population.as_json(), "population.json")


def _skipped_tag(trained: Trained) -> dict[str, str]:
    told = " | ".join(f"{each.name}: {each.reason}" for each in trained.skipped)
    return {SKIPPED: told} if told else {}


def settings_of(config: Config) -> Mapping[str, Any]:
    """Return the settings that a run depends on, and that are needed to repeat it.

    Left out is where things lie and who may come in: such URLs can hold passwords, and roles name people.
    """
    kept: Mapping[str, Any] = json.loads(_settings_text(config))
    return kept


def _settings_text(config: Config) -> str:
    return config.model_dump_json(
        exclude={"data": {"leads", "activities", "stages"}, "mlflow": True, "service": True}
    )


def _log_selection(trained: Trained) -> None:
    """Log whose outcomes were learned from, and a digest of what the ledger knew of sales' work."""
    work, found = trained.data.loaded.work, trained.data.selection()
    if work is None or found is None:
        return
    mlflow.set_tag(WORK_SHA256, work.digest())
    mlflow.log_metrics(found.as_metrics())
    mlflow.log_dict(found.as_json(), "selection.json")


def _log_data(config: Config, digest: str) -> None:
    """Log what was learned from by name and digest; the tables themselves stay where they are."""
    data = config.data
    sources = {"leads": data.leads, "activities": data.activities, "stages": data.stages}
    # The URL of a database may hold a password.
    named = {
        table: without_secrets(source) if isinstance(source, str) else "a database query"
        for table, source in sources.items()
        if source is not None
    }
    dataset = MetaDataset(  # type: ignore[abstract]
        CodeDatasetSource(named), name="leads", digest=digest[:DIGEST_LENGTH]
    )
    mlflow.log_input(dataset, context="training")


def _flat_params(trained: Trained) -> dict[str, object]:
    found = asdict(trained.tuned.params)
    trees = found.pop("trees")
    return {**{f"trees_{name}": value for name, value in trees.items()}, **found}


def _metrics(trained: Trained) -> dict[str, float]:
    """Return the figures of all targets, those of further ones as `target/name`."""
    found: dict[str, float] = {}
    for judged in trained.judged:
        found |= flat_metrics(judged.metrics, "" if judged is trained.judged[0] else f"{judged.target}/")
    return found


def flat_metrics(metrics: Mapping[str, Mapping[str, Metric]], prefix: str = "") -> dict[str, float]:
    """Return the figures by the names that MLflow keeps them under.

    Those of the baselines are called `rules/name`, intervals `name_low` and `name_high`; figures that are not
    defined are left out.
    """
    found: dict[str, float] = {}
    for who, figures in metrics.items():
        scorer = "" if who == "model" else f"{who}/"
        for name, metric in figures.items():
            called = f"{prefix}{scorer}{name}"
            found |= {called: metric.value, f"{called}_low": metric.low, f"{called}_high": metric.high}
    return {name: value for name, value in found.items() if np.isfinite(value)}


def learned_from(loaded: Loaded) -> str:
    """Return a SHA-256 over what a run depends on: tables, settings, scorecard, who was to be worked."""
    found = hashlib.sha256(digest_of(loaded.tables).encode())
    found.update(_settings_text(loaded.config).encode())
    found.update(loaded.scorecard.to_text().encode())
    if loaded.work is not None:
        found.update(loaded.work.digest().encode())
    return found.hexdigest()


def digest_of(tables: LeadTables) -> str:
    """Return a SHA-256 over the tables as the kernels see them."""
    found = hashlib.sha256()
    found.update("\n".join(tables.lead_id.tolist()).encode())
    found.update(tables.created_at.tobytes())
    for name, column in tables.columns.items():
        found.update(name.encode())
        found.update(np.ascontiguousarray(column.values).tobytes())
        found.update("\n".join(column.vocabulary).encode())
    acts, stages = tables.activities, tables.stages
    for part in (acts.offsets, acts.type, acts.occurred_at, acts.known_at, acts.topic, acts.value,
                 stages.offsets, stages.stage, stages.entered_at, stages.known_at):  # fmt: skip
        found.update(np.ascontiguousarray(part).tobytes())
    found.update("\n".join([*acts.types, *acts.topics, *stages.stages]).encode())
    return found.hexdigest()
