"""What a job title says about rank and department, in English and Japanese."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TypeAlias

from qualify.rules.title_words import DEPARTMENTS, RANKS, Lexicon

_Patterns: TypeAlias = tuple[tuple[str, re.Pattern[str]], ...]


def _compiled(lexicon: Lexicon) -> _Patterns:
    """Bound English words by hand: to `re`, the Japanese letters beside them are part of the same word."""
    words = (
        (key, f"(?<![a-z0-9])(?:{en})(?![a-z0-9])" + (f"|{ja}" if ja else "")) for key, en, ja in lexicon
    )
    return tuple((key, re.compile(pattern)) for key, pattern in words)


TITLE_RANKS = tuple(dict.fromkeys(key for key, *_ in RANKS))
TITLE_DEPARTMENTS = tuple(dict.fromkeys(key for key, *_ in DEPARTMENTS))
"""All that a title can say, each once."""

_RANKS, _DEPARTMENTS = _compiled(RANKS), _compiled(DEPARTMENTS)


@lru_cache(maxsize=65_536)
def read_title(title: str) -> tuple[str | None, str | None]:
    """Read a job title.

    Parameters
    ----------
    title
        English or Japanese, full-width letters included.

    Returns
    -------
    rank : str or None
        ``owner``, ``executive``, ``head``, ``manager``, ``lead``, ``staff``, ``assistant`` or ``student``.
    department : str or None
        For instance ``sales``, ``marketing``, ``it``, ``finance``, ``management``; None when none is named.

    Examples
    --------
    >>> read_title("Head of Sales"), read_title("情報システム部長"), read_title("ＣＩＯ")
    (('head', 'sales'), ('head', 'it'), ('executive', 'it'))
    >>> read_title("???")
    (None, None)
    """
    text = " ".join(re.split(r"[\s/_,;|()（）・]+", unicodedata.normalize("NFKC", title).casefold())).strip()
    return _first(_RANKS, text), _first(_DEPARTMENTS, text)


def _first(patterns: _Patterns, text: str) -> str | None:
    return next((key for key, pattern in patterns if pattern.search(text)), None)
