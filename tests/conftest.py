"""What every test shares: two threads for kernels, and programs that a test needs from outside."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import settings

# Before anything imports Numba, which reads it once.
os.environ.setdefault("NUMBA_NUM_THREADS", "2")

from tests.world import world

__all__ = ["world"]

# A law is a matter of truth, not of speed; in CI the same examples are drawn on every run.
settings.register_profile("qualify", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("qualify")


def missing_program(programs: tuple[str, ...]) -> str | None:
    """Return what to say when none of `programs` is on the PATH, else None."""
    if any(shutil.which(program) for program in programs):
        return None
    return f"needs {' or '.join(programs)} on the PATH"


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        missing = missing_program(marker.args)
        if missing and os.environ.get("CI"):
            pytest.fail(missing, pytrace=False)
        if missing:
            pytest.skip(missing)
