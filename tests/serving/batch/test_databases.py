"""Tables out of a database, and scores into one: SQLite, and a real PostgreSQL."""

from __future__ import annotations

import json
import re

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import create_engine, text

from qualify.config import SqlSource
from qualify.errors import DataError, UserError
from qualify.leads.read_sql import sql_pieces
from serving.batch import Sources
from serving.named import named_source
from tests.ledger.conftest import new_database, postgresql  # noqa: F401 - one server for all tests
from tests.world import AS_OF

NAMES = ("leads", "activities", "stages")
KEY = ["lead_id", "as_of", "model_version"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """The rejects of a list that goes into a database lie in the current folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'crm.db'}"
    return new_database(request.getfixturevalue("postgresql"))


def stored(url: str) -> pd.DataFrame:
    engine = create_engine(url)
    found = pd.read_sql("SELECT * FROM scores ORDER BY rank", engine)
    engine.dispose()
    return found


@pytest.fixture
def crm(world, database):
    """The world's tables in a database."""
    engine = create_engine(database)
    for name in NAMES:
        frame = world.arrow[name].to_pandas()
        frame.to_sql(name, engine, index=False)
    engine.dispose()
    return database


def test_tables_of_a_database_are_scored_as_files_are(run, crm, tmp_path):
    run(tmp_path / "files.parquet", 1)
    for buckets in (None, 3):
        told = run(tmp_path / "sql.parquet", buckets, Sources(*(named_source(f"{crm}#{n}") for n in NAMES)))
        assert told.scored > 300
        expected = pq.read_table(tmp_path / "files.parquet")
        assert pq.read_table(tmp_path / "sql.parquet").equals(expected)
    assert not list(tmp_path.glob(".sql*"))


def test_the_server_keeps_what_is_not_read_yet(crm):
    query = SqlSource(url=crm, query="SELECT * FROM activities WHERE lead_id <> ':none'")
    pieces = sql_pieces(query, ["lead_id", "type"], rows=10)
    first = next(pieces)
    assert first.column_names == ["lead_id", "type"]
    assert first.num_rows == 10
    pieces.close()


def test_scores_are_stored_once_however_often_a_job_runs(run, database, tmp_path):
    run(tmp_path / "s.parquet", 1)
    for buckets in (1, 4):
        run(f"{database}#scores", buckets)
    found, expected = stored(database), pq.read_table(tmp_path / "s.parquet").to_pandas()
    assert found.columns.tolist() == expected.columns.tolist()
    assert found["lead_id"].tolist() == expected["lead_id"].tolist()
    assert found["probability"].tolist() == expected["probability"].tolist()
    assert json.loads(found["reasons"][0])[0]["text"] == expected["reasons"][0][0]["text"]
    run(f"{database}#scores", 2, reasons=0)  # the same key: the row is replaced
    assert stored(database)["reasons"].unique().tolist() == ["[]"]
    assert not stored(database).duplicated(KEY).any()


def test_a_table_of_another_making_is_refused(run, database):
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE scores (lead_id TEXT)"))
    engine.dispose()
    with pytest.raises(UserError, match=r"(?s)not made for this score list.*as_of.*drop this one"):
        run(f"{database}#scores", 1)


def test_columns_of_several_types_are_one_table(tmp_path):
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (a)"))
        connection.execute(text("INSERT INTO t VALUES (NULL), (1), (2.5)"))
    engine.dispose()
    pieces = list(sql_pieces(SqlSource(url=url, query="SELECT a FROM t"), None, rows=1))
    assert [piece.schema.field("a").type for piece in pieces] == [pa.null(), pa.int64(), pa.float64()]


def test_a_query_that_fails_names_no_password(run, database):
    broken = SqlSource(url=database, query="SELECT nothing FROM nowhere")
    with pytest.raises(DataError, match="The query failed"):
        run("s.parquet", 2, Sources(broken))


def test_the_command_takes_configured_queries(world, crm, tmp_path):
    config = (world.folder / "qualify.yaml").read_text(encoding="utf-8")
    for name in NAMES:
        query = f"  {name}: {{url: '{crm}', query: 'SELECT * FROM {name}'}}"
        config = re.sub(rf"(?m)^  {name}: .*parquet.*$", query, config, count=1)
    assert config.count("SELECT") == 3
    path = tmp_path / "sql.yaml"
    path.write_text(config, encoding="utf-8")
    words = ["--model", world.bundle, "--as-of", AS_OF, "--out", tmp_path / "s.parquet"]
    called = world.call("score", "-c", path, *words)
    assert called.code == 0, called.err
    assert "scoring leads: 800 of 800" in called.err
    again = world.call("score", "-c", path, *words, "--leads", f"{crm}#leads", "--memory", "1GB")
    assert again.code == 0, again.err
