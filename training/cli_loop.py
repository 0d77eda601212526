"""The commands `retrain` and `recalibrate`. Heavy imports wait until one runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def retrain(
    budget: Annotated[
        float | None, typer.Option(min=0, help="Seconds for tuning.", metavar="SECONDS")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Same data, same seed: same bundle.", min=0)] = None,
    trials: Annotated[int | None, typer.Option(min=0, help="Exact number of tuning trials.")] = None,
    config: Annotated[
        str, typer.Option("-c", "--config", help="The configuration.", metavar="PATH")
    ] = "qualify.yaml",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Learn from the answers of sales and let the gate decide.

    Exits 0 when the new model is in use or nothing has changed, and 3 when the gate said no.
    """
    from qualify.config import load_config
    from qualify.console import emit_json, only_json, say

    with only_json(as_json):
        path = Path(config)
        settings = load_config(path)
        from training.retrain import retrain as run

        chosen = settings.training
        done = run(
            settings, path.resolve().parent,
            budget=chosen.budget_seconds if budget is None else budget,
            seed=chosen.seed if seed is None else seed, trials=trials,
        )  # fmt: skip
        from training.loop_words import lines_of

        for line in lines_of(done):
            say(line)
    if as_json:
        emit_json(done.as_json())
    if done.status == "refused":
        raise typer.Exit(3)


def recalibrate(
    config: Annotated[
        str, typer.Option("-c", "--config", help="The configuration.", metavar="PATH")
    ] = "qualify.yaml",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Give the model in use a new calibration, if new outcomes call for it and the gate lets it.

    Trees, points, reasons, order and bands stay. Exits 0 when it is in use or not needed, and 3 when the gate
    said no.
    """
    from qualify.config import load_config
    from qualify.console import emit_json, only_json, say

    with only_json(as_json):
        path = Path(config)
        settings = load_config(path)
        from training.loop_words import recalibration_lines
        from training.recalibrate import recalibrate as run

        done = run(settings, path.resolve().parent)
        for line in recalibration_lines(done):
            say(line)
    if as_json:
        emit_json(done.as_json())
    if done.status == "refused":
        raise typer.Exit(3)
