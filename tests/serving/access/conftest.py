"""One door a test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qualify.ledger import Ledger
from tests.serving.access.house import House, config

SECRET = "a-key-for-tests-that-is-long-enough-0123456789"


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated ledger, to be copied."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    Ledger.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def build(
    empty_ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., House]]:
    """Make a service of a section `service`; it is closed with the test."""
    monkeypatch.setenv("QUALIFY_SESSION_SECRET", SECRET)
    monkeypatch.setenv("QUALIFY_OIDC_SECRET", "the-client-secret")

    made: list[House] = []

    def make(*, loopback: bool = True, **service: Any) -> House:
        made.append(House(tmp_path, config(**service), loopback))
        return made[-1]

    shutil.copy(empty_ledger, tmp_path / "ledger.db")
    yield make
    for house in made:
        house.close()
