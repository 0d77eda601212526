"""`qualify explain --since` and `--what-if`, as a user runs them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qualify.model.bundle import read_bundle, write_bundle
from qualify.moments import micros
from tests.world import AS_OF, call, sources

SINCE = "2026-03-10T00:00:00Z"


@pytest.fixture(scope="module")
def lead_id(world):
    """A lead of which much was heard between the two moments."""
    acts, (since, until) = world.tables.activities, (micros(pd.Timestamp(t)) for t in (SINCE, AS_OF))
    new = (acts.known_at > since) & (acts.known_at <= until)
    count = np.add.reduceat(np.append(new, False), acts.offsets[:-1])
    count[(world.tables.created_at > since) | (np.diff(acts.offsets) == 0)] = 0
    return str(world.tables.lead_id[int(np.argmax(count))])


def explain(world, lead_id, *words):
    return world.call("explain", lead_id, *sources(world.folder), "--as-of", AS_OF, *words)


def told(world, lead_id, *words):
    called = explain(world, lead_id, *words, "--json")
    assert called.code == 0, called.err
    return called.json


def probability(world, lead_id, moment):
    called = world.call("explain", lead_id, *sources(world.folder), "--as-of", moment, "--json")
    return called.json["probability"]


def adds_up(moved):
    for name in ("log_odds", "probability"):
        change = moved[f"{name}_after"] - moved[f"{name}_before"]
        assert sum(part[name] for part in moved["parts"]) == pytest.approx(change, abs=1e-9)


def test_a_change_between_two_scores_is_split_exactly(world, lead_id):
    moved = told(world, lead_id, "--since", SINCE)
    assert moved["probability_before"] == pytest.approx(probability(world, lead_id, SINCE), abs=1e-9)
    assert moved["probability_after"] == pytest.approx(probability(world, lead_id, AS_OF), abs=1e-9)
    adds_up(moved)
    causes = [part["cause"] for part in moved["parts"]]
    assert causes[0] == "ageing"
    assert causes.count("ageing") == 1
    assert set(causes) <= {"ageing", "activity", "stage"}
    assert "activity" in causes


def test_the_text_of_a_change(world, lead_id):
    text = explain(world, lead_id, "--since", SINCE).out
    assert f"Why lead {lead_id} moved from" in text
    assert "22 days passed" in text
    assert "Change in all" in text
    japanese = explain(world, lead_id, "--since", SINCE, "--language", "ja").out
    assert "変化の合計" in japanese


def test_attributes_of_then(world, lead_id, tmp_path):
    leads = world.arrow["leads"].to_pandas()
    place = leads.index[leads["lead_id"] == lead_id]
    leads.loc[place, "industry"] = "elsewhere"
    pq.write_table(pa.Table.from_pandas(leads, preserve_index=False), tmp_path / "then.parquet")
    moved = told(world, lead_id, "--since", SINCE, "--since-leads", tmp_path / "then.parquet")
    adds_up(moved)
    (part,) = [part for part in moved["parts"] if part["cause"] == "attribute"]
    assert part["subject"] == "industry"
    assert part["text"].startswith("industry changed from elsewhere to ")


def test_the_model_of_then(world, lead_id, tmp_path):
    """The same trees with other rules: all of the difference is that of the rules."""
    parts, _ = read_bundle(world.bundle)
    text = parts.scorecard_text.replace("points: 8\n", "points: 3\n").replace('version: "', 'version: "old-')
    assert text != parts.scorecard_text
    write_bundle(replace(parts, scorecard_text=text), tmp_path / "then")
    moved = told(world, lead_id, "--since", SINCE, "--since-model", tmp_path / "then")
    adds_up(moved)
    assert [part["cause"] for part in moved["parts"]][-2:] == ["rules", "model"]
    assert moved["parts"][-1]["log_odds"] == pytest.approx(0.0, abs=1e-9)
    assert moved["probability_after"] == pytest.approx(probability(world, lead_id, AS_OF), abs=1e-9)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--since", AS_OF], "the first moment is not before the second"),
        (["--since", "2019-01-01"], "did not exist yet"),
        (["--since", "soonish"], "cannot be read"),
        (["--since-model", "x"], "the time of then is missing"),
        (["--since", SINCE, "--png", "x.png"], "told as text or JSON"),
    ],
)
def test_refused(world, lead_id, words, message):
    called = explain(world, lead_id, *words)
    assert called.code == 2
    assert message in called.err


def test_what_would_have_to_be_so(world):
    """Of the leads just below band A some would be lifted by one thing that the team can bring about."""
    tables = world.tables
    table, _ = world.scorer.score_tables(tables, world.scorer.moments(tables, micros(pd.Timestamp(AS_OF))))
    below = [
        row for row in table.select(["lead_id", "band", "probability"]).to_pylist() if row["band"] == "B"
    ]
    found = told(world, below[0]["lead_id"], "--what-if")
    for change in found["changes"]:
        assert change["band"] == "A"
        assert change["probability"] > found["probability"]
        assert 1 <= len(change["edits"]) <= 2
        assert {edit["kind"] for edit in change["edits"]} == {"activity"}
    assert found["changes"]
    text = explain(world, below[0]["lead_id"], "--what-if").out
    assert found["changes"][0]["text"] in " ".join(text.split())
    assert "not proven to be the cause" in " ".join(text.split())
    assert told(world, below[0]["lead_id"])["changes"] is None


def test_a_lead_without_a_configuration(world, lead_id, tmp_path):
    words = [*sources(world.folder), "--model", world.bundle, "--as-of", AS_OF, "--since", SINCE, "--json"]
    called = call("explain", lead_id, *words, folder=tmp_path)
    assert called.code == 0, called.err
    assert json.loads(called.out)["lead_id"] == lead_id
