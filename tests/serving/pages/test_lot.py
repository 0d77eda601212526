"""A lead picked by lot asks to be worked, in words and in both languages."""

from __future__ import annotations

import pytest

from tests.ledger.lists import score_list, score_row

ASKS = {"en": "Picked by lot: please work it like a band A lead", "ja": "抽選で選ばれたリードです"}


@pytest.fixture(scope="module")
def drawn(live):
    """Two leads of a lot, one of them in band A; and one that was not picked."""
    ledger, chance = live.runtime.ledger, {"work_probability": 0.05}
    ledger.record_scores(
        score_list(
            score_row("lot-cold", probability=0.01, band="D", picked_by_lot=True, **chance),
            score_row("lot-hot", probability=0.99, band="A", picked_by_lot=True, work_probability=1.0),
            score_row("no-lot", probability=0.01, band="D", picked_by_lot=False, **chance),
        ),
        origin="api",
    )
    yield live
    for lead in ("lot-cold", "lot-hot", "no-lot"):
        ledger.forget(lead, actor="test")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_desk_asks_to_work_it_on_the_list_and_on_its_own_page(drawn, language):
    with drawn.client(language) as client:
        pages = {lead: client.get(f"/?q={lead}").text for lead in ("lot-cold", "lot-hot", "no-lot")}
        alone = {lead: client.get(f"/leads/{lead}").text for lead in pages}
    for found in (pages, alone):
        assert [ASKS[language] in found[lead] for lead in ("lot-cold", "lot-hot", "no-lot")] == [
            True, False, False,
        ]  # fmt: skip


def test_a_lead_as_the_api_tells_it_says_that_it_was_picked(drawn):
    with drawn.client() as client:
        told = client.get("/v1/leads/lot-cold").json()
        listed = client.get("/v1/leads?q=lot-cold").json()
    assert "picked_by_lot" in str(told)
    assert "picked_by_lot" in str(listed)
