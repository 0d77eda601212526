"""The shared figures in words, for JSON, a terminal or a page."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from qualify.decide.figure import Figure
from qualify.decide.words import load_words
from qualify.explain.catalogue import Catalogue

if TYPE_CHECKING:
    from qualify.decide.kpi import KpiTable

__all__ = ["define", "group_name", "kpi_document", "say_counted", "say_interval", "say_value", "why"]


def kpi_document(table: KpiTable, language: str) -> dict[str, Any]:
    """Return the figures with label, definition and reason in words; numbers stay numbers."""
    words = load_words(language)
    return {
        "as_of": table.now,
        "watched_until": table.watched_until,
        "by": table.by,
        "limit_hours": table.limit_hours,
        "roles": dict(table.roles),
        "figures": [
            {
                **asdict(figure),
                "label": words[f"kpi.{figure.key}.label"],
                "definition": define(table, figure, words),
                "why": figure.why,
                "note": why(figure, words),
            }
            for figure in table.figures
        ],
        "reasons": table.reasons,
        "overdue": [asdict(lead) for lead in table.overdue],
    }


def define(table: KpiTable, figure: Figure, words: Catalogue) -> str:
    """Say what the figure counts."""
    days = figure.within_days if figure.within_days is not None else 0.0
    return words.say(f"kpi.{figure.key}.definition", days=_plain(days), limit=_plain(table.limit_hours))


def group_name(figure: Figure, words: Catalogue) -> str:
    """Name the group a figure is about."""
    if figure.group is None:
        return words["kpi.group.all"]
    return figure.group or words["kpi.group.none"]


def say_value(figure: Figure, words: Catalogue) -> str:
    """Write the value with its unit; a dash where there is none."""
    return _amount(figure.value, figure, words)


def say_interval(figure: Figure, words: Catalogue) -> str:
    """Write the interval; empty where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    low, high = (_amount(side, figure, words) for side in (figure.low, figure.high))
    return words.say("kpi.interval", low=low, high=high)


def say_counted(figure: Figure, words: Catalogue) -> str:
    """Write what a share or a wait was counted from; empty for plain counts."""
    if figure.unit == "count" or not figure.denominator:
        return ""
    if figure.unit == "days":
        return words.say("kpi.counted", n=f"{figure.denominator:,}")
    return words.say(
        "kpi.of", numerator=f"{figure.numerator:,}", denominator=f"{figure.denominator:,}"
    )  # fmt: skip


def why(figure: Figure, words: Catalogue) -> str:
    """Say why there is no value; empty where there is one."""
    return words[f"kpi.why.{figure.why}"] if figure.why else ""


def _amount(value: float | None, figure: Figure, words: Catalogue) -> str:
    if value is None:
        return "–"
    if figure.unit == "count":
        return f"{value:,.0f}"
    if figure.unit == "share":
        return f"{value:.1%}"
    return words.say(f"kpi.{figure.unit}", n=f"{value:,.1f}")


def _plain(number: float) -> str:
    return f"{number:g}"
