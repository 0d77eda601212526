"""A score list without nested values, for CSV and databases."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from qualify.explain.reasons import list_to_json

__all__ = ["flat"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def flat(table: pa.Table, *, guarded: bool = True) -> pd.DataFrame:
    """Return the list with reasons as JSON text and times in ISO 8601.

    Parameters
    ----------
    table
        The list.
    guarded
        Whether an id that a spreadsheet would run as a formula gets a leading apostrophe.
    """
    position = table.column_names.index("reasons")
    told = list_to_json(table["reasons"].combine_chunks())
    frame: pd.DataFrame = table.set_column(position, "reasons", told).to_pandas()
    frame["as_of"] = frame["as_of"].map(lambda moment: moment.isoformat())
    if guarded:
        risky = frame["lead_id"].str.startswith(_FORMULA)
        frame.loc[risky, "lead_id"] = "'" + frame.loc[risky, "lead_id"]
    return frame
