"""Since when something is new."""

from __future__ import annotations

from dataclasses import dataclass

from qualify.errors import UserError
from qualify.moments import parse_as_of

__all__ = ["Since", "parse_since"]


@dataclass(frozen=True, slots=True)
class Since:
    """Since the last run (`time` is None), or since a time (microseconds)."""

    time: int | None = None


def parse_since(text: str, timezone: str = "UTC") -> Since:
    """Read ``--changed-since``.

    Examples
    --------
    >>> parse_since("last"), parse_since("1970-01-02")
    (Since(time=None), Since(time=86400000000))

    Raises
    ------
    UserError
        It is neither ``last`` nor a time.
    """
    if text.strip().lower() == "last":
        return Since()
    try:
        time = parse_as_of(text, timezone).time
    except UserError:
        time = None
    if time is None:
        raise UserError("it is not clear since when", where="--changed-since", got=text,
                        expected="last, or a time such as 2026-04-01T09:00Z")  # fmt: skip
    return Since(time)
