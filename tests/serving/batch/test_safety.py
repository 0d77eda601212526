"""A job that is killed, a disk that is full, an input that breaks: the old list, or the whole new one."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qualify.errors import DataError, UserError
from qualify.leads.files import find_files
from qualify.leads.stream import open_stream
from serving.batch import Sources
from serving.batch.work import claimed, digest_of, open_work
from tests.world import AS_OF, sources

NAMES = ("leads", "activities", "stages")
JOB = """
import sys
from qualify.moments import parse_as_of
from qualify.scorer import Scorer
from serving.batch import Job, Sources, run_job
bundle, folder, out, as_of = sys.argv[1:]
tables = Sources(*(f"{folder}/{name}.parquet" for name in ("leads", "activities", "stages")))
run_job(Job(Scorer.load(bundle), tables, out, parse_as_of(as_of, "UTC"), 3, "en", 2 << 30, buckets=8))
"""


def seen(folder: Path, pattern: str) -> bool:
    return any(folder.glob(pattern))


@pytest.mark.parametrize(
    ("moment", "continued"),
    [
        (".s.parquet.work/leads-*.arrow", "0 of 8"),
        (".s.parquet.work/spilled.json", "of 8"),
        (".s.parquet.work/done-0004.json", "[5-8] of 8"),
        (".s.parquet.*.part", "8 of 8"),
    ],
)
def test_a_killed_job_goes_on_and_gives_the_same_bytes(world, run, tmp_path, capsys, moment, continued):
    run(tmp_path / "whole.parquet", 1)
    out = tmp_path / "s.parquet"
    out.write_bytes(b"yesterday's list")
    words = [world.bundle, world.folder, out, AS_OF]
    job = subprocess.Popen([sys.executable, "-c", JOB, *map(str, words)])
    try:
        while not seen(tmp_path, moment) and job.poll() is None:
            time.sleep(0.0005)
        job.send_signal(signal.SIGKILL)
        assert job.wait() == -signal.SIGKILL
    finally:
        job.kill()
    assert out.read_bytes() == b"yesterday's list"
    assert not (tmp_path / "s.parquet.rejects.csv").exists()
    capsys.readouterr()
    with claimed(str(out)):
        run(out, 8)
    assert re.search(continued, capsys.readouterr().err)
    assert out.read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    rejects = (tmp_path / "s.parquet.rejects.csv").read_bytes()
    assert rejects == (tmp_path / "whole.parquet.rejects.csv").read_bytes()
    assert not seen(tmp_path, ".s.*")


def test_finished_buckets_are_not_scored_again(world, run, tmp_path, monkeypatch, capsys):
    scored = []
    score_tables = type(world.scorer).score_tables

    def stops(self, tables, as_of, **words):
        scored.append(len(tables))
        if len(scored) == 3:
            raise KeyboardInterrupt
        return score_tables(self, tables, as_of, **words)

    monkeypatch.setattr(type(world.scorer), "score_tables", stops)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        run(tmp_path / "s.parquet", 5)
    ended = [path.stem.removeprefix("done-") for path in tmp_path.glob(".s.*.work/done-*.json")]
    done = len(ended)
    assert 2 <= done < 5  # buckets side by side end what they began
    waiting = {path.name.split("-")[1] for path in tmp_path.glob(".s.*.work/leads-*-*.arrow")}
    assert waiting.isdisjoint(ended)  # their rows are not needed any more
    assert len(waiting) == 5 - done
    begun = len(scored)
    run(tmp_path / "s.parquet", 5)
    assert f"{done} of 5 buckets are done" in capsys.readouterr().err
    assert len(scored) == begun + 5 - done


def test_another_job_begins_anew(tmp_path):
    out = str(tmp_path / "s.parquet")
    folder, now, begun = open_work(out, digest_of({"reasons": 3}), 17)
    (folder / "done-0000.json").touch()
    assert (now, begun) == (17, False)
    # The same job goes on with the moment of its beginning.
    assert open_work(out, digest_of({"reasons": 3}), 99) == (folder, 17, True)
    assert open_work(out, digest_of({"reasons": 4}), 99) == (folder, 99, False)
    assert not (folder / "done-0000.json").exists()
    (folder / "job.json").write_text("{cut")
    assert open_work(out, digest_of({"reasons": 4}), 5) == (folder, 5, False)


def test_an_old_job_is_not_continued(tmp_path, monkeypatch):
    out = str(tmp_path / "s.parquet")
    open_work(out, "d", 17)
    later = time.time() + 13 * 3600
    monkeypatch.setattr("serving.batch.work.time.time", lambda: later)
    assert open_work(out, "d", 99)[1:] == (99, False)


def test_two_jobs_on_one_output_do_not_mix(world, tmp_path):
    out = tmp_path / "s.parquet"
    with claimed(str(out)):
        called = world.call("score", *sources(world.folder), "--as-of", AS_OF, "--out", out)
    assert called.code == 2
    assert "another job writes to this output" in called.err
    assert f"process {os.getpid()}" in called.err
    # The lock of a job that was killed is a file without a holder.
    (tmp_path / ".s.parquet.lock").write_text("1")
    with claimed(str(out)):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("buckets", [1, 4])
def test_a_full_disk_leaves_the_old_list(run, tmp_path, buckets):
    from serving.batch.work import room_needed

    out = tmp_path / "s.parquet"
    out.write_bytes(b"yesterday's list")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(UserError, match="no room left to write"), room_needed(tmp_path):
            run(out, buckets)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert out.read_bytes() == b"yesterday's list"
    assert [path.name for path in tmp_path.iterdir()] == ["s.parquet"]


def test_a_broken_row_group_is_named(world, run, tmp_path):
    for name in NAMES:
        shutil.copy(world.folder / f"{name}.parquet", tmp_path)
    path = tmp_path / "activities.parquet"
    pq.write_table(pq.read_table(path), path, row_group_size=2_000)
    place = pq.read_metadata(path).row_group(1).column(0)
    data = bytearray(path.read_bytes())
    start = place.dictionary_page_offset or place.data_page_offset
    data[start : start + 200] = b"\xff" * 200
    path.write_bytes(bytes(data))
    tables = Sources(*(str(tmp_path / f"{name}.parquet") for name in NAMES))
    for buckets in (1, 3):
        with pytest.raises(DataError, match=r"(?s)damaged or cut.*activities\.parquet"):
            run(tmp_path / "s.parquet", buckets, tables)
    with pytest.raises(DataError, match=r"activities\.parquet, row group 1"):
        run(tmp_path / "s.parquet", 3, tables)
    assert not seen(tmp_path, "*s.parquet.*")
    assert not (tmp_path / "s.parquet").exists()


def test_an_input_that_is_gone_or_grows_is_told(world, run, tmp_path):
    path = tmp_path / "leads.parquet"
    shutil.copy(world.folder / "leads.parquet", path)
    stream, (file,) = open_stream(str(path)), find_files(str(path))
    path.write_bytes(path.read_bytes() + b"x")
    assert (file.now().size, file.now().changed) != (file.size, file.changed)
    path.unlink()
    with pytest.raises(DataError, match=r"damaged or cut.*\n.*leads\.parquet"):
        list(stream.pieces(None))
    with pytest.raises(DataError, match="is gone"):
        file.now()
    with pytest.raises(DataError, match="does not exist"):
        run(tmp_path / "s.parquet", 3, Sources(str(path)))
