"""The command `kpi`. Heavy imports wait until it runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from qualify.decide.kpi import KpiTable

_WIDTH = 160
_SHOWN_OVERDUE = 20
_SHOWN_MONTHS = 6


class By(StrEnum):
    """How the figures are grouped."""

    source = "source"
    month = "month"


class Language(StrEnum):
    """Languages of the texts."""

    en = "en"
    ja = "ja"


def kpi(
    by: Annotated[By | None, typer.Option(help="Group by the leads' source, or by month.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="As known then; default: now.", metavar="TIME")
    ] = None,
    language: Annotated[Language | None, typer.Option(help="Language of the texts.")] = None,
    config: Annotated[
        str, typer.Option("-c", "--config", help="The configuration.", metavar="PATH")
    ] = "qualify.yaml",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Show the figures that marketing and sales share."""
    from qualify.config import load_config
    from qualify.console import emit_json, only_json
    from qualify.ledger.stored import stored_answers
    from serving.figures import project_kpis

    with only_json(as_json):
        settings, folder = load_config(config), Path(config).resolve().parent
        answers = stored_answers(settings, folder)
        now = _moment(as_of, settings.data.timezone)
        table = project_kpis(settings, folder, answers, now=now, by=by.value if by else None)
        chosen = language.value if language else settings.language
    if as_json:
        emit_json({**table.to_dict(chosen), "answers": None if answers is None else answers.num_rows})
        return
    _print(table, chosen, settings.data.timezone)


def _moment(as_of: str | None, timezone: str):  # type: ignore[no-untyped-def]  # a datetime
    from datetime import UTC, datetime

    from qualify.errors import UserError
    from qualify.moments import parse_as_of

    if as_of is None:
        return datetime.now(UTC)
    moment = parse_as_of(as_of, timezone)
    if moment.time is None:
        raise UserError("the figures are those of one moment", where="--as-of", got=as_of,
                        expected="a time such as 2026-04-01T09:00Z")  # fmt: skip
    return datetime.fromtimestamp(moment.time / 1e6, UTC)


def _print(table: KpiTable, language: str, timezone: str) -> None:
    from rich.console import Console
    from rich.text import Text

    from qualify.decide.words import load_words
    from qualify.leads.local_times import write_time

    words = load_words(language)
    # Where nobody watches, a table is not squeezed into a guessed width.
    width = None if sys.stdout.isatty() else _WIDTH
    paper = Console(width=width, highlight=False, markup=False, emoji=False)
    paper.print(Text(words.say("kpi.title", time=write_time(table.now, timezone)), style="bold"))
    paper.print(_figures(table, language))
    for line in _below(table, language):
        paper.print(line, soft_wrap=True)


def _figures(table: KpiTable, language: str) -> Table:
    from rich.table import Table

    from qualify.decide import kpi_words
    from qualify.decide.words import load_words

    words = load_words(language)
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    names = ["figure", *(["group"] if table.by else []), "value", "interval", "counted", "immature", "note"]
    for name in names:
        shown.add_column(words[f"kpi.heading.{name}"], justify="right" if name == "value" else "left")
    months = set(table.groups[-_SHOWN_MONTHS:]) if table.by == "month" else set(table.groups)
    for figure in table.figures:
        if figure.group is not None and figure.group not in months:
            continue
        cells = [
            words[f"kpi.{figure.key}.label"] if figure.group is None else "",
            *([kpi_words.group_name(figure, words)] if table.by else []),
            kpi_words.say_value(figure, words),
            kpi_words.say_interval(figure, words),
            kpi_words.say_counted(figure, words),
            f"{figure.immature:,}" if figure.immature else "",
            kpi_words.why(figure, words),
        ]
        shown.add_row(*cells)
    return shown


def _below(table: KpiTable, language: str) -> Iterator[str]:
    """Yield the reasons, the waiting leads, and what each figure counts."""
    from qualify.decide import kpi_words
    from qualify.decide.words import load_words

    words = load_words(language)
    for verdict, given in table.reasons.items():
        each = (f"{name or words['kpi.reason.none']} {count:,}" for name, count in given.items())
        said = words["kpi.comma"].join(each)
        yield words.say("kpi.reasons_of", label=words[f"kpi.{verdict}.label"], reasons=said)
    hours = f"{table.limit_hours:g}"
    if table.total("sql_beyond_limit").value is not None:
        key = "kpi.overdue" if table.overdue else "kpi.overdue.none"
        yield words.say(key, hours=hours, n=len(table.overdue))
        for lead in table.overdue[:_SHOWN_OVERDUE]:
            yield f"  {lead.lead_id}  {words.say('kpi.hours', n=lead.hours)}"
    if any(figure.immature for figure in table.figures):
        yield words["kpi.immature_note"]
    for figure in (figure for figure in table.figures if figure.group is None and figure.value is not None):
        meaning = kpi_words.define(table, figure, words)
        yield words.say("kpi.meaning", label=words[f"kpi.{figure.key}.label"], meaning=meaning)
