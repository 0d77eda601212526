"""The registry: versions, aliases, signature, and the store they are kept in."""

from __future__ import annotations

import shutil

import mlflow
import pandas as pd
import pytest
from mlflow.models import ModelSignature

from qualify.config import Config, load_config, parse_config
from qualify.errors import UserError
from qualify.model.bundle import write_bundle
from tests.model.small import make_parts
from tests.world import shared_folder
from training import registry

CONFIG = """
version: 1
data: {leads: leads.csv, lead_id: id}
targets: [{name: won, column: Won, positive: "yes"}]
"""


def make_two_versions(folder):
    (folder / "qualify.yaml").write_text(CONFIG)
    config = load_config(folder / "qualify.yaml")
    for seed in (0, 1):
        parts = make_parts(seed=seed)
        version = write_bundle(parts, folder / f"bundle-{seed}")
        with registry.run(config, folder):
            registry.register(
                config,
                parts,
                folder / f"bundle-{seed}",
                pd.DataFrame([{"lead_id": "x", "visits": 1.0}]),
                version,
            )


@pytest.fixture(scope="session")
def twice(tmp_path_factory):
    return shared_folder(
        tmp_path_factory, "twice", make_two_versions, ["bundle-1/manifest.json", "mlflow.db"]
    )


@pytest.fixture
def client(twice, tmp_path):
    """A copy of the store, to be changed at will."""
    shutil.copytree(twice, tmp_path / "copy")
    return registry.connect(load_config(tmp_path / "copy" / "qualify.yaml"), tmp_path / "copy")


def aliases(client):
    return {name: str(version) for name, version in client.get_registered_model("qualify").aliases.items()}


def test_the_first_version_is_champion_and_the_next_a_challenger(client):
    found = aliases(client)
    assert found == {"champion": "1", "challenger": "2"}
    assert set(registry.versions(client, "qualify")) == {"1", "2"}


def test_versions_name_their_bundle(client, twice):
    from qualify.model.bundle import read_bundle

    for seed, version in ((0, "1"), (1, "2")):
        tags = client.get_model_version("qualify", version).tags
        assert tags["bundle"] == read_bundle(twice / f"bundle-{seed}")[1]


def test_promotion_and_the_way_back(client):
    assert registry.promote(client, "qualify", "2") == "1"
    assert aliases(client)["champion"] == "2"
    assert aliases(client)["previous"] == "1"
    assert registry.rollback(client, "qualify") == ("1", "2")
    assert aliases(client)["champion"] == "1"
    assert registry.rollback(client, "qualify") == ("2", "1")


def test_promoting_the_champion_changes_nothing(client):
    registry.promote(client, "qualify", "1")
    assert aliases(client) == {"champion": "1", "challenger": "2"}


def test_a_version_that_is_not_there(client):
    with pytest.raises(UserError, match=r"(?s)no such version.*'7'.*1, 2"):
        registry.promote(client, "qualify", "7")


def test_no_way_back_without_a_previous_one(client):
    with pytest.raises(UserError, match="no previous champion"):
        registry.rollback(client, "qualify")


def test_a_model_that_nobody_trained(client):
    with pytest.raises(UserError, match=r"(?s)no model named 'other'.*qualify train"):
        registry.versions(client, "other")


def test_what_is_registered_can_be_loaded(client):
    model = mlflow.pyfunc.load_model("models:/qualify/2")
    found = model.predict(pd.DataFrame([{"lead_id": "x", "visits": 2.0, "source": "partner"}]))
    assert 0 < found["probability"][0] < 1


def test_the_signature_has_the_columns_of_the_plan():
    signature = registry.signature_of(make_parts())
    assert isinstance(signature, ModelSignature)
    names = signature.inputs.input_names()
    assert names[:3] == ["lead_id", "created_at", "as_of"]
    assert names[3:7] == ["visits", "minutes", "noise", "source"]
    assert names[7:] == ["activities", "stages"]
    assert ModelSignature.from_dict(signature.to_dict()) == signature


@pytest.mark.parametrize(
    ("uri", "expected"),
    [("sqlite:///mlflow.db", "sqlite:///{folder}/mlflow.db"), ("sqlite:////var/m.db", "sqlite:////var/m.db"),
     ("https://mlflow.example.com", "https://mlflow.example.com")],
)  # fmt: skip
def test_a_relative_store_is_meant_from_the_configurations_folder(tmp_path, uri, expected):
    config: Config = parse_config(CONFIG + f"mlflow: {{tracking_uri: '{uri}'}}\n", where="here")
    assert config.mlflow.store_uri(tmp_path) == expected.format(folder=tmp_path.resolve())


def test_artifacts_lie_beside_the_store(client, tmp_path):
    experiment = client.get_experiment_by_name("qualify")
    assert experiment.artifact_location.startswith("file://")
    assert experiment.artifact_location.endswith("/mlartifacts")


def test_a_run_that_another_program_began_is_continued(twice, tmp_path, monkeypatch):
    """`mlflow run` opens the run and hands its id over."""
    folder = shutil.copytree(twice, tmp_path / "copy")
    config = load_config(folder / "qualify.yaml")
    client = registry.connect(config, folder)
    begun = client.create_run(client.get_experiment_by_name("qualify").experiment_id)
    monkeypatch.setenv("MLFLOW_RUN_ID", begun.info.run_id)
    with registry.run(config, folder) as active:
        assert active.info.run_id == begun.info.run_id


def test_nothing_is_told_to_the_makers_of_mlflow():
    import os

    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert os.environ["DO_NOT_TRACK"] == "true"
