"""Wrong input ends with exit code 2 and one message that names the thing and how to mend it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.world import TABLES, Called, call, sources

ROWS = 90


def csv(header: str, row: str, rows: int = ROWS) -> str:
    """A table whose rows are made from a pattern of {i}, {half} (0 or 1), {third} (0, 1 or 2), {day}."""
    lines = (row.format(i=i, half=i % 2, third=i % 3, day=f"{1 + i % 28:02}") for i in range(rows))
    return "\n".join([header, *lines]) + "\n"


FILES = {
    "empty.csv": "",
    "blank.csv": "\n \n",
    "head.csv": "id,y,a\n",
    "good.csv": csv("id,created,y,a", "{i},2026-01-{day},{half},{i}"),
    "three.csv": csv("id,y,a", "{i},{third},{i}"),
    "one.csv": csv("id,y,a", "{i},1,{i}"),
    "unlabelled.csv": csv("id,y,a", "{i},,{i}"),
    "same_id.csv": csv("id,y,a", "7,{half},{i}"),
    "no_ids.csv": csv("id,y,a", ",{half},{i}"),
    "nan_ids.csv": csv("id,y,a", "NaN,{half},{i}"),
    "no_dates.csv": csv("id,created,y,a", "{i},soon,{half},{i}"),
    "few_dates.csv": csv("id,created,y,a", "{i},20{day}-99-99,{half},{i}"),
    "broken.yaml": "leads: [\n",
    "list.yaml": "- a\n",
    "nothing.yaml": "",
    "typo.yaml": "version: 1\ndata: {leads: good.csv}\ntarget: []\n",
    "later.yaml": "version: 7\ndata: {leads: good.csv}\ntargets: [{name: y, column: y, positive: '1'}]\n",
    "lost.yaml": "version: 1\ndata: {leads: lost.csv}\ntargets: [{name: y, column: y, positive: '1'}]\n",
    "mixed.yaml": "version: 1\ndata: {leads: good.csv}\ntargets: [{name: y, column: y, stage: SQL}]\n",
    "zone.yaml": "version: 1\ndata: {leads: good.csv, timezone: Mars/Base}\n"
    "targets: [{name: y, column: y, positive: '1'}]\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("wrong")
    for name, text in FILES.items():
        (found / name).write_text(text, encoding="utf-8")
    (found / "noise.parquet").write_bytes(b"PAR1" + bytes(range(256)) + b"PAR1")
    (found / "noise.csv").write_bytes(bytes(range(256)) * 8)
    with (found / "huge.csv").open("w", encoding="utf-8") as file:
        file.write("id,y,a\n1,0,")
        for _ in range(40):
            file.write("x" * (1 << 20))
    (found / "folder").mkdir()
    return found


def refused(called: Called, *patterns: str) -> None:
    """Check the exit code and the message."""
    message = called.err.strip()
    assert called.code == 2, message
    assert called.out == ""
    assert "Traceback" not in message
    assert 0 < len(message) < 1500
    for pattern in patterns:
        assert re.search(pattern, message), message


def files_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


INIT = {
    "a file that is missing": (["--leads", "nope.csv", "--target", "y"], ["nope.csv", "mend"]),
    "a folder without tables": (["--leads", "folder", "--target", "y"], ["folder"]),
    "an empty file": (["--leads", "empty.csv", "--target", "y"], ["empty", "empty.csv"]),
    "a blank file": (["--leads", "blank.csv", "--target", "y"], ["blank.csv"]),
    "a header only": (["--leads", "head.csv", "--target", "y"], ["head.csv", "no rows"]),
    "no such column": (["--leads", "good.csv", "--target", "zz"], ["zz", "--target", "created, y, a"]),
    "a near name": (["--leads", "good.csv", "--target", "Y"], ["Did you mean 'y'"]),
    "no such id": (["--leads", "good.csv", "--target", "y", "--id", "zz"], ["zz", "--id"]),
    "no such date": (["--leads", "good.csv", "--target", "y", "--created-at", "zz"], ["zz", "--created-at"]),
    "noise called Parquet": (["--leads", "noise.parquet", "--target", "y"], ["noise.parquet", "damaged"]),
    "noise called CSV": (["--leads", "noise.csv", "--target", "y"], ["noise.csv"]),
    "a huge line": (["--leads", "huge.csv", "--target", "y"], ["huge.csv", "quote"]),
    "a label of three values": (
        ["--leads", "three.csv", "--target", "y"], ["three.csv, column y", "3 values", "'0': 30", "mend"],
    ),
    "a label of one value": (["--leads", "one.csv", "--target", "y"], ["column y", "'1': 90", "mend"]),
    "an empty label": (["--leads", "unlabelled.csv", "--target", "y"], ["column y", "empty", "mend"]),
    "one id for all": (["--leads", "same_id.csv", "--target", "y", "--id", "id"], ["'id'", "90 rows"]),
    "empty ids": (["--leads", "no_ids.csv", "--target", "y", "--id", "id"], ["'id'", "row 0", "mend"]),
    "ids that are NaN": (["--leads", "nan_ids.csv", "--target", "y", "--id", "id"], ["'id'"]),
    "dates that do not parse": (
        ["--leads", "no_dates.csv", "--target", "y", "--created-at", "created"], ["'created'", "'soon'"],
    ),
    "dates of no calendar": (
        ["--leads", "few_dates.csv", "--target", "y", "--created-at", "created"], ["'created'", "mend"],
    ),
    "no target": (["--leads", "good.csv"], ["--target"]),
    "two targets": (["--leads", "good.csv", "--target", "y", "--target-stage", "SQL"], ["--target-stage"]),
    "no horizon": (
        ["--leads", "good.csv", "--stages", "good.csv", "--target-stage", "SQL"], ["--within-days", "mend"],
    ),
    "no stages": (["--leads", "good.csv", "--target-stage", "SQL", "--within-days", "9"], ["--stages"]),
    "a negative horizon": (["--leads", "good.csv", "--within-days", "-3"], ["within-days"]),
    "a zone that nobody knows": (
        ["--leads", "good.csv", "--target", "y", "--timezone", "Mars/Base"], ["Mars/Base"],
    ),
    "a language that we do not speak": (["--leads", "good.csv", "--target", "y", "--language", "fr"], ["fr"]),
    "an encoding that nobody knows": (
        ["--leads", "good.csv", "--target", "y", "--encoding", "klingon"], ["klingon"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", INIT)
def test_init_refuses(folder, case):
    words, patterns = INIT[case]
    before = files_of(folder)
    refused(call("init", *words, "--out", "made.yaml", folder=folder), *patterns)
    assert files_of(folder) == before


def test_init_refuses_a_truncated_table(world, folder):
    whole = (world.folder / "leads.parquet").read_bytes()
    (folder / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    refused(
        call("init", "--leads", "cut.parquet", "--target", "y", folder=folder), r"cut\.parquet", "damaged"
    )


def test_init_refuses_a_stage_that_nobody_entered(world):
    called = world.call("init", *sources(world.folder), "--target-stage", "SQLL", "--within-days", 60,
                        "--out", "made.yaml")  # fmt: skip
    refused(called, "SQLL", "Did you mean 'SQL'")
    assert not (world.folder / "made.yaml").exists()


def test_init_keeps_corrections(folder):
    kept = (folder / "typo.yaml").read_text()
    refused(
        call("init", "--leads", "good.csv", "--target", "y", "--out", "typo.yaml", folder=folder), "--force"
    )
    assert (folder / "typo.yaml").read_text() == kept


CONFIGURATION = {
    "none.yaml": ["none.yaml", "qualify init"],
    "broken.yaml": [r"broken\.yaml, line 2"],
    "list.yaml": [r"list\.yaml", "mapping"],
    "nothing.yaml": [r"nothing\.yaml", "empty"],
    "typo.yaml": ["target", "(?i)did you mean 'targets'"],
    "later.yaml": ["version", "7"],
    "lost.yaml": [r"lost\.csv"],
    "mixed.yaml": ["column", "stage"],
    "zone.yaml": ["Mars/Base"],
    "folder": ["folder"],
}


@pytest.mark.parametrize("command", ["train", "check"])
@pytest.mark.parametrize("name", CONFIGURATION)
def test_a_wrong_configuration_is_refused(folder, command, name):
    refused(call(command, "-c", name, folder=folder), *CONFIGURATION[name])
    assert not (folder / "mlflow.db").exists()


@pytest.mark.parametrize(
    ("changes", "patterns"),
    [
        ({"leads: good.csv": "leads: three.csv"}, ["more than two values", "'2': 30"]),
        ({"leads: good.csv": "leads: one.csv"}, ["one value only", "'1': 90"]),
        ({"positive: '1'": "positive: won"}, ["positive value", "won"]),
        ({"column: y": "column: zz"}, ["zz"]),
        ({"columns:": "columns:\n  zz: {type: number}"}, ["zz"]),
        ({"leads: good.csv": "leads: good.csv\n  lead_id: zz"}, ["zz", r"data\.lead_id"]),
        ({"type: number": "type: date"}, ["'a'"]),
    ],
)
def test_a_configuration_that_does_not_fit_the_table_is_refused(folder, tmp_path, changes, patterns):
    text = (
        "version: 1\ndata:\n  leads: good.csv\ntargets: [{name: y, column: y, positive: '1'}]\n"
        "columns:\n  a: {type: number}\n"
    )
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "fits.yaml"
    path.write_text(text, encoding="utf-8")
    refused(call("train", "-c", "fits.yaml", "--budget", 0, folder=folder), *patterns)
    assert not (folder / "mlflow.db").exists()


SCORE = {
    "a file that is missing": (["--leads", "nope.parquet", "--out", "x.parquet"], [r"nope\.parquet"]),
    "a time that is none": (["{tables}", "--as-of", "yesterdayish", "--out", "x.csv"], ["yesterdayish"]),
    "an output that is a folder": (["{tables}", "--out", "."], ["--out", "folder"]),
    "an output in no folder": (["{tables}", "--out", "none/x.csv"], ["--out", "none"]),
    "an output of no kind": (["{tables}", "--out", "x.docx"], [r"x\.docx", r"\.parquet"]),
    "an output without a table": (["{tables}", "--out", "sqlite:///x.db"], ["#TABLE"]),
    "a model that is not there": (["{tables}", "--out", "x.csv", "--model", "none"], [r"manifest\.json"]),
    "an alias that is not there": (
        ["{tables}", "--out", "x.csv", "--model", "models:/qualify@nobody"], ["nobody"],
    ),
    "an option that is none": (["--nonsense"], ["--nonsense", "qualify score --help"]),
    "too many reasons": (["{tables}", "--out", "x.csv", "--reasons", "99"], ["reasons"]),
    "a language": (["{tables}", "--out", "x.csv", "--language", "fr"], ["fr"]),
    "a configuration": (["{tables}", "--out", "x.csv", "-c", "none.yaml"], [r"none\.yaml"]),
}  # fmt: skip


def tables_in(words: list[str], folder: Path) -> list[str]:
    return [each for word in words for each in (sources(folder) if word == "{tables}" else [word])]


@pytest.mark.parametrize("case", SCORE)
def test_score_refuses(world, case):
    words, patterns = SCORE[case]
    before = files_of(world.folder)
    refused(world.call("score", *tables_in(words, world.folder)), *patterns)
    assert files_of(world.folder) == before


def test_score_refuses_a_table_without_a_column_of_the_model(world, tmp_path):
    import pyarrow.parquet as pq

    pq.write_table(world.arrow["leads"].drop(["industry"]), tmp_path / "less.parquet")
    called = world.call("score", "--leads", tmp_path / "less.parquet", "--out", tmp_path / "x.csv")
    refused(called, "industry")
    assert not (tmp_path / "x.csv").exists()


def test_a_changed_model_is_refused_by_name(world, tmp_path):
    import shutil

    bundle = shutil.copytree(world.bundle, tmp_path / "bundle")
    path = bundle / "booster-sql-0.txt"
    path.write_bytes(path.read_bytes().replace(b"tree", b"True", 1))
    called = world.call("score", *sources(world.folder), "--model", bundle, "--out", tmp_path / "x.csv")
    refused(called, r"booster-sql-0\.txt", "altered", "mend")


EXPLAIN = {
    "an unknown lead": (["no-such-lead", "{tables}"], ["no-such-lead", "mend"]),
    "a near id": (["l00000001", "{tables}"], ["Did you mean 'L00000001'"]),
    "a lead that did not exist yet": (
        ["L00000800", "{tables}", "--as-of", "2025-01-01"], ["L00000800", "created 2026"],
    ),
    "a picture in no folder": (["L00000001", "{tables}", "--png", "none/x.png"], ["--png", "none"]),
    "a picture that is a folder": (["L00000001", "{tables}", "--png", "."], ["--png", "folder"]),
    "a page in no folder": (["L00000001", "{tables}", "--html", "none/x.html"], ["--html", "none"]),
    "no lead": ([], ["lead_id"]),
}  # fmt: skip


@pytest.mark.parametrize("case", EXPLAIN)
def test_explain_refuses(world, case):
    words, patterns = EXPLAIN[case]
    before = files_of(world.folder)
    refused(world.call("explain", *tables_in(words, world.folder)), *patterns)
    assert files_of(world.folder) == before


@pytest.mark.parametrize(
    ("words", "patterns"),
    [(["scoer"], ["Did you mean 'score'"]), (["promote"], ["version"]), (["promote", "99"], ["99"])],
)
def test_commands_refuse(world, words, patterns):
    refused(world.call(*words), *patterns)


@pytest.mark.skipif(os.name != "posix", reason="paths of POSIX systems")
@pytest.mark.parametrize("name", TABLES[1:])
def test_events_that_are_missing_are_refused(world, name, tmp_path):
    words = sources(world.folder)
    words[words.index(f"--{name}") + 1] = "gone.parquet"
    refused(world.call("score", *words, "--out", tmp_path / "x.csv"), r"gone\.parquet")
