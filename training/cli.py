"""Commands of the training side. Heavy imports wait until a command runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

CONFIG = "qualify.yaml"


class Language(StrEnum):
    """Languages of the texts."""

    en = "en"
    ja = "ja"


Config = Annotated[str, typer.Option("-c", "--config", help="The configuration.", metavar="PATH")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Seed = Annotated[int | None, typer.Option(help="Same data, same seed: same bundle.", min=0)]


def demo(
    leads: Annotated[int, typer.Option(min=1, help="How many leads are simulated.")] = 3_000,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same funnel.")] = 1,
    out: Annotated[str, typer.Option(help="Folder for everything.", metavar="DIR")] = "qualify-demo",
    language: Annotated[Language, typer.Option(help="Language of report and reasons.")] = Language.en,
    as_json: Json = False,
) -> None:
    """Run the whole loop on a simulated funnel."""
    from qualify.console import emit_json, only_json
    from training.demo import demo as run
    from training.demo import lines_of

    with only_json(as_json):
        done = run(Path(out), leads=leads, seed=seed, language=language.value)
    if as_json:
        emit_json(done.as_json())
    else:
        typer.echo("\n".join(lines_of(done, language.value)))


def init(
    leads: Annotated[str, typer.Option(help="Leads table (CSV or Parquet).", metavar="FILE")],
    activities: Annotated[str | None, typer.Option(help="Activities table.", metavar="FILE")] = None,
    stages: Annotated[str | None, typer.Option(help="Stages table.", metavar="FILE")] = None,
    id_column: Annotated[str | None, typer.Option("--id", help="The lead's id.", metavar="COL")] = None,
    created_at: Annotated[str | None, typer.Option(help="The creation date.", metavar="COL")] = None,
    target: Annotated[str | None, typer.Option(help="The label column.", metavar="COL")] = None,
    positive: Annotated[str | None, typer.Option(help="The label's value for yes.", metavar="VALUE")] = None,
    negative: Annotated[
        list[str] | None, typer.Option(help="A value for no; '': an empty cell. Repeatable.", metavar="VALUE")
    ] = None,
    open_value: Annotated[
        list[str] | None, typer.Option("--open", help="A value not decided yet. Repeatable.", metavar="VALUE")
    ] = None,
    target_stage: Annotated[str | None, typer.Option(help="The stage to predict.", metavar="NAME")] = None,
    within_days: Annotated[float | None, typer.Option(min=0, help="Horizon.", metavar="N")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of CSV files; default: found by looking.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Of CSV files; default: found by looking.")] = None,
    timezone: Annotated[str, typer.Option(help="Zone of times that name none.")] = "UTC",
    language: Annotated[str, typer.Option(help="en or ja.")] = "en",
    out: Annotated[str, typer.Option(help="The configuration to write.", metavar="FILE")] = CONFIG,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
) -> None:
    """Look at your tables and write a configuration for them."""
    from qualify.console import say
    from training.init import Request
    from training.init import init as run

    made = run(
        Request(
            leads=leads, activities=activities, stages=stages, id_column=id_column, created_at=created_at,
            target=target, positive=positive, negative=tuple(negative or ()), open=tuple(open_value or ()),
            target_stage=target_stage, within_days=within_days,
            encoding=encoding, delimiter=delimiter, timezone=timezone, language=language,
        ),
        out, force=force,
    )  # fmt: skip
    for line in made.lines:
        say(line)


def train(
    budget: Annotated[
        float | None, typer.Option(min=0, help="Seconds for tuning.", metavar="SECONDS")
    ] = None,
    seed: Seed = None,
    trials: Annotated[int | None, typer.Option(min=0, help="Exact number of tuning trials.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Register whatever the verdict.")] = False,
    reproduce: Annotated[
        str | None, typer.Option(help="Repeat a run; nothing is registered.", metavar="RUN_ID")
    ] = None,
    out: Annotated[
        str | None, typer.Option(help="With --reproduce: a folder for the bundle.", metavar="DIR")
    ] = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Fit, calibrate, compare with the baselines, register a model."""
    if reproduce is not None:
        if (budget, seed, trials, force) != (None, None, None, False):
            raise typer.BadParameter("takes its settings from the run alone", param_hint="--reproduce")
        _reproduce(Path(config), reproduce, out, as_json)
    elif out is not None:
        raise typer.BadParameter("goes with --reproduce only", param_hint="--out")
    else:
        _train(Path(config), as_json, budget=budget, seed=seed, trials=trials, force=force)


def _train(
    path: Path, as_json: bool, *, budget: float | None, seed: int | None, trials: int | None, force: bool
) -> None:
    from qualify.config import load_config
    from qualify.console import emit_json, only_json, say
    from qualify.imports import importing

    with only_json(as_json):
        settings = load_config(path)
        with importing():
            from training.data import load_tables
        # Reading is the work of other cores, importing that of one.
        with ThreadPoolExecutor(max_workers=1) as beside, importing():
            loaded = beside.submit(load_tables, settings, path.resolve().parent)
            from training.train import as_json as result_of
            from training.train import refusal, train_and_judge
            from training.words import summary

        chosen = settings.training
        done = train_and_judge(
            settings, path.resolve().parent,
            budget=chosen.budget_seconds if budget is None else budget,
            seed=chosen.seed if seed is None else seed, force=force, trials=trials, read=loaded.result,
        )  # fmt: skip
        say(summary(done))
    if as_json:
        emit_json(result_of(done, settings))
    # The object is printed whatever the verdict; a refusal then ends the command with its exit code.
    if (refused := refusal(done)) is not None:
        raise refused


