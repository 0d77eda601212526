"""A column of several values in a cell, from `init` to the score of one document."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from qualify.config import load_config
from qualify.model.bundle import read_bundle, write_bundle
from qualify.scorer import Scorer
from serving.pyfunc_model import score_documents
from tests.serving.lead_documents import EXACT
from tests.world import call
from training.data import load_tables
from training.train import train_model

PARTS = ("製品A", "webinar", "fair", "partner", "pricing")
ROWS = 900


def leads() -> pd.DataFrame:
    """Leads of whom those with "webinar" among their interests have e^2.5 times the odds."""
    rng = np.random.default_rng(5)
    held = rng.random((ROWS, len(PARTS))) < 0.4
    cells = [";".join(PARTS[j] for j in rng.permutation(np.flatnonzero(row))) for row in held]
    won = rng.random(ROWS) < 1 / (1 + np.exp(1.8 - 2.5 * held[:, 1]))
    created = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(np.arange(ROWS), unit="h")
    return pd.DataFrame({
        "lead id": [f"L{k}" for k in range(ROWS)], "created": created, "interests": cells,
        "employees": rng.integers(1, 500, ROWS), "won": np.where(won, "yes", "no"),
    })  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("several")
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


def test_init_says_what_it_saw_and_how_it_will_be_read(trained):
    text = (trained / "qualify.yaml").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("  interests:")]
    assert '{type: multi_select, separators: ";"}' in line
    assert "several of 5 values" in line


def test_every_value_is_a_feature_and_combinations_are_none(scorer):
    (column,) = [each for each in scorer.parts.plan.columns if each.type == "multi_select"]
    assert set(column.tokens) == {"製品a", "webinar", "fair", "partner", "pricing"}
    assert column.vocabulary == ()


def test_a_combination_never_seen_has_the_chance_of_its_values(scorer):
    frame = leads().head(4).assign(employees=100, created="2025-02-03T10:00Z")
    frame["interests"] = ["webinar;fair", "fair ; WEBINAR;new", '["fair", "ｗｅｂｉｎａｒ"]', "fair"]
    chance = scored(scorer, frame)["probability"].to_numpy()
    assert chance[0] == pytest.approx(chance[1], abs=EXACT) == pytest.approx(chance[2], abs=EXACT)
    odds = chance / (1 - chance)
    assert np.log(odds[0] / odds[3]) == pytest.approx(2.5, abs=0.7)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Interests: fair, webinar, 製品A ("), ("ja", "interests：fair、webinar、製品A")],
)
def test_the_reason_names_the_values_in_both_languages(scorer, language, said):
    frame = leads().head(1).assign(interests="製品A;webinar;fair")
    (reasons,) = scored(scorer, frame, language)["reasons"]
    (about,) = [each for each in reasons if each["feature"] == "column:interests"]
    assert about["contribution"] > 0.5
    assert about["text"].casefold().startswith(said.casefold())


def test_contributions_of_all_values_are_one_and_add_up(scorer, trained):
    tables = load_tables(load_config(trained / "qualify.yaml"), trained).tables
    told = scorer.explain_rows(tables, np.arange(ROWS), tables.created_at)
    assert [field.name for field in scorer.fields].count("column:interests") == 1
    total = told.base + told.contributions.sum(axis=1)
    np.testing.assert_allclose(total, told.prediction.log_odds, rtol=0, atol=EXACT)


def test_alone_in_a_document_as_text_or_as_list_it_is_scored_as_in_the_table(scorer):
    frame = leads().head(12)
    together = scored(scorer, frame)["probability"]
    for row in frame.itertuples():
        attributes = {"employees": row.employees, "interests": row.interests}
        whole = {"lead_id": row[1], "created_at": row.created.isoformat(), "as_of": row.created.isoformat()}
        for interests in (row.interests, row.interests.split(";") if row.interests else []):
            document = pd.DataFrame([{**whole, "attributes": {**attributes, "interests": interests}}])
            (alone,) = score_documents(scorer, document, 3, "en")["probability"]
            assert alone == pytest.approx(together[row[1]], abs=EXACT)


def test_the_bundle_holds_what_was_learned_and_is_the_same_when_written_again(trained, tmp_path):
    write_bundle(read_bundle(trained / "bundle")[0], tmp_path / "again")
    names = sorted(path.name for path in (trained / "bundle").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    for name in names:
        assert (trained / "bundle" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    columns = json.loads((trained / "bundle" / "features.json").read_text(encoding="utf-8"))["columns"]
    assert ["separators" in column for column in columns] == [
        column["name"] == "interests" for column in columns
    ]
