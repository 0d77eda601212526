"""The queue: order, pages, filters, the grid and the lists of filters."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from qualify.errors import UserError
from qualify.ledger import LeadFacts, QueueQuery
from qualify.ledger.queue import facets, queue_page
from tests.ledger.lists import DAY, HOUR, T0, ids, many, put, score_row, scored


def all_pages(ledger, query):
    """All rows, page by page."""
    rows, cursor = [], None
    while True:
        page = ledger.queue(replace(query, cursor=cursor))
        rows += page.rows
        cursor = page.next_cursor
        if cursor is None:
            assert page.total == len(rows)
            return rows


def test_highest_probability_first_and_ties_by_id(ledger):
    put(ledger, *(score_row(name, probability=p) for name, p in (("b", 0.5), ("a", 0.5), ("c", 0.9))))
    rows = ledger.queue(QueueQuery()).rows
    assert [(row.rank, row.lead_id) for row in rows] == [(1, "c"), (2, "a"), (3, "b")]


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_hold_every_lead_once_in_order(ledger, limit):
    table = many(20)
    ledger.record_scores(table, origin="batch")
    rows = all_pages(ledger, QueueQuery(limit=limit))
    order = np.lexsort((table["lead_id"].to_pylist(), -table["probability"].to_numpy()))
    assert [row.lead_id for row in rows] == [table["lead_id"][int(i)].as_py() for i in order]
    assert [row.rank for row in rows] == list(range(1, 21))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from([0.1, 0.5, 0.5000000000000001, 1.0]), min_size=1, max_size=12), st.integers(1, 4)
)
def test_ties_do_not_break_pages(tmp_path_factory, probabilities, limit):
    from qualify.ledger import Ledger

    ledger = Ledger.open(f"sqlite:///{tmp_path_factory.mktemp('ties') / 'ledger.db'}")
    put(ledger, *(score_row(f"L{n:02}", probability=p) for n, p in enumerate(probabilities)))
    rows = all_pages(ledger, QueueQuery(limit=limit))
    ledger.close()
    expected = sorted((-p, f"L{n:02}") for n, p in enumerate(probabilities))
    assert [(-row.probability, row.lead_id) for row in rows] == expected


def test_filters(ledger):
    put(
        ledger,
        score_row("a", band="A", recommended_stage="SQL", disagreement="none", probability=0.9),
        score_row("b", band="B", recommended_stage="MQL", disagreement="model_higher", probability=0.8),
        score_row("c", band="C", recommended_stage=None, disagreement="none", probability=0.7),
        a=LeadFacts(owner="sato", source="web", stage="SAL"),
        b=LeadFacts(owner="kato", source="fair", stage="MQL"),
    )
    assert ids(ledger, bands=("A", "C")) == ["a", "c"]
    assert ids(ledger, stages=("SAL", "MQL")) == ["a", "b"]
    assert ids(ledger, recommended_stages=("SQL",)) == ["a"]
    assert ids(ledger, owner="kato") == ["b"]
    assert ids(ledger, owner="") == ["c"]
    assert ids(ledger, visible_to="sato") == ["a", "c"]
    assert ids(ledger, source="web") == ["a"]
    assert ids(ledger, disagreement="model_higher") == ["b"]
    assert ids(ledger, bands=("A",), owner="kato") == []


@pytest.mark.parametrize("visible_to", [None, "", "\x00", "sato", "nobody"])
@pytest.mark.parametrize("owner", [None, "", "sato", "kato"])
@pytest.mark.parametrize("more", [{}, {"q": "l-1"}, {"bands": ("A", "B")}])
def test_the_total_is_what_the_pages_hold(ledger, visible_to, owner, more):
    owners = ["sato", "kato", None, ""]
    facts = {f"L-{i:02}": LeadFacts(owner=owners[i % 4]) for i in range(20)}
    put(ledger, *(score_row(name, band="ABCD"[i % 4 - i % 3]) for i, name in enumerate(facts)), **facts)
    query = QueueQuery(visible_to=visible_to, owner=owner, limit=3, **more)
    shown = {facts[row.lead_id].owner or "" for row in all_pages(ledger, query)}
    assert shown <= ({"", visible_to} if visible_to in ("sato", "nobody") else {"", "sato", "kato"})


def test_waiting_time_is_compared_with_the_limit(ledger):
    put(ledger, score_row("old", as_of=T0 - DAY, band="A"), score_row("new", band="A"), score_row("cold"))
    now = T0 + HOUR
    assert ids(ledger, waiting="over_limit", now=now) == ["old"]
    assert ids(ledger, waiting="within_limit", now=now) == ["new"]
    assert ids(ledger, waiting="over_limit", limit_hours=48, now=now) == []
    (row,) = ledger.queue(QueueQuery(waiting="over_limit", now=now)).rows
    assert row.waiting_since == T0 - DAY


def test_answered_leads_leave_the_call_list(ledger):
    put(ledger, score_row("a", probability=0.9), score_row("b"), score_row("c"))
    ledger.answer("a", "accepted", actor="x", reason=None, comment=None, key="1")
    ledger.answer("b", "won", actor="x", reason=None, comment=None, key="2")
    assert ids(ledger) == ["c"]
    assert ids(ledger, answered=True) == ["a"]
    assert ids(ledger, answered=None) == ["a", "c"]


def test_the_trend_is_against_a_week_before(ledger):
    for days, score in ((0, 10), (2, 20), (3, 30), (9, 45)):
        put(ledger, score_row("a", as_of=T0 + timedelta(days=days), score=score))
    (row,) = ledger.queue(QueueQuery()).rows
    assert row.score_change == 45 - 20
    put(ledger, score_row("b"))
    assert ledger.queue(QueueQuery(q="b")).rows[0].score_change is None


def test_the_grid_counts_what_its_cells_find(ledger):
    table = many(200)
    ledger.record_scores(table, origin="batch")
    grid = ledger.grid(QueueQuery())
    assert len(grid.cells) == 16
    assert sum(cell.leads for cell in grid.cells) == 200
    fit = np.sort(table["fit"].to_numpy())
    assert grid.fit_cuts == (fit[50], fit[100], fit[150])
    for row in range(4):
        assert sum(grid.cell(row, column).leads for column in range(4)) == 50
    for cell in grid.cells:
        page = ledger.queue(QueueQuery(fit_bin=cell.fit_bin, engagement_bin=cell.engagement_bin, limit=200))
        assert page.total == cell.leads
        mean = np.mean([found.probability for found in page.rows]) if page.rows else None
        assert cell.probability == (pytest.approx(mean) if page.rows else None)


@pytest.mark.parametrize(
    ("engagement", "expected"),
    [
        ([0.0] * 8, [8, 0, 0, 0]),
        ([-0.5] * 5 + [0.1, 0.2, 0.3], [5, 0, 1, 2]),  # quartiles -0.5, -0.5, 0.2
        ([0.1, 0.2, 0.3] + [0.5] * 5, [2, 1, 0, 5]),  # quartiles 0.3, 0.5, 0.5
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], [2, 2, 2, 2]),
    ],
)
def test_leads_that_share_the_lowest_value_are_low_in_the_grid(ledger, engagement, expected):
    put(ledger, *(score_row(f"l{k}", engagement=value) for k, value in enumerate(engagement)))
    grid = ledger.grid(QueueQuery())
    found = [sum(grid.cell(fit, column).leads for fit in range(4)) for column in range(4)]
    assert found == expected
    assert [ledger.queue(QueueQuery(engagement_bin=column)).total for column in range(4)] == expected
    assert sum(grid.cell(0, column).leads for column in range(4)) == len(engagement)  # all fits are the same


def test_the_grid_takes_the_filters(ledger):
    ledger.record_scores(many(60), origin="batch")
    for query in (QueueQuery(bands=("A",)), QueueQuery(q="l00001"), QueueQuery(answered=True)):
        assert sum(cell.leads for cell in ledger.grid(query).cells) == ledger.queue(query).total


def test_an_empty_ledger_has_an_empty_grid_and_queue(ledger):
    grid = ledger.grid(QueueQuery())
    assert {(cell.leads, cell.probability) for cell in grid.cells} == {(0, None)}
    assert (grid.fit_cuts, grid.engagement_cuts) == ((), ())
    page = ledger.queue(QueueQuery(fit_bin=1))
    assert (page.rows, page.next_cursor, page.total) == ((), None, 0)
    assert ledger.facets().bands == {}


def test_facets_count_the_call_list_and_keep_what_only_answered_leads_have(ledger):
    put(
        ledger, score_row("a", band="A"), score_row("b", band="A"), score_row("c", band="B"),
        score_row("d", band="D"),
        a=LeadFacts(owner="x", stage="MQL"), b=LeadFacts(owner="x"), c=LeadFacts(source="web"),
        d=LeadFacts(owner="y", stage="MQL"),
    )  # fmt: skip
    ledger.answer("b", "lost", actor="x", reason="competitor", comment=None, key="k")
    done = ledger.answer("d", "accepted", actor="x", reason=None, comment=None, key="l")
    facets = ledger.facets()
    assert list(facets.bands.items()) == [("A", 1), ("B", 1), ("D", 0)]
    assert (facets.owners, facets.sources, facets.stages) == ({"x": 1, "y": 0}, {"web": 1}, {"MQL": 1})
    assert facets.recommended_stages == {"MQL": 2}
    ledger.undo("d", done.id, actor="x")
    assert ledger.facets().bands == {"A": 1, "B": 1, "D": 1}


def test_a_band_counts_as_many_leads_as_its_list_shows(ledger):
    ledger.record_scores(many(60), origin="batch")
    for number, row in enumerate(ledger.queue(QueueQuery(limit=20)).rows):
        verdict = ("accepted", "meeting_booked", "rejected", "won")[number % 4]
        ledger.answer(row.lead_id, verdict, actor="x", reason=None, comment=None, key=row.lead_id)
    for band, count in ledger.facets().bands.items():
        assert ledger.queue(QueueQuery(bands=(band,))).total == count


def test_a_ledger_whose_leads_are_all_closed_is_not_an_empty_one(ledger):
    assert ledger.facets().stored is False
    put(ledger, score_row("a"))
    ledger.answer("a", "won", actor="x", reason=None, comment=None, key="k")
    facets = ledger.facets()
    assert (facets.bands, facets.stored) == ({}, True)


def test_facets_read_indexes_and_of_answered_leads_only_the_rows(file_ledger, tmp_path):
    asked = []
    with sqlite3.connect(tmp_path / "ledger.db") as plain, file_ledger._database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
        facets(connection)
        plans = [plain.execute(f"EXPLAIN QUERY PLAN {text}", parts).fetchall() for text, parts in asked]
    plain.close()
    *counts, done, _ = [plan[0][3] for plan in plans]
    assert all("USING COVERING INDEX" in step for step in counts)
    assert "(open=? AND answered=?)" in done


def test_facets_are_added_up_over_the_others_most_frequent_first(ledger):
    pairs = [("C", "SAL"), ("A", "MQL"), ("B", "SAL"), ("B", None), ("C", "SQL")]
    rows = [score_row(f"L{n}", band=band, recommended_stage=told) for n, (band, told) in enumerate(pairs)]
    stages = ["MQL", "Inquiry", "MQL", None, "Inquiry"]
    put(ledger, *rows, **{f"L{n}": LeadFacts(stage=stage) for n, stage in enumerate(stages)})
    facets = ledger.facets()
    assert list(facets.bands.items()) == [("B", 2), ("C", 2), ("A", 1)]
    assert list(facets.stages.items()) == [("Inquiry", 2), ("MQL", 2)]
    assert list(facets.recommended_stages.items()) == [("SAL", 2), ("MQL", 1), ("SQL", 1)]
    assert (facets.owners, facets.sources) == ({}, {})


COUNTED_BY = {
    "ledger_leads_owner": QueueQuery(owner="user17"),
    "ledger_leads_waiting": QueueQuery(waiting="over_limit", now=T0),
}


@pytest.mark.parametrize("index", COUNTED_BY)
def test_counts_by_owner_and_waiting_time_read_an_index_up_to_the_value(file_ledger, tmp_path, index):
    """SQLite's planner goes by the shape of the query, not by how much is stored."""
    asked = []
    with sqlite3.connect(tmp_path / "ledger.db") as plain, file_ledger._database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
        queue_page(connection, COUNTED_BY[index])
        count, parts = next(each for each in asked if "count(" in each[0])
        plan = plain.execute(f"EXPLAIN QUERY PLAN {count}", parts).fetchall()
    plain.close()
    (step,) = (row[3] for row in plan)
    assert f"USING COVERING INDEX {index} (" in step
    assert step.count("=?") + step.count("<?") == 3


