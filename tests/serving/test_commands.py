"""`qualify score` and `qualify explain`, as a user runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from sqlalchemy import create_engine

from serving.batch import rejects_of
from tests.world import AS_OF, TABLES, call, sources

COLUMNS = [
    "lead_id", "as_of", "rank", "probability", "probability_low", "probability_high", "p_sql", "p_win",
    "score", "band", "fit", "engagement", "rule_points", "rule_band", "recommended_stage", "disagreement",
    "reasons", "base_value", "other_contribution", "model_version", "scorecard_version",
]  # fmt: skip


@pytest.fixture(scope="module")
def listed(world, tmp_path_factory):
    """The score list of a batch as of a moment, and what the command said."""
    out = tmp_path_factory.mktemp("listed") / "scores.parquet"
    called = world.call("score", *sources(world.folder), "--as-of", AS_OF, "--out", out, "--json")
    assert called.code == 0, called.err
    return pd.read_parquet(out), called, out


def test_the_list_has_the_columns_of_the_contract_with_their_types(listed):
    schema = pq.read_schema(listed[2])
    assert schema.names == COLUMNS
    assert schema.field("as_of").type == pa.timestamp("us", tz="UTC")
    assert {str(schema.field(name).type) for name in ("rank", "score")} == {"int64"}
    for name in ("probability", "fit", "rule_points", "base_value", "other_contribution"):
        assert schema.field(name).type == pa.float64()
    reason = schema.field("reasons").type.value_type
    assert [field.name for field in reason] == ["feature", "label", "value", "contribution", "text"]


def test_every_lead_is_scored_or_rejected_by_name(world, listed):
    found, called, out = listed
    rejects = pd.read_csv(out.with_name("scores.parquet.rejects.csv"), dtype=str)
    assert rejects.columns.tolist() == ["lead_id", "row", "code", "message"]
    assert set(rejects["code"]) == {"not_yet_created"}
    ids = world.arrow["leads"]["lead_id"].to_pylist()
    assert sorted([*found["lead_id"], *rejects["lead_id"]]) == sorted(ids)
    assert [ids[int(row)] for row in rejects["row"]] == rejects["lead_id"].tolist()
    assert f"not_yet_created: {len(rejects)} rows of leads" in called.err
    assert f"{len(found)} leads scored" in called.err


def test_json_is_one_object_on_stdout(world, listed):
    found, called, out = listed
    told = called.json
    assert called.out.count("\n") == 1
    assert told["scored"] == len(found)
    assert told["rejected"] == sum(told["rejects"].values()) == len(world.tables) - len(found)
    assert told["rejects_file"] == f"{out}.rejects.csv"
    assert told["model_version"] == found["model_version"].unique().item() == world.scorer.version
    assert told["scorecard_version"] == found["scorecard_version"].unique().item()


def test_a_second_run_gives_the_same_bytes(world, listed, tmp_path):
    world.call("score", *sources(world.folder), "--as-of", AS_OF, "--out", tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == listed[2].read_bytes()


def test_the_bundle_itself_may_be_named(world, listed, tmp_path):
    """Without a configuration, a registry or MLflow."""
    words = [*sources(world.folder), "--as-of", AS_OF, "--model", world.bundle]
    called = call("score", *words, "--out", "s.parquet", folder=tmp_path)
    assert called.code == 0, called.err
    assert (tmp_path / "s.parquet").read_bytes() == listed[2].read_bytes()


@pytest.mark.parametrize("uri", ["models:/qualify/1", "models:/qualify@champion"])
def test_versions_and_aliases_may_be_named(world, listed, tmp_path, uri):
    out = tmp_path / "s.parquet"
    called = world.call("score", *sources(world.folder), "--as-of", AS_OF, "--model", uri, "--out", out)
    assert called.code == 0, called.err
    assert out.read_bytes() == listed[2].read_bytes()


def test_a_bundle_is_scored_without_what_only_training_needs(world, tmp_path):
    words = ["score", *sources(world.folder), "--as-of", AS_OF, "--model", world.bundle]
    code = (
        "import sys\n"
        "from qualify.cli import main\n"
        f"assert main({[*map(str, words), '--out', str(tmp_path / 'scores.parquet')]!r}) == 0\n"
        "print(*{name.partition('.')[0] for name in sys.modules})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"qualify", "serving", "pyarrow"} <= loaded
    assert not loaded & {
        "lightgbm",
        "sklearn",
        "mlflow",
        "optuna",
        "shap",
        "matplotlib",
        "fastapi",
        "training",
    }


def test_csv_holds_the_same_numbers(world, listed, tmp_path):
    world.call("score", *sources(world.folder), "--as-of", AS_OF, "--out", tmp_path / "s.csv.gz")
    found, expected = pd.read_csv(tmp_path / "s.csv.gz"), listed[0]
    assert found.columns.tolist() == COLUMNS
    np.testing.assert_allclose(found["probability"], expected["probability"], rtol=0, atol=1e-12)
    told = json.loads(found["reasons"][0])
    assert [reason["text"] for reason in told] == [reason["text"] for reason in expected["reasons"][0]]


def test_a_database_table_holds_them_too(world, listed, tmp_path):
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    called = call("score", *sources(world.folder), "--as-of", AS_OF, "--model", world.bundle, "--out",
                  f"{url}#scores", folder=tmp_path)  # fmt: skip
    assert called.code == 0, called.err
    engine = create_engine(url)
    found = pd.read_sql("select lead_id, probability from scores order by rank", engine)
    engine.dispose()
    assert found["lead_id"].tolist() == listed[0]["lead_id"].tolist()
    assert len(pd.read_csv(tmp_path / "scores.rejects.csv")) == called_rejects(called)


@pytest.mark.parametrize(
    ("table", "expected"),
    [("scores", "scores"), ("desk.scores", "desk.scores"), (".scores", "scores"), ("得点", "得点"),
     ("../a b", "%2Fa%20b"), ("a%2Fb", "a%252Fb"), ("a/b", "a%2Fb")],
)  # fmt: skip
def test_rejects_of_a_database_are_called_after_its_table(table, expected):
    found = rejects_of(f"postgresql+psycopg://ada@db/crm#{table}")
    assert found == Path(f"{expected}.rejects.csv")


def test_rejects_of_one_table_are_not_written_over_by_those_of_another(world, faulty, tmp_path):
    words = ["--as-of", AS_OF, "--model", world.bundle]
    url = f"sqlite:///{tmp_path / 'scores.db'}"
    for table, leads in (("few", ["--leads", faulty[0]]), ("all", sources(world.folder))):
        called = call("score", *leads, *words, "--out", f"{url}#{table}", "--json", folder=tmp_path)
        assert called.code == 0, called.err
        assert called.json["rejects_file"] == f"{table}.rejects.csv"
    few, every = (pd.read_csv(tmp_path / f"{table}.rejects.csv") for table in ("few", "all"))
    assert len(few) == 5
    assert set(every["code"]) == {"not_yet_created"}


def called_rejects(called):
    return int(called.err.strip().splitlines()[-1].rsplit("; ", 1)[1].split()[0])


def test_each_lead_as_it_was_a_day_after_its_creation(world, tmp_path):
    called = world.call(
        "score", *sources(world.folder), "--as-of", "created+1d", "--out", tmp_path / "s.parquet"
    )
    assert called.code == 0, called.err
    found = pd.read_parquet(tmp_path / "s.parquet").set_index("lead_id")
    created = world.arrow["leads"].to_pandas().set_index("lead_id")["created_at"]
    assert len(found) == len(created)
    assert ((found["as_of"] - created) == pd.Timedelta(days=1)).all()
    assert not (tmp_path / "s.parquet.rejects.csv").exists()


def test_reasons_can_be_more_fewer_and_in_japanese(world, tmp_path):
    called = world.call("score", *sources(world.folder), "--as-of", AS_OF, "--out", tmp_path / "s.parquet",
                        "--reasons", 6, "--language", "ja")  # fmt: skip
    assert called.code == 0, called.err
    found = pd.read_parquet(tmp_path / "s.parquet")
    assert found["reasons"].map(len).max() == 6
    assert any("\u3040" <= letter <= "\u9fff" for letter in found["reasons"][0][0]["text"])


@pytest.fixture
def faulty(world, tmp_path):
    """A table in which some rows cannot be used, as CSV."""
    frame = world.arrow["leads"].to_pandas().head(30).astype(object)
    frame["created_at"] = [moment.isoformat() for moment in frame["created_at"]]
    frame.loc[3, "lead_id"] = frame.loc[2, "lead_id"]
    frame.loc[5, "lead_id"] = None
    frame.loc[7, "created_at"] = "soon"
    frame.loc[9, "created_at"] = "2026-05-01T00:00:00Z"
    path = tmp_path / "leads.csv"
    frame.to_csv(path, index=False)
    with path.open("a", encoding="utf-8") as file:
        file.write("a,row,that,has,far,too,many,cells," + "," * 20 + "\n")
    return path, frame


def test_rows_that_cannot_be_used_are_named(world, faulty, tmp_path):
    path, frame = faulty
    out = tmp_path / "s.csv"
    called = world.call("score", "--leads", path, "--as-of", AS_OF, "--out", out, "--json")
    assert called.code == 0, called.err
    rejects = pd.read_csv(tmp_path / "s.csv.rejects.csv", dtype=str, keep_default_na=False)
    named = set(map(tuple, rejects[["lead_id", "row", "code"]].to_numpy().tolist()))
    assert named == {
        (frame.loc[2, "lead_id"], "3", "duplicate_id"),
        ("", "5", "missing_id"),
        (frame.loc[7, "lead_id"], "7", "bad_created_at"),
        (frame.loc[9, "lead_id"], "9", "not_yet_created"),
        ("", "30", "ragged_row"),
    }
    assert (rejects["message"].str.len() > 10).all()
    scored = pd.read_csv(out)
    assert len(scored) + len(rejects) == 31
    assert called.json["rejects"] == dict.fromkeys(rejects["code"], 1)
    for code in rejects["code"]:
        assert f"{code}: 1 rows of leads" in called.err


def test_rejects_of_an_earlier_run_do_not_stay(world, faulty, tmp_path):
    path, frame = faulty
    rejects = tmp_path / "s.csv.rejects.csv"
    world.call("score", "--leads", path, "--as-of", AS_OF, "--out", tmp_path / "s.csv")
    assert rejects.exists()
    frame.loc[10:].to_csv(path, index=False)
    world.call("score", "--leads", path, "--as-of", AS_OF, "--out", tmp_path / "s.csv")
    assert not rejects.exists()


def test_activities_of_leads_that_are_not_in_the_table_are_counted(world, tmp_path):
    pq.write_table(world.arrow["leads"].slice(0, 5), tmp_path / "leads.parquet")
    words = ["--leads", tmp_path / "leads.parquet", "--activities", world.folder / "activities.parquet"]
    called = world.call("score", *words, "--as-of", AS_OF, "--out", tmp_path / "s.csv")
    assert called.code == 0, called.err
    assert "activity_unknown_lead" in called.err
    assert len(pd.read_csv(tmp_path / "s.csv")) == 5


@pytest.mark.parametrize("place", ["score_tables", "write"])
def test_a_run_that_fails_leaves_nothing_half_written(world, tmp_path, monkeypatch, place):
    out = tmp_path / "s.parquet"
    out.write_bytes(b"yesterday's list")
    (tmp_path / "s.parquet.rejects.csv").write_text("yesterday's rejects")

    def fails(*_, **__):
        raise RuntimeError("the machine gave up")

    if place == "write":
        monkeypatch.setattr("serving.sink._write_parquet", fails)
    else:
        monkeypatch.setattr("qualify.scorer.Scorer.score_tables", fails)
    called = world.call("score", *sources(world.folder), "--as-of", AS_OF, "--out", out)
    assert called.code == 1
    assert "a fault in qualify" in called.err
    assert called.out == ""
    assert out.read_bytes() == b"yesterday's list"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.parquet", "s.parquet.rejects.csv"]
    assert (tmp_path / "s.parquet.rejects.csv").read_text() == "yesterday's rejects"


def explained(world, lead_id, *words):
    called = world.call("explain", lead_id, *sources(world.folder), "--as-of", AS_OF, *words)
    assert called.code == 0, called.err
    return called


@pytest.mark.parametrize("place", [0, 100, -1])
def test_one_lead_is_explained_with_the_numbers_of_the_list(world, listed, place):
    row = listed[0].iloc[place]
    told = explained(world, row["lead_id"], "--json").json
    for name in (
        "probability",
        "probability_low",
        "probability_high",
        "fit",
        "engagement",
        "base_value",
        "rule_points",
    ):
        assert told[name] == pytest.approx(row[name], abs=1e-9), name
    for name in ("lead_id", "score", "band", "rule_band", "disagreement", "model_version"):
        assert told[name] == row[name]
    total = told["base_value"] + told["other"] + sum(reason["contribution"] for reason in told["reasons"])
    listed_sum = sum(reason["contribution"] for reason in row["reasons"])
    assert total == pytest.approx(row["base_value"] + row["other_contribution"] + listed_sum, abs=1e-6)
    assert [r["text"] for r in told["reasons"][:3]] == [r["text"] for r in row["reasons"]]


def test_the_time_line_ends_with_what_was_known(world, listed):
    lead_id = listed[0]["lead_id"][0]
    told = explained(world, lead_id, "--json").json
    times = pd.to_datetime([event["time"] for event in told["timeline"]], utc=True)
    assert len(times)
    assert (times <= pd.Timestamp(AS_OF)).all()
    assert times.is_monotonic_decreasing


def test_one_lead_as_text(world, listed):
    row = listed[0].iloc[0]
    text = explained(world, row["lead_id"]).out
    assert row["lead_id"] in text
    assert row["reasons"][0]["text"].split(" (")[0] in " ".join(text.split())
    assert "nan" not in text.lower().split()


def test_one_lead_as_picture_and_page_in_japanese(world, listed, tmp_path):
    lead_id = listed[0]["lead_id"][0]
    png, html = tmp_path / "lead.png", tmp_path / "lead.html"
    called = explained(world, lead_id, "--png", png, "--html", html, "--language", "ja")
    assert png.read_bytes().startswith(b"\x89PNG")
    page = html.read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert '<html lang="ja"' in page
    assert lead_id in page
    assert str(png) in called.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lead.html", "lead.png"]


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [("Asia/Tokyo", "09:00 JST", "09:00 JST"), ("Europe/Berlin", "01:00 CET", "02:00 CEST")],
)
def test_people_are_told_times_in_the_project_s_zone(world, tmp_path, zone, winter, summer):
    """And programs in UTC."""
    settings = (world.folder / "qualify.yaml").read_text(encoding="utf-8")
    assert "timezone: UTC" in settings
    config = tmp_path / "qualify.yaml"
    config.write_text(settings.replace("timezone: UTC", f"timezone: {zone}"), encoding="utf-8")
    words = ["explain", "L00000001", *sources(world.folder), "--model", world.bundle, "-c", config]
    for as_of, local in (("2026-02-01T00:00Z", winter), ("2026-05-01T00:00Z", summer)):
        page = tmp_path / "lead.html"
        told = world.call(*words, "--as-of", as_of, "--html", page)
        assert told.code == 0, told.err
        assert f"{as_of[:10]} {local}" in told.out
        assert f"{as_of[:10]} {local}" in page.read_text(encoding="utf-8")
        assert " UTC" not in told.out
        machine = world.call(*words, "--as-of", as_of, "--json").json
        assert machine["as_of"].startswith(as_of[:16].replace("Z", ""))
        assert machine["as_of"].endswith(("Z", "+00:00"))
    moved = world.call(*words, "--as-of", "2026-05-01T00:00Z", "--since", "2026-02-01T00:00Z")
    assert moved.code == 0, moved.err
    assert f"2026-02-01 {winter}" in moved.out
    assert f"2026-05-01 {summer}" in moved.out


@pytest.mark.parametrize("lacking", [(), ("stages",), ("activities", "stages")])
def test_tables_that_the_model_learned_from_and_a_job_lacks_are_told(world, tmp_path, lacking):
    named = [word for t in TABLES if t not in lacking for word in (f"--{t}", world.folder / f"{t}.parquet")]
    listed = world.call("score", *named, "--as-of", AS_OF, "--out", tmp_path / "s.csv", "--json")
    assert listed.code == 0, listed.err
    assert listed.json["tables_not_given"] == list(lacking)
    explained = world.call("explain", "L00000001", *named, "--as-of", AS_OF)
    for called in (listed, explained):
        assert called.err.count("was given, and the model learned from one") == len(lacking)
        for table in lacking:
            assert f"no table of {table} was given" in called.err
            assert f"add --{table} FILE unless that is so" in called.err


@pytest.mark.parametrize("rows", ["of others", "none"])
def test_a_table_of_which_no_row_belongs_to_a_lead_is_told(world, tmp_path, rows):
    acts = pq.read_table(world.folder / "activities.parquet")
    ids = pc.binary_join_element_wise("C", acts["lead_id"].cast(pa.string()), "-")
    others = acts.set_column(acts.column_names.index("lead_id"), "lead_id", ids)
    pq.write_table(others if rows == "of others" else acts.slice(0, 0), tmp_path / "acts.parquet")
    given = [str(word) for word in sources(world.folder)]
    words = [word.replace(str(world.folder / "activities"), str(tmp_path / "acts")) for word in given]
    called, usual = (
        world.call("score", *each, "--as-of", AS_OF, "--out", tmp_path / "s.csv", "--json")
        for each in (words, given)
    )
    assert (called.code, called.json["tables_unjoined"]) == (0, ["activities"]), called.err
    told = {
        "of others": f"none of its {acts.num_rows:,} rows belongs to a lead",
        "none": "no row can be used",
    }
    assert f"the table of activities tells nothing: {told[rows]}" in called.err
    assert (usual.code, usual.json["tables_unjoined"]) == (0, [])
    assert "tells nothing" not in usual.err


def test_a_time_of_scoring_far_ahead_is_told(world, tmp_path):
    ahead = (datetime.now(UTC) + timedelta(days=400, hours=1)).strftime("%Y-%m-%dT%H:%MZ")
    soon = (datetime.now(UTC) + timedelta(hours=20)).strftime("%Y-%m-%dT%H:%MZ")
    out = ["score", *sources(world.folder), "--out", tmp_path / "s.csv"]
    for words in (out, ["explain", "L00000001"]):
        assert "--as-of lies 400 days ahead" in world.call(*words, "--as-of", ahead).err
        assert "days ahead" not in world.call(*words, "--as-of", soon).err


def test_a_list_without_a_lead_says_so_loudly(world, tmp_path):
    called = world.call(
        "score", *sources(world.folder), "--out", tmp_path / "s.csv", "--as-of", "2001-01-01", "--json"
    )
    assert called.code == 0
    assert called.json["scored"] == 0
    everybody = called.json["rejected"]
    loud = f"NO LEAD WAS SCORED: {everybody} of {everybody} were left out as not_yet_created; take a later"
    assert loud in called.err


def test_a_lead_that_was_not_there_yet_is_refused_with_a_mend(world):
    refused = world.call("explain", "L00000001", "--as-of", "2001-01-01")
    assert refused.code == 2
    assert "after the time of scoring" in refused.err
    assert "mend: take a time of scoring after that, or correct the creation date" in refused.err


def test_a_table_that_is_named_replaces_the_configured_one(world, tmp_path):
    """Also where the leads are the configured ones."""
    stages = world.arrow["stages"]
    pq.write_table(stages.slice(0, 0), tmp_path / "none.parquet")
    words = ["explain", "L00000001", "--as-of", AS_OF, "--json"]
    usual = world.call(*words).json
    without = world.call(*words, "--stages", tmp_path / "none.parquet").json
    assert any("stage" in event["text"] for event in usual["timeline"])
    assert len(without["timeline"]) < len(usual["timeline"])


def test_without_files_the_configured_tables_are_read(world):
    called = world.call("explain", "L00000001", "--as-of", AS_OF, "--json")
    assert called.code == 0, called.err
    assert called.json["probability"] == explained(world, "L00000001", "--json").json["probability"]


def test_tables_of_a_database_are_explained(world, tmp_path):
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    engine = create_engine(url)
    for name in TABLES:
        world.arrow[name].to_pandas().to_sql(name, engine, index=False)
    engine.dispose()
    named = [word for name in TABLES for word in (f"--{name}", f"{url}#{name}")]
    called = world.call("explain", "L00000001", *named, "--as-of", AS_OF, "--json")
    assert called.code == 0, called.err
    assert called.json == explained(world, "L00000001", "--json").json


def test_an_explanation_tells_what_became_of_past_leads(world, listed):
    lead = listed[0].iloc[0]["lead_id"]
    told = world.call("explain", lead, "--as-of", AS_OF, "--json").json
    shown = [reason["evidence"] for reason in told["reasons"] if reason["evidence"]]
    everyone = world.scorer.parts.evidence.everyone
    assert shown
    for each in shown:
        assert 30 <= each["leads"] < everyone.leads
        assert 0 <= each["rate"] <= 1
        assert each["rate_of_all"] == everyone.rate
        assert each["text"]
    text = world.call("explain", lead, "--as-of", AS_OF).out
    assert f"Of {shown[0]['leads']:,} past leads like this" in text
    # The batch's own reasons stay short.
    assert set(listed[0].iloc[0]["reasons"][0]) == {"feature", "label", "value", "contribution", "text"}
