"""Tables that are split: packed where the machine's memory would not keep them, and read back the same."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from serving.batch.size import are_too_many, bytes_as_they_are
from serving.batch.spill import read_bucket, spill_table
from serving.batch.split import Split
from serving.batch.whole import Sources
from tests.world import World

BUCKETS = 4
WHAT = "activities"


@pytest.fixture
def split(world: World) -> Split:
    schema = world.scorer.parts.schema
    names = (str(world.folder / f"{name}.parquet") for name in ("leads", "activities", "stages"))
    return Split(schema.data, schema.columns, Sources(*names), 2 << 30)


def read_back(split: Split, folder: Path, *, packed: bool) -> tuple[list[pa.Table], int]:
    """Split the activities; return each bucket's rows, and the bytes of the files."""
    folder.mkdir()
    stream = split.streams(coded=True)[WHAT]
    done = spill_table(
        stream, split.data, split.columns, WHAT, folder, BUCKETS, lambda rows: None, packed=packed
    )
    size = sum(path.stat().st_size for path in folder.glob("*.arrow"))
    return [read_bucket(done, folder, WHAT, bucket) for bucket in range(BUCKETS)], size


def test_packed_tables_are_smaller_and_read_back_the_same(split: Split, tmp_path: Path) -> None:
    plain, size = read_back(split, tmp_path / "plain", packed=False)
    packed, less = read_back(split, tmp_path / "packed", packed=True)
    assert less < 0.8 * size
    assert sum(bucket.num_rows for bucket in plain) > 0
    for one, other in zip(plain, packed, strict=True):
        assert one.equals(other)


def test_the_estimate_is_near_what_the_files_take(split: Split, tmp_path: Path) -> None:
    stream = split.streams(coded=True)[WHAT]
    assert stream.schema is not None
    _, size = read_back(split, tmp_path / "plain", packed=False)
    assert 0.5 * size < bytes_as_they_are(stream, len(stream.schema)) < 2 * size


def test_what_memory_keeps_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = {"SC_PHYS_PAGES": 1_000_000, "SC_PAGE_SIZE": 4_096}
    monkeypatch.setattr("serving.batch.size.os.sysconf", machine.__getitem__)
    assert not are_too_many(1_600_000_000)
    assert are_too_many(1_700_000_000)


def test_a_job_whose_tables_are_packed_writes_the_same_bytes(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "plain.parquet", 3)
    asked = []

    def too_many(size: int) -> bool:
        asked.append(size)
        return True

    monkeypatch.setattr("serving.batch.split.are_too_many", too_many)
    run(tmp_path / "packed.parquet", 3)
    assert len(asked) == 1
    assert asked[0] > 0
    assert (tmp_path / "packed.parquet").read_bytes() == (tmp_path / "plain.parquet").read_bytes()
