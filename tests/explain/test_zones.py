"""A lead's times on the reader's clock, in the text, the page and the picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from qualify.explain.digest import known_at, latest_events
from qualify.explain.explanation import Event
from qualify.explain.lead import render_html, render_text
from qualify.explain.waterfall import draw_waterfall
from qualify.explain.words import phrasebook
from tests.explain.leads import make_lead

LATE = datetime(2026, 3, 28, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("render", [render_text, render_html])
def test_times_are_those_of_the_zone(render, language):
    lead = make_lead(as_of=LATE, timeline=(Event(LATE, "Came"),))
    told = render(lead, language, "Asia/Tokyo")
    assert told.count("2026-03-29 00:30 JST") == 2
    assert "UTC" not in told
    assert render(lead, language) == render(lead, language, "UTC") != told
    assert "2026-03-28 15:30 UTC" in render(lead, language)


def test_the_picture_too(tmp_path):
    lead = make_lead(as_of=LATE)
    pictures = [tmp_path / zone for zone in ("utc", "tokyo")]
    draw_waterfall(lead, "en", pictures[0])
    draw_waterfall(lead, "en", pictures[1], "Asia/Tokyo")
    assert pictures[0].read_bytes() != pictures[1].read_bytes()


def test_a_day_is_the_readers_day():
    first = Event(LATE - timedelta(hours=1), "Came")
    lead = make_lead(timeline=(Event(LATE, "Came"), first))
    assert len(latest_events(lead, phrasebook("en"))[0]) == 1
    assert len(latest_events(lead, phrasebook("en", "Asia/Tokyo"))[0]) == 2


def test_clocks_that_are_changed():
    lead, book = make_lead(as_of=datetime(2026, 3, 29, 0, 59, tzinfo=UTC)), phrasebook("en", "Europe/Berlin")
    assert known_at(lead, book).endswith("01:59 CET")
    assert known_at(replace(lead, as_of=datetime(2026, 3, 29, 1, 0, tzinfo=UTC)), book).endswith("03:00 CEST")


def test_words_with_the_names_of_a_card_keep_their_zone():
    from qualify.rules import default_scorecard

    book = phrasebook("ja", "Asia/Tokyo").with_card(default_scorecard())
    assert book.time(LATE) == "2026-03-29 00:30 JST"
