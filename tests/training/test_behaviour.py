"""What a model must not hear, and what was promised of it, found out by changing real leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from qualify.config import ColumnSpec, load_config
from qualify.leads.tables import Column, LeadTables
from qualify.scorer import Scorer
from tests.rules.build import activity, card, rule
from tests.training.projects import make_project
from tests.training.test_gate import contest
from tests.world import World
from training.behaviour import (
    LEADS,
    PEOPLE,
    Behaviour,
    Slope,
    behaviour_checks,
    left_out,
    measure_behaviour,
)
from training.data import load_tables
from training.gate import judge
from training.pipeline import Trained, train_model
from training.verdict import Verdict

WEEK = 7 * 86_400_000_000
VISITS = "visits: {{type: number, monotone: {}}}"
Hears = Callable[[LeadTables, np.ndarray], np.ndarray]


class Hearing:
    """A scorer whose probability also depends on something else."""

    def __init__(self, scorer: Scorer, hears: Hears) -> None:
        self.parts, self._scorer, self._hears = scorer.parts, scorer, hears

    def explain_rows(self, tables: LeadTables, rows: np.ndarray, as_of: np.ndarray) -> Any:
        told = self._scorer.explain_rows(tables, rows, as_of)
        p = 0.5 * told.prediction.probability + self._hears(tables, rows)
        return replace(told, prediction=replace(told.prediction, probability=p))


def measured(world: World, scorer: Any, names: list[str] | None = None, **changed: Any) -> Behaviour:
    tables = replace(world.tables, **changed)
    lead = np.arange(len(tables))
    names = ["owner"] if names is None else names
    return measure_behaviour(scorer, tables, lead, tables.created_at + WEEK, names, seed=0)


def moving(found: Behaviour) -> list[str]:
    return [what for what, by in found.moved.items() if not by <= 1e-9]


def test_a_model_of_ours_hears_nothing_that_it_must_not(world: World) -> None:
    found = measured(world, world.scorer)
    assert found.leads == LEADS
    assert moving(found) == []
    assert len(found.moved) == 4
    (check,) = behaviour_checks(found)
    assert (check.name, check.passed) == ("noise", True)


def test_a_model_that_hears_the_id_is_found(world: World) -> None:
    deaf = Hearing(world.scorer, lambda tables, rows: np.zeros(len(rows)))
    assert moving(measured(world, deaf)) == []
    hears = Hearing(
        world.scorer, lambda tables, rows: 1e-6 * np.array([sum(map(ord, i)) for i in tables.lead_id[rows]])
    )
    found = measured(world, hears)
    assert moving(found) == ["the lead's id"]
    (check,) = behaviour_checks(found)
    assert not check.passed
    assert check.text.startswith("what must not count moves the probability: the lead's id by up to ")


def test_a_model_that_hears_its_neighbours_is_found(world: World) -> None:
    found = measured(world, Hearing(world.scorer, lambda tables, rows: 1e-6 * np.arange(len(rows))))
    assert moving(found) == ["the order of rows"]


def test_a_model_that_hears_a_column_it_was_not_given_is_found(world: World) -> None:
    parts = world.scorer.parts
    columns = {**parts.schema.columns, "owner": ColumnSpec(type="category")}
    hears = Hearing(
        world.scorer,
        lambda tables, rows: 1e-6 * np.array([len(str(tables.columns["owner"].vocabulary[c]))
                                              for c in tables.columns["owner"].codes[rows]]),
    )  # fmt: skip
    hears.parts = replace(parts, schema=replace(parts.schema, columns=columns))
    owner = Column("category", np.zeros(len(world.tables), dtype=np.int32), ("Aoki",))
    found = measured(world, hears, ["other", "owner"], columns={**world.tables.columns, "owner": owner})
    assert moving(found) == ["columns that are left out, and persons' names"]


def test_what_cannot_be_read_any_more_counts_as_moved(world: World) -> None:
    bad = Hearing(
        world.scorer,
        lambda tables, rows: np.where([str(i).startswith("id-") for i in tables.lead_id[rows]], np.nan, 0.0),
    )
    found = measured(world, bad)
    assert moving(found) == ["the lead's id"]
    (noise,) = (check for check in behaviour_checks(found) if check.name == "noise")
    assert (noise.passed, np.isfinite(noise.value)) == (False, True), "gate.json holds numbers"
    assert "the lead's id, with which a lead could not be scored" in noise.text


def test_left_out_are_ids_labels_what_is_excluded_and_persons(tmp_path: Path) -> None:
    config = make_project(tmp_path, rows=20, signal=1.0)
    columns = {"visits": ColumnSpec(type="number"), "source": ColumnSpec(type="category")}
    scorer: Any = SimpleNamespace(parts=SimpleNamespace(schema=SimpleNamespace(columns=columns)))
    found = left_out(config, scorer)
    assert set(found) == {"minutes", "secret", "won", *PEOPLE}


@pytest.fixture(scope="module")
def against(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Trained with the visits, which the chance grows with, declared to be falling."""
    folder = tmp_path_factory.mktemp("declared")
    make_project(folder, rows=500, signal=1.5)
    path = folder / "qualify.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("visits: {type: number}", VISITS.format("falling")), encoding="utf-8")
    return train_model(load_tables(load_config(path), folder), budget=0, seed=0)