def _reproduce(config: Path, run_id: str, out: str | None, as_json: bool) -> None:
    from dataclasses import asdict

    from qualify.config import load_config
    from qualify.console import emit_json, only_json, say

    with only_json(as_json):
        settings = load_config(config)
        from training.reproduce import reproduce as run

        done = run(settings, config.resolve().parent, run_id, None if out is None else Path(out))
        say(f"run {done.run_id} gave the same bundle again: {done.bundle}")
    if as_json:
        emit_json(asdict(done))


def simulate(
    out: Annotated[str, typer.Option(help="Folder to write to.", metavar="DIR")],
    leads: Annotated[int, typer.Option(min=1, help="How many leads.")] = 5_000,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 0,
    until: Annotated[
        str, typer.Option(help="Nothing is recorded later; a date is its first moment.", metavar="TIME")
    ] = "2026-06-30",
) -> None:
    """Write a simulated funnel with its true propensities."""
    from qualify.console import say
    from qualify.simulate import write_funnel

    write_funnel(out, leads, seed, end=until)
    say(f"leads.parquet, activities.parquet, stages.parquet and truth.parquet written to {out}")


def promote(
    version: Annotated[str, typer.Argument(help="A version's number, or an alias such as challenger.")],
    force: Annotated[bool, typer.Option("--force", help="Promote whatever the gate says.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why; needed with --force.", metavar="TEXT")] = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Put a model version in use, if it passes the gate."""
    from qualify.config import load_config
    from qualify.console import emit_json, only_json, say

    with only_json(as_json):
        path = Path(config)
        settings = load_config(path)
        from training.promotion import ask

        done = ask(settings, path.resolve().parent, version, force=force, reason=reason)
        for line in done.lines():
            say(line)
    if as_json:
        emit_json(done.as_json())
    if (refused := done.refusal()) is not None:
        raise refused


def rollback(config: Config = CONFIG, as_json: Json = False) -> None:
    """Put the previous model version back in use."""
    from qualify.config import load_config
    from qualify.console import emit_json, only_json, say

    with only_json(as_json):
        path = Path(config)
        settings = load_config(path)
        from training.promotion import rollback as run

        done = run(settings, path.resolve().parent)
        say(f"version {done.version} is in use again, not {done.previous}; a second rollback undoes this")
    if as_json:
        emit_json(done.as_json())


def report(
    out: Annotated[str, typer.Option(help="The HTML file to write.", metavar="FILE")] = "qualify-report.html",
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Write one HTML file about the model in use."""
    from qualify.config import load_config
    from qualify.console import emit_json, only_json, say

    with only_json(as_json):
        path = Path(config)
        settings = load_config(path)
        from training.in_use import write_champion_report

        found = write_champion_report(settings, path.resolve().parent, Path(out))
        say(f"report on version {found.version}: {out}")
    if as_json:
        emit_json({"out": out, "version": found.version, "run_id": found.run_id, "bundle": found.bundle})


def backtest(
    origins: Annotated[int, typer.Option(min=1, max=60, help="How many points in the past.")] = 4,
    budget: Annotated[float, typer.Option(min=0, help="Seconds for tuning, each.", metavar="SECONDS")] = 0.0,
    seed: Seed = None,
    out: Annotated[
        str | None, typer.Option(help="Each origin's list of open leads (CSV or Parquet).", metavar="FILE")
    ] = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Evaluate the same pipeline at several points in the past."""
    from qualify.config import load_config
    from qualify.console import emit_json, only_json

    with only_json(as_json):
        path = Path(config)
        settings = load_config(path)
        from training.backtest import backtest as run
        from training.backtest_scores import check_place, write_lists
        from training.backtest_words import lines_of

        if out is not None:
            check_place(Path(out))

        chosen = settings.training.seed if seed is None else seed
        found = run(settings, path.resolve().parent, origins=origins, budget=budget, seed=chosen)
        if out is not None:
            write_lists(found, Path(out))
    if as_json:
        emit_json(found.as_json())
    else:
        typer.echo("\n".join(lines_of(found)))


def check(
    against: Annotated[
        str | None,
        typer.Option(help="Leads to be scored: do they look like those learned from?", metavar="FILE"),
    ] = None,
    seed: Seed = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Audit the data: leakage, labels, quality, volume."""
    from qualify.config import load_config
    from qualify.console import emit_json, only_json

    with only_json(as_json):
        path = Path(config)
        settings = load_config(path)
        from training.check import as_json as result_of
        from training.check import check as run
        from training.check import lines_of

        chosen = settings.training.seed if seed is None else seed
        found = run(settings, path.resolve().parent, seed=chosen, against=against)
    if as_json:
        emit_json(result_of(found))
    else:
        typer.echo("\n".join(lines_of(found)))
