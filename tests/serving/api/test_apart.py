"""A process of its own writes the ledger: what it is told is stored once, whatever happens to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from qualify.errors import LedgerUnavailable
from qualify.ledger import LeadFacts, Ledger
from serving.api.apart import Apart
from serving.api.metrics import Metrics
from serving.api.records import pack
from serving.api.spool import REFUSED, Spool
from serving.api.writer import Writer
from tests.ledger.lists import score_row


def record(number: int) -> bytes:
    return pack(orjson.dumps(score_row(f"L{number}")), {"lead_id": f"L{number}"}, LeadFacts(company="c"))


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@contextmanager
def opened(url):
    apart = Apart(url, ())
    apart.open()
    try:
        yield apart
    finally:
        apart.close()


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Whether its end was waited for is not the question: one that ended is "Z".
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def ended(pid: int, seconds: float = 20.0) -> bool:
    ends = time.monotonic() + seconds
    while lives(pid) and time.monotonic() < ends:
        time.sleep(0.05)
    return not lives(pid)


def test_another_process_stores_what_the_writer_takes_from_the_spool(url, tmp_path):
    metrics = Metrics()
    apart = Apart(url, ())
    writer = Writer(Spool(tmp_path / "s"), apart, metrics)
    writer.start()
    try:
        assert apart.pid not in {None, os.getpid()}
        for each in (record(1), b'{"score":{}}', record(2), record(1)):
            writer.put(each)
        assert writer.flush(60)
    finally:
        writer.stop()
    ledger = Ledger.open(url)
    assert [len(ledger.history(f"L{n}")) for n in (1, 2)] == [1, 1]
    ledger.close()
    counted = {name: metrics.stored.labels(name)._value.get() for name in ("stored", "repeated", "refused")}
    assert counted == {"stored": 2, "repeated": 1, "refused": 1}
    assert (tmp_path / "s" / REFUSED).read_bytes() == b'{"score":{}}\n'
    assert ended(apart.pid)


def test_a_process_that_was_killed_is_started_again_and_nothing_is_lost(url, tmp_path):
    apart = Apart(url, ())
    writer = Writer(Spool(tmp_path / "s"), apart, Metrics())
    writer.start()
    try:
        writer.put(record(1))
        assert writer.flush(60)
        first = apart.pid
        os.kill(first, signal.SIGKILL)
        for number in (2, 3):
            writer.put(record(number))
        assert writer.flush(60)
        assert apart.pid != first
    finally:
        writer.stop()
    ledger = Ledger.open(url)
    assert [len(ledger.history(f"L{n}")) for n in (1, 2, 3)] == [1, 1, 1]
    ledger.close()


def test_one_that_is_killed_at_its_work_is_told_as_a_ledger_that_is_away(url):
    with opened(url) as apart:
        apart.store([record(1) + b"\n"])
        os.kill(apart.pid, signal.SIGSTOP)
        stopped = apart.pid
        # The answer never comes: the process dies while it is waited for.
        killer = subprocess.Popen(
            [sys.executable, "-c", f"import os,time; time.sleep(1); os.kill({stopped}, 9)"]
        )
        with pytest.raises(LedgerUnavailable, match="ended"):
            apart.store([record(2) + b"\n"])
        assert killer.wait(20) == 0
        assert apart.store([record(2) + b"\n"]).stored == 1


def test_a_database_that_does_not_answer_is_told(url):
    with opened("postgresql+psycopg://nobody@127.0.0.1:1/none") as apart:
        for _ in range(2):
            with pytest.raises(LedgerUnavailable, match="does not answer"):
                apart.store([record(1) + b"\n"])


def test_ctrl_c_in_the_terminal_leaves_it_to_store_the_last(url):
    with opened(url) as apart:
        assert apart.store([record(1) + b"\n"]).stored == 1
        os.kill(apart.pid, signal.SIGINT)
        assert apart.store([record(2) + b"\n"]).stored == 1


def test_it_ends_with_the_service_however_that_ends(url):
    code = (
        "import sys, time\n"
        "from serving.api.apart import Apart\n"
        "if __name__ == '__main__':\n"
        f"    apart = Apart({url!r}, ())\n"
        "    apart.open()\n"
        "    print(apart.pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    service = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pid = int(service.stdout.readline())
    assert lives(pid)
    service.kill()
    service.wait(20)
    service.stdout.close()
    assert ended(pid)
