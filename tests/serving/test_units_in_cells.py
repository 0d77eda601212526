"""Numbers with units and spans of time in cells, from `init` to the score of one document."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from qualify.config import ColumnSpec, Data, load_config
from qualify.leads.build import build_tables
from qualify.leads.stamp import stamp
from qualify.leads.typed import read_typed
from qualify.model.bundle import write_bundle
from qualify.rules.card_words import value_words
from qualify.scorer import Scorer
from serving.lead_documents import LeadDocuments
from serving.pyfunc_model import score_documents
from tests.serving.lead_documents import EXACT
from tests.world import call
from training.data import load_tables
from training.train import train_model

ROWS = 900


def span(minutes: int) -> str:
    """Write minutes as a CRM does."""
    hours, rest = divmod(int(minutes), 60)
    if hours >= 24:
        return f"{hours // 24}d {hours % 24}h {rest}m"
    return f"{hours}h {rest}m" if hours else f"{rest}m"


def leads() -> pd.DataFrame:
    """Leads whose odds fall with the time until somebody answered, and rise with the floor area."""
    rng = np.random.default_rng(5)
    minutes, area = rng.integers(3, 6_000, ROWS), rng.integers(80, 900, ROWS) / 10
    won = rng.random(ROWS) < 1 / (1 + np.exp(np.log(minutes / 300) - (area - 45) / 20))
    created = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(np.arange(ROWS), unit="h")
    return pd.DataFrame({
        "lead id": [f"L{k}" for k in range(ROWS)], "created": created,
        "waited": [span(each) for each in minutes], "面積": [f"{each}坪" for each in area],
        "won": np.where(won, "yes", "no"),
    })  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("units")
    leads().to_csv(folder / "leads.csv", index=False)
    said = call("init", "--leads", "leads.csv", "--target", "won", folder=folder)
    assert said.code == 0, said.err
    config = load_config(folder / "qualify.yaml")
    parts = train_model(load_tables(config, folder), budget=0, seed=0).parts
    write_bundle(parts, folder / "bundle")
    return folder


@pytest.fixture(scope="module")
def scorer(trained):
    return Scorer.load(trained / "bundle")


def scored(scorer, frame, language="en"):
    return scorer.score(frame, as_of="created", language=language).set_index("lead_id")


def test_init_proposes_numbers_with_their_units(trained):
    columns = load_config(trained / "qualify.yaml").columns
    assert [(columns[name].type, columns[name].unit) for name in ("waited", "面積")] == [
        ("number", "h"),
        ("number", "坪"),
    ]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ("Waited: 2 d 3 h", "面積: 31.5坪")), ("ja", ("waited：2日3時間", "面積：31.5坪"))],
)
def test_reasons_show_the_units_in_the_readers_language(scorer, language, said):
    frame = leads().head(1).assign(waited="2d 3h 4m", 面積="31.5坪")
    (reasons,) = scored(scorer, frame, language)["reasons"]
    texts = {reason["feature"]: reason["text"].casefold() for reason in reasons}
    for name, text in zip(("column:waited", "column:面積"), said, strict=True):
        assert texts[name].startswith(text.casefold())


def test_the_same_span_and_the_same_area_have_the_same_chance_however_written(scorer):
    frame = leads().head(5).assign(created="2025-02-03T10:00Z")
    frame["waited"] = ["2d 3h", "51:00:00", "P2DT3H", "3060 min", "51"]
    frame["面積"] = ["31.5坪", "31.5 坪", "３１．５坪", "31.5", "31.50坪"]
    chance = scored(scorer, frame)["probability"].to_numpy()
    np.testing.assert_allclose(chance, chance[0], rtol=0, atol=EXACT)


def test_a_longer_wait_lowers_the_chance(scorer):
    frame = leads().head(2).assign(created="2025-02-03T10:00Z", 面積="45坪", waited=["20m", "3d"])
    soon, late = scored(scorer, frame)["probability"]
    assert np.log(soon / (1 - soon)) - np.log(late / (1 - late)) > 2.5  # the truth: 5.4


def test_alone_in_a_document_as_text_or_as_number_it_is_scored_as_in_the_table(scorer):
    frame = leads().head(12)
    together = scored(scorer, frame)["probability"]
    for _, row in frame.iterrows():
        time = row["created"].isoformat()
        area = float(row["面積"].removesuffix("坪"))
        for written in (row["面積"], area):
            attributes = {"waited": row["waited"], "面積": written}
            document = {
                "lead_id": row["lead id"], "created_at": time, "as_of": time, "attributes": attributes
            }  # fmt: skip
            (alone,) = score_documents(scorer, pd.DataFrame([document]), 3, "en")["probability"]
            assert alone == pytest.approx(together[row["lead id"]], abs=EXACT)


def test_only_columns_with_units_say_so_in_the_bundle(trained):
    columns = json.loads((trained / "bundle" / "features.json").read_text(encoding="utf-8"))["columns"]
    assert {column["name"]: column.get("unit") for column in columns} == {"waited": "h", "面積": "坪"}


def test_documents_tables_and_rule_cards_say_yes_no_and_units():
    """The same words where a rule found a value, on the lead's page and in the package for sales."""
    spec = {"loan": ColumnSpec(type="boolean"), "waited": ColumnSpec(type="number", unit="h")}
    table = stamp(
        pa.table({"id": ["1", "2"], "loan": ["○", "×"], "waited": ["2h 30m", "0:05:00"]}), origin="leads"
    )
    tables, _ = build_tables(Data(leads="-", lead_id="id"), spec, table, None, None)
    assert [value_words([], tables.columns["loan"], row).en for row in (0, 1)] == ["yes", "no"]
    assert [value_words([], tables.columns["loan"], row).ja for row in (0, 1)] == ["はい", "いいえ"]
    assert [value_words([], tables.columns["waited"], row).en for row in (0, 1)] == ["2 h 30 min", "5 min"]
    assert value_words([], tables.columns["waited"], 0).ja == "2時間30分"
    document = LeadDocuments(tables, np.arange(2), np.full(2, 1, dtype=np.int64))["1"]
    assert document["attributes"] == {"loan": True, "waited": 2.5}
    again = read_typed([document], spec, "UTC")
    assert again is not None
    for name in spec:
        assert again.tables.columns[name].values[0] == tables.columns[name].values[0]
        assert again.tables.columns[name].unit == tables.columns[name].unit
        assert again.tables.columns[name].yes_no == tables.columns[name].yes_no
