"""Two services on one ledger and one spool, of which one is killed: everything is stored, and once."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from serving.api.app import create_app
from serving.runtime import Runtime
from tests.serving.api.documents import documents_of
from tests.serving.api.test_serve import QUALIFY, _address

LEADS, HERE = 12, "http://127.0.0.1"


@pytest.fixture
def folder(world, tmp_path):
    shutil.copy(world.folder / "qualify.yaml", tmp_path)
    return tmp_path


class Fleet:
    """Services of one project folder; all are ended with the test."""

    def __init__(self, folder: Path, bundle: Path) -> None:
        self.folder, self.bundle, self.processes = folder, bundle, []

    def start(self, number: int) -> list[subprocess.Popen]:
        """Begin so many services at one moment."""
        for _ in range(number):
            with (self.folder / f"{len(self.processes)}.err").open("w") as err:
                words = [*QUALIFY, "serve", "--port", "0", "--model", str(self.bundle)]
                self.processes.append(
                    subprocess.Popen(words, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=err)
                )
        return self.processes[-number:]

    def client(self, process: subprocess.Popen) -> httpx.Client:
        number = self.processes.index(process)
        return httpx.Client(base_url=_address(process, self.folder / f"{number}.err"), timeout=60)


@pytest.fixture
def fleet(folder, world):
    fleet = Fleet(folder, world.bundle)
    yield fleet
    for process in fleet.processes:
        process.kill()
        process.wait()


def count(folder: Path, table: str) -> dict[str, int]:
    """Return the rows of each lead."""
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return dict(connection.execute(f"SELECT lead_id, count(*) FROM {table} GROUP BY lead_id"))


def answer(client: httpx.Client, lead: str) -> int:
    key = {"Idempotency-Key": f"key-{lead}"}
    return client.post(f"/v1/leads/{lead}/feedback", json={"verdict": "accepted"}, headers=key).status_code


def test_two_services_that_begin_on_no_ledger_store_everything_once_though_one_is_killed(
    fleet, folder, world
):
    documents = documents_of(world, LEADS)
    first, second = fleet.start(2)
    with fleet.client(first) as one, fleet.client(second) as other, ThreadPoolExecutor(4) as pool:
        both = [{**each, "lead_id": f"both-{i}"} for i, each in enumerate(documents)]
        sent = [pool.submit(client.post, "/v1/score", json=each) for each in both for client in (one, other)]
        assert [each.result().status_code for each in sent] == [200] * (2 * LEADS)
        # Each of the two answers every lead, with one key: it is one answer, whoever was first.
        ours = [answer(one, each["lead_id"]) for each in both[:4]]
        assert ours == [200] * 4
        again = [pool.submit(answer, client, each["lead_id"]) for each in both[:8] for client in (one, other)]
        assert {each.result() for each in again} == {200}
        # Scored by one and answered at the other at once, as behind a load balancer.
        handed = [{**each, "lead_id": f"handed-{i}"} for i, each in enumerate(documents[:3])]
        for each in handed:
            assert one.post("/v1/score", json=each).status_code == 200
            assert answer(other, each["lead_id"]) == 200
        assert answer(other, "nobody") == 404
        killed = [{**each, "lead_id": f"killed-{i}"} for i, each in enumerate(documents)]
        assert [other.post("/v1/score", json=each).status_code for each in killed] == [200] * LEADS
        second.kill()
        second.wait()
        assert [one.post("/v1/score", json=each).status_code for each in documents] == [200] * LEADS
    # What the killed one left is taken over by the next that begins, here in this process.
    third = Runtime.open(world.config, folder, model=str(world.bundle), public_url=HERE)
    with TestClient(create_app(third, loopback=True), base_url=HERE) as client:
        assert client.post("/v1/score", json={**documents[0], "lead_id": "third"}).status_code == 200
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0
    wanted = {"third"} | {each["lead_id"] for each in (*both, *handed, *killed, *documents)}
    assert count(folder, "ledger_scores") == dict.fromkeys(wanted, 1)
    answered = [*(f"both-{i}" for i in range(8)), *(each["lead_id"] for each in handed)]
    assert count(folder, "ledger_answers") == dict.fromkeys(answered, 1)
    assert [path.name for path in (folder / "ledger.spool").iterdir()] == []
