"""Chances, times and spans in words, by hand and as laws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.pages.words import words_for

EN, JA = words_for("en", "Asia/Tokyo"), words_for("ja", "Asia/Tokyo")
NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(("share", "said"), [
    (0.91, "about 9 in 10"), (0.5, "about 5 in 10"), (0.1, "about 1 in 10"), (0.07, "about 1 in 14"),
    (0.03, "about 1 in 35"), (0.0123, "about 1 in 80"), (0.004, "about 1 in 250"), (0.0015, "about 1 in 700"),
    (0.0001, "hardly any"),
    (0.97, "nearly all"),
])  # fmt: skip
def test_a_chance_is_told_as_a_frequency(share, said):
    assert EN.chance(share) == said


def test_a_chance_in_japanese():
    assert JA.chance(0.42) == "10件中約4件"


@given(st.floats(0, 1))
def test_every_chance_can_be_told(share):
    assert EN.chance(share)
    assert "nan" not in EN.chance(share) + JA.chance(share)


@pytest.mark.parametrize(("seconds", "en", "ja"), [
    (0, "1 min", "1分"), (59, "1 min", "1分"), (40 * 60, "40 min", "40分"), (3600 * 3 + 50, "3 h", "3時間"),
    (3600 * 47, "47 h", "47時間"), (86400 * 2, "2 days", "2日"), (86400 * 1.5, "36 h", "36時間"),
])  # fmt: skip
def test_spans(seconds, en, ja):
    span = timedelta(seconds=seconds)
    assert (EN.span(span), JA.span(span)) == (en, ja)


def test_times_are_in_the_readers_zone():
    assert EN.moment(datetime(2026, 3, 2, 20, 5, tzinfo=UTC)) == "3 Mar 2026, 05:05 JST"
    assert JA.moment(datetime(2026, 3, 2, 20, 5, tzinfo=UTC)) == "2026年3月3日 05:05 JST"


@pytest.mark.parametrize(("before", "said"), [
    (timedelta(seconds=5), "just now"), (timedelta(hours=3), "3 h ago"), (timedelta(days=9), "9 days ago"),
    (timedelta(days=80), "13 Dec 2025"),
])  # fmt: skip
def test_ago(before, said):
    assert EN.ago(NOW - before, NOW) == said


def test_what_is_not_known_is_a_dash_and_never_nan():
    assert [EN.number(None), EN.percent(float("nan")), EN.points(float("nan")), EN.share(None)] == ["–"] * 4


def test_an_observed_share_may_be_all_or_none():
    assert [EN.share(1.0), EN.share(0.0), EN.share(0.256)] == ["100%", "0%", "26%"]


def test_counts_have_their_own_form():
    assert [EN.counted("grid.leads", n) for n in (0, 1, 1200)] == ["no leads", "1 lead", "1,200 leads"]
