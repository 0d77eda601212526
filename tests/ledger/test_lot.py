"""Leads picked by lot: kept with every score, raised on the desk, and told to whoever trains."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from qualify.config import Webhook
from qualify.ledger import LeadFacts, Ledger, QueueQuery
from tests.ledger.lists import DAY, T0, many, score_list, score_row, scored


def put(ledger, *rows, **more):
    return ledger.record_scores(score_list(*rows), origin="batch", **more)


def row(lead_id, probability, band, *, picked=False, **different):
    chance = 1.0 if band == "A" else 0.05
    lot = {"picked_by_lot": picked, "work_probability": chance}
    return score_row(lead_id, probability=probability, band=band, **lot, **different)


def ids(ledger):
    return [each.lead_id for each in ledger.queue(QueueQuery()).rows]


def test_a_picked_lead_stands_at_the_foot_of_band_a(ledger):
    put(
        ledger, row("hot", 0.9, "A"), row("foot", 0.6, "A"), row("warm", 0.5, "B"),
        row("cold", 0.1, "D", picked=True), row("cool", 0.3, "C"),
    )  # fmt: skip
    # `cold` and `foot` share a place, which the id decides.
    assert ids(ledger) == ["hot", "cold", "foot", "warm", "cool"]
    rows = {each.lead_id: each for each in ledger.queue(QueueQuery()).rows}
    assert rows["cold"].picked_by_lot is True
    assert rows["warm"].picked_by_lot is False
    assert rows["cold"].probability == 0.1, "the chance that is shown stays what it is"


def test_a_picked_lead_that_is_scored_alone_is_raised_to_the_band_a_of_its_model(ledger):
    put(ledger, row("a", 0.6, "A"), row("b", 0.5, "B"))
    put(ledger, row("other", 0.2, "A", model_version="2"))
    put(ledger, row("lot", 0.01, "D", picked=True))
    assert ids(ledger) == ["a", "lot", "b", "other"]


def test_a_picked_lead_comes_first_where_nobody_is_in_band_a(ledger):
    put(ledger, row("b", 0.5, "B"), row("lot", 0.01, "D", picked=True))
    assert ids(ledger) == ["lot", "b"]


def test_a_picked_lead_in_band_a_keeps_its_own_place(ledger):
    put(ledger, row("x", 0.95, "A", picked=True), row("y", 0.7, "A"))
    assert ids(ledger) == ["x", "y"]


def test_a_picked_lead_is_waited_for_but_alarms_nobody(ledger):
    rule = Webhook(name="crm", url="https://example.com/hook")
    done = put(ledger, row("lot", 0.01, "D", picked=True), row("cold", 0.01, "D"), alert_rules=(rule,))
    assert ledger.lead("lot").waiting_since == T0
    assert ledger.lead("cold").waiting_since is None
    assert done.alerts == 0


def test_pages_follow_the_order_of_calls(ledger):
    table = many(30)
    picked = np.arange(30) % 7 == 0
    table = table.append_column("picked_by_lot", pa.array(picked))
    table = table.append_column("work_probability", pa.array(np.full(30, 0.05)))
    ledger.record_scores(table, origin="batch")
    whole, found, cursor = [each.lead_id for each in ledger.queue(QueueQuery(limit=100)).rows], [], None
    while True:
        page = ledger.queue(QueueQuery(limit=4, cursor=cursor))
        found += [each.lead_id for each in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == whole
    assert len(set(found)) == 30


def test_a_list_in_pieces_has_the_order_of_the_whole(ledger, tmp_path):
    """Closed leads of band A, which the queue does not hold, count for the foot of the band too."""
    closed = {"gone": LeadFacts(stage="Lost")}
    rows = [
        row("top", 0.9, "A"),
        row("gone", 0.5, "A"),
        row("next", 0.3, "B"),
        row("lot", 0.1, "D", picked=True),
    ]
    whole = Ledger.open(f"sqlite:///{tmp_path / 'whole.db'}")
    whole.record_scores(score_list(*rows), origin="batch", facts=closed, closed=["Lost"])
    ledger.record_scores(score_list(*rows[:3]), origin="batch", facts=closed, closed=["Lost"])
    ledger.record_scores(score_list(rows[3]), origin="batch", closed=["Lost"], feet={"1": 0.5})
    assert ids(ledger) == ids(whole) == ["top", "lot", "next"]
    whole.close()


def test_the_record_says_what_was_drawn_and_nothing_without_a_lot(ledger):
    put(ledger, row("lot", 0.01, "D", picked=True))
    ledger.record_scores(scored("plain"), origin="api")
    score = ledger.lead("lot").score
    assert (score["picked_by_lot"], score["work_probability"]) == (True, 0.05)
    assert "picked_by_lot" not in ledger.lead("plain").score
    (kept,) = ledger.history("lot")
    assert kept.score["work_probability"] == 0.05


def test_assignments_tell_when_each_lead_was_first_to_be_worked(ledger):
    ledger.record_scores(scored("before-the-lot", band="A"), origin="batch")
    put(ledger, row("late", 0.1, "C"), row("lot", 0.1, "D", picked=True), row("never", 0.1, "D"))
    later = {"as_of": T0 + DAY}
    read = datetime.now(UTC)
    put(ledger, row("late", 0.8, "A", **later), row("lot", 0.1, "C", picked=True, **later))
    assert ledger.assignments(until=read)["selected_at"].to_pylist() == [None, None, None]
    found = {each["lead_id"]: each for each in ledger.assignments().to_pylist()}
    assert set(found) == {"late", "lot", "never"}
    assert found["late"] == {
        "lead_id": "late", "scored_at": T0, "selected_at": T0 + DAY, "picked_at": None, "chance": 0.05,
        "best_band": "A",
    }  # fmt: skip
    assert (found["lot"]["selected_at"], found["lot"]["picked_at"]) == (None, T0)
    assert found["lot"]["best_band"] == "C"
    assert (found["never"]["selected_at"], found["never"]["picked_at"]) == (None, None)


def test_without_a_lot_there_are_no_assignments(ledger):
    ledger.record_scores(scored("a"), origin="batch", facts={"a": LeadFacts(name="x")})
    found = ledger.assignments()
    assert found.num_rows == 0
    assert found.column_names == ["lead_id", "scored_at", "selected_at", "picked_at", "chance", "best_band"]
