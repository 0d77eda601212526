"""The shared figures as a page and as a file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from qualify.decide import kpi_words
from qualify.decide.words import load_words
from qualify.leads.cells import plain_cell
from serving.pages.pictures import interval_bar, sparkline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qualify.decide.figure import Figure
    from qualify.decide.kpi import KpiTable
    from qualify.explain.catalogue import Catalogue
    from serving.pages.site import Visit

__all__ = ["kpi_csv", "show_kpis"]

_MOST_OVERDUE = 20
_STALE = timedelta(days=2)
"""Tables that end longer ago than this are said to end."""
_HEADINGS = (
    "figure",
    "group",
    "value",
    "low",
    "high",
    "numerator",
    "denominator",
    "immature",
    "within_days",
    "note",
)


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """One figure of one group, in words; `bar` is empty where it is no share."""

    group: str
    value: str
    interval: str
    counted: str
    immature: str
    note: str
    bar: Markup


def show_kpis(visit: Visit, table: KpiTable) -> dict[str, Any]:
    """Gather what the template of the figures shows."""
    words = load_words(visit.words.language)
    keys = list(dict.fromkeys(figure.key for figure in table.figures))
    sections = []
    for key in keys:
        total = table.total(key)
        groups = [figure for figure in table.figures if figure.key == key and figure.group is not None]
        shown = [_shown(figure, words) for figure in _ordered(groups, table)]
        sections.append({
            "label": words[f"kpi.{key}.label"],
            "definition": _definition(table, total, words),
            "total": _shown(total, words),
            "groups": shown,
            "trend": _trend(groups, visit, words[f"kpi.{key}.label"]) if table.by == "month" else "",
            "has": {part: any(getattr(each, part) for each in shown) for part in ("interval", "counted")},
        })  # fmt: skip
    return {
        "sections": sections,
        "k": words,
        "as_of": table.now,
        "ends": table.watched_until if table.now - table.watched_until > _STALE else None,
        "young": any(figure.immature for figure in table.figures),
        "overdue": [(lead, visit.words.span(timedelta(hours=lead.hours))) for lead in _visible(visit, table)],
        "overdue_text": _overdue_text(table, words),
        "given": _reasons(visit, table, words),
    }


def _ordered(groups: list[Figure], table: KpiTable) -> list[Figure]:
    """Return months latest first, sources by how much was counted."""
    if table.by == "month":
        return groups[::-1]
    return sorted(groups, key=lambda figure: -(figure.denominator or figure.numerator or 0))


def _trend(groups: list[Figure], visit: Visit, label: str) -> Markup:
    """Draw the months that have a value; empty for fewer than two of them."""
    told = [(place, float(figure.value)) for place, figure in enumerate(groups) if figure.value is not None]
    if len(told) < 2:
        return Markup("")
    first, last = groups[told[0][0]].group, groups[told[-1][0]].group
    said = visit.words.text("kpi.trend", label=label, first=first, last=last)
    return sparkline([float(place) for place, _ in told], [value for _, value in told], said)


def _definition(table: KpiTable, figure: Figure, words: Catalogue) -> str:
    """Say what a figure counts; one without its inputs was not watched for any time that could be named."""
    return "" if figure.why and figure.denominator is None else kpi_words.define(table, figure, words)


def _shown(figure: Figure, words: Catalogue) -> ShownFigure:
    drawn = figure.unit == "share" and figure.value is not None
    return ShownFigure(
        group=kpi_words.group_name(figure, words),
        value=kpi_words.say_value(figure, words),
        interval=kpi_words.say_interval(figure, words),
        counted=kpi_words.say_counted(figure, words),
        immature=f"{figure.immature:,}" if figure.immature else "",
        note=kpi_words.why(figure, words),
        bar=interval_bar(figure.low or 0.0, figure.high or 0.0, figure.value or 0.0) if drawn else Markup(""),
    )


def _visible(visit: Visit, table: KpiTable) -> list[Any]:
    """Return the leads beyond the limit; sales people follow the call list to theirs instead."""
    return [] if visit.actor.role == "sales" else list(table.overdue[:_MOST_OVERDUE])


def _overdue_text(table: KpiTable, words: Catalogue) -> str:
    if table.total("sql_beyond_limit").value is None:
        return ""
    hours = f"{table.limit_hours:g}"
    key = "kpi.overdue" if table.overdue else "kpi.overdue.none"
    return words.say(key, hours=hours, n=len(table.overdue)) if table.overdue else words.say(key, hours=hours)


def _reasons(visit: Visit, table: KpiTable, words: Catalogue) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return how often each reason was given, by answer."""

    def name(reason: str) -> str:
        if not reason:
            return words["kpi.reason.none"]
        key = f"reason.{reason.lower().replace(' ', '_')}"
        return visit.words.text(key) if key in visit.words else visit.words.book.clean(reason)

    return [
        (
            words[f"kpi.{verdict}.label"],
            [(name(reason), visit.words.number(count)) for reason, count in given.items()],
        )
        for verdict, given in table.reasons.items()
        if given
    ]


def kpi_csv(table: KpiTable, language: str) -> str:
    """Return the figures as CSV for a spreadsheet, which will run no cell of it as a formula."""
    words = load_words(language)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    writer.writerows(_rows(table, words))
    # Spreadsheets know UTF-8 by its mark.
    return "\ufeff" + file.getvalue()


def _rows(table: KpiTable, words: Catalogue) -> Iterator[list[object]]:
    for figure in table.figures:
        yield [
            plain_cell(words[f"kpi.{figure.key}.label"]), plain_cell(kpi_words.group_name(figure, words)),
            figure.value, figure.low, figure.high, figure.numerator, figure.denominator, figure.immature,
            figure.within_days, plain_cell(kpi_words.why(figure, words)),
        ]  # fmt: skip
