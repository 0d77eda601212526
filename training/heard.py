"""What the ledger adds to the tables: who was to be worked, and what sales answered, as of one moment.

The moment is kept with the run. The ledger only ever grows, so a run can be repeated from it later.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from qualify.ledger.stored import stored_answers
from qualify.ledger.values import to_time
from training.answers import Joined, join_answers
from training.data import Heard, Loaded
from training.work import load_work

__all__ = ["with_answers", "with_work"]


def with_work(loaded: Loaded, folder: Path, until: int | None = None) -> Loaded:
    """Return the tables with what the ledger knows of sales' work.

    Parameters
    ----------
    until
        As the ledger was then (microseconds); default: now.

    Raises
    ------
    LedgerUnavailable
        The ledger does not answer.
    """
    moment = time.time_ns() // 1000 if until is None else until
    work = load_work(loaded.config, folder, to_time(moment))
    return replace(loaded, work=work, heard=Heard(moment, answers=False))


def with_answers(loaded: Loaded, folder: Path, until: int | None = None) -> tuple[Loaded, Joined]:
    """Return the tables with the answers of sales in them besides, and what became of the answers.

    Parameters and errors are those of `with_work`.
    """
    loaded = with_work(loaded, folder, until)
    assert loaded.heard is not None
    heard = replace(loaded.heard, answers=True)
    answers = stored_answers(loaded.config, folder, to_time(heard.until))
    joined = join_answers(loaded.config, loaded.tables, answers)
    return replace(loaded, tables=joined.tables, heard=heard), joined
