"""Leads to be scored beside those of the training table: what differs is named, what does not is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from qualify.errors import DataError
from tests.world import call
from training.checks.against import check_against
from training.data import load_tables

ROWS = 1_500


def leads(seed: int, first: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame({
        "id": [f"L{first + i}" for i in range(ROWS)],
        "won": random.integers(0, 2, ROWS),
        "source": random.choice(["web", "fair", "partner"], ROWS),
        "employees": random.integers(1, 500, ROWS),
        "phone": random.choice(["given", "none"], ROWS),
    })  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    leads(0).to_csv(tmp_path / "leads.csv", index=False)
    assert call("init", "--leads", "leads.csv", "--target", "won", folder=tmp_path).code == 0
    return tmp_path


def compared(project: Path, others: pd.DataFrame) -> dict[tuple[str, str], str]:
    from qualify.config import load_config

    others.to_csv(project / "new.csv", index=False)
    loaded = load_tables(load_config(project / "qualify.yaml"), project)
    return {(f.code, f.subject): f.text for f in check_against(loaded, str(project / "new.csv"))}


def test_leads_like_those_learned_from_say_nothing(project: Path) -> None:
    assert compared(project, leads(1, ROWS).drop(columns="won")) == {}


def test_a_new_source_an_emptied_column_and_a_shift_are_named(project: Path) -> None:
    others = leads(1, ROWS).drop(columns="won")
    others["source"] = others["source"].replace("fair", "podcast")
    others["employees"] += 400
    others.loc[::2, "phone"] = None
    found = compared(project, others)
    assert {("S003", "source"), ("S002", "employees"), ("S004", "phone")} <= set(found)
    assert "of the leads to be scored have a category that none" in found["S003", "source"]
    assert "podcast" in found["S003", "source"]


def test_a_column_that_is_not_there_is_named(project: Path) -> None:
    with pytest.raises(DataError, match="employees"):
        compared(project, leads(1, ROWS).drop(columns=["won", "employees"]))


def test_the_command_says_it_first(project: Path) -> None:
    others = leads(1, ROWS)
    others["source"] = "podcast"
    others.to_csv(project / "new.csv", index=False)
    told = call("check", "--against", "new.csv", folder=project)
    assert told.code in (0, 3), told.err
    assert "podcast" in told.out