def slope_of(trained: Trained, declared: str) -> Slope:
    parts = trained.parts
    columns = dict(parts.schema.columns)
    columns["visits"] = columns["visits"].model_copy(update={"monotone": declared})
    scorer = Scorer(replace(parts, schema=replace(parts.schema, columns=columns)), "x")
    data = trained.data
    found = measure_behaviour(scorer, data.loaded.tables, data.lead, data.as_of, [], seed=0)
    (slope,) = found.slopes
    return slope


def test_what_is_declared_is_kept_by_training_and_seen_by_the_check(against: Trained) -> None:
    assert against.parts.schema.columns["visits"].monotone == "falling"
    slope = slope_of(against, "falling")
    assert slope.against <= 1e-9
    assert (slope.leads, slope.values) == (64, 21)
    data = against.data
    free = replace(data.loaded, used={**data.loaded.used, "visits": ColumnSpec(type="number")})
    other = train_model(free, budget=0, seed=0)
    assert slope_of(other, "falling").against > 0.01


def test_rules_about_a_declared_column_cannot_turn_it_round(tmp_path: Path) -> None:
    """A rule gives points to many visits, and the chance falls with them: its points are no feature then."""
    make_project(tmp_path, rows=400, signal=-1.5)
    path = tmp_path / "qualify.yaml"
    text = path.read_text(encoding="utf-8").replace("visits: {type: number}", VISITS.format("rising"))
    path.write_text(text + "scorecard: scorecard.yaml\n", encoding="utf-8")
    table = [{"from": 1, "points": 30}, {"from": 0, "points": 10}]
    written = card(rule("attribute", "many", column="visits", table=table), activity("other"))
    (tmp_path / "scorecard.yaml").write_text(written.to_text(), encoding="utf-8")
    trained = train_model(load_tables(load_config(path), tmp_path), budget=0, seed=0)
    assert slope_of(trained, "rising").against <= 1e-9
    assert not {"rule:many", "points:g", "points:total"} & set(trained.parts.targets[0].encoders.bin_names)
    assert "rule:many" in {feature.name for feature in trained.data.frame.numeric}


def test_the_check_tells_which_way_it_goes() -> None:
    def told(slope: Slope) -> tuple[bool, str]:
        check = list(behaviour_checks(Behaviour(24, {}, (slope,))))[1]
        assert (check.name, check.value) == ("monotone", slope.against)
        return check.passed, check.text

    assert told(Slope("size", "rising", 1e-9, 64, 21)) == (
        True, "as size rises the probability never falls (64 leads, 21 values each)",
    )  # fmt: skip
    assert told(Slope("size", "falling", 0.02, 64, 9)) == (
        False,
        "size is declared falling, and as it rises the probability rises by up to 2.0e-02 "
        "(64 leads, 9 values each)",
    )
    assert told(Slope("size", "rising", 0.02, 64, 9))[1].startswith(
        "size is declared rising, and as it rises the probability falls by"
    )


def test_the_gate_holds_a_challenger_to_its_behaviour() -> None:
    better = contest(6, extra=0.8, leads=1_000)
    ok = Verdict("model", ())
    good = Behaviour(24, {"the lead's id": 0.0}, (Slope("size", "rising", 0.0, 64, 21),))
    bad = Behaviour(24, {"the lead's id": 1e-6}, (Slope("size", "rising", 1e-6, 64, 21),))
    passed = judge(replace(better, behaviour=good), ok, draws=60)
    assert passed.passed
    assert [check.name for check in passed.checks][-2:] == ["noise", "monotone"]
    refused = judge(replace(better, behaviour=bad), ok, draws=60)
    assert [check.name for check in refused.checks if not check.passed] == ["noise", "monotone"]
