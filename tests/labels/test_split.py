"""Splits by time: no lead on both sides, and no training outcome from the later block's future."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.labels.split import FORWARD_STARTS, forward_folds, later_share, lead_order


def test_leads_are_placed_by_time_and_ties_keep_the_order_of_the_table():
    assert lead_order(np.array([5.0, 1.0, 5.0, 3.0])).tolist() == [2, 0, 3, 1]


@pytest.mark.parametrize(("share", "expected"), [(0.2, [8, 9]), (0.34, [7, 8, 9]), (0.5, [5, 6, 7, 8, 9])])
def test_the_later_share_are_the_last_leads(share, expected):
    assert np.flatnonzero(later_share(np.arange(10), share)).tolist() == expected


def test_forward_folds_by_hand():
    # 20 leads, one row each, on days 0 to 19, outcomes known after 3 days. Blocks begin at places 8, 11, 14,
    # 17.
    place = np.arange(20)
    found = [
        (np.flatnonzero(known).tolist(), np.flatnonzero(later).tolist())
        for known, later in forward_folds(place, place.copy(), 3)
    ]
    assert [later for _, later in found] == [[8, 9, 10], [11, 12, 13], [14, 15, 16], [17, 18, 19]]
    assert [max(known) for known, _ in found] == [5, 8, 11, 14]
    assert all(min(known) == 0 for known, _ in found)


def test_without_a_horizon_every_earlier_lead_is_known():
    place = np.arange(20)
    found = [int(known.sum()) for known, _ in forward_folds(place, place * 0, 0)]
    assert found == [8, 11, 14, 17]


def test_where_outcomes_come_too_late_leads_alone_separate_the_sides():
    # With a horizon of 100 days nothing is known before any block begins.
    place = np.arange(20)
    assert [int(known.sum()) for known, _ in forward_folds(place, place.copy(), 100)] == [8, 11, 14, 17]


@pytest.mark.parametrize("leads", range(1, 8))
def test_a_handful_of_leads_gives_no_empty_block(leads):
    place = np.arange(leads)
    folds = list(forward_folds(place, place.copy(), 1))
    assert all(later.any() and known.any() for known, later in folds)


rows = st.integers(1, 60).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 25), min_size=n, max_size=n),
        st.lists(st.integers(0, 90), min_size=n, max_size=n),
        st.integers(0, 40),
    )
)


@given(rows)
def test_no_lead_on_both_sides_and_no_look_into_the_future(drawn):
    place, age, horizon = np.array(drawn[0]), np.array(drawn[1]), drawn[2]
    # A lead's rows come after its creation, and leads are created in the order of their places.
    as_of = place * 2 + age
    seen = np.zeros(len(place), dtype=int)
    for known, later in forward_folds(place, as_of, horizon):
        assert not set(place[known]) & set(place[later])
        assert place[known].max() < place[later].min()
        seen += later
        earlier = place < place[later].min()
        outcomes_known = as_of + horizon <= as_of[later].min()
        if horizon and (earlier & outcomes_known).sum() >= 0.5 * earlier.sum():
            assert outcomes_known[known].all()
            assert np.array_equal(known, earlier & outcomes_known)
        else:
            assert np.array_equal(known, earlier)
    assert seen.max() <= 1


def test_blocks_cover_the_later_leads_once():
    place = np.repeat(np.arange(100), 3)
    later = np.array([block for _, block in forward_folds(place, place.copy(), 5)])
    assert np.array_equal(later.sum(axis=0), (place >= 100 * FORWARD_STARTS[0]).astype(int))
