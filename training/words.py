"""What a training run says on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from training.check import finding_lines
from training.checks import Finding
from training.drawn import drawn_of
from training.pipeline import Trained
from training.train import Attempt, turned_json

_SHOWN = ("auc", "log_loss", "ece", "lift_at_10", "precision_at_capacity")


def summary(done: Attempt) -> str:
    """Return the figures on later leads beside the baselines, and the verdict.

    Without a version the verdict is left to the refusal (`training.train.refusal`).
    """
    judged = done.trained.judged[0]
    window = done.trained.parts.window
    lines = [
        f"{window.leads} leads, {window.positives} with the outcome; "
        f"judged on {len(judged.label)} later rows",
        *learned_from_lines(done.trained),
        f"{'':10}" + "".join(f"{name:>24}" for name in _SHOWN),
    ]
    for who, figures in judged.metrics.items():
        cells = [f"{figures[n].value:.4f} ({figures[n].low:.3f}-{figures[n].high:.3f})" for n in _SHOWN]
        lines.append(f"{who:10}" + "".join(f"{cell:>24}" for cell in cells))
    lines += [
        f"{_name(each['field'])}: {each['value']!r} has turned{_since(each['since'])}, "
        "and its past is forgotten"
        for each in turned_json(done.trained)
    ]
    lines += _warnings(done.findings)
    version = done.registered
    if version is not None:
        lines += [
            f"verdict: {done.verdict.use}",
            *(f"  {reason}" for reason in done.verdict.reasons),
            f"registered as version {version.version} ({version.alias}), bundle {done.bundle_version}",
        ]
    return "\n".join(lines)


def _warnings(findings: Iterable[Finding] | None) -> list[str]:
    """Return what puts the figures in doubt; notes are for `qualify check` and the report."""
    told = [f"  {line}" for line in finding_lines(e for e in findings or () if e.level == "warning")]
    return ["warnings about the data; `qualify check` tells more:", *told] if told else []


def learned_from_lines(trained: Trained) -> Iterator[str]:
    """Yield what was left out: leads and rows that were not drawn, and targets without a model."""
    drawn = drawn_of(trained.data)
    if drawn is not None:
        yield drawn.sentence()
    yield from (f"no model of target {each.name}: {each.reason}" for each in trained.skipped)


def _name(field: str) -> str:
    """Return a column as the user's table calls it."""
    return field.removeprefix("column:")


def _since(moment: str) -> str:
    return f" about {moment[:10]}" if moment else ""
