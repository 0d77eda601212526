"""`qualify serve` as a process: its address, its refusals, its end."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from qualify.ledger import Ledger
from tests.world import call

QUALIFY = [sys.executable, "-c", "import sys; from qualify.cli import main; sys.exit(main())"]


@pytest.fixture(scope="module")
def project(world, tmp_path_factory):
    """A folder with the configuration alone; the model is named."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(world.folder / "qualify.yaml", folder)
    return folder


@contextmanager
def serving(project: Path, world, *words: str):
    """A running service and its address."""
    told = project / "stderr.txt"
    with told.open("w") as err:
        process = subprocess.Popen(
            [*QUALIFY, "serve", "--port", "0", "--model", str(world.bundle), *words], cwd=project,
            stdout=subprocess.DEVNULL, stderr=err, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
    try:
        yield process, _address(process, told)
    finally:
        process.kill()
        process.wait()


def _address(process, told: Path) -> str:
    for _ in range(1200):
        found = re.search(r"http://127\.0\.0\.1:\d+", told.read_text())
        if found:
            with closing(httpx.Client(base_url=found[0])) as client:
                try:
                    client.get("/healthz")
                    return found[0]
                except httpx.TransportError:
                    pass
        assert process.poll() is None, told.read_text()
        time.sleep(0.05)
    raise AssertionError(told.read_text())


def test_it_ends_well_and_stores_what_it_scored(project, world, documents):
    with serving(project, world) as (process, address):
        answers = [
            httpx.post(f"{address}/v1/score", json=document).status_code for document in documents[:20]
        ]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert answers == [200] * 20
    ledger = Ledger.open(f"sqlite:///{project / 'ledger.db'}")
    assert all(ledger.lead(document["lead_id"]) for document in documents[:20])
    ledger.close()
    lines = (project / "stderr.txt").read_text().splitlines()[1:]
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert {"request", "Application shutdown complete."} <= {each["event"] for each in told}
    assert not any(document["lead_id"] in line for document in documents[:20] for line in lines)


def test_a_killed_service_loses_nothing(project, world, documents):
    fresh = [{**document, "lead_id": f"killed-{i}"} for i, document in enumerate(documents[:20])]
    with serving(project, world) as (process, address), httpx.Client(base_url=address) as client:
        assert all(client.post("/v1/score", json=each).status_code == 200 for each in fresh)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with serving(project, world) as (process, address):
        for _ in range(100):
            waiting = httpx.get(f"{address}/readyz").json()["spool"]["rows"]
            if waiting == 0:
                break
            time.sleep(0.1)
        found = [httpx.get(f"{address}/v1/leads/{each['lead_id']}").status_code for each in fresh]
    assert found == [200] * 20


def test_a_taken_port(project, world):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = call("serve", "--port", port, "--model", world.bundle, folder=project)
    assert said.code == 2
    assert f"127.0.0.1:{port}" in said.err
    assert "--port" in said.err


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.2"])
def test_an_address_for_others_needs_authentication(project, world, host):
    said = call("serve", "--host", host, "--port", 0, "--model", world.bundle, folder=project)
    assert said.code == 2
    assert "no authentication is configured" in said.err
    assert "qualify token create" in said.err


def test_no_model(tmp_path):
    said = call("serve", "--port", 0, "--model", tmp_path, folder=tmp_path)
    assert said.code == 2
    assert "manifest.json" in said.err
    said = call("serve", "--port", 0, folder=tmp_path)
    assert said.code == 2
    assert "the configuration is missing" in said.err
    assert list(tmp_path.iterdir()) == []
