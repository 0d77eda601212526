"""Text in CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import pandas as pd

__all__ = ["plain_cell", "plain_column"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings of formulas (OWASP, CSV injection); the wide ones in a Japanese Excel."""


def plain_cell(text: str) -> str:
    r"""Return a text with an apostrophe before it where a spreadsheet would run it.

    A carriage return becomes a line feed: Python before 3.13 writes it bare, and a row begins there.

    Examples
    --------
    >>> plain_cell("=HYPERLINK(1)"), plain_cell("\tx"), plain_cell("google / cpc")
    ("'=HYPERLINK(1)", "'\tx", 'google / cpc')
    """
    text = f"'{text}" if text.startswith(_FORMULA) else text
    return text.replace("\r\n", "\n").replace("\r", "\n")


def plain_column(column: pd.Series) -> pd.Series:
    """Return a column of texts with every cell as of :func:`plain_cell`; missing ones stay.

    Examples
    --------
    >>> plain_column(pd.Series(["-1+1", "7", None])).tolist()[:2]
    ["'-1+1", '7']
    """
    risky = column.str.startswith(_FORMULA).fillna(False) | column.str.contains("\r", regex=False).fillna(
        False
    )
    if not risky.any():
        return column
    return column.mask(risky.astype(bool), column.map(plain_cell, na_action="ignore"))
