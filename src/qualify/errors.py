"""The errors that users meet: what, where, got, expected, and how to mend it."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar

__all__ = [
    "AnsweredMeanwhile",
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
    "of_the_machine",
    "without_secrets",
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
        return without_secrets("\n".join(lines))


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


class AnsweredMeanwhile(UserError):
    """Somebody answered a lead after the page was made from which another answer comes."""


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


# A password may hold slashes and quotes; what looks like a port and a path does not.
_PASSWORD = re.compile(r"(\w://[^\s/:@'\"]*:)(?:[^\s/'\"]+|(?!\d{1,5}/)[^\s]+)(?=@)")
_PARAMETER = re.compile(
    r"([?&;][\w.-]*(?:passw|passphrase|pwd|secret|token|credential|signature|api_?key|access_?key)[\w.-]*=)"
    r"[^\s&;#'\"]+",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """Return a text with the passwords of the URLs in it blotted out, those among their parameters too.

    Examples
    --------
    >>> without_secrets("no answer from postgresql://ada:s3cret@db/leads")
    'no answer from postgresql://ada:***@db/leads'
    """
    return _PARAMETER.sub(r"\1***", _PASSWORD.sub(r"\1***", text))


_MENDS = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room, or ask for a larger quota",
    errno.EFBIG: "raise the limit on the size of files (`ulimit -f`)",
    errno.EROFS: "name a place that may be written to",
    errno.EACCES: "see to the rights of this file and of its folder",
    errno.EPERM: "see to the rights of this file and of its folder",
    errno.EMFILE: "raise the limit on open files (`ulimit -n`)",
    errno.ENFILE: "end programs that hold many files open",
    errno.ENOMEM: "end other programs, or use a machine with more memory",
    errno.EAGAIN: "raise the limits on processes (`ulimit -u`) and memory, or end other programs",
    errno.EIO: "see to the disk",
    errno.ESTALE: "mount the network drive again",
}
_TEXTS = {
    "no usable temporary directory": "make the folder that TMPDIR names, or let it name another one",
    "database or disk is full": _MENDS[errno.ENOSPC],
    "attempt to write a readonly database": _MENDS[errno.EROFS],
    "unable to open database file": _MENDS[errno.EACCES],
    "disk i/o error": _MENDS[errno.ENOSPC],
    "can't start new thread": _MENDS[errno.EAGAIN],
    "failed to map segment": _MENDS[errno.ENOMEM],
}


def of_the_machine(error: BaseException | None) -> UserError | None:
    """Return an error for the user where the machine said no: its memory, disk, rights or limits.

    What an error was raised from is looked at too; None where nothing of the kind is found.
    """
    for _ in range(10):
        if error is None:
            return None
        if isinstance(error, MemoryError):
            mend = "use a machine with more memory; `qualify score` can do with less by --memory"
            return UserError("there is not enough memory; nothing was half-written", mend=mend)
        text = str(error).lower()
        mend = _MENDS.get(getattr(error, "errno", None) or 0, "") if isinstance(error, OSError) else ""
        mend = mend or next((mend for sign, mend in _TEXTS.items() if sign in text), "")
        if mend:
            got = getattr(error, "strerror", None) or (str(error).splitlines() or [""])[0]
            return UserError(
                "the machine refused", where=getattr(error, "filename", None), got=got, mend=mend
            )
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return None


def _text(part: object) -> str | None:
    return None if part is None else str(part)


def _shorten(text: str, limit: int) -> str:
    """Put `text` on one line and cut its middle out when it is longer than `limit`."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = (limit - 3) * 2 // 3
    return f"{line[:head]}...{line[len(line) - (limit - 3 - head) :]}"
