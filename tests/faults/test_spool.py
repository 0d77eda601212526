"""A queue on a disk that is full, was cleared or refuses: scores go on, and no record spoils another."""

from __future__ import annotations

import errno
import os
import shutil

import pytest

from serving.api import spool as spools
from serving.api import writer as writers
from serving.api.metrics import Metrics
from serving.api.spool import Spool
from serving.api.storing import Done
from serving.api.writer import Writer


@pytest.fixture
def disk(monkeypatch):
    """A disk with room for some bytes; a write that does not fit is cut, as the system cuts it."""

    class Disk:
        room = 10**9

    def write(handle, data):
        taken = bytes(data)[: Disk.room]
        if not taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        Disk.room -= len(taken)
        return real(handle, taken)

    real = os.write
    monkeypatch.setattr(spools.os, "write", write)
    return Disk


def test_half_a_record_is_taken_back(tmp_path, disk):
    spool = Spool(tmp_path)
    spool.append(b"first")
    disk.room = 4
    with pytest.raises(OSError, match="No space left"):
        spool.append(b"second")
    disk.room = 100
    spool.append(b"third")
    segment, count = spool.rotate()
    assert (list(segment.lines()), count) == ([b"first\n", b"third\n"], 2)


class Kept:
    """Stands where records go into the ledger, and keeps what it is given."""

    def __init__(self):
        self.rows = []

    def open(self):
        """Be ready."""

    def close(self):
        """End."""

    def store(self, records):
        self.rows += records
        return Done(len(records))


@pytest.fixture
def stored():
    return Kept()


def count(metrics, what):
    return metrics.stored.labels(what)._value.get()


def test_scores_go_on_while_the_disk_is_full_and_are_stored_later(tmp_path, disk, stored, monkeypatch):
    monkeypatch.setattr(writers, "MOST_HELD", 3)
    metrics = Metrics()
    writer = Writer(Spool(tmp_path / "s"), stored, metrics)
    disk.room = 0
    for number in range(5):
        writer.put(b"%d" % number)
    assert (writer.lag_rows, count(metrics, "lost")) == (3, 2)
    disk.room = 10**6
    writer.start()
    try:
        assert writer.flush(20)
    finally:
        writer.stop()
    assert stored.rows == [b"0\n", b"1\n", b"2\n"]
    assert writer.lag_rows == 0


def test_a_folder_that_was_cleared_loses_nothing_that_was_open(tmp_path, stored):
    writer = Writer(Spool(tmp_path / "s"), stored, Metrics())
    writer.put(b"1")
    shutil.rmtree(tmp_path / "s")
    writer.put(b"2")
    writer.start()
    try:
        assert writer.flush(20)
        writer.put(b"3")
        assert writer.flush(20)
    finally:
        writer.stop()
    assert stored.rows == [b"1\n", b"2\n", b"3\n"]


def test_a_disk_that_does_not_confirm_does_not_stop_the_queue(tmp_path, monkeypatch):
    def refuses(_handle):
        raise OSError(errno.EIO, "Input/output error")

    spool = Spool(tmp_path)
    spool.append(b"1")
    monkeypatch.setattr(spools.os, "fsync", refuses)
    segment, _ = spool.rotate()
    assert list(segment.lines()) == [b"1\n"]


def test_a_stored_segment_that_cannot_be_deleted_is_let_go(tmp_path, monkeypatch):
    def refuses(_path, missing_ok=False):
        raise OSError(errno.EROFS, "Read-only file system")

    spool = Spool(tmp_path)
    spool.append(b"1")
    segment, _ = spool.rotate()
    monkeypatch.setattr(spools.Path, "unlink", refuses)
    segment.drop()
    (again,) = Spool(tmp_path).left_behind()
    assert list(again.lines()) == [b"1\n"]
