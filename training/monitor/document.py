"""What a look found, for programs: one JSON object, and Prometheus figures in a text file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from qualify.errors import UserError
from qualify.evaluate import Metric
from training.monitor.alarms import Alarm, Level
from training.monitor.look import Watched
from training.monitor.words import alarm_text

__all__ = ["as_json", "write_prometheus"]


def as_json(watched: Watched) -> Mapping[str, Any]:
    """Return what ``--json`` prints."""
    age, span, outcomes = watched.freshness, watched.span, watched.outcomes
    return {
        "model": watched.name,
        "version": watched.version,
        "run_id": watched.run_id,
        "as_of": iso(watched.as_of),
        "window": None if span is None else {"begins": iso(span.begins), "ends": iso(span.ends)},
        "recent": None if span is None else {"begins": iso(span.recent), "ends": iso(span.data_ends)},
        "leads": dict(watched.leads),
        "staleness": {
            "days_since_window": age.window, "days_since_training": age.trained,
            "days_since_data": age.data, "horizon_days": age.horizon, "horizons": age.horizons,
        },
        "scores": {"psi": _metric(watched.scores)},
        "fields": [
            {"field": each.field.name, "importance": each.importance, "psi": _metric(each.psi),
             "missing": _metric(each.missing), "new_categories": _metric(each.unknown),
             "against": each.against}
            for each in watched.fields
        ],
        "expected": {name: _metrics(figures) for name, figures in watched.expected.items()},
        "promised": _metrics(watched.promised),
        "outcomes": None if outcomes is None else {
            "leads": outcomes.leads, "rows": outcomes.rows, "positives": outcomes.positives,
            "observed": _metrics(outcomes.observed), "expected": _metrics(outcomes.expected),
        },
        "rejects": {"share": watched.rejected_share, "counts": dict(watched.rejects)},
        "alarms": _alarms(watched, "alarm"),
        "notices": _alarms(watched, "notice"),
    }  # fmt: skip


def iso(micros: int) -> str:
    """Write a moment."""
    return f"{np.datetime64(micros, 'us').astype('datetime64[s]')}Z"


def _metric(metric: Metric | None) -> Mapping[str, float | None] | None:
    return None if metric is None else metric.as_dict()


def _metrics(figures: Mapping[str, Metric]) -> Mapping[str, Any]:
    return {name: metric.as_dict() for name, metric in figures.items()}


def _alarms(watched: Watched, level: Level) -> list[Mapping[str, Any]]:
    return [_alarm(each, watched) for each in watched.alarms if each.level == level]


def _alarm(alarm: Alarm, watched: Watched) -> Mapping[str, Any]:
    return {
        "code": alarm.code,
        "about": alarm.about,
        "effect": alarm.effect.as_dict(),
        "threshold": alarm.threshold,
        "text": alarm_text(alarm, watched),
    }


def write_prometheus(watched: Watched, path: Path) -> None:
    """Write the figures for node_exporter's text file collector; the file appears whole or not at all.

    Raises
    ------
    UserError
        The file cannot be written there.
    """
    try:
        write_to_textfile(str(path), _collect(watched))
    except OSError as error:
        raise UserError(
            "the Prometheus file cannot be written", where=str(path), got=error.strerror,
            mend="name a file in an existing folder that you may write to",
        ) from error  # fmt: skip


def _collect(watched: Watched) -> CollectorRegistry:
    registry = CollectorRegistry()
    gauges = _Gauges(registry)
    gauges.set("look_timestamp_seconds", "As of when the model was looked at.", watched.as_of / 1e6)
    gauges.set("rejected_share", "Share of the leads that could not be read.", watched.rejected_share)
    for name in ("window", "trained", "data"):
        age = getattr(watched.freshness, name)
        gauges.set("age_days", "Days since the training window, the training, the data.", age, of=name)
    gauges.set("horizons", "Age of the training window in horizons.", watched.freshness.horizons)
    for period, count in watched.leads.items():
        gauges.set("leads", "Leads looked at.", count, period=period)
    gauges.metric("score_psi", "PSI of the probability.", watched.scores)
    for each in watched.fields:
        name = each.field.name
        gauges.metric("field_psi", "PSI of a field.", each.psi, field=name)
        gauges.metric("missing_growth", "Growth of the missing share.", each.missing, field=name)
        gauges.metric("unknown_growth", "Growth of the share of new categories.", each.unknown, field=name)
    for kind, figures in _figures(watched).items():
        for figure, metric in figures.items():
            gauges.metric("figure", "Performance by kind of evidence.", metric, kind=kind, figure=figure)
    for level in ("alarm", "notice"):
        number = sum(each.level == level for each in watched.alarms)
        gauges.set("findings", "Findings by level.", number, level=level)
    return registry


def _figures(watched: Watched) -> Mapping[str, Mapping[str, Metric]]:
    found = {f"expected_{period}": figures for period, figures in watched.expected.items()}
    found["promised"] = watched.promised
    if watched.outcomes is not None:
        found |= {"observed": watched.outcomes.observed, "expected_matured": watched.outcomes.expected}
    return found


class _Gauges:
    """Gauges by name, made when they are first set; a figure that is not defined is left out."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._made: dict[str, Gauge] = {}

    def set(self, name: str, about: str, value: float | None, **labels: str) -> None:
        """Set one gauge."""
        if value is None or not np.isfinite(value):
            return
        if name not in self._made:
            self._made[name] = Gauge(f"qualify_monitor_{name}", about, list(labels), registry=self._registry)
        gauge = self._made[name]
        (gauge.labels(**labels) if labels else gauge).set(value)

    def metric(self, name: str, about: str, metric: Metric | None, **labels: str) -> None:
        """Set a figure and the ends of its interval."""
        if metric is not None:
            for bound in ("value", "low", "high"):
                self.set(name, about, getattr(metric, bound), **labels, bound=bound)
