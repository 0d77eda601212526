"""The answers of a configured project, where it has a ledger."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from qualify.config import Config
from qualify.ledger.store import Ledger

__all__ = ["stored_answers"]


def stored_answers(config: Config, folder: Path) -> pa.Table | None:
    """Return the answers of sales (see :meth:`Ledger.answers`); None where no ledger exists yet.

    A missing SQLite file is not made, for reading alone is no reason to have one.

    Raises
    ------
    LedgerUnavailable
        The database does not answer.
    """
    url = config.service.ledger_url(folder)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return None
    ledger = Ledger.open(url)
    try:
        return ledger.answers()
    finally:
        ledger.close()
