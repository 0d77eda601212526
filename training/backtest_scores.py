"""The list that a team would have had at each origin, as one table."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualify.errors import UserError
from qualify.leads.cells import plain_column
from qualify.leads.tables import FloatArray, IntArray
from training.report import write_whole
from training.tried import Backtest, Tried, Waiting

__all__ = ["check_place", "lists_of", "write_lists"]

_ENDINGS = (".csv", ".parquet")


def check_place(path: Path) -> None:
    """Refuse a file that could not be written, before hours of work rather than after them.

    Raises
    ------
    UserError
        It is neither CSV nor Parquet, or its folder does not exist.
    """
    if path.suffix not in _ENDINGS:
        raise UserError("the lists are written as CSV or Parquet", where="--out", got=str(path),
                        expected="a name that ends in " + " or ".join(_ENDINGS))  # fmt: skip
    if not path.absolute().parent.is_dir():
        raise UserError("the lists cannot be written", where=str(path), got="no such folder",
                        mend="name a file in an existing folder")  # fmt: skip


def lists_of(found: Backtest) -> pd.DataFrame:
    """Return a row a lead and origin: what each order made of the lead, and what came of it.

    Returns
    -------
    DataFrame
        ``origin``; ``lead_id``; ``probability`` (0 to 1); ``rule_points``; ``rank``, ``rule_rank``,
        ``arrival_rank`` and ``newest_rank`` among all open leads (1: called first; equal ones share a rank);
        ``outcome`` (0 or 1; missing: not known, as nobody was to find out); ``weight`` (for how many leads
        the outcome stands in the figures; missing with it); ``outcome_week`` (after the origin, from 1;
        missing without an outcome, or where no time is known).
    """
    return pd.concat([_list_of(tried) for tried in found.tried], ignore_index=True)


def _list_of(tried: Tried) -> pd.DataFrame:
    every, queue = tried.waiting, tried.queue
    # Ranks are those among all open leads: at the time nobody knew of whom an outcome would be told.
    found = pd.DataFrame(
        {
            "origin": tried.origin,
            "lead_id": pd.array(every.lead, dtype="str"),
            "probability": every.probability,
            "rule_points": every.points,
            "rank": _ranks(every.probability),
            "rule_rank": _ranks(every.points),
            "arrival_rank": _ranks(-every.place),
            "newest_rank": _ranks(every.place),
            "outcome": _known(queue.label, every).astype("Int64"),
            "weight": _known(queue.weight, every),
            "outcome_week": _known(queue.week, every).replace(0, np.nan).astype("Int64"),
        }
    )
    return found.sort_values("rank", kind="stable")


def _ranks(score: FloatArray | IntArray) -> NDArray[np.int64]:
    return np.asarray(pd.Series(-score).rank(method="min"), dtype=np.int64)


def _known(values: FloatArray | IntArray, every: Waiting) -> pd.Series[float]:
    """Return a value for each open lead, missing for those of which no outcome is known."""
    found = np.full(len(every.lead), np.nan)
    found[every.judged] = values
    return pd.Series(found)


def write_lists(found: Backtest, path: Path) -> None:
    """Write them as CSV or Parquet; the file appears whole or not at all.

    Raises
    ------
    UserError
        The file cannot be written there.
    """
    frame, content = lists_of(found), BytesIO()
    if path.suffix == ".parquet":
        frame.to_parquet(content, index=False)
    else:
        # Ids may begin like a formula of a spreadsheet.
        frame.assign(lead_id=plain_column(frame["lead_id"])).to_csv(content, index=False)
    write_whole(path, content.getvalue(), "the file of lists")
