"""Commands of the serving side: `score` and `explain`. Heavy imports wait until a command runs."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from qualify.config import Config as Settings
    from qualify.explain.explanation import Explanation
    from qualify.moments import AsOf as Moment
    from qualify.scorer import Scorer
    from serving.batch import Sources
    from serving.registry_apart import Asked

CONFIG = "qualify.yaml"

Config = Annotated[str, typer.Option("-c", "--config", help="The configuration.", metavar="PATH")]
Out = Annotated[
    str, typer.Option(help="Parquet, CSV(.gz), a database URL#TABLE; on Spark also a folder.", metavar="FILE")
]
Leads = Annotated[
    str | None,
    typer.Option(
        help="Leads: file, folder, pattern, URL, URL#TABLE; default: as configured.", metavar="FILE"
    ),
]
ChangedSince = Annotated[
    str | None,
    typer.Option(help="Score only leads with news, or that have aged: last, or a time.", metavar="WHEN"),
]
Activities = Annotated[str | None, typer.Option(help="Activities table (CSV or Parquet).", metavar="FILE")]
Stages = Annotated[str | None, typer.Option(help="Stages table (CSV or Parquet).", metavar="FILE")]
OnDesk = Annotated[
    bool,
    typer.Option("--ledger", help="Also store the list for the sales desk."),
]
Memory = Annotated[str, typer.Option(help="Larger tables are split into parts on disk.", metavar="SIZE")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="A time, or created, created+1d, …", metavar="TIME")
]
Model = Annotated[str | None, typer.Option(help="A bundle's folder or an MLflow URI.", metavar="URI")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


class Language(StrEnum):
    """Languages of the texts."""

    en = "en"
    ja = "ja"


class Engine(StrEnum):
    """Where a batch runs."""

    local = "local"
    spark = "spark"


def score(
    out: Out,
    leads: Leads = None,
    activities: Activities = None,
    stages: Stages = None,
    as_of: AsOf = None,
    reasons: Annotated[int, typer.Option(min=0, max=50, help="Reasons a lead.")] = 3,
    language: Annotated[Language | None, typer.Option(help="Language of the reasons.")] = None,
    engine: Annotated[Engine, typer.Option(help="Where to run.")] = Engine.local,
    model: Model = None,
    config: Config = CONFIG,
    ledger: OnDesk = False,
    memory: Memory = "2GB",
    changed_since: ChangedSince = None,
    as_json: Json = False,
) -> None:
    """Score leads: probability, rank, band and reasons."""
    asked = _begin(model, config)

    from qualify.console import emit_json, only_json, say
    from serving.ordered import ListOrder

    chosen = None if language is None else language.value
    order = ListOrder(out, engine, as_of, changed_since, memory, reasons, chosen, model, ledger)
    with only_json(as_json):
        order.check()
        settings, folder = settings_of(config, needed=model is None or ledger or leads is None)
        sources = sources_of(leads, activities, stages, settings, folder)
        delivered = order.deliver(asked, settings, folder, sources)
        for line in delivered.lines():
            say(line)
    if as_json:
        emit_json(delivered.as_json())


def _begin(model: str | None, config: str) -> Asked:
    """Set memory up before Arrow is imported, and ask for the model while all else is."""
    from serving.collector import collect_seldom, reuse_memory, take_turns_often
    from serving.registry_apart import ask_early

    reuse_memory()
    collect_seldom()  # here for the imports, which make much that stays; again when the model is there
    take_turns_often()
    return ask_early(model, config)


def explain(
    lead_id: Annotated[str, typer.Argument(help="The lead's id.")],
    leads: Annotated[str | None, typer.Option(help="Leads table; default: the configured one.")] = None,
    activities: Activities = None,
    stages: Stages = None,
    as_of: AsOf = None,
    language: Annotated[Language | None, typer.Option(help="Language of the texts.")] = None,
    png: Annotated[str | None, typer.Option(help="Write a waterfall picture.", metavar="FILE")] = None,
    html: Annotated[str | None, typer.Option(help="Write a page of the lead.", metavar="FILE")] = None,
    what_if: Annotated[
        bool, typer.Option("--what-if", help="Tell what would have to be so for the next band.")
    ] = False,
    since: Annotated[
        str | None, typer.Option(help="Tell instead why the chance moved since that time.", metavar="TIME")
    ] = None,
    since_model: Annotated[
        str | None, typer.Option(help="With --since: the model that was in use then.", metavar="URI")
    ] = None,
    since_leads: Annotated[
        str | None, typer.Option(help="With --since: the leads table as it was then.", metavar="FILE")
    ] = None,
    model: Model = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Explain one lead: reasons, points and time line; or why its chance moved."""
    from qualify.console import emit_json, only_json
    from qualify.explain.lead import render_text
    from qualify.explain.moved_text import render_moved
    from qualify.moments import parse_as_of
    from serving.batch import moments_of, read_sources
    from serving.lead_view import explain_lead, find_lead
    from serving.model_source import load_scorer
    from serving.since import moved_since, read_then

    with only_json(as_json):
        _check_files(png, html)
        then = read_then(since, since_model, since_leads, files=bool(png or html))
        settings, folder = settings_of(config, needed=model is None or leads is None)
        moment = parse_as_of(as_of, settings.data.timezone if settings else "UTC")
        scorer = load_scorer(model, settings, folder)
        chosen = _language(language, settings)
        zone = (settings or scorer.parts.schema).data.timezone
        sources = sources_of(leads, activities, stages, settings, folder)
        _say_remarks(scorer, sources, moment)
        tables, _ = read_sources(scorer, sources)
        row = find_lead(tables, lead_id)
        moments = moments_of(scorer, tables, moment)
        if then is None:
            told = explain_lead(scorer, tables, row, moments, chosen, what_if=what_if or html is not None)
            _besides(told, chosen, zone, png, html, what_if)
        else:
            moved = moved_since(
                scorer, sources, lead_id, int(moments[row]), then, chosen, settings=settings, folder=folder
            )
    if as_json:
        emit_json(asdict(told if then is None else moved))
    else:
        typer.echo(render_text(told, chosen, zone) if then is None else render_moved(moved, chosen, zone))


