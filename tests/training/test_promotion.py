"""The gate before a promotion, the way back, and the report of the model in use."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import mlflow
import pytest

from qualify.config import load_config
from qualify.errors import GateRefused, UserError
from tests.world import call, shared_folder
from training import registry
from training.in_use import open_registry
from training.promotion import objections, promote, resolve, rollback

CONFIG = """
version: 1
data: {leads: leads.csv, lead_id: id}
targets: [{name: won, column: won, positive: "1"}]
"""
BETTER = {"gate": "passed", "gate_against": "1"}
"""What the gate leaves with a run that did better than version 1."""


def make_store(folder: Path) -> None:
    """A migrated, empty store; copying it is much quicker than migrating another."""
    (folder / "qualify.yaml").write_text(CONFIG)
    config = load_config(folder / "qualify.yaml")
    with registry.run(config, folder):
        mlflow.log_metric("seconds", 0.0)


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    return shared_folder(tmp_path_factory, "store", make_store, ["mlflow.db"])


@pytest.fixture
def project(store, tmp_path):
    shutil.copytree(store, tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def config(project):
    return load_config(project / "qualify.yaml")


def add_version(config, folder, verdict="model", gate=BETTER, report="<p>report</p>"):
    """Register a version whose run left these things; the first one becomes champion."""
    with registry.run(config, folder) as active:
        if verdict is not None:
            mlflow.set_tag("verdict", verdict)
        mlflow.set_tags(gate)
        if report is not None:
            mlflow.log_text(report, "report.html")
    client, name = mlflow.MlflowClient(), config.mlflow.model_name
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    version = client.create_model_version(name, "file:model", run_id=active.info.run_id).version
    aliases = client.get_registered_model(name).aliases
    client.set_registered_model_alias(name, registry.CHALLENGER, version)
    if registry.CHAMPION not in aliases:
        client.set_registered_model_alias(name, registry.CHAMPION, version)
    return active.info.run_id


def aliases_of(config, folder):
    found = open_registry(config, folder).get_registered_model(config.mlflow.model_name).aliases
    return {alias: str(version) for alias, version in found.items()}


def test_a_good_version_comes_into_use_and_back(config, project):
    add_version(config, project)
    add_version(config, project)
    done = promote(config, project, "2")
    assert (done.version, done.previous, done.verdict, done.objections) == ("2", "1", "model", ())
    assert aliases_of(config, project) == {"champion": "2", "previous": "1", "challenger": "2"}
    back = rollback(config, project)
    assert (back.version, back.previous) == ("1", "2")
    assert aliases_of(config, project)["champion"] == "1"


def test_an_alias_is_a_version_too(config, project):
    add_version(config, project)
    add_version(config, project)
    assert promote(config, project, "challenger").version == "2"
    again = promote(config, project, "champion")
    assert not again.changed


@pytest.mark.parametrize("verdict", ["rules", "manual", None])
def test_a_verdict_that_is_not_model_is_refused(config, project, verdict):
    add_version(config, project)
    add_version(config, project, verdict=verdict)
    with pytest.raises(GateRefused, match=rf"version 2 was not promoted\n.*`{verdict or 'unknown'}`"):
        promote(config, project, "2")
    assert aliases_of(config, project)["champion"] == "1"


def test_what_the_gate_refused_is_refused_with_its_reasons(config, project):
    add_version(config, project)
    said = json.dumps(["not better than the champion beyond noise", "worse for region = Osaka"])
    add_version(config, project, gate={"gate": "refused", "gate_against": "1", "gate_objections": said})
    with pytest.raises(GateRefused, match=r"not better than the champion(.|\n)*worse for region = Osaka"):
        promote(config, project, "2")
    assert aliases_of(config, project)["champion"] == "1"


def test_a_model_that_met_another_champion_or_none_is_refused(config, project):
    add_version(config, project)
    add_version(config, project, gate={})
    with pytest.raises(GateRefused, match="compared with none, and version 1 is in use"):
        promote(config, project, "2")
    add_version(config, project)
    promote(config, project, "3")
    add_version(config, project)
    with pytest.raises(GateRefused, match="compared only with version 1, and version 3 is in use"):
        promote(config, project, "4")


def test_without_a_champion_the_verdict_alone_decides(config, project):
    add_version(config, project, gate={})
    open_registry(config, project).delete_registered_model_alias("qualify", "champion")
    assert promote(config, project, "1").previous is None
    assert objections(None) == ("its training run is gone, so nothing is known about it",)


def test_a_deleted_run_is_refused(config, project):
    add_version(config, project)
    run_id = add_version(config, project)
    mlflow.delete_run(run_id)
    with pytest.raises(GateRefused, match="its training run is gone"):
        promote(config, project, "2")


def test_force_needs_a_reason_and_both_are_kept(config, project):
    add_version(config, project)
    add_version(config, project, verdict="rules")
    with pytest.raises(UserError, match="a forced promotion needs a reason"):
        promote(config, project, "2", force=True, reason="  ")
    assert aliases_of(config, project)["champion"] == "1"
    done = promote(config, project, "2", force=True, reason="a trial in one region")
    assert done.objections == ("the verdict of its training run is `rules`, not `model`",)
    tags = open_registry(config, project).get_model_version("qualify", "2").tags
    assert tags["promotion_forced"] == "true"
    assert tags["promotion_reason"] == "a trial in one region"
    assert tags["promoted_at"].endswith("Z")


def test_a_refused_version_gets_no_tags(config, project):
    add_version(config, project)
    add_version(config, project, verdict="manual")
    with pytest.raises(GateRefused, match="was not promoted"):
        promote(config, project, "2")
    assert "promoted_at" not in open_registry(config, project).get_model_version("qualify", "2").tags


def test_an_unknown_version_is_named(config, project):
    add_version(config, project)
    client = open_registry(config, project)
    assert resolve(client, "qualify", "champion") == "1"
    with pytest.raises(
        UserError, match=r"there is no such version(.|\n)*'7'(.|\n)*one of 1, or an alias: ch"
    ):
        promote(config, project, "7")


def test_nothing_to_go_back_to(config, project):
    add_version(config, project)
    with pytest.raises(UserError, match="there is no previous champion to go back to"):
        rollback(config, project)


def test_without_a_store_none_is_made(tmp_path):
    (tmp_path / "qualify.yaml").write_text(CONFIG)
    for words in (["promote", "1"], ["rollback"], ["report"]):
        called = call(*words, folder=tmp_path)
        assert called.code == 2
        assert "there is no model registry yet" in called.err
    assert [path.name for path in tmp_path.iterdir()] == ["qualify.yaml"]


def test_the_commands_say_what_they_did(config, project):
    add_version(config, project)
    add_version(config, project, verdict="rules", report="<p>the second</p>")
    refused = call("promote", "2", "--json", folder=project)
    assert refused.code == 3
    assert "not `model`" in refused.err
    said = {"version": "2", "previous": "1", "verdict": "rules", "promoted": False, "changed": False}
    assert {name: refused.json[name] for name in said} == said
    assert refused.json["objections"] == ["the verdict of its training run is `rules`, not `model`"]
    assert refused.json["run_id"]
    assert call("promote", "2", "--force", folder=project).code == 2
    done = call("promote", "2", "--force", "--reason", "a trial", "--json", folder=project)
    assert done.code == 0
    assert {k: done.json[k] for k in ("version", "previous", "forced", "changed")} == {
        "version": "2",
        "previous": "1",
        "forced": True,
        "changed": True,
    }
    assert "version 2 is in use (before: version 1)" in done.err
    assert "promoted although the verdict" in done.err
    assert call("promote", "2", folder=project).err == "version 2 is in use already\n"
    written = call("report", "--json", "--out", "r.html", folder=project)
    assert written.json["version"] == "2"
    assert (project / "r.html").read_text() == "<p>the second</p>"
    back = call("rollback", "--json", folder=project)
    assert json.loads(back.out)["version"] == "1"
    assert call("report", folder=project).code == 0
    assert (project / "qualify-report.html").read_text() == "<p>report</p>"


def test_a_model_whose_run_left_no_report(config, project):
    add_version(config, project, report=None)
    called = call("report", folder=project)
    assert called.code == 2
    assert "left no report" in called.err
    assert not list(project.glob("*.html"))


def test_a_report_that_cannot_be_written(config, project):
    add_version(config, project)
    called = call("report", "--out", "nowhere/r.html", folder=project)
    assert called.code == 2
    assert "the report cannot be written" in called.err


def test_no_version_in_use(config, project):
    add_version(config, project)
    open_registry(config, project).delete_registered_model_alias("qualify", "champion")
    called = call("report", folder=project)
    assert called.code == 2
    assert "no version of the model is in use" in called.err
