"""Tables split while the registry is asked which model is to read them.

What a model reads is in its bundle, and nearly always the same as the configuration says. So the tables are
split as the configuration says, and the work is kept if the model turns out to read them so.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from qualify.config import Source, SqlSource
from qualify.errors import DataError
from qualify.leads.files import File
from qualify.leads.stream import TableStream
from serving.batch.split import SPILLED, Split, check_columns, files_of, split_tables
from serving.batch.work import early_place, work_place

__all__ = ["Early", "split_early"]


class _Stopped(Exception):
    """Another model reads the tables otherwise."""


@dataclass(frozen=True)
class Early:
    """Tables that were split before the model was known.

    Parameters
    ----------
    split
        How they were read.
    buckets
        Into how many buckets.
    files
        What they were read from, as it was then.
    folder
        Where the buckets lie.
    """

    split: Split
    buckets: int
    files: list[File]
    folder: Path

    def fits(self, split: Split, streams: Mapping[str, TableStream], buckets: int) -> bool:
        """Return whether a job would split its tables in the same way."""
        return (self.split, self.buckets, self.files) == (split, buckets, files_of(streams))

    def move(self, folder: Path) -> None:
        """Move the buckets into the folder of a job; what says that all are there comes last."""
        for path in sorted(self.folder.iterdir(), key=lambda path: path.name == SPILLED):
            path.replace(folder / path.name)
        self.folder.rmdir()

    def drop(self) -> None:
        """Take the buckets away."""
        shutil.rmtree(self.folder, ignore_errors=True)


def split_early(split: Split, out: str, expected: Callable[[], bool]) -> Early | None:
    """Split the tables, where they are too large for the memory and no job was begun on the output before.

    Parameters
    ----------
    split
        As it will probably be.
    out
        The job's output.
    expected
        Asked again and again whether the model, if it is known by now, reads the tables so.

    Returns
    -------
    Early or None
        None: the job itself has to read its tables. It also tells what is wrong with them, since only the
        model knows which columns have to be there.
    """
    given = split.sources
    if work_place(out).exists() or any(map(_costly, (given.leads, given.activities, given.stages))):
        return None
    folder = early_place(out)
    try:
        streams = split.streams(coded=True)
        buckets = split.buckets(streams)
        if buckets == 1:
            return None
        check_columns(split, streams)
        folder.mkdir(mode=0o700)  # rows of leads
        split_tables(split, streams, folder, buckets, lambda: _go_on(expected))
    except (DataError, _Stopped):
        shutil.rmtree(folder, ignore_errors=True)
        return None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Early(split, buckets, files_of(streams), folder)


def _costly(source: Source | None) -> bool:
    """Return whether reading a table in vain would be a database's work."""
    return isinstance(source, SqlSource)


def _go_on(expected: Callable[[], bool]) -> None:
    if not expected():
        raise _Stopped
