"""How fast the service answers, beside `mlflow models serve` on the same model.

Run as ``python -m tests.benchmarks.serve [--project DIR] [--seconds S]``; prints one JSON line a figure.
Requests at a fixed rate are sent when their time has come, whether or not the ones before are answered: an
answer that is late makes no room for itself. Without a project a small one is simulated and trained.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

RATE, ACTIVITIES, CONNECTIONS, DOCUMENTS = 200, 50, 8, 50
QUALIFY = [sys.executable, "-c", "import sys; from qualify.cli import main; sys.exit(main())"]
MLFLOW_PORT = 8_955


class Caller:
    """One connection that is kept open; requests are bytes made before."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.statuses: set[int] = set()

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def call(self, request: bytes) -> None:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        self.statuses.add(int(head[9:12]))
        length = re.search(rb"(?i)content-length: (\d+)", head)
        assert length is not None, head
        await self._reader.readexactly(int(length[1]))


def request(path: str, body: Any) -> bytes:
    """Return the bytes of a POST."""
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(content) + content


async def _at_rate(port: int, requests: Sequence[bytes], rate: float, seconds: float) -> list[float]:
    """Return the seconds that each answer took, counted from when its request was due."""
    free: asyncio.Queue[Caller] = asyncio.Queue()
    for caller in (callers := [Caller(port) for _ in range(64)]):
        await caller.open()
        free.put_nowait(caller)
    took: list[float] = []

    async def one(due: float, content: bytes) -> None:
        caller = await free.get()
        await caller.call(content)
        took.append(time.perf_counter() - due)
        free.put_nowait(caller)

    began, tasks = time.perf_counter() + 0.1, []
    for i in range(int(rate * seconds)):
        due = began + i / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(due, requests[i % len(requests)])))
    await asyncio.gather(*tasks)
    assert {status for caller in callers for status in caller.statuses} == {200}
    return took


async def _as_fast_as_can_be(port: int, requests: Sequence[bytes], seconds: float) -> float:
    """Return the answers a second with a few callers that wait for each answer."""
    ends, counts = time.perf_counter() + seconds, []

    async def caller(offset: int) -> None:
        own, count = Caller(port), 0
        await own.open()
        while time.perf_counter() < ends:
            await own.call(requests[(offset + count) % len(requests)])
            count += 1
        assert own.statuses == {200}
        counts.append(count)

    began = time.perf_counter()
    await asyncio.gather(*(caller(7 * i) for i in range(CONNECTIONS)))
    return sum(counts) / (time.perf_counter() - began)


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Return the processor time of the server and the processes that it started (Linux only)."""
        ticks, family = 0, {self.pid}
        for stat in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda path: int(path.parent.name)):
            try:
                told = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(told[1]) in family or int(stat.parent.name) == self.pid:
                family.add(int(stat.parent.name))
                ticks += int(told[11]) + int(told[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(words: Sequence[str], folder: Path, port: int | None) -> Iterator[Server]:
    """Start a server; give it once it answers."""
    told = folder / "server.txt"
    # MLflow looks for its server on the path.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PATH": path}
    with told.open("w") as out:
        process = subprocess.Popen(words, cwd=folder, stdout=out, stderr=out, env=environment)
    try:
        yield Server(asyncio.run(_waited_for(process, told, port)), process.pid)
    finally:
        process.terminate()
        process.wait(30)


async def _waited_for(process: subprocess.Popen[bytes], told: Path, port: int | None) -> int:
    for _ in range(1200):
        assert process.poll() is None, told.read_text()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", told.read_text())
        at = port or (int(found[1]) if found else None)
        if at is not None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", at)
                writer.close()
                return at
            except ConnectionError:
                pass
        await asyncio.sleep(0.1)
    raise TimeoutError(told.read_text())


def documents(folder: Path) -> list[dict[str, Any]]:
    """Return lead documents with `ACTIVITIES` activities each, of leads that did as much or more."""
    import pyarrow.parquet as pq

    data = folder / "data" if (folder / "data").is_dir() else folder
    leads, acts, stages = (
        pq.read_table(data / f"{name}.parquet").to_pylist() for name in ("leads", "activities", "stages")
    )
    every = [_plain(act) for act in acts[: ACTIVITIES * DOCUMENTS]]
    own: dict[str, list[dict[str, Any]]] = {lead["lead_id"]: [] for lead in leads[:DOCUMENTS]}
    for act in acts:
        if act["lead_id"] in own:
            own[act["lead_id"]].append(_plain(act))
    found = []
    for i, lead in enumerate(leads[:DOCUMENTS]):
        filled = (own[lead["lead_id"]] + every[i * ACTIVITIES : (i + 1) * ACTIVITIES])[:ACTIVITIES]
        been = [_plain(s) for s in stages if s["lead_id"] == lead["lead_id"]]
        plain = _plain(lead)
        created = plain.pop("created_at")
        found.append({"lead_id": lead["lead_id"], "created_at": created, "attributes": plain,
                      "activities": filled, "stages": been})  # fmt: skip
    return found


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    texts = {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in row.items() if v is not None}
    return {k: v for k, v in texts.items() if k != "lead_id"}


def measure_service(folder: Path, seconds: float) -> Iterator[tuple[str, float, str]]:
    """Yield the service's figures."""
    requests = [request("/v1/score", document) for document in documents(folder)]
    with running([*QUALIFY, "serve", "--port", "0"], folder, None) as server:
        asyncio.run(_at_rate(server.port, requests, 50, 2.0))
        took = np.array(asyncio.run(_at_rate(server.port, requests, RATE, seconds))) * 1e3
        for share in (50, 99):
            yield f"p{share}_at_{RATE}_rps", float(np.percentile(took, share)), "ms"
        yield from _limits(server, requests, seconds)


