"""The command `monitor`. Heavy imports wait until it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from training.monitor.look import Watched


def monitor(
    out: Annotated[str | None, typer.Option(help="An HTML page to write.", metavar="FILE")] = None,
    prometheus: Annotated[
        str | None, typer.Option(help="Figures for node_exporter's text files.", metavar="FILE")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="As of when; default: now. Later things are hidden.", metavar="TIME")
    ] = None,
    fail_on_alarm: Annotated[bool, typer.Option("--fail-on-alarm", help="Exit 3 on an alarm.")] = False,
    config: Annotated[
        str, typer.Option("-c", "--config", help="The configuration.", metavar="PATH")
    ] = "qualify.yaml",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Watch the model in use: drift, calibration, staleness.

    Exits 0 whatever was found; with --fail-on-alarm, 3 where there is an alarm. Notices never count.
    """
    from qualify.config import load_config
    from qualify.console import emit_json, only_json

    with only_json(as_json):
        path = Path(config)
        settings = load_config(path)
        from training.monitor import look
        from training.monitor.document import as_json as document_of
        from training.monitor.words import lines_of

        found = look(settings, path.resolve().parent, as_of)
        _write(found, out, prometheus)
    if as_json:
        emit_json(document_of(found))
    else:
        typer.echo("\n".join(lines_of(found)))
    if fail_on_alarm and any(alarm.level == "alarm" for alarm in found.alarms):
        raise typer.Exit(3)


def _write(found: Watched, page: str | None, prometheus: str | None) -> None:
    """Write the files that were asked for, and say so."""
    from qualify.console import say
    from training.monitor.document import write_prometheus

    if page is not None:
        from training.monitor.page import render
        from training.report import write_whole

        write_whole(Path(page), render(found).encode("utf-8"))
        say(f"written: {page}")
    if prometheus is not None:
        write_prometheus(found, Path(prometheus))
        say(f"written: {prometheus}")