def _say_remarks(scorer: Scorer, sources: Sources, moment: Moment) -> None:
    from qualify.console import say
    from serving.remarks import lines_of_future, lines_of_not_given

    for line in (*lines_of_not_given(scorer, sources), *lines_of_future(moment)):
        say(line)


def _language(asked: Language | None, settings: Settings | None) -> str:
    """Return the language asked for, or the configured one."""
    if asked is not None:
        return asked.value
    return str(settings.language) if settings else "en"


def _check_files(png: str | None, html: str | None) -> None:
    """Refuse places that cannot be written before anything is computed."""
    from serving.sink import check_file

    for option, path in (("--png", png), ("--html", html)):
        if path:
            check_file(Path(path), option)


def _besides(
    told: Explanation, language: str, timezone: str, png: str | None, html: str | None, what_if: bool
) -> None:
    """Write the picture and the page that were asked for, and say where there is nothing to try."""
    from qualify.console import say
    from qualify.explain.lead import render_html
    from qualify.explain.waterfall import draw_waterfall
    from serving.sink import write_whole

    if what_if and told.changes is None and not told.closed:
        say("nothing to try: no column is `actionable`, and no activity is one that a team can cause")
    if png:
        draw_waterfall(told, language, png, timezone)
        say(f"waterfall: {png}")
    if html:
        page = render_html(told, language, timezone).encode("utf-8")
        write_whole(Path(html), lambda file: file.write(page))
        say(f"page: {html}")


def settings_of(config: str, *, needed: bool) -> tuple[Settings | None, Path]:
    """Return the configuration (None where there is none and none is needed) and its folder."""
    from qualify.config import load_config

    path = Path(config)
    if not needed and not path.is_file():
        return None, Path.cwd()
    return load_config(path), path.resolve().parent


def sources_of(
    leads: str | None, activities: str | None, stages: str | None, settings: Settings | None, folder: Path
) -> Sources:
    """Return the tables that are named; where no leads are, the configured ones stand in for the others."""
    from dataclasses import replace

    from serving.batch import Sources
    from serving.named import named_source

    named = {
        table: named_source(each)
        for table, each in (("activities", activities), ("stages", stages))
        if each is not None
    }
    if leads is None:
        assert settings is not None, "without a table, a configuration is needed"
        return replace(_configured(settings, folder), **named)
    return Sources(named_source(leads), **named)


def _configured(settings: Settings, folder: Path) -> Sources:
    """Return the configured tables."""
    from qualify.leads.read import located
    from serving.batch import Sources

    data = settings.data
    found = [None if each is None else located(each, folder) for each in (data.activities, data.stages)]
    return Sources(located(data.leads, folder), *found)
