"""Inputs that once broke a target, by its name; they are run as tests."""

from __future__ import annotations

__all__ = ["FOUND"]

FOUND: dict[str, tuple[bytes, ...]] = {"csv": (), "numbers": (), "times": (), "document": (), "pattern": ()}
