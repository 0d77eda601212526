"""A score list without nested values, for CSV and databases."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from qualify.explain.reasons import list_to_json
from qualify.leads.cells import plain_cell, plain_column

__all__ = ["flat"]

_FEW = ("recommended_stage", "model_version", "scorecard_version")
"""Texts of few values, by the scorecard's author."""


def flat(table: pa.Table, *, guarded: bool = True) -> pd.DataFrame:
    """Return the list with reasons as JSON text and times in ISO 8601.

    Parameters
    ----------
    table
        The list.
    guarded
        Whether texts that a spreadsheet would run as a formula get a leading apostrophe.
    """
    position = table.column_names.index("reasons")
    told = list_to_json(table["reasons"].combine_chunks())
    frame: pd.DataFrame = table.set_column(position, "reasons", told).to_pandas()
    frame["as_of"] = frame["as_of"].map(lambda moment: moment.isoformat())
    if guarded:
        frame["lead_id"] = plain_column(frame["lead_id"])
        for name in (each for each in _FEW if each in frame.columns):
            changed = {text: plain_cell(text) for text in frame[name].dropna().unique()}
            if any(text != plain for text, plain in changed.items()):
                frame[name] = frame[name].map(changed)
    return frame
