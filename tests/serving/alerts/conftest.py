"""An outbox, and a receiver that listens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qualify.ledger import Ledger
from tests.serving.alerts.receiver import Receiver, listening


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield ledger
    ledger.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening(Receiver()) as receiver:
        yield receiver
