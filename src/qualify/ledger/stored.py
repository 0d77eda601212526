"""What the ledger of a configured project teaches, where it has one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from qualify.config import Config
from qualify.ledger.store import Ledger

__all__ = ["stored_answers", "stored_assignments"]


def stored_answers(config: Config, folder: Path, until: datetime | None = None) -> pa.Table | None:
    """Return the answers of sales (see :meth:`Ledger.answers`); None where no ledger exists yet.

    A missing SQLite file is not made, for reading alone is no reason to have one.

    Raises
    ------
    LedgerUnavailable
        The database does not answer.
    """
    return _read(config, folder, lambda ledger: ledger.answers(until=until))


def stored_assignments(config: Config, folder: Path, until: datetime | None = None) -> pa.Table | None:
    """Return who was to be worked (see :meth:`Ledger.assignments`); None where no ledger exists yet.

    Raises
    ------
    LedgerUnavailable
        The database does not answer.
    """
    return _read(config, folder, lambda ledger: ledger.assignments(until))


def _read(config: Config, folder: Path, what: Callable[[Ledger], pa.Table]) -> pa.Table | None:
    url = config.service.ledger_url(folder)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return None
    ledger = Ledger.open(url)
    try:
        return what(ledger)
    finally:
        ledger.close()
