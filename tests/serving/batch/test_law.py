"""However many buckets: the same bytes, the same rejects, the same counts, the same errors."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualify.errors import DataError
from serving.batch import Sources

NAMES = ("leads", "activities", "stages")


def rejects(out: Path) -> bytes | None:
    path = out.with_name(out.name + ".rejects.csv")
    return path.read_bytes() if path.exists() else None


@pytest.mark.parametrize("name", ["s.parquet", "s.csv", "s.csv.gz"])
@pytest.mark.parametrize("buckets", [2, 7])
def test_any_number_of_buckets_gives_the_same_bytes(run, tmp_path, name, buckets):
    one, many = tmp_path / name, tmp_path / f"many-{name}"
    first, second = run(one, 1), run(many, buckets)
    assert many.read_bytes() == one.read_bytes()
    assert rejects(many) == rejects(one)
    assert second == first
    assert first.scored > 300
    assert first.rejected > 100
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def spoilt(table: pa.Table, data: st.DataObject, keep: int) -> pa.Table:
    """Rows in any order, some of them twice, some with odd cells."""
    rows = data.draw(st.lists(st.integers(0, min(keep, table.num_rows) - 1), min_size=5, max_size=60))
    table = table.take(pa.array(rows))
    columns = {}
    for column in table.column_names:
        texts = [None if each is None else str(each) for each in table.column(column).to_pylist()]
        if data.draw(st.booleans()):
            odd = data.draw(
                st.sampled_from(["", "?", "1,5", "1.234", "1,234.5", "2026", "0007", "7.0", "nan"])
            )
            texts[data.draw(st.integers(0, len(texts) - 1))] = odd
        columns[column] = texts
    return pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_tables_of_any_quality_are_read_alike_in_parts(world, run, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("spoilt")
    for name in NAMES:
        pc.write_csv(spoilt(world.arrow[name], data, 40), folder / f"{name}.csv")
    sources = Sources(*(str(folder / f"{name}.csv") for name in NAMES))
    buckets = data.draw(st.integers(2, 9))
    told = []
    for number in (1, buckets):
        out = folder / f"{number}.parquet"
        try:
            told.append((run(out, number, sources), pq.read_table(out), rejects(out)))
        except DataError as error:
            told.append(str(error))
    assert told[1] == told[0]


def test_rows_in_any_order_and_in_many_files(world, run, tmp_path):
    run(tmp_path / "one.parquet", 1)
    for name in NAMES:
        (tmp_path / name / "part=1").mkdir(parents=True)
        table = world.arrow[name]
        half = table.num_rows // 2
        pq.write_table(table.slice(half), tmp_path / name / "a.parquet", row_group_size=100)
        pq.write_table(table.slice(0, half), tmp_path / name / "part=1" / "b.parquet")
    folders = Sources(*(str(tmp_path / name) for name in NAMES))
    urls = Sources(*((tmp_path / name).as_uri() for name in NAMES))
    for number, sources in enumerate((folders, urls)):
        run(tmp_path / f"{number}.parquet", 3, sources)
        assert (tmp_path / f"{number}.parquet").read_bytes() == (tmp_path / "one.parquet").read_bytes()


def test_several_csv_files_are_one_table(world, run, tmp_path):
    leads = world.arrow["leads"]
    pc.write_csv(leads, tmp_path / "all.csv")
    for number, start in enumerate(range(0, leads.num_rows, 300)):
        pc.write_csv(leads.slice(start, 300), tmp_path / f"part{number}.csv")
    # A row of another number of cells, the same id in two files, and rows counted through all files.
    with (tmp_path / "part0.csv").open("a") as file:
        file.write('"odd"\n')
    with (tmp_path / "part1.csv").open("a") as file:
        file.write((tmp_path / "part0.csv").read_text().splitlines()[1] + "\n")
    for buckets in (1, 4):
        told = run(tmp_path / f"{buckets}.parquet", buckets, Sources(str(tmp_path / "part*.csv")))
        assert told.rejects["ragged_row"] == told.rejects["duplicate_id"] == 1
    run(tmp_path / "all.parquet", 1, Sources(str(tmp_path / "all.csv")))
    table = pq.read_table(tmp_path / "4.parquet")
    assert table.equals(pq.read_table(tmp_path / "1.parquet"))
    assert table.equals(pq.read_table(tmp_path / "all.parquet"))
    lines = (tmp_path / "4.parquet.rejects.csv").read_text()
    assert lines == (tmp_path / "1.parquet.rejects.csv").read_text()
    assert ",300,ragged_row," in lines
    assert ",601,duplicate_id," in lines
