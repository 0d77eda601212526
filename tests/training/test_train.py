"""The training job: what it prints, leaves in MLflow, repeats and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from qualify.config import load_config
from qualify.model.bundle import read_bundle, write_bundle
from tests.training.projects import make_project
from tests.world import call, shared_folder
from training.data import load_tables
from training.pipeline import train_model
from training.train import example_of
from training.verdict import decide

FIGURES = {"auc", "average_precision", "log_loss", "brier", "ece", "lift_at_10", "precision_at_capacity"}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def client_of(folder: Path) -> mlflow.MlflowClient:
    """A client of a folder's store, whatever store other tests have pointed MLflow at."""
    store = f"sqlite:///{folder / 'mlflow.db'}"
    return mlflow.MlflowClient(store, store)


def trained_on(folder: Path, *, threads: int = 2, trials: int = 0, **options):
    """Train without MLflow on a project's tables."""
    config = make_project(folder, **options)
    training = config.training.model_copy(update={"threads": threads})
    loaded = load_tables(config.model_copy(update={"training": training}), folder)
    return train_model(loaded, budget=0, seed=0, trials=trials)


# What the command prints and leaves behind, on the simulated funnel.


def test_the_printed_object_is_that_of_the_contract(world):
    told = world.trained
    assert {"run_id", "model_uri", "model_version", "verdict", "rows", "positives", "excluded", "metrics",
            "baselines", "seconds"} <= set(told)  # fmt: skip
    assert told["verdict"] == "model"
    assert told["model_uri"] == f"models:/qualify/{told['model_version']}"
    assert 0 < told["positives"] < told["rows"]
    assert set(told["baselines"]) == {"rules", "bayes", "linear"}
    for figures in (told["metrics"], *told["baselines"].values()):
        assert set(figures) >= FIGURES
        for metric in figures.values():
            assert metric["low"] <= metric["value"] <= metric["high"]


def test_the_model_beats_what_stands_beside_it(world):
    """On the same later leads, by log-loss and by ranking."""
    own, baselines = world.trained["metrics"], world.trained["baselines"]
    assert own["auc"]["value"] > 0.7
    for name in ("rules", "bayes"):
        assert own["log_loss"]["value"] < baselines[name]["log_loss"]["value"]
        assert own["auc"]["value"] > baselines[name]["auc"]["value"]


def test_the_run_keeps_what_was_printed(world):
    told = world.trained
    client = client_of(world.folder)
    run = client.get_run(told["run_id"])
    assert run.info.status == "FINISHED"
    assert run.data.tags["verdict"] == "model"
    assert run.data.tags["bundle"] == told["bundle"]
    for name, metric in told["metrics"].items():
        assert run.data.metrics[name] == pytest.approx(metric["value"])
        assert run.data.metrics[f"{name}_low"] == pytest.approx(metric["low"])
    for name in ("rules", "bayes", "linear"):
        assert run.data.metrics[f"{name}/log_loss"] == pytest.approx(
            told["baselines"][name]["log_loss"]["value"]
        )
    assert run.data.params["seed"] == "0"


def test_the_version_in_the_registry_is_the_bundle(world):
    client = client_of(world.folder)
    version = client.get_model_version_by_alias("qualify", "champion")
    assert str(version.version) == world.trained["model_version"]
    assert version.tags["bundle"] == world.trained["bundle"] == read_bundle(world.bundle)[1]
    assert world.trained["alias"] == "champion"


def test_the_run_says_nothing_about_where_the_tables_lie(world):
    client = client_of(world.folder)
    text = client.download_artifacts(world.trained["run_id"], "config.json")
    kept = json.loads(Path(text).read_text(encoding="utf-8"))
    assert "leads" not in kept["data"]
    assert kept["targets"][0]["name"] == "sql"
    for path in world.bundle.iterdir():
        assert "leads.parquet" not in path.read_text(encoding="utf-8")


def test_a_second_target_has_a_model_of_its_own(world):
    assert [model.name for model in world.scorer.parts.targets] == ["sql", "win"]


