"""The lot: the same on every machine, even, blind to the score, and quick."""

from __future__ import annotations

import hashlib
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.decide.exploration import draw_numbers, in_lot, lot_columns, work_probability
from qualify.model.parts import Lot

IDS = np.array([f"lead-{i}" for i in range(20_000)], dtype=object)


def test_the_number_of_a_lead_is_the_published_hash_of_its_id():
    digest = hashlib.blake2b("山田-1".encode(), digest_size=8, key=b"salt").digest()
    by_hand = (int.from_bytes(digest, "little") >> 11) / 2**53
    assert draw_numbers(np.array(["山田-1"], dtype=object), "salt").tolist() == [by_hand]
    # Written down once: another value would draw another lot on an upgrade.
    assert draw_numbers(np.array(["L1"], dtype=object), "qualify")[0] == pytest.approx(0.4159351, abs=1e-7)


@given(st.lists(st.text(), max_size=20), st.text(min_size=1, max_size=10))
def test_a_lead_has_the_same_number_alone_and_among_others(ids, salt):
    together = draw_numbers(np.array(ids, dtype=object), salt)
    alone = [draw_numbers(np.array([lead], dtype=object), salt)[0] for lead in ids]
    assert together.tolist() == alone
    assert ((together >= 0) & (together < 1)).all()


@pytest.mark.parametrize("share", [0.01, 0.05, 0.5])
def test_as_many_are_picked_as_were_asked_for(share):
    spread = 4 * np.sqrt(share * (1 - share) / len(IDS))
    assert in_lot(IDS, Lot(share, "a")).mean() == pytest.approx(share, abs=spread)


def test_a_larger_share_keeps_those_picked_and_another_salt_picks_others():
    small, large = in_lot(IDS, Lot(0.05, "a")), in_lot(IDS, Lot(0.2, "a"))
    assert not (small & ~large).any()
    other = in_lot(IDS, Lot(0.2, "b"))
    assert (large & other).mean() == pytest.approx(0.04, abs=0.006)


def test_columns_of_the_lot_say_who_is_picked_and_with_which_chance():
    lot, ids = Lot(0.5, "a"), np.array([f"L{i}" for i in range(8)], dtype=object)
    found = lot_columns(lot, ids, np.array([0, 0, 1, 1, 2, 2, 3, 3]))
    assert found["picked_by_lot"].tolist() == in_lot(ids, lot).tolist()
    assert found["work_probability"].tolist() == [1.0, 1.0] + [0.5] * 6
    assert lot_columns(None, ids, np.zeros(8)) == {}


def test_inverse_probabilities_estimate_the_whole_without_bias():
    """Over many lots, the weighted sum of those to be worked is the sum over all (Horvitz and Thompson)."""
    band = np.arange(400) % 4
    value = np.where(band == 0, 10.0, band.astype(float))
    ids = np.array([f"L{i}" for i in range(400)], dtype=object)
    totals = []
    for draw in range(400):
        lot = Lot(0.1, f"salt-{draw}")
        worked = (band == 0) | in_lot(ids, lot)
        totals.append((value / work_probability(band, lot))[worked].sum())
    error = np.std(totals) / np.sqrt(len(totals))
    assert np.mean(totals) == pytest.approx(value.sum(), abs=4 * error)
    assert error < 0.02 * value.sum()


@pytest.mark.parametrize(("share", "salt"), [(0.0, "a"), (0.6, "a"), (0.1, ""), (0.1, "x" * 65)])
def test_a_lot_that_cannot_be_drawn_is_refused(share, salt):
    with pytest.raises(ValueError, match=r"a lot has a share above 0 and up to 0\.5 and a salt"):
        Lot(share, salt)


def test_a_million_leads_are_a_matter_of_a_second():
    ids = np.tile(IDS, 10)
    began = process_time()
    in_lot(ids, Lot(0.05, "a"))
    assert (process_time() - began) / len(ids) < 5e-6, "1 us a lead, with room for a busy machine"
