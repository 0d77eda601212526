"""The parts of a job: sizes, buckets, merging."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualify.errors import UserError
from qualify.leads.hashing import bucket_of
from qualify.leads.stream import open_stream
from serving.batch.finish import rows_of_each
from serving.batch.merge import merge_sorted
from serving.batch.size import MAX_BUCKETS, bucket_count, bytes_needed, parse_memory

IDS = st.lists(st.none() | st.text(max_size=12), max_size=50)


@given(IDS, st.integers(1, 300))
def test_a_bucket_depends_on_the_id_alone(ids, buckets):
    found = bucket_of(pa.array(ids, pa.string()), buckets)
    assert found.dtype == np.uint16
    assert (found < buckets).all()
    alone = [int(bucket_of(pa.array([each], pa.string()), buckets)[0]) for each in ids]
    assert found.tolist() == alone
    sliced = pa.array(["x", *ids], pa.large_string()).slice(1)
    assert bucket_of(sliced, buckets).tolist() == alone


def test_buckets_are_of_one_size_and_stay_what_they_are():
    ids = pa.array([f"L{number:08d}" for number in range(64_000)])
    sizes = np.bincount(bucket_of(ids, 64), minlength=64)
    assert sizes.min() > 880
    assert sizes.max() < 1_130
    # A work folder of yesterday's program holds these buckets.
    assert bucket_of(pa.array(["L00000001", "名前", ""]), 1_000).tolist() == [
        875,
        36,
        342,
    ]  # by plain Python integers


@pytest.mark.parametrize(("text", "amount"), [("2GB", 2 << 30), ("1.5 gib", 3 << 29), ("700M", 700 << 20)])
def test_memory_is_read(text, amount):
    assert parse_memory(text) == amount


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("much", "not understood"),
        ("2 PB", "not understood"),
        ("-1GB", "not understood"),
        ("100MB", r"(?s)too little.*600MB"),
    ],
)
def test_memory_that_cannot_be(text, match):
    with pytest.raises(UserError, match=match):
        parse_memory(text)


def test_more_needs_more_buckets():
    counts = [bucket_count(needed, 2 << 30, 2) for needed in (0.0, 1e9, 3e9, 3e10, 1e15, math.inf)]
    assert counts[:2] == [1, 1]
    assert counts == [*sorted(counts[:-1]), 64]
    assert counts[4] == MAX_BUCKETS


def test_more_rows_wait_to_be_merged_where_there_is_memory():
    assert rows_of_each(256) == 256
    every = [256 * rows_of_each(256, gigabytes << 30) for gigabytes in (1, 2, 3, 4, 99)]
    assert every == sorted(every)
    assert every[0] < 65_536 < every[1]
    assert every[-1] == 262_144
    assert rows_of_each(64, 600 << 20) == 160
    assert rows_of_each(4, 1 << 40) == 8_192
    assert rows_of_each(256, 2 << 30, beside=True) == 65


def test_a_larger_file_is_told_by_its_size(tmp_path):
    table = pa.table({"id": [f"L{number}" for number in range(5_000)]})
    pq.write_table(table, tmp_path / "t.parquet")
    pc.write_csv(table, tmp_path / "t.csv")
    for name in ("t.parquet", "t.csv"):
        needed = bytes_needed(open_stream(str(tmp_path / name)), 1, "activities")
        assert table.nbytes < needed < 20 * table.nbytes


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    runs=st.lists(st.lists(st.tuples(st.integers(0, 9), st.text("ab", max_size=3)), max_size=12), max_size=5),
    batch=st.integers(1, 4),
)
def test_a_merge_is_a_sort(tmp_path_factory, runs, batch):
    folder: Path = tmp_path_factory.mktemp("runs")
    schema = pa.schema([("p", pa.int64()), ("id", pa.string()), ("n", pa.int64())])
    rows, paths = [], []
    for number, run in enumerate(runs):
        own = [(p, f"{text}{number}{place}", number) for place, (p, text) in enumerate(run)]
        own.sort(key=lambda row: (-row[0], row[1]))
        rows += own
        paths.append(folder / f"{number}.arrow")
        columns = [list(column) for column in zip(*own, strict=True)] or [[], [], []]
        with pa.ipc.new_file(str(paths[-1]), schema) as writer:
            writer.write_table(pa.table(columns, schema=schema), max_chunksize=batch)
    pieces = list(merge_sorted(paths, [("p", "descending"), ("id", "ascending")], batch))
    merged = [tuple(row.values()) for piece in pieces for row in piece.to_pylist()]
    assert merged == sorted(rows, key=lambda row: (-row[0], row[1]))
    assert all(piece.num_rows <= 2 * batch * len(runs) for piece in pieces)
