"""Inputs that once broke a target, by its name; they are run as tests."""

from __future__ import annotations

__all__ = ["FOUND"]

FOUND: dict[str, tuple[bytes, ...]] = {
    "csv": (b"id,y\n1,2\n\xd9x,2,3\n4,5\n",),  # a row too long, of bytes that are no text
    "numbers": (b"1.000\n00\n", b"1.500\n2.000\n\n3.000"),  # thousands with points beside a missing value
    "times": (),
    "document": (),
    "pattern": (),
}
