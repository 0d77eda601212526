"""What the pages say once leads are answered: steps, counts, and why a list is empty."""

from __future__ import annotations

import re
import shutil

import pytest
from starlette.datastructures import QueryParams

from qualify.ledger import Facets, QueueQuery
from serving.pages.filters import read_filters
from serving.pages.queue_page import _emptiness
from tests.serving.pages.desk import running
from tests.serving.pages.test_http import first_lead


def test_what_a_first_step_says_follows_the_last_answer(live):
    lead = first_lead(live, answered=False, bands=("A",)).lead_id
    ledger = live.runtime.ledger

    def seen():
        with live.client() as client:
            return [client.get(f"/leads/{lead}{part}").text for part in ("", "/handoff")]

    assert all("Call today." in page for page in seen())
    for verdict, said in (
        ("accepted", "Accepted: call, then note"),
        ("meeting_booked", "Prepare the meeting."),
    ):
        given = ledger.answer(lead, verdict, actor="x", reason=None, comment=None, key=f"step-{verdict}")
        assert all(said in page and "Call today." not in page for page in seen())
        ledger.undo(lead, given.id, actor="x")
    given = ledger.answer(lead, "won", actor="x", reason=None, comment=None, key="step-won")
    page, package = seen()
    ledger.undo(lead, given.id, actor="x")
    assert "What to do first" not in page
    assert "Call today." not in package


def test_what_a_lead_did_is_told_from_now(live):
    """The desk's scores are of a day long past: nothing in them was some hours ago."""
    lead = first_lead(live, answered=None).lead_id
    with live.client() as client:
        page = client.get(f"/leads/{lead}").text
    timeline = page.split("What happened</h2>")[1].split("</section>")[0]
    assert "<time" in timeline
    assert not re.search(r">\d+ (h|min) ago<", timeline)


def test_a_pill_counts_what_its_list_shows(filled, tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(filled, folder)
    with running(folder) as service, service.client() as client:
        ledger = service.runtime.ledger
        for row in ledger.queue(QueueQuery(bands=("A",), limit=1000)).rows:
            ledger.answer(row.lead_id, "accepted", actor="x", reason=None, comment=None, key=row.lead_id)
        page = client.get("/").text
        assert re.search(r'badge-A">A</b><span>0</span>', page)
        assert client.get("/?band=A&answered=answered").text.count("data-row") > 0


@pytest.mark.parametrize(("facets", "query", "said"), [
    (Facets({}, {}, {}, {}, {}, stored=False), "", "nothing"),
    (Facets({}, {}, {}, {}, {}, stored=True), "", "done"),
    (Facets({}, {}, {}, {}, {"A": 0}, stored=True), "", "done"),
    (Facets({}, {}, {}, {}, {"A": 0}, stored=True), "q=x", "filtered"),
])  # fmt: skip
def test_an_empty_list_says_why(facets, query, said):
    assert _emptiness(read_filters(QueryParams(query)), facets) == said
