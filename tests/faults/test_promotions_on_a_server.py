"""Promotions that meet on a real MLflow server, as from two machines: one is taken, the other is told."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import mlflow
import pytest

from qualify.config import load_config
from qualify.errors import GateRefused, ModelError
from tests.faults.test_promotions import make_three
from tests.world import shared_folder
from training import registry, turn
from training.in_use import open_registry
from training.promotion import promote, rollback

HELD = f"qualify{turn.SUFFIX}"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose three versions are on a server, without a file that two machines could lock."""
    three = shared_folder(tmp_path_factory, "three", make_three, ["mlflow.db"])
    folder = shutil.copytree(three, tmp_path_factory.mktemp("server") / "project")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    words = ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--port", str(port),
             "--workers", "1", "--artifacts-destination", str(folder / "mlartifacts")]  # fmt: skip
    plain = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    server = subprocess.Popen([sys.executable, "-m", "mlflow", "server", *words], env=plain, cwd=folder,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              start_new_session=True)  # fmt: skip
    try:
        _wait_for(address, server)
        text = (folder / "qualify.yaml").read_text(encoding="utf-8")
        (folder / "qualify.yaml").write_text(
            f"{text}mlflow: {{tracking_uri: '{address}'}}\n", encoding="utf-8"
        )
        yield folder
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # with the processes that it started
        server.wait()


def _wait_for(address, server):
    for _ in range(1200):
        assert server.poll() is None
        try:
            if httpx.get(f"{address}/health").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server did not begin")


@pytest.fixture
def client(project):
    """A client of the server, on which version 1 is in use and nothing was before."""
    client = open_registry(load_config(project / "qualify.yaml"), project)
    client.set_registered_model_alias("qualify", registry.CHAMPION, "1")
    client.delete_registered_model_alias("qualify", registry.PREVIOUS)
    return client


def aliases(client):
    found = client.get_registered_model("qualify").aliases
    return str(found["champion"]), str(found.get("previous"))


@pytest.mark.parametrize("_round", range(2))
def test_of_two_promotions_at_once_one_is_taken_and_the_other_refused(project, client, _round):
    config, together = load_config(project / "qualify.yaml"), threading.Barrier(2)
    said = {}

    def run(version):
        together.wait()
        try:
            said[version] = promote(config, project, version).previous
        except GateRefused as refusal:
            said[version] = str(refusal)

    both = [threading.Thread(target=run, args=(version,)) for version in "23"]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
    taken, refused = sorted("23", key=lambda version: said[version] != "1")
    assert said[taken] == "1"
    assert f"compared only with version 1, and version {taken} is in use" in said[refused]
    assert aliases(client) == (taken, "1")
    assert rollback(config, project).version == "1"
    assert client.search_registered_models(f"name = '{HELD}'") == []


def test_a_turn_whose_holder_was_killed_is_taken_over(project, client, monkeypatch, capsys):
    monkeypatch.setattr(turn, "PATIENCE_SECONDS", 0.5)
    client.create_registered_model(HELD, {turn.HOLDER: "killed"})
    began = time.monotonic()
    assert promote(load_config(project / "qualify.yaml"), project, "2").previous == "1"
    assert time.monotonic() - began > 0.5
    assert capsys.readouterr().err.count("another process moves aliases") == 1
    assert client.search_registered_models(f"name = '{HELD}'") == []
    assert aliases(client) == ("2", "1")


def test_a_turn_that_changes_hands_is_waited_for(project, client, monkeypatch):
    monkeypatch.setattr(turn, "PATIENCE_SECONDS", 3.0)
    client.create_registered_model(HELD, {turn.HOLDER: "0"})
    stop = threading.Event()

    def others():
        for number in range(1, 9):
            time.sleep(0.5)
            client.set_registered_model_tag(HELD, turn.HOLDER, str(number))
        stop.set()
        client.delete_registered_model(HELD)

    busy = threading.Thread(target=others)
    busy.start()
    with turn.turn_on_server(mlflow.MlflowClient(), "qualify"):
        assert stop.is_set()
    busy.join(20)


def test_many_turns_at_once_go_one_by_one(project, client, monkeypatch):
    monkeypatch.setattr(turn, "EVERY_SECONDS", 0.01)
    inside, most = [], []

    def run(name):
        for _ in range(5):
            with turn.turn_on_server(mlflow.MlflowClient(), "qualify"):
                inside.append(name)
                most.append(len(inside))
                inside.remove(name)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(run, "abc"))
    assert most == [1] * 15


def test_a_model_of_somebody_is_not_deleted(project, client, monkeypatch):
    monkeypatch.setattr(turn, "PATIENCE_SECONDS", 0.5)
    client.create_registered_model(HELD)
    try:
        with pytest.raises(ModelError, match=r"(?s)a model has the name.*" + re.escape(HELD)):
            promote(load_config(project / "qualify.yaml"), project, "2")
        assert client.get_registered_model(HELD).name == HELD
    finally:
        client.delete_registered_model(HELD)
    assert aliases(client)[0] == "1"
