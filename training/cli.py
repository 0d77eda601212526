"""Commands of the training side. Heavy imports wait until a command runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CONFIG = "qualify.yaml"

Config = Annotated[str, typer.Option("-c", "--config", help="The configuration.", metavar="PATH")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Seed = Annotated[int | None, typer.Option(help="Same data, same seed: same bundle.", min=0)]


def train(
    budget: Annotated[float | None, typer.Option(min=0, help="Seconds for tuning.", metavar="SECONDS")] = None,
    seed: Seed = None,
    trials: Annotated[int | None, typer.Option(min=0, help="Exact number of tuning trials.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Register whatever the verdict.")] = False,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Fit, calibrate, compare with the baselines, register a model."""
    from qualify.config import load_config
    from qualify.console import emit_json, only_json, say

    with only_json(as_json):
        path = Path(config)
        settings = load_config(path)
        from training.train import as_json as result_of
        from training.train import train as run
        from training.words import summary

        chosen = settings.training
        outcome = run(
            settings, path.resolve().parent,
            budget=chosen.budget_seconds if budget is None else budget,
            seed=chosen.seed if seed is None else seed, force=force, trials=trials,
        )  # fmt: skip
        say(summary(outcome))
    if as_json:
        emit_json(result_of(outcome, settings))


def simulate(
    out: Annotated[str, typer.Option(help="Folder to write to.", metavar="DIR")],
    leads: Annotated[int, typer.Option(min=1, help="How many leads.")] = 5_000,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 0,
) -> None:
    """Write a simulated funnel with its true propensities."""
    from qualify.console import say
    from qualify.simulate import simulate as make

    make(leads=leads, seed=seed).write(out)
    say(f"leads.parquet, activities.parquet, stages.parquet and truth.parquet written to {out}")
