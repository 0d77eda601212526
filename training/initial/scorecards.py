"""The first scorecard: the one that ships with the program, or one drafted from a table's earlier rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.config import Training
from qualify.errors import ConfigError
from qualify.leads.tables import FloatArray, IntArray, LeadTables
from qualify.rules import default_scorecard, draft_scorecard
from qualify.rules.lint.coverage import counts_activities
from training.initial.attributes import Attributes


@dataclass(frozen=True)
class FirstScorecard:
    """Its text, None where none can be made; and a remark for the configuration."""

    text: str | None
    remark: str


def first_scorecard(
    tables: LeadTables, attributes: Attributes, label: FloatArray, time: FloatArray
) -> FirstScorecard:
    """Write the first scorecard.

    Parameters
    ----------
    tables
        The leads.
    attributes
        The columns that may be used.
    label
        1, 0, or NaN where the outcome is not known, shape (leads,).
    time
        What grows with time, shape (leads,); only leads before the split point are looked at.

    Returns
    -------
    FirstScorecard
        The program's own rules where one of them counts an activity of these tables, since they are about
        activities; else a draft.
    """
    shipped = default_scorecard()
    if counts_activities(shipped, tables):
        return FirstScorecard(shipped.to_text(), "the rules that ship with qualify; adapt them")
    rows = earlier_rows(time, label)
    before = split_point(tables, time, rows)
    try:
        drafted = draft_scorecard(tables, label, rows, attributes.used, drafted_before=before)
    except ConfigError as error:
        return FirstScorecard(None, f"none yet: {error.what}")
    return FirstScorecard(drafted.to_text(), f"drafted from leads before {before}; adapt it")


def earlier_rows(time: FloatArray, label: FloatArray) -> IntArray:
    """Return the leads with a known outcome that training will use, without the later ones that judge it."""
    order = np.argsort(time, kind="stable")
    order = order[~np.isnan(label[order])]
    return np.sort(order[: round(len(order) * (1.0 - Training().test_share))])


def split_point(tables: LeadTables, time: FloatArray, rows: IntArray) -> str:
    """Return where the later leads begin, in words: a day, or a place in the order."""
    latest = float(time[rows].max()) if len(rows) else 0.0
    if tables.order is None:
        return str(np.datetime64(int(latest), "us").astype("datetime64[D]"))
    return f"{latest:.12g} in the order of the table"
