"""The errors that users meet: what, where, got, expected, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar

__all__ = [
    "ConfigError",
    "DataError",
    "GateRefused",
    "KeyReused",
    "LedgerUnavailable",
    "ModelError",
    "QualifyError",
    "UnknownLead",
    "UserError",
    "did_you_mean",
]

# Longest text of each part; with the labels the whole message stays under 1,500 characters.
_LIMITS = {"what": 400, "where": 250, "got": 200, "expected": 250, "mend": 300}


class QualifyError(Exception):
    """Root of all errors raised on purpose; alone, it is a fault of the program.

    Attributes
    ----------
    exit_code : int
        What the command line exits with.
    """

    exit_code: ClassVar[int] = 1


class UserError(QualifyError):
    """Input, configuration or arguments are wrong, and the user can mend it.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    where : object, optional
        The place: file, table, row, column, key. Shown with ``str``.
    got : object, optional
        The value found. Shown with ``repr``, shortened to 200 characters.
    expected : object, optional
        What would have been right. Shown with ``str``.
    mend : str, optional
        What the user can do about it.

    Examples
    --------
    >>> print(UserError("A time could not be read.", where="row 3", got="soon", mend="Use ISO 8601."))
    A time could not be read.
      where: row 3
      got: 'soon'
      mend: Use ISO 8601.
    """

    exit_code: ClassVar[int] = 2

    def __init__(
        self,
        what: str,
        where: object = None,
        got: object = None,
        expected: object = None,
        mend: str | None = None,
    ) -> None:
        # Every part goes to `args`, so that the error survives a trip between processes.
        super().__init__(what, where, got, expected, mend)
        self.what = what
        self.where = where
        self.got = got
        self.expected = expected
        self.mend = mend

    def __str__(self) -> str:
        """Write the message: one line for what is wrong and one for each part that is known."""
        parts = {
            "where": _text(self.where),
            "got": None if self.got is None else repr(self.got),
            "expected": _text(self.expected),
            "mend": self.mend,
        }
        lines = [_shorten(self.what, _LIMITS["what"])]
        lines += [f"  {name}: {_shorten(part, _LIMITS[name])}" for name, part in parts.items() if part]
        return "\n".join(lines)


class ConfigError(UserError):
    """The configuration file or a value in it is wrong."""


class DataError(UserError):
    """A table is wrong as a whole: missing column, wrong type everywhere, unreadable file."""


class ModelError(UserError):
    """A stored model can not be used: missing, changed, of an unknown format, or for other columns."""


class LedgerUnavailable(UserError):
    """The ledger's database does not answer, or refused; who asked can wait and ask again."""


class UnknownLead(UserError):
    """The ledger holds no lead of that id (never stored, or forgotten)."""


class KeyReused(UserError):
    """An idempotency key came a second time with another content."""


class GateRefused(QualifyError):
    """A gate said no: nothing is broken, but the result does not earn the next step.

    Parameters
    ----------
    what : str
        What was refused, in one sentence.
    reasons : iterable of str, optional
        Why, one line each; at most eight are shown.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, what: str, reasons: Iterable[str] = ()) -> None:
        self.what = what
        self.reasons = tuple(reasons)
        super().__init__(what, self.reasons)

    def __str__(self) -> str:
        """Write what was refused and, below it, the reasons."""
        shown = [f"  - {_shorten(reason, 120)}" for reason in self.reasons[:8]]
        left_out = len(self.reasons) - len(shown)
        more = [f"  - and {left_out} more"] if left_out else []
        return "\n".join([_shorten(self.what, _LIMITS["what"]), *shown, *more])


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Guess the name that was meant.

    Parameters
    ----------
    name : str
        The name that is not known.
    candidates : iterable of str
        The names that are.

    Returns
    -------
    str
        A question naming up to three near candidates, or an empty string when none is near.

    Examples
    --------
    >>> did_you_mean("Created_At", ["lead_id", "created_at"])
    "Did you mean 'created_at'?"
    >>> did_you_mean("zz", ["lead_id", "created_at"])
    ''
    """
    by_folded: dict[str, str] = {}
    for candidate in candidates:
        by_folded.setdefault(str(candidate).casefold(), str(candidate))
    near = get_close_matches(str(name).casefold(), list(by_folded), n=3)
    if not near:
        return ""
    return f"Did you mean {' or '.join(repr(by_folded[key]) for key in near)}?"


def _text(part: object) -> str | None:
    return None if part is None else str(part)


def _shorten(text: str, limit: int) -> str:
    """Put `text` on one line and cut its middle out when it is longer than `limit`."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = (limit - 3) * 2 // 3
    return f"{line[:head]}...{line[len(line) - (limit - 3 - head) :]}"
