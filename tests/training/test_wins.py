"""Wins by order of calling: counted by hand, by week, over several origins, and drawn."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.evaluate import paired_difference
from qualify.evaluate.ranking import Ranking
from qualify.leads.tables import MICROSECONDS_A_DAY as DAY
from qualify.leads.tables import NO_TIME
from training.backtest_scores import lists_of, write_lists
from training.plots import plot_wins
from training.tried import Backtest, Tried, Waiting
from training.wins import Queue, count_wins, queue_of


def make_queue(names="abcdefghij", won="acj", share=0.3, weeks=3, **scores):
    """Ten leads in order of arrival; the model would call the last one first."""
    count = len(names)
    label = np.array([float(name in won) for name in names])
    place = np.arange(count, dtype=np.float64)
    orders = {"model": place, "rules": np.zeros(count), "arrival": -place, "newest": place} | scores
    week = np.where(label == 1, 1 + np.arange(count) % max(weeks, 1), 0) if weeks else np.zeros(count, int)
    ids = np.array(list(names), dtype=object)
    return Queue(ids, label, np.ones(count), week, weeks, orders, share)


def test_wins_counted_by_hand():
    found = count_wins([make_queue()], bootstrap=20, seed=0)
    # Called: h, i, j by the model; a, b, c in order of arrival; three of ten alike ones by the rules.
    assert (found.called, found.possible) == (pytest.approx(3), 3)
    assert found.found == {"model": 1, "rules": pytest.approx(0.9), "arrival": 2, "newest": 1}
    assert found.by_week["arrival"] == (1, 1, 2)
    assert found.by_week["model"] == (1, 1, 1)
    assert found.by_week["rules"] == pytest.approx((0.6, 0.6, 0.9))
    assert found.ahead["arrival"].value == -1
    assert found.as_json()["model_minus"]["newest"] == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_a_weighted_lead_stands_for_many():
    weight = np.where(np.arange(10) == 9, 11.0, 1.0)
    found = count_wins([replace(make_queue(), weight=weight)], bootstrap=0, seed=0)
    # Six of twenty leads are called: a part of the last lead, or the six that came first.
    assert (found.called, found.possible) == (pytest.approx(6), 13)
    assert found.found["model"] == pytest.approx(6)
    assert found.found["arrival"] == 2


def test_the_difference_is_the_paired_one_of_the_hits():
    rng = np.random.default_rng(3)
    p, points, label = rng.random(300), rng.integers(0, 5, 300).astype(float), rng.integers(0, 2, 300)
    place = np.arange(300.0)
    scores = {"model": p, "rules": points, "arrival": -place, "newest": place}
    queue = Queue(place.astype(object), label.astype(float), np.ones(300), np.zeros(300, int), 0, scores, 0.2)
    found = count_wins([queue], bootstrap=50, seed=4)
    hits = paired_difference(label, p, p, metric="precision_at_capacity", capacity_share=0.2,
                             score_b=points, bootstrap=50, seed=4)  # fmt: skip
    assert found.ahead["rules"].value == pytest.approx(60 * hits.value)
    assert found.ahead["rules"].low == pytest.approx(60 * hits.low)
    assert found.ahead["rules"].high == pytest.approx(60 * hits.high)
    assert found.by_week == {}
    assert found.as_json()["by_week"] is None


def test_a_lead_that_is_open_twice_is_drawn_twice_or_not_at_all():
    queue = make_queue(won="hij")
    once = count_wins([queue], bootstrap=200, seed=1)
    same = count_wins([queue, queue], bootstrap=200, seed=1)
    others = count_wins([queue, replace(queue, lead=queue.lead + "2")], bootstrap=200, seed=1)
    assert same.found["model"] == others.found["model"] == 2 * once.found["model"]
    assert same.possible == 2 * once.possible
    assert same.by_week["model"] == tuple(2 * count for count in once.by_week["model"])
    width = {name: w.ahead["arrival"].high - w.ahead["arrival"].low for name, w in
             (("once", once), ("same", same), ("others", others))}  # fmt: skip
    assert width["same"] == 2 * width["once"]
    assert width["others"] < width["same"]


def test_an_outcome_exactly_a_week_later_belongs_to_the_first_week():
    micros = [1, 7 * DAY, 7 * DAY + 1, 60 * DAY, NO_TIME]
    target = SimpleNamespace(within_days=60.0)
    origin = SimpleNamespace(
        outcome_at=np.array([at if at == NO_TIME else 1_000 * DAY + at for at in micros]),
        as_of=np.full(5, 1_000 * DAY), lead=np.arange(5), label=np.ones(5),
        tables=SimpleNamespace(lead_id=np.array(list("abcde"), dtype=object)),
        history=SimpleNamespace(config=SimpleNamespace(targets=[target])),
    )  # fmt: skip
    found = queue_of(origin, np.ones(5), {"model": np.ones(5)}, 0.1)
    assert found.week.tolist() == [1, 1, 2, 9, 0]
    assert found.weeks == 9


@given(
    scores=st.lists(st.integers(0, 4), min_size=1, max_size=30),
    share=st.floats(0.01, 1),
    seed=st.integers(0, 9),
)
def test_what_is_taken_is_what_the_gains_count(scores, share, seed):
    rng = np.random.default_rng(seed)
    weight, label = rng.random(len(scores)) + 0.01, rng.integers(0, 2, len(scores)).astype(float)
    ranking = Ranking.of(np.array(scores, dtype=np.float64))
    taken = ranking.taken(weight, share)
    assert (taken >= 0).all()
    assert (taken <= 1).all()
    assert (taken * weight).sum() == pytest.approx(share * weight.sum())
    assert (taken * weight * label).sum() == pytest.approx(ranking.gains(label, weight).found_at(share))


def test_the_lists_of_all_origins_are_one_table(tmp_path):
    found = backtested(origins=2)
    queue = found.tried[0].queue
    risky = replace(queue, lead=np.array(["=1+1", *queue.lead[1:]], dtype=object))
    first = replace(found.tried[0], queue=risky, waiting=waiting(risky))
    found = replace(found, tried=(first, found.tried[1]))
    lists = lists_of(found)
    assert len(lists) == 22
    first = lists[lists["origin"] == "2026-01-01"]
    assert first["lead_id"].tolist() == [*"jihgfedcb", "=1+1", "nobody"]
    assert first["arrival_rank"].tolist() == list(range(11, 0, -1))
    assert first["newest_rank"].tolist() == first["rank"].tolist() == list(range(1, 12))
    assert first["outcome"].isna().tolist() == first["weight"].isna().tolist() == [False] * 10 + [True]
    assert first["rule_rank"].tolist() == [1] * 11
    assert first["outcome_week"].dropna().tolist() == [1, 3, 1]
    write_lists(found, tmp_path / "lists.csv")
    text = (tmp_path / "lists.csv").read_text(encoding="utf-8")
    assert "\n2026-01-01,'=1+1,0.05,0.0,10,1,2,10,1,1.0,1\n" in text
    assert "\n2026-01-01,nobody,0.0,0.0,11,1,1,11,,,\n" in text


def waiting(queue):
    """The leads of the queue, and one before them of which nobody was to find out the outcome."""
    count = len(queue.lead)
    place = np.arange(count + 1)
    return Waiting(np.array(["nobody", *queue.lead], dtype=object), place / 20, np.zeros(count + 1), place,
                   place[1:])  # fmt: skip


def backtested(weeks=3, origins=3):
    queues = [make_queue(weeks=weeks) for _ in range(origins)]
    tried = tuple(
        Tried(
            f"2026-0{k}-01",
            10,
            10,
            3,
            {},
            queue,
            count_wins([queue], bootstrap=0, seed=0),
            waiting(queue),
            0.1,
        )
        for k, queue in enumerate(queues, start=1)
    )
    return Backtest("win", tried, {}, count_wins(queues, bootstrap=0, seed=0), "run", 1.0)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_picture_adds_up_origins_and_weeks(language):
    found = backtested()
    origins, weeks = plot_wins(found, language=language).axes
    model, _, arrival, newest = origins.get_lines()
    assert model.get_ydata().tolist() == newest.get_ydata().tolist() == [1, 2, 3]
    assert arrival.get_ydata().tolist() == [2, 4, 6]
    assert weeks.get_lines()[2].get_ydata().tolist() == [0, 3, 3, 6]
    assert len({line.get_linestyle() + line.get_marker() for line in origins.get_lines()}) == 4
    assert all(a != b for a, b in pairwise(label.get_text() for label in origins.get_xticklabels()))


def test_without_times_the_picture_has_origins_only():
    (axes,) = plot_wins(backtested(weeks=0)).axes
    assert axes.get_lines()[0].get_ydata().tolist() == [1, 2, 3]
