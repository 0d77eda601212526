"""A service with its pages, over a real ledger that a real model filled twice."""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import uvicorn

from tests.world import TABLES, World, call, sources

if TYPE_CHECKING:
    from serving.runtime import Runtime

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TIMES = ("2026-03-20T00:00:00Z", "2026-04-01T00:00:00Z")
DESK = "service:\n  desk: {name: email, company: company, owner: region, source: source}\n"
"""Regions stand for owners: the simulated funnel has none."""


def make_desk(world: World, folder: Path) -> None:
    """Copy a project and put two scorings of it on the desk."""
    for name in TABLES:
        shutil.copy(world.folder / f"{name}.parquet", folder)
    store = f'\n  tracking_uri: "sqlite:///{world.folder / "mlflow.db"}"'
    text = (world.folder / "qualify.yaml").read_text(encoding="utf-8")
    kept = text[: text.index("\nservice:")] if "\nservice:" in text else text
    kept = kept.replace('\n  tracking_uri: "sqlite:///mlflow.db"', store)
    (folder / "qualify.yaml").write_text(kept + "\n" + DESK, encoding="utf-8")
    shutil.copy(world.folder / "scorecard.yaml", folder)
    for moment in TIMES:
        out, model = folder / "s.parquet", world.bundle
        done = call("score", *sources(folder), "--as-of", moment, "--out", out, "--ledger", "--model", model,
                    "--reasons", 5, folder=folder)  # fmt: skip
        assert done.code == 0, done.err


@dataclass
class Live:
    """A running service."""

    address: str
    runtime: Runtime

    def client(self, language: str = "en", **headers: str) -> httpx.Client:
        return httpx.Client(
            base_url=self.address, headers={"Accept-Language": language, **headers}, timeout=30
        )


@contextlib.contextmanager
def running(folder: Path, *, loopback: bool = True) -> Iterator[Live]:
    """Run the service of a folder in a thread, on a free port."""
    from qualify.config import load_config
    from serving.api.app import create_app
    from serving.runtime import Runtime

    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        runtime = Runtime.open(load_config(folder / "qualify.yaml"), folder, model=None, public_url=address)
        config = uvicorn.Config(create_app(runtime, loopback=loopback), log_config=None, lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the service ended at its start"
            time.sleep(0.02)
        try:
            yield Live(address, runtime)
        finally:
            server.should_exit = True
            thread.join(15)


def rows(page):
    """Return the leads of the call list, in a browser."""
    return page.locator("[data-row]")
