"""MLflow's own tools on the registered model, as real processes: the numbers of `qualify score`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from tests.serving.lead_documents import agree, document

MLFLOW = [sys.executable, "-m", "mlflow"]
STARTED_WITHIN = 120.0
CHAMPION = ["-m", "models:/qualify@champion", "--env-manager", "local"]


@pytest.fixture(scope="module")
def documents(world, batch):
    chosen = list(batch)[::97]
    return json.dumps({"dataframe_records": [document(world, lead_id) for lead_id in chosen]})


@pytest.fixture(scope="module")
def settings(world):
    store = world.config.mlflow.store_uri(world.folder)
    ours = {"MLFLOW_TRACKING_URI": store, "MLFLOW_REGISTRY_URI": store, "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}  # fmt: skip
    # MLflow looks for its server's program on the PATH, as in an activated environment.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **ours, "PATH": path}


def check(text: str, batch: dict[str, dict[str, object]]) -> None:
    rows = json.loads(text)["predictions"]
    assert len(rows) == len(list(batch)[::97]) > 5
    for row in rows:
        agree(row, batch[row["lead_id"]])


def test_mlflow_models_predict(world, batch, documents, settings, tmp_path):
    (tmp_path / "in.json").write_text(documents, encoding="utf-8")
    words = [*MLFLOW, "models", "predict", *CHAMPION, "-t", "json", "-i", "in.json", "-o", "out.json"]
    done = subprocess.run(
        words, cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    check((tmp_path / "out.json").read_text(encoding="utf-8"), batch)


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answered(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers."""
    until = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            if httpx.get(f"{url}/ping", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(log.read_text(encoding="utf-8"))


def test_mlflow_models_serve(world, batch, documents, settings, tmp_path):
    port, log = free_port(), tmp_path / "log.txt"
    words = [*MLFLOW, "models", "serve", *CHAMPION, "-h", "127.0.0.1", "-p", str(port), "-w", "1"]
    with log.open("wb") as file:
        server = subprocess.Popen(
            words, cwd=tmp_path, env=settings, stdout=file, stderr=file, start_new_session=True
        )
    try:
        url = f"http://127.0.0.1:{port}"
        answered(url, server, log)
        headers = {"Content-Type": "application/json"}
        told = httpx.post(f"{url}/invocations", content=documents, headers=headers, timeout=60)
        assert told.status_code == 200, told.text
        check(told.text, batch)
        wrong = httpx.post(f"{url}/invocations", content='{"dataframe_records": [{"industry": "IT"}]}',
                           headers=headers, timeout=60)  # fmt: skip
        assert wrong.status_code == 400
        assert "lead_id" in wrong.text
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)
