"""One running service for the tests of its calls; its ledger and spool are in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serving.api.app import create_app
from serving.runtime import Runtime
from tests.serving.api.documents import documents_of
from tests.world import World

HERE = "http://127.0.0.1"


@pytest.fixture(scope="session")
def runtime(world: World, tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    folder: Path = tmp_path_factory.mktemp("service")
    return Runtime.open(world.config, folder, model=str(world.bundle), public_url=HERE)


@pytest.fixture(scope="session")
def client(runtime: Runtime) -> Iterator[TestClient]:
    app = create_app(runtime, loopback=True)
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def documents(world: World) -> list[dict]:
    return documents_of(world)
