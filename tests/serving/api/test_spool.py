"""What waits for the ledger outlives the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

from serving.api.spool import REFUSED, Spool


def lines(found):
    segment, count = found
    told = list(segment.lines())
    assert count == len(told)
    return told


def test_records_come_back_in_order_and_go_when_they_are_dropped(tmp_path):
    spool = Spool(tmp_path / "s")
    assert spool.rotate() is None
    assert not (tmp_path / "s").exists()
    spool.append(b"1")
    spool.append(b"2")
    first = spool.rotate()
    spool.append(b"3")
    second = spool.rotate()
    assert lines(first) == [b"1\n", b"2\n"]
    assert lines(second) == [b"3\n"]
    assert spool.size() == 6
    first[0].drop()
    second[0].drop()
    assert list(spool.folder.iterdir()) == []


def test_nobody_else_may_read_it(tmp_path):
    spool = Spool(tmp_path / "s")
    spool.append(b"{}")
    (segment,) = spool.folder.iterdir()
    assert segment.stat().st_mode & 0o077 == 0
    assert spool.folder.stat().st_mode & 0o077 == 0


def test_a_living_process_keeps_its_segments(tmp_path):
    mine = Spool(tmp_path)
    mine.append(b"1")
    assert Spool(tmp_path).left_behind() == []
    mine.close()
    (found,) = Spool(tmp_path).left_behind()
    assert list(found.lines()) == [b"1\n"]


def test_a_segment_that_is_just_begun_is_nobody_elses(tmp_path, monkeypatch):
    opened, taken = os.open, []

    def open_and_let_another_look(path, *rest):
        handle = opened(path, *rest)
        if rest[0] & os.O_CREAT:
            monkeypatch.setattr("os.open", opened)
            taken.extend(Spool(tmp_path).left_behind())
        return handle

    monkeypatch.setattr("os.open", open_and_let_another_look)
    mine = Spool(tmp_path)
    mine.append(b"1")
    assert taken == []
    assert mine.size() == 2
    assert not mine.others_wait()
    assert Spool(tmp_path).left_behind() == []


def test_records_of_other_processes_are_seen(tmp_path):
    spool = Spool(tmp_path)
    assert not spool.others_wait()
    (tmp_path / f"00000000000000000001-{os.getpid() + 1}.jsonl").touch()
    assert spool.others_wait()


def test_a_killed_process_leaves_its_records(tmp_path):
    code = textwrap.dedent(f"""
        import pathlib, time
        from serving.api.spool import Spool
        spool = Spool(pathlib.Path({str(tmp_path)!r}))
        for i in range(100):
            spool.append(str(i).encode())
        print("written", flush=True)
        time.sleep(60)
    """)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "written\n"
        spool = Spool(tmp_path)
        assert spool.left_behind() == []
        os.kill(process.pid, signal.SIGKILL)
    (found,) = spool.left_behind()
    assert [int(line) for line in found.lines()] == list(range(100))
    found.drop()


def test_a_line_that_was_cut_off_is_left_out(tmp_path):
    (tmp_path / f"{time.time_ns():020d}-1.jsonl").write_bytes(b"1\n2\n3")
    (found,) = Spool(tmp_path).left_behind()
    assert list(found.lines()) == [b"1\n", b"2\n"]


def test_what_the_ledger_never_takes_is_kept_apart(tmp_path):
    spool = Spool(tmp_path)
    spool.append(b"1")
    spool.refuse(b"bad\n")
    spool.refuse(b"worse")
    assert (tmp_path / REFUSED).read_bytes() == b"bad\nworse\n"
    assert spool.left_behind() == []
