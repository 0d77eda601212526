"""The demo: the whole loop twice, in English and then in Japanese into the same folder."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from urllib.parse import unquote, urlparse

import pandas as pd
import pytest

from qualify.config import load_config
from tests.world import Called, call, shared_folder
from training import demo
from training.in_use import champion, open_registry

LEADS = 500


def make_demos(folder: Path) -> None:
    """Run it without tuning, which takes the longest and is tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "BUDGET", 0)
        for name, words in (
            ("english", ("--seed", 3)),
            ("japanese", ("--seed", 4, "--language", "ja", "--json")),
        ):
            called = call("demo", "--leads", LEADS, "--out", "out", *words, folder=folder)
            (folder / f"{name}.json").write_text(json.dumps(asdict(called)), encoding="utf-8")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return shared_folder(tmp_path_factory, "demo", make_demos, ["japanese.json"])


@pytest.fixture
def english(folder):
    return Called(**json.loads((folder / "english.json").read_text(encoding="utf-8")))


@pytest.fixture
def japanese(folder):
    return Called(**json.loads((folder / "japanese.json").read_text(encoding="utf-8")))


def files_named(text):
    return [unquote(urlparse(address).path) for address in re.findall(r"file://\S+", text)]


def test_it_prints_where_the_results_are(folder, english):
    assert english.code == 0, english.err
    tail = english.out[english.out.index("Done in") :]
    names = [name.removeprefix(f"{folder.resolve()}/out/") for name in files_named(tail)]
    assert names == ["scores.csv", "report.html", "lead.html", "lead.png"]
    assert "Open them by clicking the addresses" in tail
    assert "qualify serve -c " in tail


def test_it_shows_every_command_as_a_user_would_type_it(english):
    shown = re.findall(r"^\$ qualify (\w+)", english.err, flags=re.MULTILINE)
    assert shown == ["simulate", "init", "train", "score", "score", "report", "explain"]


def test_the_commands_it_shows_can_be_run_again(folder, japanese):
    (command,) = re.findall(r"^\$ qualify (score .*scores\.csv)$", japanese.err, flags=re.MULTILINE)
    before = (folder / "out/scores.csv").read_bytes()
    assert call(*command.split(), folder=folder).code == 0
    assert (folder / "out/scores.csv").read_bytes() == before


def test_the_second_run_replaces_the_first(folder, japanese):
    assert japanese.code == 0, japanese.err
    found = japanese.json
    assert set(found) == {"out", "lead_id", "files", "seconds"}
    for address in found["files"].values():
        assert (folder / "out" / urlparse(address).path.rsplit("/", 1)[1]).stat().st_size > 0
    assert "$ qualify promote challenger" in japanese.err
    config = load_config(folder / "out/qualify.yaml")
    assert champion(open_registry(config, folder / "out"), "qualify").version == "2"


def test_the_results_belong_together(folder, japanese):
    scores = pd.read_parquet(folder / "out/scores.parquet")
    listed = pd.read_csv(folder / "out/scores.csv", dtype={"lead_id": str})
    assert len(scores) == LEADS
    assert scores["lead_id"].tolist() == listed["lead_id"].tolist()
    assert scores["lead_id"].iloc[0] == japanese.json["lead_id"]
    (version,) = scores["model_version"].unique()
    report = (folder / "out/report.html").read_text(encoding="utf-8")
    assert version in report
    assert '<html lang="ja">' in report
    assert japanese.json["lead_id"] in (folder / "out/lead.html").read_text(encoding="utf-8")
    assert len(scores["as_of"].unique()) == 1


def test_nothing_is_recorded_after_the_moment_of_scoring(folder, japanese):
    moment = pd.read_parquet(folder / "out/scores.parquet")["as_of"].iloc[0]
    latest = max(
        pd.read_parquet(folder / f"out/data/{table}.parquet")[column].max()
        for table, column in (
            ("leads", "created_at"),
            ("activities", "recorded_at"),
            ("stages", "recorded_at"),
        )
    )
    assert latest <= moment <= latest + pd.Timedelta(minutes=1)


def test_the_japanese_report_shows_no_english_sentence(folder, japanese):
    report = (folder / "out/report.html").read_text(encoding="utf-8")
    text = re.sub(r"<style.*?</style>|<[^>]+>|src=\S+", " ", report, flags=re.DOTALL)
    # The values of the data are told as they are, and which ones are told depends on the day.
    for source in pd.read_parquet(folder / "out/data/leads.parquet")["source"].dropna().unique():
        text = text.replace(f"{source} (", "")
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+ [a-z]+", text)
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", text)


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "qualify.yaml").write_text("mine")
    called = call("demo", "--out", ".", folder=tmp_path)
    assert called.code == 2
    assert "the folder is not empty, and no demo made it" in called.err
    assert [path.name for path in tmp_path.iterdir()] == ["qualify.yaml"]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    called = call("demo", "--out", "file/out", folder=tmp_path)
    assert called.code == 2
    assert "the folder cannot be made" in called.err


def test_a_command_that_fails_ends_the_demo_with_its_code(tmp_path):
    called = call("demo", "--leads", 20, "--out", "out", folder=tmp_path)
    assert called.code == 2
    assert "$ qualify score" not in called.err
