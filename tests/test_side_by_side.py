"""Work a few items ahead: the same results in the same order, never far ahead, and errors come through."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.compiled import usable_cores
from qualify.side_by_side import at_work, beside, side_by_side


@given(st.lists(st.integers(0, 3), max_size=40), st.sampled_from([None, 1, 3]))
def test_results_keep_the_order_of_the_items(items, threads):
    def slow(item):
        time.sleep(item / 10_000)
        return item * 2

    assert list(side_by_side(slow, iter(items), threads)) == [item * 2 for item in items]


def test_it_is_never_far_ahead():
    taken = []

    def items():
        for item in range(50):
            taken.append(item)
            yield item

    ahead = [len(taken) - done for done in side_by_side(lambda item: item, items())]
    assert max(ahead) <= 2 * usable_cores() + 1


def test_an_error_comes_through():
    with pytest.raises(ZeroDivisionError, match="division"):
        list(side_by_side(lambda item: 1 // item, [1, 0, 1]))


def test_a_shared_pool_outlives_the_work_and_an_own_one_does_not():
    with ThreadPoolExecutor(1) as shared:
        with at_work(shared) as pool:
            assert pool is shared
        assert shared.submit(abs, -1).result() == 1
    with at_work(2) as own:
        assert list(own.map(abs, [-1, 2])) == [1, 2]
    with pytest.raises(RuntimeError, match="after shutdown"):
        own.submit(abs, -1)


def test_work_beside_is_done_by_one_other_thread_in_order():
    taken, done = [], []

    def items():
        for item in range(20):
            taken.append(threading.get_ident())
            yield item

    def work(item):
        done.append((item, threading.get_ident()))

    assert list(beside(work, items())) == list(range(20))
    assert [item for item, _ in done] == list(range(20))
    assert set(taken) == {threading.get_ident()}
    assert len({thread for _, thread in done}) == 1
    assert threading.get_ident() not in {thread for _, thread in done}


def test_an_error_of_work_beside_comes_through():
    with pytest.raises(ZeroDivisionError, match="division"):
        list(beside(lambda item: 1 // item, [1, 2, 0]))
    with pytest.raises(ZeroDivisionError, match="division"):
        list(beside(lambda item: 1 // item, [0, 1, 2]))