def test_the_same_data_and_seed_give_the_same_bytes_on_any_number_of_threads(world, tmp_path):
    """A second training of the funnel, with one thread instead of two and without MLflow."""
    config = load_config(world.folder / "qualify.yaml")
    training = config.training.model_copy(update={"threads": 1})
    loaded = load_tables(config.model_copy(update={"training": training}), world.folder)
    write_bundle(train_model(loaded, budget=0, seed=0).parts, tmp_path / "again")
    assert bytes_of(tmp_path / "again") == bytes_of(world.bundle)


# Small flat tables.


def test_tuning_is_repeated_by_its_number_of_trials(tmp_path):
    one = trained_on(tmp_path / "a", rows=300, signal=1.5, trials=3, threads=1)
    two = trained_on(tmp_path / "b", rows=300, signal=1.5, trials=3, threads=2)
    assert one.tuned == two.tuned
    assert one.tuned.trials == 3
    assert one.tuned.loss <= one.tuned.first_loss
    for name, trained in (("one", one), ("two", two)):
        write_bundle(trained.parts, tmp_path / name)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_excluded_columns_and_labels_are_never_seen(tmp_path):
    trained = trained_on(tmp_path / "a", rows=300, signal=1.5)
    assert [column.name for column in trained.parts.plan.columns] == ["visits", "minutes", "source"]
    assert set(trained.parts.schema.columns) == {"visits", "minutes", "source"}
    assert trained.judged[0].metrics["model"]["auc"].value < 0.97


def test_a_model_with_signal_is_used(tmp_path):
    trained = trained_on(tmp_path / "a", rows=600, signal=2.0)
    verdict = decide(trained.judged[0])
    assert verdict.use == "model"
    assert "skill" in verdict.reasons[0]


@pytest.mark.parametrize("seed", range(4))
def test_noise_is_never_called_a_model(tmp_path, seed):
    trained = trained_on(tmp_path / "a", rows=500, signal=0.0, seed=seed)
    verdict = decide(trained.judged[0])
    assert verdict.use != "model", verdict.reasons
    # What is shown for each lead stays near the base rate then.
    probability = trained.judged[0].probabilities["model"]
    assert np.quantile(probability, 0.95) - np.quantile(probability, 0.05) < 0.35


def test_the_later_leads_are_the_last_ones(tmp_path):
    trained = trained_on(tmp_path / "a", rows=300, signal=1.0)
    judged = trained.judged[0]
    assert sorted(judged.lead) == list(range(240, 300))
    assert trained.parts.window.leads == 300


def test_the_example_is_made_of_common_values(tmp_path):
    config = make_project(tmp_path / "a", rows=300, signal=1.0)
    example = example_of(load_tables(config, tmp_path / "a")).iloc[0]
    assert example["lead_id"] == "example-1"
    assert example["source"] in ("google", "direct", "partner")
    assert isinstance(example["visits"], float)
    assert "won" not in example
    assert "secret" not in example


# What was left out.


def test_a_further_target_without_both_outcomes_is_skipped_and_named(tmp_path):
    folder = tmp_path / "a"
    make_project(folder, rows=400, signal=1.5)
    leads = pd.read_csv(folder / "leads.csv")
    leads["paid"] = np.where(leads.index < 100, leads["won"], "no")
    leads.to_csv(folder / "leads.csv", index=False)
    text = (folder / "qualify.yaml").read_text(encoding="utf-8")
    more = 'positive: "yes"}, {name: paid, column: paid, positive: "yes"}]'
    (folder / "qualify.yaml").write_text(text.replace('positive: "yes"}]', more), encoding="utf-8")
    called = call("train", "--budget", 0, "--json", "--force", folder=folder)
    assert called.code == 0, called.err
    reason = "the later leads have one outcome only (0 positives in 80 rows)"
    assert called.json["skipped_targets"] == [{"name": "paid", "reason": reason}]
    assert f"\nno model of target paid: {reason}\n" in called.err
    tags = client_of(folder).get_run(called.json["run_id"]).data.tags
    assert tags["skipped_targets"] == f"paid: {reason}"


