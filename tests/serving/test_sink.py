"""Where scores go: whole or not at all."""

from __future__ import annotations

import gzip
import json
import os

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import create_engine

from qualify.errors import UserError
from serving import sink
from serving.sink import check_out, write_scores

REASON = pa.struct(
    [("feature", pa.string()), ("label", pa.string()), ("value", pa.string()),
     ("contribution", pa.float64()), ("text", pa.string())]
)  # fmt: skip


def scores(*ids):
    told = [[{"feature": "f", "label": "Länge", "value": "4", "contribution": 0.5, "text": "価格"}]] * len(
        ids
    )
    moments = [pd.Timestamp("2026-04-01", tz="UTC").to_pydatetime()] * len(ids)
    return pa.table({
        "lead_id": pa.array(ids, pa.string()),
        "as_of": pa.array(moments, pa.timestamp("us", tz="UTC")),
        "probability": pa.array([0.25] * len(ids)),
        "model_version": pa.array(["1"] * len(ids)),
        "reasons": pa.array(told, pa.list_(REASON)),
    })  # fmt: skip


def test_parquet_keeps_everything(tmp_path):
    table = scores("a", "b")
    write_scores(table, str(tmp_path / "s.parquet"))
    assert pq.read_table(tmp_path / "s.parquet").equals(table)


@pytest.mark.parametrize("name", ["s.csv", "s.csv.gz"])
def test_csv_has_reasons_as_json(tmp_path, name):
    write_scores(scores("a", "b"), str(tmp_path / name))
    found = pd.read_csv(tmp_path / name)
    assert found["lead_id"].tolist() == ["a", "b"]
    assert found["as_of"].tolist() == ["2026-04-01T00:00:00+00:00"] * 2
    (reason,) = json.loads(found["reasons"][0])
    assert reason == {"feature": "f", "label": "Länge", "value": "4", "contribution": 0.5, "text": "価格"}


def test_the_same_scores_are_the_same_bytes(tmp_path):
    for name in ("one.csv.gz", "two.csv.gz"):
        write_scores(scores("a"), str(tmp_path / name))
    assert (tmp_path / "one.csv.gz").read_bytes() == (tmp_path / "two.csv.gz").read_bytes()
    assert gzip.decompress((tmp_path / "one.csv.gz").read_bytes()).startswith(b"lead_id,")


@pytest.mark.parametrize("risky", ["=cmd()", "+1", "-1", "@x", "\tx"])
def test_an_id_is_no_formula_in_a_spreadsheet(tmp_path, risky):
    write_scores(scores(risky, "plain"), str(tmp_path / "s.csv"))
    found = pd.read_csv(tmp_path / "s.csv")["lead_id"].tolist()
    assert found == ["'" + risky, "plain"]
    # Programs read Parquet: there ids stay what they are.
    write_scores(scores(risky), str(tmp_path / "s.parquet"))
    assert pq.read_table(tmp_path / "s.parquet")["lead_id"].to_pylist() == [risky]


def test_a_database_table_holds_each_score_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    write_scores(scores("a", "=b"), f"{url}#scores")
    write_scores(scores("d", "a"), f"{url}#scores")
    engine = create_engine(url)
    found = pd.read_sql("select * from scores order by lead_id", engine)
    engine.dispose()
    assert found["lead_id"].tolist() == ["=b", "a", "d"]  # no spreadsheet reads a database
    assert json.loads(found["reasons"][0])[0]["text"] == "価格"


def test_a_database_that_cannot_be_reached_is_told_without_the_password(tmp_path):
    url = "postgresql+psycopg://me:secret@127.0.0.1:9/crm?connect_timeout=2#scores"
    with pytest.raises(UserError, match=r"(?s)cannot be written to the database.*table scores") as caught:
        write_scores(scores("a"), url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["s.parquet", "s.csv", "s.csv.gz"])
def test_a_write_that_fails_leaves_what_was_there(tmp_path, monkeypatch, name):
    path = tmp_path / name
    path.write_bytes(b"yesterday")

    def fails(table, file):
        file.write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(sink, "_writer", lambda _: fails)
    with pytest.raises(OSError, match="No space left"):
        write_scores(scores("a"), str(path))
    assert path.read_bytes() == b"yesterday"
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_file_is_as_readable_as_any_other(tmp_path):
    write_scores(scores("a"), str(tmp_path / "s.csv"))
    other = tmp_path / "other"
    other.touch()
    assert (tmp_path / "s.csv").stat().st_mode == other.stat().st_mode


@pytest.mark.parametrize(
    ("out", "match"),
    [(".", "is a folder"), ("s.xlsx", r"(?s)kind of the output.*s\.xlsx.*\.parquet"),
     ("none/s.csv", "(?s)folder is missing.*none"), ("sqlite:///x.db", "(?s)names no table.*#TABLE"),
     ("postgresql://me:secret@host/db", "names no table")],
)  # fmt: skip
def test_an_output_that_cannot_be_is_refused_at_once(tmp_path, monkeypatch, out, match):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=match) as caught:
        check_out(out)
    assert "secret" not in str(caught.value)


def test_a_folder_closed_to_us_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(UserError, match="cannot be written"):
        check_out(str(tmp_path / "s.csv"))


def test_good_outputs_pass(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for out in ("s.parquet", "s.csv", str(tmp_path / "s.csv.gz"), "sqlite:///x.db#scores"):
        check_out(out)
