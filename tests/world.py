"""A small simulated funnel, and a model trained on it by the command line, once for the whole session."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qualify.cli import main

if TYPE_CHECKING:
    import pyarrow as pa

    from qualify.config import Config
    from qualify.leads.tables import LeadTables
    from qualify.scorer import Scorer

# Every test process reads this file; what is heavy is imported by the tests that use it.

LEADS = 800
SEED = 7
AS_OF = "2026-04-01T00:00:00Z"
"""A moment in the middle of the history: a third of what happens lies after it."""
WIN = "  - {name: win, stage: Won, within_days: 120}\n"
"""A second target, so that the list has a `p_win` too."""
TABLES = ("leads", "activities", "stages")


@dataclass(frozen=True)
class Called:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def call(*words: object, folder: Path | None = None) -> Called:
    """Run `qualify` in this process, in a folder."""
    out, err = io.StringIO(), io.StringIO()
    inside = contextlib.chdir(folder) if folder is not None else contextlib.nullcontext()
    with inside, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(word) for word in words])
    return Called(code, out.getvalue(), err.getvalue())


def sources(folder: Path) -> list[str]:
    """The options that name the three tables of a folder."""
    return [word for name in TABLES for word in (f"--{name}", str(folder / f"{name}.parquet"))]


@dataclass(frozen=True)
class World:
    """A folder with tables, configuration, MLflow store and a registered model."""

    folder: Path
    trained: dict[str, Any]

    @cached_property
    def config(self) -> Config:
        from qualify.config import load_config

        return load_config(self.folder / "qualify.yaml")

    @cached_property
    def bundle(self) -> Path:
        """The bundle of the registered model."""
        (found,) = (self.folder / "mlartifacts").rglob("artifacts/bundle/manifest.json")
        return found.parent

    @cached_property
    def model_folder(self) -> Path:
        """The folder of the registered model, as MLflow wrote it."""
        return self.bundle.parent.parent

    @cached_property
    def scorer(self) -> Scorer:
        from qualify.scorer import Scorer

        return Scorer.load(self.bundle)

    @cached_property
    def arrow(self) -> dict[str, pa.Table]:
        import pyarrow.parquet as pq

        return {name: pq.read_table(self.folder / f"{name}.parquet") for name in TABLES}

    @cached_property
    def tables(self) -> LeadTables:
        return self.built(self.arrow)

    def built(self, arrow: dict[str, pa.Table]) -> LeadTables:
        """The given tables as the model reads them."""
        from qualify.leads.build import build_tables

        schema = self.scorer.parts.schema
        return build_tables(schema.data, schema.columns, *(arrow[name] for name in TABLES))[0]

    def call(self, *words: object) -> Called:
        return call(*words, folder=self.folder)


def make_world(folder: Path) -> None:
    """Simulate, propose a configuration, train without tuning, register."""
    _done(call("simulate", "--leads", LEADS, "--seed", SEED, "--out", folder))
    tables = [word for name in TABLES for word in (f"--{name}", f"{name}.parquet")]
    _done(call("init", *tables, "--target-stage", "SQL", "--within-days", 60, folder=folder))
    path = folder / "qualify.yaml"
    text = path.read_text(encoding="utf-8").replace("bags: 4", "bags: 2")
    path.write_text(text.replace("\ncolumns:", f"\n{WIN}columns:", 1), encoding="utf-8")
    trained = _done(call("train", "--budget", 0, "--json", folder=folder))
    (folder / "trained.json").write_text(trained.out, encoding="utf-8")


def _done(called: Called) -> Called:
    assert called.code == 0, called.err
    return called


def shared_folder(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None], needed: Sequence[str]
) -> Path:
    """A folder that is made once for all processes of a test run."""
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = base / name
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all((folder / each).exists() for each in needed):
            folder.mkdir(exist_ok=True)
            make(folder)
    return folder


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = shared_folder(tmp_path_factory, "world", make_world, ["trained.json"])
    return World(folder, json.loads((folder / "trained.json").read_text(encoding="utf-8")))
