"""Who has an outcome, what the audit found, and the segments, as the report says it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from qualify.explain.catalogue import Catalogue
from qualify.labels.audit.wording import LEAST_ROWS
from training.population import Population, WorkedCount
from training.report.data import ReportData
from training.report.numbers import count, percent, with_interval
from training.report.tables import Cell
from training.segment_checks import SEGMENT_LEADS
from training.segments import WHOLE, Segment

__all__ = [
    "SegmentGroup",
    "SegmentRow",
    "findings_text",
    "population_rows",
    "population_text",
    "segment_groups",
    "segments_text",
    "worked_rows",
]

_PARTS = ("positives", "negatives", "young", "unworked", "untold")


def population_text(found: Population | None, texts: Catalogue) -> str:
    """Say how many leads have a known outcome, and of which leads these are; empty where nobody counted."""
    if found is None:
        return ""
    said = texts.say(
        "population.text", leads=count(found.leads), known=count(found.known),
        share=_share(found.known, found.leads),
    )  # fmt: skip
    if found.leads == found.of_leads:
        return said
    drawn = texts.say("population.drawn", leads=count(found.leads), of_leads=count(found.of_leads))
    return f"{said}{'' if texts.language == 'ja' else ' '}{drawn}"


def population_rows(found: Population | None, texts: Catalogue) -> list[list[str]]:
    """Return each part's name, leads and share of all; parts that nobody is in are left out."""
    if found is None:
        return []
    parts = [(f"population.{name}", int(getattr(found, name))) for name in _PARTS]
    shown = [(key, leads) for key, leads in parts if leads]
    return [
        [texts[key], count(leads), _share(leads, found.leads)]
        for key, leads in (*shown, ("population.all", found.leads))
    ]


def worked_rows(found: Population | None, texts: Catalogue) -> list[list[str]]:
    """Return whether worked, leads, with an outcome, positives and their share; empty where not known."""
    return [] if found is None else [_worked_row(each, texts) for each in found.worked]


def _worked_row(each: WorkedCount, texts: Catalogue) -> list[str]:
    name = texts["population.worked.yes" if each.worked else "population.worked.no"]
    counts = (count(each.leads), count(each.known), count(each.positives))
    return [name, *counts, _share(each.positives, each.known)]


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else "\u2013"


def findings_text(data: ReportData, texts: Catalogue) -> str:
    """Say what the checks are and how much they found; empty where nobody looked."""
    if data.findings is None:
        return ""
    warnings = sum(each.level == "warning" for each in data.findings)
    if not data.findings:
        return texts["findings.none"]
    return texts.say("findings.text", warnings=count(warnings), notes=count(len(data.findings) - warnings))


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment in words; `cells` are the share observed, the one promised, AUC and log-loss."""

    value: str
    leads: str
    positives: str
    cells: tuple[Cell, ...]
    said: str
    kept: bool


@dataclass(frozen=True, slots=True)
class SegmentGroup:
    """The segments of one column, or of none (`whole`: all rows); `few` names those too small to judge."""

    column: str
    whole: bool
    rows: tuple[SegmentRow, ...]
    few: str


def segments_text(data: ReportData, texts: Catalogue) -> list[str]:
    """Say how many segments are not as promised, and what the table shows; nothing where there are none."""
    named = [each for each in data.segments if each.column != WHOLE]
    if not named:
        return []
    judged = [each for each in named if each.enough]
    summary = texts.say(
        "segments.summary", judged=count(len(judged)), off=count(sum(each.kept != "kept" for each in judged)),
        few=count(len(named) - len(judged)),
    )  # fmt: skip
    return [summary, texts.say("segments.text", leads=count(SEGMENT_LEADS))]


def segment_groups(data: ReportData, texts: Catalogue) -> list[SegmentGroup]:
    """Return the segments by column."""
    grouped = groupby(data.segments, key=lambda each: each.column)
    return [_group(column, list(segments), texts) for column, segments in grouped]


def _group(column: str, segments: list[Segment], texts: Catalogue) -> SegmentGroup:
    few = _few([each for each in segments if not each.enough], texts)
    named = ("\u3001" if texts.language == "ja" else ", ").join(few)
    return SegmentGroup(
        segments[0].label or column or texts["segments.whole"],
        column == WHOLE,
        tuple(_segment_row(each, texts) for each in segments if each.enough),
        texts.say("segments.few", named=named) if few and column else "",
    )


def _few(segments: list[Segment], texts: Catalogue) -> list[str]:
    """Name them; a value of a few leads may be a remark about one of them, so such values are counted."""
    rare = [each for each in segments if each.value is not None and each.leads < LEAST_ROWS]
    named = [
        texts.say("segments.small", value=_value(each, texts), leads=count(each.leads))
        for each in segments
        if each not in rare
    ]
    return [*named, texts.say("segments.rare", values=count(len(rare)), least=LEAST_ROWS)] if rare else named


def _value(each: Segment, texts: Catalogue) -> str:
    if each.column == WHOLE:
        return ""
    return texts["dependence.missing"] if each.value is None else each.value


def _segment_row(each: Segment, texts: Catalogue) -> SegmentRow:
    observed = Cell(*with_interval("precision_at_capacity", each.observed))
    auc, loss = (Cell(*with_interval(name, getattr(each, name))) for name in ("auc", "log_loss"))
    return SegmentRow(
        _value(each, texts), count(each.leads), count(each.positives),
        (observed, Cell(percent(each.promised)), auc, loss),
        texts[f"segments.{each.kept}"], each.kept == "kept",
    )  # fmt: skip
