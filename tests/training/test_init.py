"""`qualify init`: from tables to a configuration that training takes as it is."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.config import load_config, parse_config
from qualify.errors import DataError, UserError
from qualify.leads.build import build_tables
from qualify.leads.read import located, read_table
from qualify.rules import Scorecard
from training.init import Request, init, propose
from training.initial.yaml_lines import entry

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def write(path: Path, rows: list[dict[str, Any]]) -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def flat_rows(n: int = 400, seed: int = 1) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(n):
        source = str(rng.choice(["Google", "Direct", "Select"]))
        visits = int(rng.poisson(3))
        won = rng.random() < 1 / (1 + np.exp(2 - 0.5 * visits - (source == "Google")))
        closed = f"2026-03-{k % 28 + 1:02d}" if won else ""
        rows.append(
            {"Lead Number": 1000 + 7 * k, "Lead Source": source, "Visits": visits, "Magazine": "No",
             "contact mail": f"taro{k}@example.jp", "Deal closed on": closed,
             "y": "yes" if won else "no"}
        )  # fmt: skip
    return rows


@pytest.fixture
def flat(tmp_path: Path) -> str:
    return write(tmp_path / "leads.csv", flat_rows())


def funnel(folder: Path, n: int = 300, seed: int = 2) -> dict[str, str]:
    rng = np.random.default_rng(seed)
    leads: list[dict[str, Any]] = []
    acts: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    for k in range(n):
        day = np.datetime64("2025-01-01") + k
        leads.append(
            {"lead_id": f"L{k}", "created_at": f"{day}T09:00", "industry": str(rng.choice(["IT", "food"]))}
        )
        acts.append(
            {"lead_id": f"L{k}", "type": "pricing_view", "occurred_at": f"{day}T09:05", "browser": "x"}
        )
        path = ["Inquiry", "MQL"]
        if rng.random() < 0.5:
            path += ["SQL", "Won" if rng.random() < 0.6 else "Lost"]
        for step, name in enumerate(path):
            steps.append({"lead_id": f"L{k}", "stage": name, "entered_at": f"{day + 5 * step}T10:00"})
    return {
        "leads": write(folder / "leads.csv", leads),
        "activities": write(folder / "activities.csv", acts),
        "stages": write(folder / "stages.csv", steps),
    }


def test_a_flat_table(flat: str, tmp_path: Path) -> None:
    out = tmp_path / "work"
    out.mkdir()
    found = init(Request(leads=flat, target="y"), out / "qualify.yaml")
    config = load_config(out / "qualify.yaml")
    assert config == found.config
    assert config.data.leads == "../leads.csv"
    assert (config.data.lead_id, config.data.created_at) == ("Lead Number", None)
    assert config.data.order_by == "Lead Number"
    assert (config.targets[0].name, config.targets[0].column, config.targets[0].positive) == ("y", "y", "yes")
    assert config.columns["Lead Source"].missing == ("Select",)
    assert config.columns["Visits"].type == "number"
    assert config.columns["Visits"].group == "engagement"
    assert config.exclude["Magazine"].code == "C001"
    assert config.exclude["Deal closed on"].code.startswith("L")
    assert "Lead Source" not in config.exclude
    assert Scorecard.load(out / str(config.scorecard)).drafted_before is not None
    assert sorted(p.name for p in out.iterdir()) == ["qualify.yaml", "scorecard.yaml"]


def test_the_configuration_reads_its_own_tables(flat: str, tmp_path: Path) -> None:
    init(Request(leads=flat, target="y"), tmp_path / "q.yaml")
    config = load_config(tmp_path / "q.yaml")
    table = read_table(located(config.data.leads, tmp_path))
    used = {name: spec for name, spec in config.columns.items() if name not in config.exclude}
    tables, rejects = build_tables(config.data, used, table)
    assert len(tables) == 400
    assert rejects.counts() == {}
    assert config.scorecard == "q.scorecard.yaml"


def test_no_personal_data_is_written(flat: str, tmp_path: Path) -> None:
    found = init(Request(leads=flat, target="y"), tmp_path / "qualify.yaml")
    assert "taro" not in found.text + str(found.scorecard)
    assert "# 400 values" in found.text


def test_the_same_tables_give_the_same_text(flat: str) -> None:
    request = Request(leads=flat, target="y")
    assert propose(request).text == propose(request).text


def test_a_funnel(tmp_path: Path) -> None:
    files = funnel(tmp_path)
    found = init(Request(**files, target_stage="SQL", within_days=60), tmp_path / "qualify.yaml")
    config = load_config(tmp_path / "qualify.yaml")
    assert [(t.name, t.stage, t.within_days) for t in config.targets] == [
        ("sql", "SQL", 60),
        ("win", "Won", 60),
    ]
    assert config.data.created_at == "created_at"
    assert config.data.activity_columns.type == "type"
    assert config.data.activity_columns.topic is None
    assert config.data.stage_columns.entered_at == "entered_at"
    assert config.stages.order == ("Inquiry", "MQL", "SQL", "Won", "Lost")
    assert config.stages.closed == ("Won", "Lost")
    assert "# Not used: browser" in found.text
    assert Scorecard.load(tmp_path / "scorecard.yaml").drafted_before is None
    assert config.columns["industry"].type == "category"


def test_an_existing_configuration_is_kept(flat: str, tmp_path: Path) -> None:
    out = tmp_path / "qualify.yaml"
    out.write_text("mine")
    with pytest.raises(UserError, match=r"exists already[\s\S]*--force[\s\S]*--out"):
        init(Request(leads=flat, target="y"), out)
    assert out.read_text() == "mine"
    init(Request(leads=flat, target="y"), out, force=True)
    assert "version: 1" in out.read_text()


def test_an_existing_scorecard_is_kept(flat: str, tmp_path: Path) -> None:
    (tmp_path / "scorecard.yaml").write_text("mine")
    with pytest.raises(UserError, match=r"exists already[\s\S]*scorecard\.yaml"):
        init(Request(leads=flat, target="y"), tmp_path / "qualify.yaml")
    assert not (tmp_path / "qualify.yaml").exists()


@pytest.mark.parametrize("out", [".", "no/such/folder/q.yaml"])
def test_places_that_cannot_be_written(flat: str, tmp_path: Path, out: str) -> None:
    with pytest.raises(UserError, match=r"folder of that name|does not exist"):
        init(Request(leads=flat, target="y"), tmp_path / out)


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        (["1", "0"], "1"), (["1.0", "0.0"], "1"), (["True", "False"], "True"), (["はい", "いいえ"], "はい"),
        (["won", "lost"], "won"), (["Converted", "Open"], "Converted"), (["成約", "失注"], "成約"),
        (["success", "other"], "success"), (["something", "no"], "something"),
        (["Closed-Won", "Closed-Lost"], "Closed-Won"),
    ],
)  # fmt: skip
def test_the_positive_value_is_found(tmp_path: Path, values: list[str], positive: str) -> None:
    rows = [{"id": k, "x": k % 7, "label": values[k % 3 == 0]} for k in range(60)]
    found = propose(Request(leads=write(tmp_path / "t.csv", rows), target="label"), tmp_path)
    assert found.config.targets[0].positive == positive


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        (["1"] * 30, r"one value only[\s\S]*'1': 30[\s\S]*both outcomes"),
        ([""] * 30, r"label is empty in every row"),
        (
            ["0", "1", "2"] * 10,
            r"label has 3 values[\s\S]*'0': 10, '1': 10, '2': 10[\s\S]*mend: add a column",
        ),
        (["a", "b"] * 15, r"Neither value[\s\S]*--positive 'a'"),
        (["yes", "true"] * 15, r"Neither value"),
        (["yes", "no", "unknown"] * 10, r"label has 3 values"),
    ],
)
def test_labels_that_cannot_be_learnt(tmp_path: Path, labels: list[str], match: str) -> None:
    rows = [{"id": k, "x": k, "y": label} for k, label in enumerate(labels)]
    with pytest.raises(UserError, match=match):
        propose(Request(leads=write(tmp_path / "t.csv", rows), target="y"), tmp_path)


def test_the_positive_value_may_be_named(tmp_path: Path) -> None:
    rows = [{"id": k, "x": k % 5, "y": "ab"[k % 2]} for k in range(60)]
    path = write(tmp_path / "t.csv", rows)
    assert propose(Request(leads=path, target="y", positive="b"), tmp_path).config.targets[0].positive == "b"
    with pytest.raises(UserError, match=r"positive value does not occur[\s\S]*'c'"):
        propose(Request(leads=path, target="y", positive="c"), tmp_path)


def test_rows_without_an_outcome_are_counted(tmp_path: Path) -> None:
    rows = [{"id": k, "x": k % 5, "y": ["yes", "no", ""][k % 3]} for k in range(60)]
    found = propose(Request(leads=write(tmp_path / "t.csv", rows), target="y"), tmp_path)
    assert "20 of 40 rows (50.0%); 20 rows without an outcome are left out" in found.text


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"target": "Y2"}, r"no column 'Y2'[\s\S]*--target"),
        ({"target": None}, r"either --target COLUMN, or --target-stage"),
        ({"target_stage": "SQL"}, r"either --target COLUMN"),
        ({"target": None, "target_stage": "SQL"}, r"needs the table of stages"),
        ({"id_column": "nope"}, r"no column 'nope'[\s\S]*--id"),
        ({"created_at": "nope"}, r"no column 'nope'[\s\S]*--created-at"),
        ({"leads": "nope.csv"}, r"does not exist"),
        ({"timezone": "Nowhere"}, r"time zone is not known"),
    ],
)
def test_wrong_arguments(flat: str, change: dict[str, Any], match: str) -> None:
    with pytest.raises(UserError, match=match):
        propose(Request(**({"leads": flat, "target": "y"} | change)))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"target_stage": "sql"}, r"No lead entered a stage 'sql'[\s\S]*'MQL': 300[\s\S]*Did you mean 'SQL'"),
        ({"within_days": None}, r"needs a horizon"),
        ({"within_days": -3.0}, r"horizon is not positive"),
        ({"created_at": "industry"}, r"Column 'industry' cannot be read in any row"),
    ],
)
def test_wrong_funnels(tmp_path: Path, change: dict[str, Any], match: str) -> None:
    request = {**funnel(tmp_path, 120), "target_stage": "SQL", "within_days": 30.0}
    with pytest.raises(UserError, match=match.replace("300", "120")):
        propose(Request(**(request | change)), tmp_path)


def test_tables_that_do_not_belong_together(tmp_path: Path) -> None:
    files = funnel(tmp_path, 60)
    other = write(
        tmp_path / "o.csv",
        [{"lead_id": f"Q{k}", "stage": "SQL", "entered_at": "2025-01-01"} for k in range(9)],
    )
    with pytest.raises(DataError, match="No column of the table of stages holds ids"):
        propose(Request(leads=files["leads"], stages=other, target_stage="SQL", within_days=30), tmp_path)
    bare = write(tmp_path / "b.csv", [{"name": k % 3, "created_at": "2025-01-01"} for k in range(9)])
    with pytest.raises(UserError, match=r"has no id[\s\S]*--id"):
        propose(Request(leads=bare, stages=other, target_stage="SQL", within_days=30), tmp_path)


def test_odd_column_names_survive(tmp_path: Path) -> None:
    names = [
        "名前, [x] {y: z} #a",
        "null",
        "y",
        "1",
        "a\nb",
        "- x",
        "'q' \"r\"",
        "\u3000wide",
        "x" * 250,
        "yes: no",
        "\U0001f600",
    ]
    rows = [{"id": k, **{n: f"v{(k + j) % 4}" for j, n in enumerate(names)}, "won": k % 2} for k in range(60)]
    found = propose(Request(leads=write(tmp_path / "t.csv", rows), target="won"), tmp_path)
    assert [n.strip() for n in names] == [n for n in found.config.columns if n != "id"]


@given(st.text(min_size=1, max_size=300), st.text(max_size=40))
def test_any_key_and_value_survive_the_yaml(key: str, value: str) -> None:
    base = "data: {leads: x.csv}\ntargets: [{name: y, column: y, positive: '1'}]\nexclude:\n"
    if any(0xD800 <= ord(c) < 0xE000 for c in key + value):
        return
    text = base + entry(key, {"code": "C001", "evidence": value}, comment=value) + "\n"
    assert parse_config(text, "t").exclude[key].evidence == value


@pytest.mark.parametrize("name", ["x_education", "bank"])
def test_real_flat_tables(name: str, tmp_path: Path) -> None:
    file, target, ident, leaks = {
        "x_education": ("x_education/leads.csv.gz", "Converted", "Prospect ID", {"Tags", "Lead Quality"}),
        "bank": ("bank_marketing/bank-additional.csv.gz", "y", None, {"duration"}),
    }[name]  # fmt: skip
    if not (SHARED / file).is_file():
        pytest.skip(f"needs the shared data set {file}")
    request = Request(leads=str(SHARED / file), target=target, id_column=ident)
    found = init(request, tmp_path / "qualify.yaml")
    assert leaks <= set(found.config.exclude)
    assert found.config.data.lead_id == ident
    honest = {"Lead Origin", "Total Time Spent on Website", "euribor3m", "poutcome", "pdays", "TotalVisits"}
    assert not honest & set(found.config.exclude)
    assert found.scorecard is not None
