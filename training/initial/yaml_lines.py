"""YAML as lines: quoted so that any column name survives, with a comment behind or above."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PLAIN = re.compile(r"^[A-Za-z_][A-Za-z0-9_ ]*(?<! )$")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_KEY_LIMIT = 200
_COMMENT_AT = 56
_LONGEST_COMMENT = 150

Value = str | int | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]


def scalar(value: str | int | float | bool | None) -> str:
    r"""Return one value as YAML.

    Examples
    --------
    >>> scalar("Lead Source"), scalar("yes"), scalar("1"), scalar("a: b\n"), scalar(0.5), scalar(None)
    ('Lead Source', '"yes"', '"1"', '"a: b\\n"', '0.5', 'null')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.12g}"
    if _PLAIN.match(value) and value.casefold() not in _WORDS:
        return value
    return quoted(value)


def quoted(text: str) -> str:
    """Return a text in double quotes; what is not printable is escaped."""
    return '"' + "".join(_escaped(c) for c in text) + '"'


def flow(value: Value) -> str:
    """Return any value on one line.

    Examples
    --------
    >>> flow({"type": "category", "missing": ["Select", "?"]})
    '{type: category, missing: [Select, "?"]}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(part) for part in value) + "]"
    return scalar(value)


def entry(key: str, value: Value, comment: str = "", indent: int = 2, dash: bool = False) -> str:
    """Return ``key: value  # comment``, indented; a very long key takes the explicit form."""
    start = " " * (indent - 2) + "- " if dash else " " * indent
    name = scalar(key)
    line = (
        f"{start}{name}: {flow(value)}"
        if len(name) < _KEY_LIMIT
        else f"{start}? {name}\n{start}: {flow(value)}"
    )
    return f"{line.ljust(_COMMENT_AT)}  # {one_line(comment)}" if comment else line


def one_line(text: str) -> str:
    """Return a comment's text: on one line, printable, not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_COMMENT else line[: _LONGEST_COMMENT - 1] + "…"


def remark(text: str, indent: int = 0) -> list[str]:
    """Return comment lines, one for each line of `text`."""
    return [" " * indent + f"# {line}".rstrip() for line in text.split("\n")]


def _escaped(c: str) -> str:
    if c in '"\\':
        return "\\" + c
    if c.isprintable():
        return c
    if c == "\n":
        return "\\n"
    return f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