def measure_mlflow(folder: Path, seconds: float) -> Iterator[tuple[str, float, str]]:
    """Yield the figures of MLflow's own server with the same model."""
    (bundle,) = list((folder / "mlartifacts").rglob("artifacts/bundle/manifest.json"))[:1]
    model = bundle.parent.parent.parent
    bodies = [{"dataframe_records": [_flat(document)]} for document in documents(folder)]
    requests = [request("/invocations", body) for body in bodies]
    words = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(model), "--env-manager", "local",
             "--host", "127.0.0.1", "--port", str(MLFLOW_PORT)]  # fmt: skip
    with running(words, folder, MLFLOW_PORT) as server:
        asyncio.run(_as_fast_as_can_be(server.port, requests, 2.0))
        yield from _limits(server, requests, seconds)


def _limits(server: Server, requests: Sequence[bytes], seconds: float) -> Iterator[tuple[str, float, str]]:
    """Yield the answers a second, and the processor time of each, which another load changes less."""
    before = server.cpu_seconds()
    most = asyncio.run(_as_fast_as_can_be(server.port, requests, seconds))
    yield "most", most, "requests/s"
    yield "cpu_a_request", (server.cpu_seconds() - before) / (most * seconds) * 1e3, "ms"


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    return {**{k: v for k, v in document.items() if k != "attributes"}, **document["attributes"]}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path, help="a folder made by `qualify demo`")
    parser.add_argument("--seconds", type=float, default=10.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.project or _small_project(Path(scratch))
        case = {"benchmark": "serve", "activities": ACTIVITIES}
        most = {}
        for server, measure in (("qualify", measure_service), ("mlflow", measure_mlflow)):
            for figure, value, unit in measure(folder, given.seconds):
                most[server] = value if figure == "most" else most.get(server)
                told = {**case, "server": server, "figure": figure, "value": round(value, 2), "unit": unit}
                print(json.dumps(told), flush=True)
        ratio = round(most["qualify"] / most["mlflow"], 1)
        print(json.dumps({**case, "figure": "qualify_to_mlflow", "value": ratio, "unit": "times"}))


def _small_project(folder: Path) -> Path:
    from tests.world import make_world

    make_world(folder)
    return folder


if __name__ == "__main__":
    main()
