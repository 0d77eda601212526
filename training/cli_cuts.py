"""The command `cuts`. Heavy imports wait until it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def cuts(
    capacity: Annotated[
        float | None, typer.Option(help="Leads that sales can work a week.", metavar="LEADS_A_WEEK")
    ] = None,
    value: Annotated[float | None, typer.Option(help="What a win brings.", metavar="MONEY")] = None,
    cost: Annotated[float | None, typer.Option(help="What working a lead costs.", metavar="MONEY")] = None,
    png: Annotated[str | None, typer.Option(help="A picture of the choices.", metavar="FILE")] = None,
    config: Annotated[
        str, typer.Option("-c", "--config", help="The configuration.", metavar="PATH")
    ] = "qualify.yaml",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Decide bands and hand-over from capacity, or from value and cost.

    Shows what each cut would find among recent leads with a known outcome, with intervals, beside the rules'
    points; changes nothing.
    """
    from qualify.config import load_config
    from qualify.console import emit_json, only_json, say

    with only_json(as_json):
        path = Path(config)
        settings = load_config(path)
        from training.cut_choices import Wish
        from training.cuts import find_cuts
        from training.cuts_words import lines_of

        found = find_cuts(settings, path.resolve().parent, Wish(capacity, value, cost))
        if png is not None:
            from training.plots.canvas import png as drawn
            from training.plots.cuts import plot_cuts
            from training.report import write_whole

            write_whole(Path(png), drawn(plot_cuts(found, language=settings.language)))
            say(f"written: {png}")
    if as_json:
        emit_json(found.as_json())
    else:
        typer.echo("\n".join(lines_of(found, settings.language)))
