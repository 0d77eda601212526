"""Worlds into which faults are planted: the simulated funnel, and public tables where they are at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from qualify.config import ColumnSpec, Config, load_config
from qualify.leads.build import build_tables
from qualify.leads.rejects import Rejects
from qualify.leads.tables import Column
from qualify.rules import Scorecard
from qualify.simulate import simulate
from tests.world import call
from training.data import Loaded, load_scorecard
from training.initial.label import outcome_of

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FILES = {
    "x_education": DATA / "x_education" / "leads.csv.gz",
    "bank": DATA / "bank_marketing" / "bank-additional.csv.gz",
}
LABELS = {"x_education": "Converted", "bank": "y"}
LEADS = 3_000


@dataclass(frozen=True)
class World:
    """Tables as frames of what a file holds, and what they mean.

    Parameters
    ----------
    specs
        The columns in use, beside which planted ones are put.
    personal
        Columns that only tell persons apart.
    """

    config: Config
    scorecard: Scorecard
    leads: pd.DataFrame
    specs: Mapping[str, ColumnSpec]
    activities: pd.DataFrame | None = None
    stages: pd.DataFrame | None = None
    personal: Mapping[str, Column] = field(default_factory=dict)

    @cached_property
    def loaded(self) -> Loaded:
        labels = {t.column: ColumnSpec(type="category") for t in self.config.targets if t.column}
        events = [None if each is None else arrow(each) for each in (self.activities, self.stages)]
        tables, rejects = build_tables(self.config.data, {**self.specs, **labels}, arrow(self.leads), *events)
        assert not len(rejects), rejects.counts()
        return Loaded(self.config, tables, dict(self.specs), Rejects(), self.scorecard)

    @cached_property
    def y(self) -> np.ndarray:
        """Each lead's outcome, NaN where it is not known."""
        return outcome_of(self.loaded.tables, self.config.targets[0])

    @property
    def won(self) -> np.ndarray:
        return self.y == 1

    @property
    def later(self) -> np.ndarray:
        from training.checks.twins import later_leads

        return later_leads(self.loaded)

    def put(self, kind: str, **columns: object) -> World:
        """Return the world with further columns of one kind in use; blanks in a name are written as `_`."""
        named = {name.replace("_", " "): values for name, values in columns.items()}
        specs = {name: ColumnSpec(type=kind) for name in named}
        return replace(self, leads=self.leads.assign(**named), specs={**self.specs, **specs})

    def column(self, kind: str) -> str:
        """Return the name of a filled column of a kind, with as many values as possible."""
        names = [name for name, spec in self.specs.items() if spec.type == kind]
        return max(names, key=lambda name: (self.leads[name] != "").mean() * self.leads[name].nunique())

    def changed(self, name: str, rows: np.ndarray, values: object) -> World:
        """Return the world with other values at some leads."""
        column = self.leads[name].astype(object).to_numpy().copy()
        column[rows] = values
        return replace(self, leads=self.leads.assign(**{name: column}))


def arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)


def make_world(name: str, folder: Path) -> World:
    """Let `qualify init` look at a table, and read what it proposes."""
    return _simulated(folder) if name == "simulated" else _real(name, folder)


def _simulated(folder: Path) -> World:
    funnel = simulate(LEADS, seed=11)
    funnel.write(folder)
    files = [x for n in ("leads", "activities", "stages") for x in (f"--{n}", f"{n}.parquet")]
    called = call("init", *files, "--target-stage", "SQL", "--within-days", 60, folder=folder)
    assert called.code == 0, called.err
    config = load_config(folder / "qualify.yaml")
    frames = [pd.read_parquet(folder / f"{n}.parquet") for n in ("leads", "activities", "stages")]
    return World(config, load_scorecard(config, folder), frames[0], used(config), *frames[1:])


def _real(name: str, folder: Path) -> World:
    called = call("init", "--leads", FILES[name], "--target", LABELS[name], folder=folder)
    assert called.code == 0, called.err
    config = load_config(folder / "qualify.yaml")
    sep = ";" if name == "bank" else ","
    frame = pd.read_csv(FILES[name], sep=sep, dtype=str, keep_default_na=False)
    return World(config, load_scorecard(config, folder), frame, used(config))


def used(config: Config) -> dict[str, ColumnSpec]:
    labels = {target.column for target in config.targets}
    return {n: s for n, s in config.columns.items() if n not in config.exclude | dict.fromkeys(labels)
            and s.type != "id"}  # fmt: skip


@lru_cache(maxsize=4)
def names_of_people(count: int) -> np.ndarray:
    """Made-up names, hardly two of them alike."""
    rng = np.random.default_rng(3)
    part = ["ka", "mi", "ro", "ta", "ne", "su", "lo", "vi", "da", "ren", "shi", "mo"]
    words = rng.choice(part, (count, 5))
    return np.array(["".join(w[:2]).title() + " " + "".join(w[2:]).title() for w in words], dtype=object)
