"""Placeholders for a missing value: words such as `unknown`, and numbers such as 999."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from qualify.leads.tables import FloatArray, IntArray

_WORDS = frozenset(
    {
        "select",
        "please select",
        "unknown",
        "n/a",
        "n.a.",
        "na",
        "#n/a",
        "nan",
        "null",
        "<null>",
        "nil",
        "-",
        "--",
    }
    | {
        "---",
        "?",
        "??",
        ".",
        "not specified",
        "not provided",
        "not given",
        "not available",
        "not set",
        "unset",
    }
    | {"undefined", "unspecified", "(blank)", "blank", "(none)", "missing", "tbd", "keine angabe", "k.a."}
    | {
        "不明",
        "未設定",
        "未入力",
        "未選択",
        "未定",
        "該当なし",
        "選択してください",
        "指定なし",
        "未回答",
        "未登録",
        "ー",
    }
    | {"―", "—", "–", "unbekannt", "desconocido", "inconnu", "#ref!", "#value!"}
    | {"#div/0!", "#name?", "#num!", "#null!"}
)
_BARE_NONE = frozenset({"none", "なし", "無し"})
_NINES = re.compile(r"^-?9{2,}(\.0+)?$")
MIN_COUNT = 5
MIN_SHARE = 0.01


def word_placeholders(texts: Sequence[str], also_none: bool = False) -> list[str]:
    """Return those of `texts` that stand for a missing value, as they are written.

    Parameters
    ----------
    texts
        Distinct values of a column.
    also_none
        Whether ``none`` is one too: in a column of numbers it is, among categories it may be an answer.

    Examples
    --------
    >>> word_placeholders(["India", "Select", "不明", "none"])
    ['Select', '不明']
    """
    words = _WORDS | _BARE_NONE if also_none else _WORDS
    return [text for text in texts if unicodedata.normalize("NFKC", text).strip().casefold() in words]


def numeric_sentinel(values: FloatArray, counts: IntArray) -> float | None:
    """Return a number that stands for a missing value: at the edge, frequent, and far from all others.

    Parameters
    ----------
    values, counts
        The distinct values and how often each occurs, shape (distinct,).

    Returns
    -------
    float or None
        A row of nines (99, 999, -9999 ...) that lies at least three times the width of the other values away
        from them, or a -1 (-99 ...) where all others are zero or more. Rarer than 1 % or five times: None.

    Examples
    --------
    >>> numeric_sentinel(np.array([0.0, 3.0, 6.0, 27.0, 999.0]), np.array([5, 40, 40, 2, 900]))
    999.0
    >>> numeric_sentinel(np.array([97.0, 98.0, 99.0]), np.array([5, 40, 40])) is None
    True
    """
    order = np.argsort(values)
    values, counts = values[order], counts[order]
    if len(values) < 3:
        return None
    for edge, others in ((-1, values[:-1]), (0, values[1:])):
        value = float(values[edge])
        if counts[edge] < max(MIN_COUNT, MIN_SHARE * counts.sum()):
            continue
        if value < 0 <= others.min() and (value == -1.0 or _NINES.match(f"{value:g}")):
            return value
        width = max(others.max() - others.min(), 1.0)
        gap = np.abs(value - others).min()
        if _NINES.match(f"{value:.0f}") and value == round(value) and gap >= 3 * width:
            return value
    return None
