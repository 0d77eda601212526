"""When two values of a label are the same one."""

from __future__ import annotations

import unicodedata

__all__ = ["fold_label"]


def fold_label(word: str) -> str:
    """Return a label's value without case, width and double blanks: nobody tells two outcomes apart by these.

    Examples
    --------
    >>> [fold_label(word) for word in ("Won ", "ＷＯＮ", "closed  won", "")]
    ['won', 'won', 'closed won', '']
    """
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split())
