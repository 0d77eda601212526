"""Rules and model against what became of the leads, counted a second way."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest

from qualify.leads.cells import plain_cell
from serving.pages.comparison import compare, known_outcomes
from tests.serving.pages.desk import TIMES

FIRST, LAST = (datetime.fromisoformat(text) for text in TIMES)
LATE = datetime(2026, 6, 20, tzinfo=UTC)


def by_hand(folder, first, now):
    """Walk through the stages lead by lead."""
    days = timedelta(days=60)
    entered: dict[str, datetime] = {}
    for row in pq.read_table(folder / "stages.parquet").to_pylist():
        if row["stage"] == "SQL" and row["recorded_at"] <= now:
            entered[row["lead_id"]] = min(row["entered_at"], entered.get(row["lead_id"], row["entered_at"]))
    found = {}
    for row in first.to_pylist():
        at, scored = entered.get(row["lead_id"]), row["as_of"]
        if scored + days <= now and (at is None or at > scored):
            found[row["lead_id"]] = at is not None and at <= scored + days
    return found


def test_stored_scores_come_back_as_first_and_as_latest_ones(live):
    first, latest = live.runtime.ledger.first_scores(), live.runtime.ledger.open_scores()
    assert min(first["as_of"].to_pylist()) == FIRST
    assert set(latest["as_of"].to_pylist()) == {LAST}
    assert len(set(first["lead_id"].to_pylist())) == first.num_rows > latest.num_rows


@pytest.mark.parametrize("now", [LATE, FIRST + timedelta(days=61), FIRST + timedelta(days=59)])
def test_outcomes_are_those_of_leads_that_were_watched_to_the_end(live, now):
    runtime = live.runtime
    first = runtime.ledger.first_scores()
    assert known_outcomes(runtime.config, runtime, first, now) == by_hand(runtime.folder, first, now)


def test_a_lead_that_got_there_early_counts_only_once_its_time_is_over(live):
    runtime = live.runtime
    first = runtime.ledger.first_scores()
    assert known_outcomes(runtime.config, runtime, first, FIRST + timedelta(days=59)) == {}
    assert any(known_outcomes(runtime.config, runtime, first, LATE).values())


def test_the_comparison_has_both_sides(live):
    found = compare(live.runtime, LATE)
    assert found.now.leads == live.runtime.ledger.open_scores().num_rows
    assert found.past is not None
    assert sum(figure.denominator for figure in found.past.outcomes.values()) > 100


@pytest.mark.parametrize(("cell", "plain"), [
    ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"), ("a=b", "a=b"), ("", ""),
])  # fmt: skip
def test_no_cell_is_a_formula(cell, plain):
    assert plain_cell(cell) == plain


def test_each_rule_tells_what_it_was_meant_for_and_who_answers_for_it(live):
    card = live.runtime.models.scorer.scorecard
    with live.client("ja") as client:
        page = html.unescape(client.get("/agreement").text)
    for rule in (*card.rules, *card.triggers):
        assert rule.label.ja in page
        assert rule.rationale in page
    assert "担当" in page
