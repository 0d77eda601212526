"""Spark gives what the local engine gives: the list, the rejects, the counts and the errors."""

from __future__ import annotations

import builtins
import itertools
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qualify.errors import UserError
from serving.batch.spark import session
from tests.serving.batch.spark.conftest import Both
from tests.world import AS_OF, sources


def test_both_engines_agree_row_by_row(both):
    assert both.told("spark") == both.told("local")
    assert both.rejects("spark") == both.rejects("local")
    if both.out("local").exists():
        assert both.out("spark").read_bytes() == both.out("local").read_bytes()


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("files", ["not_yet_created"]),
        ("odd", ["missing_id", "bad_created_at", "duplicate_id", "ragged_row", "activity_bad_value"]),
        ("no_events", ["not_yet_created"]),
        ("database", ["not_yet_created"]),
    ],
)
def test_what_was_turned_away_is_told(spark_runs, case, words):
    both = Both(spark_runs / case)
    scored, counts, _ = both.told("spark")
    assert scored == both.table("spark").num_rows > 300
    assert set(words) <= set(counts)


def test_rows_have_their_numbers_in_the_whole_table(spark_runs):
    lines = Both(spark_runs / "odd").rejects("spark").splitlines()
    assert any(",300,ragged_row," in line for line in lines)
    assert any(",601,ragged_row," in line for line in lines)
    assert any(",702,duplicate_id," in line for line in lines)


def test_japanese_names_and_reasons_arrive(spark_runs):
    table = Both(spark_runs / "japanese").table("spark")
    assert sorted(table["lead_id"].to_pylist(), key=int) == [str(n) for n in range(360)]
    features = {each["feature"] for row in table["reasons"].to_pylist() for each in row}
    assert "column:業種" in features
    assert any("業種" in each["text"] for row in table["reasons"].to_pylist() for each in row)


def test_the_errors_are_those_of_the_local_engine(spark_runs):
    assert "cannot be read in any row" in Both(spark_runs / "all_bad").told("spark")[0]
    assert "industry" in Both(spark_runs / "lacking").told("spark")[0]


def test_a_folder_holds_the_list_in_order_of_rank(spark_runs):
    code, out, err = json.loads((spark_runs / "first.json").read_text())
    assert code == 0, err
    local = Both(spark_runs / "files").table("local")
    found = pq.read_table(spark_runs / "folder")
    assert found.column_names == local.column_names
    assert found["rank"].to_pylist() == list(range(1, local.num_rows + 1))
    assert found.cast(local.schema).to_pylist() == local.to_pylist()
    assert json.loads(out)["scored"] == local.num_rows
    assert json.loads(out)["rejects_file"] == str(spark_runs / "folder.rejects.csv")
    rejects = (spark_runs / "folder.rejects.csv").read_text(encoding="utf-8")
    assert rejects == Both(spark_runs / "no_events").rejects("local")


def test_a_whole_folder_is_not_written_over(spark_runs):
    code, _, err = json.loads((spark_runs / "second.json").read_text())
    assert code == 2
    assert "holds a whole list already" in err


@pytest.mark.parametrize(
    ("case", "labels"), [("files", ["label_sql", "label_win"]), ("japanese", ["label_target"])]
)
def test_the_feature_matrix_is_that_of_the_local_engine(spark_runs, case, labels):
    local = pq.read_table(spark_runs / case / "features.parquet")
    files = sorted((spark_runs / case / "features").glob("*.parquet"))
    parts = [pq.read_table(file) for file in files]
    found = pa.concat_tables(parts).cast(local.schema)
    assert found.sort_by([("lead_id", "ascending"), ("as_of", "ascending")]).equals(local)
    assert [name for name in local.column_names if name.startswith("label_")] == labels
    # A lead's rows are together, in order of time.
    for part in parts:
        leads = part["lead_id"].to_pylist()
        assert sum(a != b for a, b in itertools.pairwise(leads)) + 1 == len(set(leads))


def test_the_registered_model_is_a_function_of_spark(spark_runs):
    local = Both(spark_runs / "files").table("local").to_pylist()
    by_id = {row["lead_id"]: row for row in local}
    found = json.loads((spark_runs / "function.json").read_text())
    assert [row["lead_id"] for row in found] == [row["lead_id"] for row in local[::97]]
    for row in found:
        expected = by_id[row["lead_id"]]
        for name in ("probability", "rule_points"):
            assert row[name] == pytest.approx(expected[name], abs=1e-9)
        assert row["band"] == expected["band"]
        assert row["recommended_stage"] == expected["recommended_stage"]
        assert [each["text"] for each in row["reasons"]] == [each["text"] for each in expected["reasons"]]


def test_the_users_session_is_left_as_it_was(spark_runs):
    assert (spark_runs / "zone").read_text() == "Asia/Tokyo"


def test_without_pyspark_the_way_to_it_is_told(world, tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *words, **named):
        if name.partition(".")[0] == "pyspark":
            raise ModuleNotFoundError(name)
        return real(name, *words, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    out = tmp_path / "s.parquet"
    called = world.call("score", *sources(world.folder), "--as-of", AS_OF, "--engine", "spark", "--out", out)
    assert called.code == 2
    assert "pip install 'qualify[spark]'" in called.err
    assert list(tmp_path.iterdir()) == []


def test_without_java_the_way_to_it_is_told(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(UserError, match=r"(?s)needs a Java runtime.*openjdk-17"), session.spark_session():
        pass


def test_the_sales_desk_takes_no_list_of_spark(world, tmp_path):
    called = world.call("score", "--engine", "spark", "--ledger", "--out", tmp_path / "s.parquet")
    assert called.code == 2
    assert "does not go to the sales desk" in called.err
