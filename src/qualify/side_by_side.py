"""Work on the items of a stream a few ahead, in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from qualify.compiled import usable_cores

__all__ = ["side_by_side"]

Item = TypeVar("Item")
Done = TypeVar("Done")


def side_by_side(
    work: Callable[[Item], Done], items: Iterable[Item], threads: int | None = None
) -> Iterator[Done]:
    """Yield what `work` makes of each item, in the order of the items, with some threads (None: one a core).

    At most two items a thread are taken ahead, so that memory does not grow with the stream.

    Examples
    --------
    >>> list(side_by_side(abs, iter([3, -1, 2])))
    [3, 1, 2]
    """
    threads = usable_cores() if threads is None else threads
    if threads == 1:
        yield from map(work, items)
        return
    # Threads of one call only: nothing is left behind that a fork or another caller could trip over.
    pool = ThreadPoolExecutor(threads)
    try:
        begun: deque[Future[Done]] = deque()
        for item in items:
            begun.append(pool.submit(work, item))
            if len(begun) > 2 * threads:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)  # after a fault, what waits is not begun
