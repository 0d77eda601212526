"""The model in use, in words: what it predicts, from what, how well, and what it cannot do."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from serving.pages.target import say_aim

if TYPE_CHECKING:
    from qualify.model.parts import Window
    from serving.pages.run_record import RunRecord
    from serving.pages.site import Visit
    from serving.pages.words import Words

__all__ = ["show_model"]

_SCORERS = ("model", "rules", "bayes", "linear")
_METRICS = ("auc", "average_precision", "lift_at_10", "precision_at_capacity", "ece", "log_loss")
_LOWER_IS_BETTER = frozenset({"ece", "log_loss"})
_AS_SHARE = frozenset({"average_precision", "precision_at_capacity"})
_PLOTS = ("calibration", "gain", "summary", "comparison")
_LEAST_STRENGTH = 0.005
"""In log-odds; less is written as nothing."""
_LIMITS = ("similar", "untouched", "causes", "single", "age")


def show_model(visit: Visit, run: RunRecord | None) -> dict[str, Any]:
    """Gather what the template of the model shows."""
    words, slot = visit.words, visit.site.runtime.models
    parts = slot.scorer.parts
    window, cuts = parts.window, parts.bands.cuts
    bounds = [words.text("model.band_from", probability=words.percent(cut)) for cut in cuts]
    bounds.append(words.text("model.band_below", probability=words.percent(cuts[-1])))
    return {
        "aims": [say_aim(target, words) for target in parts.schema.targets],
        "window": window,
        "period": _period(window, words),
        "version": slot.version,
        "number": slot.name,
        "loaded_at": slot.loaded_at,
        "scorecard": slot.scorer.scorecard.version,
        "base_rate": words.percent(parts.reference.base_rate),
        "bounds": list(zip("ABCD", bounds, strict=True)),
        "scorers": [] if run is None else _scorers(run),
        "metrics": [] if run is None else _metrics(run, words),
        "drivers": _drivers(run, words),
        "plots": [name for name in _PLOTS if run is not None and name in run.pictures],
        "limits": [words.text(f"model.limit.{name}") for name in _LIMITS],
    }


def _drivers(run: RunRecord | None, words: Words) -> list[dict[str, str]]:
    """Return the drivers in the reader's language, strongest first; those that move nothing are left out."""
    record = run.drivers if run is not None else None
    return [
        {"label": getattr(driver.label, words.language), "effect": getattr(driver.effect, words.language),
         "strength": f"{driver.strength:.2f}"}
        for driver in (record.drivers if record is not None else ()) if driver.strength >= _LEAST_STRENGTH
    ]  # fmt: skip


def _period(window: Window, words: Words) -> str:
    if not window.begins or not window.ends:
        return words.text("model.window_undated")
    begins, ends = (words.day(_moment(text)) for text in (window.begins, window.ends))
    return words.text("model.window_text", begins=begins, ends=ends)


def _moment(text: str) -> datetime:
    """Read a moment of the training window, which is in UTC and does not say so."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _scorers(run: RunRecord) -> list[str]:
    return [name for name in _SCORERS if _name(name, "auc") in run.metrics]


def _metrics(run: RunRecord, words: Words) -> list[dict[str, Any]]:
    """Return a row a figure, with a cell a scorer; the best is marked."""
    rows = []
    for metric in _METRICS:
        values = [run.metrics.get(_name(scorer, metric), math.nan) for scorer in _scorers(run)]
        told = [value for value in values if math.isfinite(value)]
        if not told:
            continue
        best = min(told) if metric in _LOWER_IS_BETTER else max(told)
        cells = [
            {"text": _say(metric, value, words), "best": value == best,
             "interval": _interval(run, scorer, metric, words)}
            for scorer, value in zip(_scorers(run), values, strict=True)
        ]  # fmt: skip
        rows.append({"name": metric, "cells": cells})
    return rows


def _name(scorer: str, metric: str) -> str:
    return metric if scorer == "model" else f"{scorer}/{metric}"


def _interval(run: RunRecord, scorer: str, metric: str, words: Words) -> str:
    name = _name(scorer, metric)
    low, high = (run.metrics.get(f"{name}_{side}", math.nan) for side in ("low", "high"))
    if not math.isfinite(low + high):
        return ""
    return words.text("interval", low=_say(metric, low, words), high=_say(metric, high, words))


def _say(metric: str, value: float, words: Words) -> str:
    if not math.isfinite(value):
        return words.text("none")
    return words.percent(value) if metric in _AS_SHARE else f"{value:.{2 if metric == 'lift_at_10' else 3}f}"
