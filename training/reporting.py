"""From a training run to the report's data, and to pictures that stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from qualify.config import Target
from qualify.explain.numbers import say_number
from qualify.explain.words import phrasebook
from qualify.leads.local_times import write_day, write_time
from qualify.leads.tables import BoolArray
from training.checks import Finding
from training.checks.told import say_finding
from training.comparison import draws_for
from training.dataset import TrainingSet
from training.drivers import describe_drivers, name_of
from training.judging import Judged
from training.learned_points import learn_points
from training.pipeline import Seen
from training.plots.texts import report_texts
from training.population import describe_population
from training.report import (
    AuditFinding,
    ExcludedColumn,
    JudgedRows,
    Period,
    Picture,
    PointPair,
    ReportData,
    render_report,
)
from training.rivals import segments_of
from training.segments import WHOLE, Segment, describe_segments
from training.verdict import Verdict, decide

MOST_POINTS = 16
LIBRARIES = {"qualify": "qualify", "LightGBM": "lightgbm", "scikit-learn": "scikit-learn", "NumPy": "numpy"}


def report_of(
    seen: Seen,
    verdict: Verdict,
    bundle_version: str,
    data_version: str,
    written: datetime | None = None,
    findings: tuple[Finding, ...] | None = None,
) -> ReportData:
    """Gather what the report says about a trained model, about its first target.

    Parameters
    ----------
    bundle_version
        What every score of this model names as its version.
    data_version
        Digest of the tables.
    written
        When; default: now.
    findings
        Of the audit of the training data; None: nobody looked.
    """
    return finished_report(draft_report(seen, verdict), seen, bundle_version, data_version, written, findings)


def finished_report(
    draft: ReportData,
    seen: Seen,
    bundle_version: str,
    data_version: str,
    written: datetime | None = None,
    findings: tuple[Finding, ...] | None = None,
) -> ReportData:
    """Return a draft with what only the end of a training tells; parameters are those of `report_of`."""
    return replace(
        draft,
        version=bundle_version,
        written=write_time(written or datetime.now(UTC), seen.data.loaded.config.data.timezone),
        versions=_versions(seen.data, bundle_version, data_version),
        findings=None if findings is None else tuple(_told(each, draft.language) for each in findings),
    )


def draft_report(seen: Seen, verdict: Verdict) -> ReportData:
    """Gather what can be said as soon as the first target has been judged."""
    data, judged = seen.data, seen.judged
    config, language = data.loaded.config, data.loaded.config.language
    target = next(t for t in config.targets if t.name == judged.target)
    reasons = verdict.reasons if language == "en" else decide(judged, language).reasons
    left_out = {**config.exclude, **seen.calendars}
    later = data.later
    return ReportData(
        name=config.mlflow.model_name,
        version="",
        written="",
        target=say_target(target, language),
        verdict=verdict.use,
        reasons=reasons,
        whole=_period(data, target, np.ones_like(later)),
        earlier=_period(data, target, ~later),
        later=_period(data, target, later),
        judged=_judged_rows(data, judged),
        capacity_share=config.capacity.share,
        drivers=describe_drivers(
            judged, data.plan.fields, data.loaded.scorecard, data.points, language=language, seed=seen.seed
        ),
        points=_point_pairs(data, target, seen.seed),
        excluded=tuple(ExcludedColumn(name, why.code, why.evidence) for name, why in left_out.items()),
        language=language,
        seed=seen.seed,
        bootstrap=draws_for(len(judged.label)),
        selection=data.selection(),
        population=describe_population(data.loaded),
        segments=_segments(seen),
    )  # fmt: skip


def _told(finding: Finding, language: str) -> AuditFinding:
    what, mend = say_finding(finding, language)
    subject = phrasebook(language).clean(finding.subject.replace("_", " "))
    # The evidence is made in English alone; a reader of another language finds it in `findings.json`.
    evidence = finding.text if language == "en" else ""
    return AuditFinding(finding.code, finding.level, subject, what, evidence, mend[:1].upper() + mend[1:])


def _segments(seen: Seen) -> tuple[Segment, ...]:
    """Measure the segments of the judged rows, under the names that the reader knows."""
    data, judged = seen.data, seen.judged
    language = data.loaded.config.language
    texts, book = report_texts(language), phrasebook(language)
    names = {field.subject: name_of(field, book, texts) for field in data.plan.fields
             if field.name.startswith("column:")}  # fmt: skip
    found = segments_of(data.loaded, data.lead[judged.chosen])
    measured = describe_segments(judged, found, bootstrap=draws_for(len(judged.label)), seed=seen.seed)

    def named(each: Segment) -> Segment:
        if each.column == WHOLE:
            return each
        # Underscores stand for spaces, as in the names of columns.
        value = None if each.value is None else book.clean(each.value.replace("_", " "))
        return replace(each, label=names.get(each.column, book.column(each.column)), value=value)

    return tuple(named(each) for each in measured)


def write_report_folder(data: ReportData, drawn: Mapping[str, tuple[Picture, ...]], folder: Path) -> None:
    """Write ``report.html`` and its figures, as ``pictures/NAME.png``; each figure is drawn once."""
    (folder / "pictures").mkdir(parents=True)
    for name, pictures in drawn.items():
        for number, picture in enumerate(pictures, start=1):
            called = f"{name}.png" if len(pictures) == 1 else f"{name}-{number}.png"
            (folder / "pictures" / called).write_bytes(picture.content)
    (folder / "report.html").write_text(render_report(data, drawn), encoding="utf-8")


def say_target(target: Target, language: str) -> str:
    """Say what is predicted: "SQL within 60 days"."""
    texts, book = report_texts(language), phrasebook(language)
    if target.label is not None:
        return book.clean(getattr(target.label, language))
    if target.stage is not None and target.within_days is not None:
        days = say_number(texts, target.within_days)
        return texts.say("target.stage", stage=book.stage(target.stage), days=days)
    column = book.clean(str(target.column).replace("_", " "))
    return texts.say("target.column", column=column, value=book.clean(str(target.positive)))


def _period(data: TrainingSet, target: Target, side: BoolArray) -> Period:
    """Count the open rows of one side whose outcome is known."""
    label = data.labels[target.name]
    chosen = side & data.open & ~np.isnan(label)
    times, zone = data.as_of[chosen], data.loaded.config.data.timezone
    dated = len(times) > 0 and (not data.loaded.config.flat or data.loaded.config.data.created_at is not None)
    return Period(
        begins=write_day(int(times.min()), zone) if dated else "",
        ends=write_day(int(times.max()), zone) if dated else "",
        leads=len(np.unique(data.lead[chosen])),
        rows=int(chosen.sum()),
        positives=len(np.unique(data.lead[chosen & (label == 1)])),
    )


def _judged_rows(data: TrainingSet, judged: Judged) -> JudgedRows:
    return JudgedRows(
        judged.label, judged.weight, judged.lead, judged.probabilities, judged.metrics,
        scores={"rules": data.points.total[judged.chosen]},
    )  # fmt: skip


def _point_pairs(data: TrainingSet, target: Target, seed: int) -> tuple[PointPair, ...]:
    """Return the rules that weigh most, on either side, in the order of the scorecard."""
    language = data.loaded.config.language
    book = phrasebook(language)
    label = data.labels[target.name]
    rows = np.flatnonzero(~data.later & data.open & ~np.isnan(label))
    found = learn_points(data.points.points[rows], label[rows], np.ones(len(rows)), seed=seed)
    weight = np.maximum(np.abs(found.written), np.abs(found.learned))
    rules = data.loaded.scorecard.rules
    heaviest = sorted(np.argsort(-weight, kind="stable")[:MOST_POINTS].tolist())
    labels = [book.clean(getattr(rules[j].label, language)) for j in found.rule]
    return tuple(PointPair(labels[k], found.learned[k], found.written[k]) for k in heaviest)


def _versions(data: TrainingSet, bundle_version: str, data_version: str) -> dict[str, str]:
    texts = report_texts(data.loaded.config.language)
    return {
        texts["versions.model"]: bundle_version,
        texts["versions.scorecard"]: data.loaded.scorecard.version,
        texts["versions.data"]: data_version[:16],
        **{name: version(package) for name, package in LIBRARIES.items()},
    }
