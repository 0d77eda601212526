"""What a look found, for people: lines for the terminal, and the cells of the page's tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from qualify.evaluate import Metric
from qualify.explain.words import phrasebook
from qualify.leads.local_times import write_day
from training.monitor.alarms import PSI, Alarm
from training.monitor.drift import FieldDrift
from training.monitor.look import Watched
from training.plots.texts import report_texts
from training.report.numbers import count, figure, percent, signed

__all__ = ["alarm_text", "field_rows", "figure_rows", "lines_of", "staleness_rows"]

MINOR = 0.1
"""From this PSI on a shift is a minor one."""

FIGURES = ("auc", "log_loss", "brier", "ece", "precision_at_capacity", "base_rate", "gap")
_SHOWN_FIELDS = 8
_SHARES = frozenset({"base_rate", "missing", "new_categories", "calibration", "rejects"})


def alarm_text(alarm: Alarm, watched: Watched) -> str:
    """Say in a sentence what was found."""
    write = _writer(alarm.code)
    return report_texts(watched.language).say(
        f"monitor.alarm.{alarm.code}", about=_label(alarm.about, watched), value=write(alarm.effect.value),
        interval=_between(alarm.effect, write), threshold=write(alarm.threshold),
    )  # fmt: skip


def _label(name: str, watched: Watched) -> str:
    book = phrasebook(watched.language)
    return next((book.label(each.field) for each in watched.fields if each.field.name == name), name)


def _writer(name: str) -> Callable[[float], str]:
    if name in _SHARES:
        return percent
    if name in ("stale", "stale_days", "old_data"):
        return lambda value: f"{value:.1f}"
    return lambda value: f"{value:.3f}"


def _between(metric: Metric, write: Callable[[float], str]) -> str:
    if not np.isfinite(metric.low + metric.high):
        return ""
    return f"{write(metric.low)} \u2026 {write(metric.high)}"


def staleness_rows(watched: Watched) -> list[tuple[str, str]]:
    """Return what is how old, with its days."""
    texts, age = report_texts(watched.language), watched.freshness
    unknown = texts["date.unknown"]
    found = [
        (
            texts[f"monitor.age.{name}"],
            unknown if days is None else texts.say("monitor.days", days=f"{days:.0f}"),
        )
        for name, days in (("window", age.window), ("trained", age.trained), ("data", age.data))
    ]
    if age.horizons is not None:
        found.append((texts["monitor.age.horizons"], f"{age.horizons:.1f}"))
    return found


def field_rows(watched: Watched) -> list[tuple[str, str, tuple[str, str], str, str, str]]:
    """Return name, part of the movement, PSI with interval, growth of missing and new values, and a word."""
    book, texts = phrasebook(watched.language), report_texts(watched.language)
    return [
        (book.label(each.field), percent(each.importance, 1),
         (f"{each.psi.value:.3f}", _between(each.psi, _writer("psi"))),
         _growth(each.missing), _growth(each.unknown), texts[f"monitor.shift.{_shift(each)}"])
        for each in watched.fields
    ]  # fmt: skip


def _growth(metric: Metric | None) -> str:
    return "" if metric is None else f"{signed(100 * metric.value, 1)}%"


def _shift(drift: FieldDrift) -> str:
    if drift.psi.low <= 0 or drift.psi.value < MINOR:
        return "none"
    return "minor" if drift.psi.value < PSI else "major"


def figure_rows(watched: Watched) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each figure's name, and a cell a kind of evidence: value and interval.

    The kinds: promised by training; expected and observed on matured leads; expected at the looked-at ages in
    the training window and in the recent leads.
    """
    texts, outcomes = report_texts(watched.language), watched.outcomes
    columns: list[Mapping[str, Metric]] = [
        watched.promised,
        {} if outcomes is None else outcomes.expected,
        {} if outcomes is None else outcomes.observed,
        watched.expected.get("reference", {}),
        watched.expected.get("recent", {}),
    ]
    return [
        (texts[f"monitor.figure.{name}"] if name in ("base_rate", "gap") else texts[f"metric.{name}"],
         [_cell(name, column.get(name)) for column in columns])
        for name in FIGURES
    ]  # fmt: skip


def _cell(name: str, metric: Metric | None) -> tuple[str, str]:
    if metric is None or not np.isfinite(metric.value):
        return "", ""
    if name == "gap":
        return signed(100 * metric.value, 1) + "%", _between(metric, lambda v: signed(100 * v, 1) + "%")
    write = percent if name == "base_rate" else lambda value: figure(name, value)
    return write(metric.value), _between(metric, write)


def lines_of(watched: Watched) -> list[str]:
    """Return the whole look for a terminal: findings first."""
    texts = report_texts(watched.language)
    head = texts.say(
        "monitor.subtitle",
        name=watched.name,
        version=watched.version,
        day=write_day(watched.as_of, watched.timezone),
    )
    lines = [head]
    for level in ("alarm", "notice"):
        for alarm in (each for each in watched.alarms if each.level == level):
            lines.append(f"{texts[f'monitor.level.{level}']}: {alarm_text(alarm, watched)}")
    if not watched.alarms:
        lines.append(texts["monitor.calm"])
    lines += [f"{name}: {days}" for name, days in staleness_rows(watched)]
    lines.append(sizes(watched))
    lines += [
        f"  {texts['monitor.psi']} {psi:>6} ({between})  {name}: {word}"
        for name, _, (psi, between), _, _, word in field_rows(watched)[:_SHOWN_FIELDS]
    ]
    return lines + _figure_lines(watched)


def sizes(watched: Watched) -> str:
    """Say how many leads were compared, and how many have matured."""
    matured = 0 if watched.outcomes is None else watched.outcomes.leads
    texts = report_texts(watched.language)
    if not watched.leads["recent"]:
        return texts.say("monitor.sizes_no_recent", matured=count(matured))
    return texts.say(
        "monitor.sizes", reference=count(watched.leads["reference"]), recent=count(watched.leads["recent"]),
        matured=count(matured),
    )  # fmt: skip


def _figure_lines(watched: Watched) -> list[str]:
    texts = report_texts(watched.language)
    heads = [texts[f"monitor.column.{name}"] for name in
             ("promised", "expected_matured", "observed", "reference", "recent")]  # fmt: skip
    found = []
    for name, cells in figure_rows(watched):
        known = [f"{head} {value} ({between})" if between else f"{head} {value}"
                 for head, (value, between) in zip(heads, cells, strict=True) if value]  # fmt: skip
        if known:
            found.append(f"  {name}: " + "; ".join(known))
    return found
