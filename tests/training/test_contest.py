"""Champion and challenger on the same rows: one path of scoring, and who has seen which leads."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from qualify.scorer import Scorer
from tests.world import World
from training.contest import _enough, _unseen, champion_probability
from training.parity import document_of, measure_parity

ROWS = 60


def moments(world: World) -> tuple[np.ndarray, np.ndarray]:
    """The first leads, each three weeks after its creation."""
    lead = np.arange(ROWS)
    return lead, world.tables.created_at[lead] + 21 * 86_400_000_000


def test_the_champion_predicts_what_it_scores(world: World) -> None:
    lead, as_of = moments(world)
    scored, late = world.scorer.score_rows(world.tables, lead, as_of, reasons=0, language="en")
    assert len(late) == 0
    by_lead = dict(zip(scored["lead_id"].to_pylist(), scored["probability"].to_pylist(), strict=True))
    found = champion_probability(world.scorer, world.tables, lead, as_of)
    assert found == pytest.approx([by_lead[name] for name in world.tables.lead_id[lead]], abs=1e-12)


def test_a_lead_scored_alone_gets_what_it_gets_in_a_batch(world: World) -> None:
    assert measure_parity(world.scorer, world.tables, *moments(world), seed=0) <= 1e-9


def test_a_document_holds_the_whole_lead(world: World) -> None:
    tables = world.tables
    document = document_of(tables, 3, world.scorer.parts.schema.columns)
    assert document["lead_id"] == tables.lead_id[3]
    assert len(document["activities"]) == int(np.diff(tables.activities.offsets)[3])
    assert len(document["stages"]) == int(np.diff(tables.stages.offsets)[3])
    assert set(document["attributes"]) == set(world.scorer.parts.schema.columns)


def test_leads_are_new_to_the_champion_from_the_end_of_its_window_on(world: World) -> None:
    lead, _ = moments(world)
    border = int(np.sort(world.tables.created_at[lead])[ROWS // 2])
    ends = str(np.datetime64(border, "us"))
    parts = replace(world.scorer.parts, window=replace(world.scorer.parts.window, ends=ends))
    unseen = _unseen(Scorer(parts, "x"), world.tables, lead)
    assert unseen.tolist() == (world.tables.created_at[lead] > border).tolist()
    undated = replace(parts, window=replace(parts.window, ends=""))
    assert not _unseen(Scorer(undated, "x"), world.tables, lead).any()


def test_enough_counts_leads_and_both_outcomes() -> None:
    label = np.repeat([1.0, 0.0], 40)
    judged = SimpleNamespace(label=label, lead=np.arange(80))
    assert _enough(judged, np.ones(80, dtype=bool))
    assert not _enough(judged, label == 1)
    assert not _enough(SimpleNamespace(label=label, lead=np.zeros(80)), np.ones(80, dtype=bool))
