"""Parquet files, folders, patterns and queries."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from qualify.config import SqlSource
from qualify.errors import DataError
from qualify.leads.read import located, read_table
from qualify.leads.stamp import Stamp, read_stamp, stamp
from qualify.leads.stream import open_stream


def test_types_are_kept(tmp_path: Path) -> None:
    table = pa.table({"n": [1, 2], "t": ["a", None], "名 前[1]": [True, False]})
    parquet.write_table(table, tmp_path / "t.bin")
    assert read_table(str(tmp_path / "t.bin")).equals(table)


def test_folders_patterns_and_partitions(tmp_path: Path) -> None:
    for day in ("1", "2"):
        (tmp_path / f"day={day}").mkdir()
        parquet.write_table(pa.table({"id": [day]}), tmp_path / f"day={day}" / "part.parquet")
    (tmp_path / "_SUCCESS").write_text("")
    assert read_table(str(tmp_path)).to_pydict() == {"id": ["1", "2"], "day": ["1", "2"]}
    assert read_table(str(tmp_path / "day=*" / "*.parquet")).to_pydict() == {"id": ["1", "2"]}


def test_columns_that_some_files_lack_are_empty(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": ["1"]}), tmp_path / "a.parquet")
    parquet.write_table(pa.table({"id": ["2"], "x": [5]}), tmp_path / "b.parquet")
    assert read_table(str(tmp_path)).to_pydict() == {"id": ["1", "2"], "x": [None, 5]}


CODED = pa.array(["a", None]).dictionary_encode()
PLAIN = pa.array(["b", "a"])
ORDERED = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), pa.array(["b", "a"]), ordered=True)


@pytest.mark.parametrize("parts", [(CODED, PLAIN), (PLAIN, CODED), (CODED, ORDERED, PLAIN), (ORDERED, CODED)])
def test_a_column_of_codes_in_one_file_and_of_text_in_another(
    tmp_path: Path, parts: tuple[pa.Array, ...]
) -> None:
    for number, part in enumerate(parts):
        parquet.write_table(pa.table({"n": [1, 2], "t": part}), tmp_path / f"{number}.parquet")
    found = read_table(str(tmp_path))
    assert found["t"].type == pa.string()
    assert found["t"].to_pylist() == [value for part in parts for value in part.to_pylist()]
    pieces = list(open_stream(str(tmp_path)).pieces(["t"]))
    assert pa.concat_tables(pieces)["t"].to_pylist() == found["t"].to_pylist()


def test_columns_of_codes_alone_stay_codes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        parquet.write_table(pa.table({"t": CODED}), tmp_path / f"{name}.parquet")
    parquet.write_table(pa.table({"n": [1]}), tmp_path / "c.parquet")
    found = read_table(str(tmp_path))
    assert pa.types.is_dictionary(found["t"].type)
    assert found["t"].to_pylist() == ["a", None, "a", None, None]


def test_files_that_do_not_fit(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": ["1"]}), tmp_path / "a.parquet")
    parquet.write_table(pa.table({"id": [[1]]}), tmp_path / "b.parquet")
    with pytest.raises(DataError, match="do not fit together"):
        read_table(str(tmp_path))


def test_a_folder_without_tables(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("no table")
    with pytest.raises(DataError, match="holds no Parquet file"):
        read_table(str(tmp_path))


def test_cut_and_false_parquet(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": list(range(1000))}), tmp_path / "whole.parquet")
    data = (tmp_path / "whole.parquet").read_bytes()
    for name, part in (("cut", data[: len(data) // 2]), ("false", b"PAR1" + bytes(range(256)))):
        (tmp_path / name).write_bytes(part)
        with pytest.raises(DataError, match=r"Parquet file is damaged or cut"):
            read_table(str(tmp_path / name))


def test_no_rows(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": pa.array([], pa.string())}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match="a header but no rows"):
        read_table(str(tmp_path / "t.parquet"))


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = tmp_path / "crm.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table leads (id text, n integer, at text)")
        connection.executemany("insert into leads values (?, ?, ?)", [("a", 1, "10:30"), ("b", None, ":x")])
    return f"sqlite:///{path}"


def test_a_query(database: str) -> None:
    found = read_table(
        SqlSource(url=database, query="select id, n, n from leads where at <> ':y' order by id")
    )
    assert found.to_pydict() == {"id": ["a", "b"], "n": [1, None], "n.2": [1, None]}


def test_a_query_without_rows(database: str) -> None:
    source = SqlSource(url=database, query="select id from leads where n > 5")
    assert read_table(source, what="stages").num_rows == 0
    with pytest.raises(DataError, match="no rows"):
        read_table(source)


def test_mixed_values_become_text(database: str) -> None:
    source = SqlSource(url=database, query="select 1 as v union all select 'x' order by 1")
    assert read_table(source).column("v").to_pylist() == ["1", "x"]


@pytest.mark.parametrize(
    ("url", "query", "match"),
    [
        ("not a url", "select 1", "URL is not understood"),
        ("nosuch://host/db", "select 1", "driver is not installed"),
        ("sqlite://", "selec 1", "The query failed"),
        ("sqlite:////no/such/folder/x.db", "select 1", "The query failed"),
    ],
)
def test_bad_sources(url: str, query: str, match: str) -> None:
    with pytest.raises(DataError, match=match):
        read_table(SqlSource(url=url, query=query))


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^((?!s3cret)[\s\S])*$"):
        read_table(SqlSource(url="postgresql+psycopg://u:s3cret@127.0.0.1:1/db", query="select 1"))


def test_located_takes_names_from_the_folder() -> None:
    assert located("x.csv", "/data") == "/data/x.csv"
    assert located("/abs/x.csv", "/data") == "/abs/x.csv"


@pytest.mark.parametrize("url", ["s3://crm/leads/*.parquet", "gs://crm/leads/", "file:///exports/leads.csv"])
def test_located_leaves_the_url_of_a_store_alone(url: str) -> None:
    assert located(url, "/data") == url


def test_a_located_url_is_read(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("id\n7\n")
    for name in ("leads.csv", "l*.csv"):
        assert read_table(str(located(f"file://{tmp_path}/{name}", "/data"))).to_pydict() == {"id": ["7"]}


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:////abs/crm.db", "sqlite:///:memory:", "sqlite:///file:crm.db?mode=ro&uri=true",
     "postgresql+psycopg://ada@db/crm"],
)  # fmt: skip
def test_located_leaves_a_database_alone(url: str) -> None:
    source = SqlSource(url=url, query="select 1")
    assert located(source, "/data") is source


def test_located_takes_an_sqlite_file_from_the_folder() -> None:
    source = SqlSource(url="sqlite:///../crm.db", query="select 1")
    assert located(source, "/data/project") == SqlSource(url="sqlite:////data/crm.db", query="select 1")


def test_a_table_from_elsewhere_has_no_stamp() -> None:
    table = pa.table({"a": [1]})
    assert read_stamp(table) == Stamp()
    assert read_stamp(stamp(table, origin="x.csv")).origin == "x.csv"
