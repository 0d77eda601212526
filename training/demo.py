"""The whole loop on a simulated funnel, by the commands that a user would type, in one process."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import typer

from qualify.cli import main
from qualify.config import load_config
from qualify.console import say
from qualify.errors import UserError
from training import registry
from training.in_use import open_registry
from training.plots.texts import report_texts

BUDGET = 10
"""Seconds for tuning: enough to show it, short enough to wait for."""

TARGET = ("--target-stage", "SQL", "--within-days", "60")
TABLES = ("leads", "activities", "stages")
_TIMES = {"leads": ("created_at",), "activities": ("recorded_at",), "stages": ("recorded_at",)}
_MARK = ".qualify-demo"


@dataclass(frozen=True)
class Demo:
    """Where the results are."""

    out: Path
    lead_id: str
    seconds: float

    @property
    def files(self) -> Mapping[str, Path]:
        """The results by name."""
        names = {
            "scores_csv": "scores.csv", "scores": "scores.parquet", "report": "report.html",
            "lead": "lead.html", "waterfall": "lead.png",
            "configuration": "qualify.yaml", "scorecard": "scorecard.yaml",
        }  # fmt: skip
        return {name: (self.out / file).resolve() for name, file in names.items()}

    def as_json(self) -> Mapping[str, object]:
        """Return what ``--json`` prints."""
        addresses = {name: path.as_uri() for name, path in self.files.items()}
        return {"out": str(self.out), "lead_id": self.lead_id, "files": addresses, "seconds": self.seconds}


def demo(out: Path, *, leads: int, seed: int, language: str) -> Demo:
    """Simulate, propose a configuration, train, score, report and explain the first lead of the list.

    Parameters
    ----------
    out
        The folder for everything; one that an earlier demo made is used again.
    leads, seed
        Of the simulated funnel.
    language
        ``en`` or ``ja``.

    Raises
    ------
    UserError
        The folder holds something else.
    typer.Exit
        A command failed, with its exit code; it has said why.
    """
    began = time.monotonic()
    _take_folder(out)
    _clear_desk(out)
    config = str(out / "qualify.yaml")
    tables = [word for name in TABLES for word in (f"--{name}", str(out / "data" / f"{name}.parquet"))]
    # Up to this morning, so that the desk shows leads that wait since yesterday.
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    _run("simulate", "--leads", str(leads), "--seed", str(seed), "--until", today, "--out", str(out / "data"))
    _run("init", *tables, *TARGET, "--language", language, "--out", config, "--force")
    _run("train", "-c", config, "--budget", str(BUDGET), "--seed", str(seed), "--force")
    _promote_newest(config)
    moment = ("--as-of", _just_after(out / "data"))
    for file, desk in (("scores.parquet", ("--ledger",)), ("scores.csv", ())):
        _run("score", "-c", config, *tables, *moment, "--out", str(out / file), *desk)
    _run("report", "-c", config, "--out", str(out / "report.html"))
    first = str(pq.read_table(out / "scores.parquet", columns=["lead_id"])["lead_id"][0])
    pages = ("--html", str(out / "lead.html"), "--png", str(out / "lead.png"))
    _run("explain", first, "-c", config, *moment, *pages)
    return Demo(out, first, time.monotonic() - began)


def lines_of(done: Demo, language: str) -> list[str]:
    """Say where the results are, and how to open them."""
    texts, files = report_texts(language), done.files
    config = shlex.quote(str(done.out / "qualify.yaml"))
    return [
        "",
        texts.say("demo.done", seconds=f"{done.seconds:.0f}"),
        f"  {texts['demo.scores']}: {files['scores_csv'].as_uri()}",
        f"  {texts['demo.report']}: {files['report'].as_uri()}",
        f"  {texts.say('demo.lead', lead=done.lead_id)}: {files['lead'].as_uri()}",
        f"  {texts['demo.waterfall']}: {files['waterfall'].as_uri()}",
        texts["demo.open"],
        texts.say("demo.desk", config=config),
        texts.say("demo.more", config=config),
    ]


def _take_folder(out: Path) -> None:
    """Make the folder, or take that of an earlier demo; anything else stays untouched.

    Raises
    ------
    UserError
        The folder is not empty and no demo made it, or cannot be made.
    """
    if out.is_dir() and any(out.iterdir()) and not (out / _MARK).exists():
        raise UserError(
            "the folder is not empty, and no demo made it", where=str(out), expected="a new folder",
            mend="name another one with --out",
        )  # fmt: skip
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / _MARK).touch()
    except OSError as error:
        raise UserError(
            "the folder cannot be made",
            where=str(out),
            got=error.strerror,
            mend="name another one with --out",
        ) from error


def _clear_desk(out: Path) -> None:
    """Remove the ledger of an earlier demo: its leads have the same ids and other histories."""
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (out / name).unlink(missing_ok=True)


def _run(*words: str) -> None:
    """Show a command, and run it."""
    say(f"\n$ qualify {shlex.join(words)}")
    code = main(words)
    if code:
        raise typer.Exit(code)


def _promote_newest(config: str) -> None:
    """Put the model just trained in use where an earlier demo left one."""
    path = Path(config)
    settings = load_config(path)
    client = open_registry(settings, path.resolve().parent)
    aliases = client.get_registered_model(settings.mlflow.model_name).aliases
    if aliases[registry.CHAMPION] != aliases[registry.CHALLENGER]:
        _run("promote", registry.CHALLENGER, "-c", config, "--force", "--reason", "the demo was run again")


def _just_after(folder: Path) -> str:
    """Return the first whole minute after everything that is recorded."""
    latest = np.datetime64(0, "m")
    for table, columns in _TIMES.items():
        read = pq.read_table(folder / f"{table}.parquet", columns=list(columns))
        for column in columns:
            times = read[column].to_numpy()
            latest = max(latest, times.max().astype("M8[m]"))
    return f"{latest + 1}Z"
