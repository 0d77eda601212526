"""How a large job uses the interpreter: memory that serves again, little looking for garbage, short turns."""

from __future__ import annotations

import gc
import os
import sys

__all__ = ["collect_seldom", "reuse_memory", "take_turns_often"]

_TURN_SECONDS = 0.0005


def reuse_memory() -> None:
    """Let Arrow take its memory from the C library; to be called before Arrow is first imported.

    Arrow's own allocator gives what is dropped back to the operating system, which clears each page before it
    hands it out again: half of all time where tables are taken to pieces that are gone soon after.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def collect_seldom() -> None:
    """Keep what was made until now for good, and look at what comes after less often.

    The collector follows every object that can hold others. Tables of words, a model and its libraries are
    millions of them, none of which is garbage while the process runs; a last look for what is would take
    longer than all later ones, and finds some kilobytes.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def take_turns_often() -> None:
    """Let a thread that comes back from compiled code wait half a millisecond for its turn, instead of five.

    Two buckets at once leave and take the interpreter's lock thousands of times, and who waits is a core that
    does nothing.
    """
    sys.setswitchinterval(_TURN_SECONDS)
