"""`qualify check`: whether these data can be learned from, and whether the result may be used."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from qualify.config import Config, Excluded
from qualify.errors import UserError
from qualify.leads.tables import Column, FloatArray
from training.checks import Finding
from training.checks.against import check_against
from training.checks.copies import check_copies
from training.checks.imports import check_imports
from training.checks.joined import check_joined
from training.checks.leakage import check_leakage
from training.checks.maturity import Cohort, check_maturity, cohorts_of
from training.checks.personal import load_personal
from training.checks.placeholders import check_placeholders
from training.checks.provenance import check_provenance
from training.checks.quality import check_quality
from training.checks.recording import check_recording
from training.checks.repeats import check_repeats
from training.checks.scanners import check_scanners
from training.checks.scorecard import check_scorecard
from training.checks.shift import check_shift
from training.checks.volume import check_volume
from training.data import Loaded, load_tables
from training.initial.label import outcome_of
from training.pipeline import train_model
from training.steps import begin
from training.verdict import Verdict, decide

_MANY_ALIKE = 4


@dataclass(frozen=True)
class Checked:
    """What is known about the data.

    Parameters
    ----------
    sizes
        Leads, activities, stage entries, known outcomes and positives, by name.
    excluded
        Columns that a model does not see: those of the configuration, and those that training leaves out.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    cohorts: tuple[Cohort, ...]
    sizes: Mapping[str, int]
    excluded: Mapping[str, Excluded]


def check(config: Config, folder: Path, *, seed: int, against: str | None = None) -> Checked:
    """Audit the configured data, and train quickly for a verdict.

    Parameters
    ----------
    against
        A table of leads to be scored, to be compared with those of the training table.

    Raises
    ------
    UserError
        The configuration or a table is wrong. Data from which nothing can be learned are not wrong: they get
        the verdict `manual`.
    """
    loaded = load_tables(config, folder, whole=True)
    begin("looking for faults")
    label = outcome_of(loaded.tables, config.targets[0])
    compared = () if against is None else tuple(check_against(loaded, against, seed))
    findings = (*compared, *find(loaded, label, load_personal(config, folder, loaded.tables), seed=seed))
    verdict, left_out = _verdict(loaded, seed)
    sizes = {
        "leads": len(loaded.tables),
        "activities": len(loaded.tables.activities),
        "stage_entries": len(loaded.tables.stages),
        "known_outcomes": int(np.count_nonzero(~np.isnan(label))),
        "positives": int(np.nansum(label)),
    }
    cohorts = tuple(cohorts_of(loaded.tables.created_at, label))
    return Checked(verdict, findings, cohorts, sizes, {**config.exclude, **left_out})


def find(
    loaded: Loaded, label: FloatArray, personal: Mapping[str, Column], *, seed: int = 0
) -> tuple[Finding, ...]:
    """Run every check, without training; warnings come first.

    Parameters
    ----------
    label
        Each lead's outcome, NaN where it is not known (`training.initial.label.outcome_of`).
    personal
        Columns that only tell persons apart (`training.checks.personal.load_personal`).
    """
    findings = (
        *check_leakage(loaded, label),
        *check_provenance(loaded, label),
        *check_imports(loaded, label),
        *check_repeats(loaded, label, personal),
        *check_copies(loaded, label),
        *check_scanners(loaded, label),
        *check_recording(loaded),
        *check_shift(loaded, seed),
        *check_maturity(loaded, label),
        *check_placeholders(loaded, personal),
        *check_quality(loaded),
        *check_joined(loaded),
        *check_volume(loaded, label),
        *check_scorecard(loaded),
    )
    return by_level(findings)


def by_level(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with the warnings first, else in their order."""
    return tuple(sorted(findings, key=lambda finding: finding.level != "warning"))


def _verdict(loaded: Loaded, seed: int) -> tuple[Verdict, Mapping[str, Excluded]]:
    """Train the first target without tuning, and judge; where nothing can be learned, people have to look."""
    config = loaded.config.model_copy(update={"targets": loaded.config.targets[:1]})
    try:
        trained = train_model(replace(loaded, config=config), budget=0, seed=seed)
    except UserError as error:
        return Verdict("manual", (f"no model could be learned: {error.what}",)), {}
    return decide(trained.judged[0]), trained.calendars


def as_json(found: Checked) -> dict[str, Any]:
    """Return what ``--json`` prints."""
    return {
        "verdict": found.verdict.use,
        "reasons": list(found.verdict.reasons),
        "needed": None if found.verdict.needed is None else asdict(found.verdict.needed),
        "findings": [asdict(finding) for finding in found.findings],
        "excluded": [
            {"column": name, "code": why.code, "evidence": why.evidence}
            for name, why in found.excluded.items()
        ],
        "maturity": [asdict(cohort) for cohort in found.cohorts],
        **found.sizes,
    }


def lines_of(found: Checked) -> list[str]:
    """Return the same for people, the verdict last."""
    return [
        *_sizes(found),
        *_maturity(found.cohorts),
        *(_section("columns left out", [f"{n}  {w.code}  {w.evidence}" for n, w in found.excluded.items()])),
        f"findings: {len(found.findings) or 'none'}",
        *(f"  {line}" for line in finding_lines(found.findings)),
        f"verdict: {found.verdict.use}",
        *(f"  {reason}" for reason in found.verdict.reasons),
    ]


def _sizes(found: Checked) -> list[str]:
    sizes = found.sizes
    known, positives = sizes["known_outcomes"], sizes["positives"]
    share = f" ({positives / known:.1%})" if known else ""
    return [
        f"{sizes['leads']:,} leads, {sizes['activities']:,} activities, "
        f"{sizes['stage_entries']:,} stage entries",
        f"outcome known of {known:,} leads, seen from their creation; positive: {positives:,}{share}",
    ]


def _maturity(cohorts: tuple[Cohort, ...]) -> list[str]:
    if not cohorts:
        return []
    lines = [f"{'created':>12}{'leads':>9}{'not yet known':>15}{'positive':>10}"]
    for each in cohorts:
        positive = "" if math.isnan(each.positive) else f"{each.positive:.1%}"
        lines.append(f"{each.name:>12}{each.leads:>9,}{each.censored:>15.0%}{positive:>10}")
    return lines


def finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield a line a finding; of many with one code and one mend, a line for all, where the first stands."""
    alike: dict[tuple[str, str, str], list[Finding]] = {}
    for each in findings:
        alike.setdefault((each.level, each.code, each.mend), []).append(each)
    for (level, code, mend), group in alike.items():
        others = list(dict.fromkeys(each.subject for each in group[1:]))
        alone = group if len({each.subject for each in group}) < _MANY_ALIKE else group[:1]
        others = others if alone is not group else []
        more = f" So too: {', '.join(others)}." if others else ""
        yield from (f"{level:7}  {code}  {each.subject}: {each.text}{more} → {mend}" for each in alone)


def _section(title: str, lines: list[str]) -> list[str]:
    return [f"{title}: {len(lines)}" if lines else f"{title}: none", *(f"  {line}" for line in lines)]