@pytest.mark.parametrize("cursor", ["", "x", "bm9uc2Vuc2U", "é", "WzEsMl0"])
def test_a_cursor_of_nowhere_is_refused(file_ledger, cursor):
    with pytest.raises(UserError, match="the cursor cannot be read"):
        file_ledger.queue(QueueQuery(cursor=cursor))


def test_a_cursor_of_another_query_is_refused(file_ledger):
    file_ledger.record_scores(many(4), origin="batch")
    cursor = file_ledger.queue(QueueQuery(limit=1)).next_cursor
    with pytest.raises(UserError, match="or is of another query"):
        file_ledger.queue(QueueQuery(bands=("A",), cursor=cursor))


@pytest.mark.parametrize(
    ("name", "value"), [("limit", 0), ("limit", 1001), ("fit_bin", 4), ("engagement_bin", -1)]
)
def test_what_is_out_of_range_is_refused(name, value):
    with pytest.raises(UserError, match=f"`{name}` is out of range"):
        QueueQuery(**{name: value})


def test_a_stored_lead_that_is_scored_again_moves(ledger):
    put(ledger, score_row("a", probability=0.2), score_row("b", probability=0.3))
    ledger.record_scores(scored("a", as_of=T0 + HOUR, probability=0.9), origin="api")
    assert ids(ledger) == ["a", "b"]
