"""R001 to R003: twins by hand, and rows that chance makes equal."""

from __future__ import annotations

import numpy as np
import pytest

from tests.labels.audit_tables import category, lead_tables, number
from tests.training.test_check import FLAT, loaded_of
from training.checks.coincidence import measure_surprise
from training.checks.copies import check_copies
from training.checks.repeats import check_repeats
from training.checks.twins import find_twins

N = 2_000


def test_twins_by_hand():
    key = np.array([1, 1, 2, 3, 3, 3, -1, -1])
    later = np.array([0, 1, 0, 0, 0, 0, 1, 1], dtype=bool)
    label = np.array([1, 1, 0, 0, 1, np.nan, 1, 1])
    twins = find_twins(key, later, label)
    # Groups {0, 1} and {3, 4, 5}; of the later lead 1 the twin 0 is earlier; only {0, 1} has one outcome.
    assert (twins.leads, twins.groups, twins.crossing, twins.later) == (5, 2, 1, 3)
    assert twins.agree == pytest.approx(2 / 4)
    assert twins.level == "warning"


def test_few_twins_are_not_told():
    assert find_twins(np.array([1, 1, 2, 2]), np.zeros(4, bool), np.zeros(4)) is None


def test_the_surprise_of_a_row_by_hand():
    # b is a copy of a, so it adds nothing; c is independent: half and half.
    a, c = np.array([0, 0, 0, 1] * 100), np.repeat([0, 1], 200)
    surprise = measure_surprise([a, a, c])
    assert surprise.follows[1] == pytest.approx(1.0)
    assert surprise.follows[2] == pytest.approx(0.0, abs=0.01)
    (common, rare) = surprise.bits(np.array([0, 3]), np.array([1, 1]))
    assert (common, rare) == (pytest.approx(np.log2(4 / 3) + 1, abs=0.02), pytest.approx(2 + 1, abs=0.05))
    assert surprise.bits(np.array([3]), np.array([1]), without=2) == pytest.approx([2], abs=0.05)


def test_copies_do_not_make_each_other_likely():
    values = np.arange(1_000)
    values[-2:] = values[:2]
    bits = measure_surprise([values, values * 3]).bits(np.array([0, 500]), np.array([2, 1]))
    # A pair's first value has the share 2 / 1000; the second does not follow from the first by any third row.
    assert bits == pytest.approx([2 * np.log2(500), 2 * np.log2(1_000)])


def world(columns, **more):
    won = category(np.arange(N) % 2)
    return loaded_of(
        lead_tables({**columns, "won": won}, order=np.arange(float(N))), FLAT, columns=columns, **more
    )


def test_rows_of_common_values_are_no_copies():
    rng = np.random.default_rng(0)
    columns = {f"c{k}": category(rng.integers(0, 3, N)) for k in range(6)}
    assert list(check_copies(world(columns), np.zeros(N))) == []


def test_rows_that_follow_from_each_other_are_no_copies():
    """Twelve columns that all say the same are as common as one."""
    base = np.random.default_rng(0).integers(0, 60, N)
    columns = {f"c{k}": category(base * (k + 1)) for k in range(12)}
    assert list(check_copies(world(columns), np.zeros(N))) == []


def test_copies_of_telling_rows_are_named():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(4, N))
    values[:, -30:] = values[:, :30]
    found = list(check_copies(world({f"n{k}": number(v) for k, v in enumerate(values)}), np.zeros(N)))
    assert [(f.code, f.level) for f in found] == [("R002", "warning")]
    assert (
        "60 leads (3.0%) or more are equal to another in every attribute, in 30 groups; 30 of the 400 later"
        in (found[0].text)
    )


def test_one_changed_value_is_named():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(4, N))
    values[:3, -30:] = values[:3, :30]
    found = list(check_copies(world({f"n{k}": number(v) for k, v in enumerate(values)}), np.zeros(N)))
    assert [(f.code, f.subject) for f in found] == [("R003", "n3")]


def test_an_office_address_is_no_person():
    mail = [f"p{k}@x.org" for k in range(N - 50)] + ["info@x.org"] * 50
    assert list(check_repeats(world({"mail": category(mail)}), np.zeros(N), {})) == []
    mail[:40] = [each.upper() for each in mail[1000:1040]]
    (found,) = check_repeats(world({"mail": category(mail)}), np.zeros(N), {})
    assert (found.code, found.subject, found.text[:8]) == ("R001", "mail", "80 leads")