def test_a_draw_is_told_and_recorded(tmp_path, monkeypatch):
    monkeypatch.setattr("training.dataset.MAX_ROWS", 500)
    folder = tmp_path / "a"
    make_project(folder, rows=1_300, signal=1.5)
    text = (folder / "qualify.yaml").read_text(encoding="utf-8")
    text = text.replace("{bags: 2,", "{max_leads: 1000, bags: 2,")
    (folder / "qualify.yaml").write_text(text, encoding="utf-8")
    called = call("train", "--budget", 0, "--json", "--force", folder=folder)
    assert called.code == 0, called.err
    drawn = called.json["drawn"]
    assert drawn["of_leads"] == 1_300
    assert 500 < drawn["leads"] == drawn["of_rows"] < 800
    assert 400 < drawn["rows"] < 600
    sentence = (
        "a draw was learned from, not all: "
        f"{drawn['leads']} of 1,300 leads ({drawn['leads'] / 1300:.1%}) and "
        f"{drawn['rows']} of {drawn['of_rows']} rows of these leads ({drawn['rows'] / drawn['of_rows']:.1%})"
    )
    assert f"\n{sentence}\n" in called.err
    run = client_of(folder).get_run(called.json["run_id"])
    assert run.data.tags["drawn"] == sentence
    assert {k: int(v) for k, v in run.data.params.items() if k.startswith("drawn_")} == {
        f"drawn_{name}": number for name, number in drawn.items()
    }


def test_where_all_is_learned_from_nothing_is_told_of_a_draw(world):
    assert world.trained["drawn"] is None
    assert world.trained["skipped_targets"] == []


# A table that is too small: refused, recorded, and registered by force.


def make_tiny(folder: Path) -> None:
    make_project(folder, rows=60, signal=2.0)
    for name, words in (("refused", []), ("forced", ["--force"])):
        called = call("train", "--budget", 0, "--json", *words, folder=folder)
        (folder / f"{name}.json").write_text(json.dumps([called.code, called.out, called.err]))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    return shared_folder(tmp_path_factory, "tiny", make_tiny, ["forced.json"])


def said(folder, name):
    return json.loads((folder / f"{name}.json").read_text())


def test_a_tiny_table_is_for_people_to_look_at(tiny):
    code, out, err = said(tiny, "refused")
    assert code == 3
    told = json.loads(out)
    assert (told["verdict"], told["registered"]) == ("manual", False)
    assert told["model_version"] is told["model_uri"] is told["alias"] is None
    assert told["reasons"]
    run = client_of(tiny).get_run(told["run_id"])
    assert run.data.tags["bundle"] == told["bundle"]
    assert "the verdict is `manual`, so no model was registered" in err
    assert "leads in all at this rate" in err
    assert "--force" in err
    assert "Traceback" not in err


def test_force_registers_all_the_same_and_says_so(tiny):
    code, out, _ = said(tiny, "forced")
    assert code == 0
    told = json.loads(out)
    assert (told["verdict"], told["registered"]) == ("manual", True)
    assert told["model_version"] == "1"


def test_each_step_is_told_as_it_begins(tiny):
    _, _, err = said(tiny, "forced")
    steps = ("reading tables", "features", "judging on later leads", "final fit", "registering the model")
    places = [err.index(f"{step} ...\n") for step in steps]
    assert places == sorted(places)
    assert "tuning ..." not in err, "there was no budget for it"


def test_a_refused_run_is_kept_without_a_version(tiny):
    client = client_of(tiny)
    experiment = client.get_experiment_by_name("qualify")
    runs = {run.info.run_id: run for run in client.search_runs([experiment.experiment_id])}
    assert len(runs) == 2
    forced = runs.pop(json.loads(said(tiny, "forced")[1])["run_id"])
    (refused,) = runs.values()
    assert refused.data.tags["registered"].startswith("no")
    assert refused.data.tags["verdict"] == forced.data.tags["verdict"] == "manual"
    assert refused.info.status == forced.info.status == "FINISHED"
    versions = client.search_model_versions("name = 'qualify'")
    assert [version.run_id for version in versions] == [forced.info.run_id]


def test_a_forced_model_scores(tiny, tmp_path):
    called = call("score", "--leads", "leads.csv", "--out", tmp_path / "s.csv", "--json", folder=tiny)
    assert called.code == 0, called.err
    assert called.json["scored"] == 60
