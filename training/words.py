"""What a training run says on the terminal."""

from __future__ import annotations

from training.train import Outcome, turned_json

_SHOWN = ("auc", "log_loss", "ece", "lift_at_10", "precision_at_capacity")


def summary(outcome: Outcome) -> str:
    """Return the figures on later leads beside the baselines, and the verdict."""
    judged = outcome.trained.judged[0]
    window = outcome.trained.parts.window
    lines = [
        f"{window.leads} leads, {window.positives} with the outcome; "
        f"judged on {len(judged.label)} later rows",
        f"{'':10}" + "".join(f"{name:>24}" for name in _SHOWN),
    ]
    for who, figures in judged.metrics.items():
        cells = [f"{figures[n].value:.4f} ({figures[n].low:.3f}-{figures[n].high:.3f})" for n in _SHOWN]
        lines.append(f"{who:10}" + "".join(f"{cell:>24}" for cell in cells))
    lines += [
        f"{_name(each['field'])}: {each['value']!r} has turned{_since(each['since'])}, "
        "and its past is forgotten"
        for each in turned_json(outcome.trained)
    ]
    lines += [f"verdict: {outcome.verdict.use}", *(f"  {reason}" for reason in outcome.verdict.reasons)]
    version = outcome.registered
    lines.append(
        f"registered as version {version.version} ({version.alias}), bundle {outcome.bundle_version}"
    )
    return "\n".join(lines)


def _name(field: str) -> str:
    """Return a column as the user's table calls it."""
    return field.removeprefix("column:")


def _since(moment: str) -> str:
    return f" about {moment[:10]}" if moment else ""
