"""Work side by side: on the items of a stream, ahead or behind, and in a pool that several callers share."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeAlias, TypeVar

from qualify.compiled import usable_cores

__all__ = ["Threads", "at_work", "beside", "side_by_side"]

Item = TypeVar("Item")
Done = TypeVar("Done")

Threads: TypeAlias = int | Executor
"""How many threads work, or the pool of threads in which the work waits its turn with that of others."""


@contextmanager
def at_work(threads: Threads) -> Iterator[Executor]:
    """Yield a pool: the one that is given, which stays, or a new one of so many threads.

    Work in a shared pool must not wait for other work in it.

    Examples
    --------
    >>> with at_work(2) as pool:
    ...     list(pool.map(abs, [3, -1]))
    [3, 1]
    """
    if isinstance(threads, Executor):
        yield threads
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        yield pool


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


def beside(work: Callable[[Item], object], items: Iterable[Item]) -> Iterator[Item]:
    """Yield each item while one other thread works on it, on one item after the other.

    The items are taken in the caller's thread: some sources, such as a database, answer to no other. The work
    on the last item is done when there is no more to yield.

    Examples
    --------
    >>> done = []
    >>> list(beside(done.append, iter([3, 1, 2]))), done
    ([3, 1, 2], [3, 1, 2])
    """
    with ThreadPoolExecutor(1) as other:
        before: Future[object] | None = None
        for item in items:
            if before is not None:
                before.result()
            before = other.submit(work, item)
            yield item
        if before is not None:
            before.result()
