"""Values that are made once and kept: by one maker, for a while, and never a fault."""

from __future__ import annotations

import threading
import time

import pytest

from serving.pages.kept import Kept


class Maker:
    """Counts how often it is asked; waits for `gate` where there is one."""

    def __init__(self, gate: threading.Event | None = None) -> None:
        self.asked = 0
        self._gate = gate

    def __call__(self) -> int:
        self.asked += 1
        if self._gate is not None:
            assert self._gate.wait(10)
        return self.asked


def test_a_value_is_made_once_until_it_is_old_or_forgotten():
    kept, make = Kept[int](0.2), Maker()
    assert [kept.get("a", make) for _ in range(3)] == [1, 1, 1]
    kept.clear()
    assert kept.get("a", make) == 2
    time.sleep(0.25)
    assert kept.get("a", make) == 3
    assert kept.get("b", make) == 4


def test_who_begins_early_does_other_things_meanwhile():
    gate = threading.Event()
    kept, make = Kept[int](60), Maker(gate)
    waits = [kept.begin("a", make), kept.begin("a", make)]
    gate.set()
    assert [wait() for wait in waits] == [1, 1]
    assert kept.get("a", make) == 1


def test_readers_at_once_wait_for_one_maker_and_other_keys_do_not():
    gate = threading.Event()
    kept, slow = Kept[int](60), Maker(gate)
    found: list[int] = []
    readers = [threading.Thread(target=lambda: found.append(kept.get("a", slow))) for _ in range(4)]
    for reader in readers:
        reader.start()
    assert kept.get("b", Maker()) == 1  # while "a" is being made
    assert not found
    gate.set()
    for reader in readers:
        reader.join(10)
    assert found == [1, 1, 1, 1]


def test_what_was_forgotten_while_it_was_made_is_told_to_those_who_waited_alone():
    gate = threading.Event()
    kept, slow, fresh = Kept[int](60), Maker(gate), Maker()
    wait = kept.begin("a", slow)
    kept.clear()
    fresh.asked = 10
    assert kept.get("a", fresh) == 11
    gate.set()
    assert wait() == 1
    assert kept.get("a", fresh) == 11


def test_the_last_value_stands_in_while_the_next_is_made_and_not_for_ever():
    gate = threading.Event()
    kept, slow = Kept[int](0.1, grace=0.5), Maker(gate)
    assert kept.get("a", Maker()) == 1
    slow.asked = 10
    time.sleep(0.15)
    assert kept.begin("a", slow)() == 1  # begins to make the next one
    assert kept.begin("a", slow)() == 1
    gate.set()
    assert kept.get("a", slow) == 11  # who wants it new waits for it
    assert kept.begin("a", slow)() == 11
    time.sleep(0.7)
    assert kept.begin("a", slow)() == 12
    kept.clear()
    assert kept.begin("a", slow)() == 13


@pytest.mark.parametrize("begin", [False, True])
def test_a_fault_is_told_and_not_kept(begin):
    kept = Kept[int](60)

    def fails() -> int:
        raise OSError("the ledger is away")

    with pytest.raises(OSError, match="away"):
        kept.begin("a", fails)() if begin else kept.get("a", fails)
    assert kept.get("a", Maker()) == 1
