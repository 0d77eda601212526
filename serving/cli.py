"""Commands of the serving side: `score` and `explain`. Heavy imports wait until a command runs."""

from __future__ import annotations

import time
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

CONFIG = "qualify.yaml"

Config = Annotated[str, typer.Option("-c", "--config", help="The configuration.", metavar="PATH")]
Activities = Annotated[str | None, typer.Option(help="Activities table (CSV or Parquet).", metavar="FILE")]
Stages = Annotated[str | None, typer.Option(help="Stages table (CSV or Parquet).", metavar="FILE")]
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


def score(
    leads: Annotated[str, typer.Option(help="Leads table (CSV or Parquet).", metavar="FILE")],
    out: Annotated[str, typer.Option(help="Parquet, CSV(.gz), or a database URL#TABLE.", metavar="FILE")],
    activities: Activities = None,
    stages: Stages = None,
    as_of: AsOf = None,
    reasons: Annotated[int, typer.Option(min=0, max=50, help="Reasons a lead.")] = 3,
    language: Annotated[Language | None, typer.Option(help="Language of the reasons.")] = None,
    engine: Annotated[Engine, typer.Option(help="Where to run.")] = Engine.local,
    model: Model = None,
    config: Config = CONFIG,
    ledger: Annotated[bool, typer.Option("--ledger", help="Also store the list for the sales desk.")] = False,
    as_json: Json = False,
) -> None:
    """Score leads: probability, rank, band and reasons."""
    from qualify.console import emit_json, only_json, say
    from qualify.moments import parse_as_of
    from serving.batch import Sources, rejects_path, score_sources
    from serving.cli_ledger import open_ledger, put_on_desk
    from serving.model_source import load_scorer
    from serving.sink import check_out, write_scores

    began = time.monotonic()
    with only_json(as_json):
        check_out(out)
        settings, folder = _settings(config, needed=model is None or ledger)
        # Opened first: a ledger that does not answer is told before anything is computed or written.
        if ledger:
            open_ledger(settings, folder).close()
        moment = parse_as_of(as_of, settings.data.timezone if settings else "UTC")
        scorer = load_scorer(model, settings, folder)
        chosen = language.value if language else (settings.language if settings else "en")
        sources = Sources(leads, activities, stages)
        done = score_sources(scorer, sources, moment, reasons=reasons, language=chosen)
        stored = put_on_desk(done, sources, settings, folder) if ledger else None
        write_scores(done.table, out)
        rejects = rejects_path(Path(out)) if "://" not in out else Path("scores.rejects.csv")
        _write_rejects(done.rejects, rejects)
        for line in done.rejects.lines():
            say(line)
        seconds = time.monotonic() - began
        shown = out.rpartition("@")[2]
        say(f"{done.table.num_rows} leads scored in {seconds:.1f} s: {shown}; {len(done.rejects)} rejected")
    if as_json:
        emit_json({
            "scored": done.table.num_rows, "rejected": len(done.rejects), "rejects": done.rejects.counts(),
            "out": shown, "rejects_file": str(rejects) if len(done.rejects) else None,
            "model_version": scorer.version, "scorecard_version": scorer.scorecard.version,
            "seconds": seconds, **({"ledger": asdict(stored)} if stored else {}),
        })  # fmt: skip


def _write_rejects(rejects, path: Path) -> None:  # type: ignore[no-untyped-def]
    """Write the rejects; where there are none, an older file of the same name would mislead."""
    if len(rejects):
        rejects.write_csv(path)
    else:
        path.unlink(missing_ok=True)


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
    from dataclasses import asdict

    from qualify.console import emit_json, only_json, say
    from qualify.explain.lead import render_html, render_text
    from qualify.explain.moved_text import render_moved
    from qualify.explain.waterfall import draw_waterfall
    from qualify.moments import parse_as_of
    from serving.batch import Sources, moments_of, read_sources
    from serving.lead_view import explain_lead, find_lead
    from serving.model_source import load_scorer
    from serving.since import moved_since, read_then
    from serving.sink import check_file, write_whole

    with only_json(as_json):
        for option, path in (("--png", png), ("--html", html)):
            if path:
                check_file(Path(path), option)
        then = read_then(since, since_model, since_leads, files=bool(png or html))
        settings, folder = _settings(config, needed=model is None or leads is None)
        moment = parse_as_of(as_of, settings.data.timezone if settings else "UTC")
        scorer = load_scorer(model, settings, folder)
        chosen = language.value if language else (settings.language if settings else "en")
        sources = Sources(leads, activities, stages) if leads else _configured(settings, folder)
        tables, _ = read_sources(scorer, sources)
        row = find_lead(tables, lead_id)
        moments = moments_of(scorer, tables, moment)
        if then is None:
            told = explain_lead(scorer, tables, row, moments, chosen, what_if=what_if or html is not None)
        else:
            moved = moved_since(
                scorer, sources, lead_id, int(moments[row]), then, chosen, settings=settings, folder=folder
            )
        if what_if and then is None and told.changes is None and not told.closed:
            say("nothing to try: no column is `actionable`, and no activity is one that a team can cause")
        if png:
            draw_waterfall(told, chosen, png)
            say(f"waterfall: {png}")
        if html:
            page = render_html(told, chosen).encode("utf-8")
            write_whole(Path(html), lambda file: file.write(page))
            say(f"page: {html}")
    if as_json:
        emit_json(asdict(told if then is None else moved))
    else:
        typer.echo(render_text(told, chosen) if then is None else render_moved(moved, chosen))


def _settings(config: str, *, needed: bool):  # type: ignore[no-untyped-def]
    """Return the configuration (None where there is none and none is needed) and its folder."""
    from qualify.config import load_config

    path = Path(config)
    if not needed and not path.is_file():
        return None, Path.cwd()
    return load_config(path), path.resolve().parent


def _configured(settings, folder: Path):  # type: ignore[no-untyped-def]
    """Return the configured tables."""
    from qualify.errors import UserError
    from serving.batch import Sources

    data = settings.data
    found = [data.leads, data.activities, data.stages]
    if any(source is not None and not isinstance(source, str) for source in found):
        raise UserError("the configured tables come from a database", mend="name files with --leads")
    names = [None if source is None else str(folder / source) for source in found]
    return Sources(str(names[0]), names[1], names[2])
