"""The end of a large job: the buckets merged into the list and its rejects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from qualify.console import progress
from qualify.leads.rejects import plain_rejects
from serving.batch.bucket import scores_path, turned_away_path
from serving.batch.desk import Desk
from serving.batch.merge import merge_sorted
from serving.batch.size import PROGRAM_BYTES
from serving.batch.summary import Summary
from serving.batch.whole import rejects_path
from serving.sink import whole_file, write_scores

__all__ = ["finish_list", "rejects_of", "rows_of_each", "write_rejects"]

_LEAST_MERGED, _MERGED_ROWS, _MOST_MERGED = 8_192, 65_536, 262_144
_BYTES_MERGED = 12_288  # for a row that waits, and others of which the list is made meanwhile
_NOT_IN_FILES = re.compile(r"[^\w.-]")


def rows_of_each(buckets: int, memory: int | None = None, *, beside: bool = False) -> int:
    """Return how many rows of each bucket are in memory while they are merged.

    More where there is more `memory` (None: 65,536 of all). Rows with a document `beside` them are some
    kilobytes each.
    """
    rows = _MERGED_ROWS if memory is None else (memory - PROGRAM_BYTES) // _BYTES_MERGED
    together = min(_MOST_MERGED, max(_LEAST_MERGED, rows)) // (8 if beside else 1)
    return max(64, min(8_192, together // max(1, buckets)))


def rejects_of(out: str) -> Path:
    """Return where the rejects go: beside a file; those of a database's table into the current folder.

    Examples
    --------
    >>> str(rejects_of("postgresql+psycopg://ada@db/crm#sales.scores"))
    'sales.scores.rejects.csv'
    """
    if "://" not in out:
        return rejects_path(Path(out))
    name = out.partition("#")[2].lstrip(".")  # a name that begins with a dot would be hidden
    # Escaped as in a URL, two tables never have one file.
    return rejects_path(Path(_NOT_IN_FILES.sub(lambda found: quote(found[0], safe=""), name)))


def finish_list(
    out: str, folder: Path, every: Sequence[int], batch_rows: int, summary: Summary, desk: Desk | None = None
) -> None:
    """Merge the buckets into the list and its rejects; both appear together, when both are complete.

    Parameters
    ----------
    out
        A file, or a database's table.
    folder, every
        Where the buckets' sorted rows lie, and which buckets there are.
    batch_rows
        See :func:`rows_of_each`.
    desk
        Takes the rows while they are written.
    """
    with (
        nullcontext(_as_it_is) if desk is None else desk.taking() as take,
        progress(summary.scored, "writing leads" if desk is None else "storing leads") as advance,
    ):

        def told(piece: pa.Table) -> pa.Table:
            advance(piece.num_rows)
            return take(piece)

        _finish(out, folder, every, batch_rows, summary, told)


def _as_it_is(piece: pa.Table) -> pa.Table:
    return piece


def _finish(
    out: str,
    folder: Path,
    every: Sequence[int],
    batch_rows: int,
    summary: Summary,
    take: Callable[[pa.Table], pa.Table],
) -> None:
    by_rank = [scores_path(folder, bucket) for bucket in every]
    merged = merge_sorted(by_rank, [("probability", "descending"), ("lead_id", "ascending")], batch_rows)
    ranked = map(take, _ranked(merged))
    path = rejects_of(out)
    if not summary.rejected:
        write_scores(ranked, out)
        path.unlink(missing_ok=True)
        return
    by_row = [turned_away_path(folder, bucket) for bucket in every]
    left_out = merge_sorted(by_row, [("class", "ascending"), ("row", "ascending")], batch_rows)
    with whole_file(path) as file, ThreadPoolExecutor(1) as other:
        written = other.submit(write_rejects, left_out, file)
        write_scores(_and_then(ranked, written.result), out)


def _and_then(pieces: Iterator[pa.Table], last: Callable[[], object]) -> Iterator[pa.Table]:
    """Yield pieces, and do the last thing before their end is told: what it raises ends the list too."""
    yield from pieces
    last()


def write_rejects(pieces: Iterator[pa.Table], file: BinaryIO) -> None:
    """Write the rejects in their order, as CSV."""
    for number, piece in enumerate(pieces):
        frame = piece.select(["lead_id", "row", "code", "message"]).to_pandas()
        plain_rejects(frame).to_csv(file, index=False, header=number == 0)


def _ranked(pieces: Iterator[pa.Table]) -> Iterator[pa.Table]:
    before = 0
    for piece in pieces:
        rank = np.arange(before + 1, before + piece.num_rows + 1, dtype=np.int64)
        yield piece.add_column(2, "rank", pa.array(rank))
        before += piece.num_rows
