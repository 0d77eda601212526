"""The folder of a large job, beside its output: one job at a time, continued when it was killed."""

from __future__ import annotations

import errno
import fcntl
import glob
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from qualify.errors import UserError

__all__ = [
    "claimed",
    "digest_of",
    "early_place",
    "open_work",
    "place_of",
    "put_json",
    "room_needed",
    "work_place",
]

MAX_AGE_SECONDS = 12 * 3600
"""A job that was begun longer ago is not continued: its moment of scoring is over."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_STATE = "job.json"


def place_of(out: str) -> Path:
    """Return the path that the names of lock and work folder are made from: a file stands for itself."""
    if "://" not in out:
        return Path(out)
    return Path(f"scores-{hashlib.sha256(out.encode()).hexdigest()[:16]}")


def work_place(out: str) -> Path:
    """Return the folder of a job on an output, which is there while it runs, and after it was killed."""
    place = place_of(out)
    return place.with_name(f".{place.name}.work")


def early_place(out: str) -> Path:
    """Return the folder of tables that are split before the job is known as a whole."""
    place = place_of(out)
    return place.with_name(f".{place.name}.early")


@contextmanager
def claimed(out: str) -> Iterator[None]:
    """Keep other jobs away from an output while this one runs.

    The lock is one of the operating system on a file beside the output, so a killed job leaves none behind.

    Raises
    ------
    UserError
        Another job writes to the same output.
    """
    place = place_of(out)
    path = place.with_name(f".{place.name}.lock")
    handle = _locked(path)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        for half_written in place.parent.glob(f".{glob.escape(place.name)}.*.part"):  # by a killed job
            half_written.unlink()
        shutil.rmtree(early_place(out), ignore_errors=True)
        yield
    finally:
        shutil.rmtree(early_place(out), ignore_errors=True)
        path.unlink(missing_ok=True)
        os.close(handle)


def _locked(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(handle, 32).decode(errors="replace")
            os.close(handle)
            raise UserError(
                "another job writes to this output", where=path, got=f"process {holder or 'unknown'}",
                mend="wait until it is done, or name another output",
            ) from error  # fmt: skip
        with suppress(FileNotFoundError):
            if os.fstat(handle).st_ino == path.stat().st_ino:
                return handle
        os.close(handle)  # its holder was done between our two steps, and took the file away


def digest_of(facts: Mapping[str, Any]) -> str:
    """Return what tells one job from another."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def open_work(out: str, digest: str, now: int) -> tuple[Path, int, bool]:
    """Return the folder of a job, its moment, and whether it was begun before.

    Parameters
    ----------
    out
        The output; the folder lies beside it.
    digest
        Of inputs, model and options: a folder of another job is cleared.
    now
        Microseconds; a job that is continued keeps the moment of its beginning.
    """
    folder = work_place(out)
    state = _state(folder)
    fresh = state is not None and 0 <= time.time() - state["began"] < MAX_AGE_SECONDS
    if state is not None and fresh and state["digest"] == digest:
        return folder, int(state["now"]), True
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)  # rows and documents of leads
    put_json(folder / _STATE, {"digest": digest, "now": now, "began": time.time()})
    return folder, now, False


def _state(folder: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((folder / _STATE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return found if {"digest", "now", "began"} <= set(found) else None


def put_json(path: Path, value: Any) -> None:
    """Write a small file that is there whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value, default=str), encoding="utf-8")
    part.replace(path)


@contextmanager
def room_needed(folder: Path) -> Iterator[None]:
    """Tell the user when the disk is full.

    Raises
    ------
    UserError
        Something could not be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise UserError(
            "there is no room left to write", where=folder.resolve(), got=os.strerror(error.errno),
            mend="make room, or name an output on another disk",
        ) from error  # fmt: skip
