"""S001 to S004: later leads against earlier ones."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.config import ColumnSpec
from tests.labels.audit_tables import category, number
from training.checks.shift import compare_leads

N = 2_000
LATER = np.arange(N) >= 1_600


def found(seed=0, **columns):
    kinds = {
        name: ColumnSpec(type="number" if c.kind == "number" else "category") for name, c in columns.items()
    }
    return [(f.code, f.level, f.subject) for f in compare_leads(columns, kinds, LATER, seed=seed)]


@pytest.mark.parametrize("seed", range(10))
def test_noise_is_no_shift(seed):
    rng = np.random.default_rng(seed)
    columns = {f"n{k}": number(rng.normal(size=N)) for k in range(5)}
    columns |= {f"c{k}": category(rng.integers(0, 4 ** (k + 1), N)) for k in range(5)}
    assert found(seed, **columns) == []


@pytest.mark.parametrize(("by", "expected"), [
    (0.15, []), (0.6, [("S002", "note", "x")]),
    (1.2, [("S001", "warning", "leads"), ("S002", "warning", "x")]),
])  # fmt: skip
def test_a_shift_by_its_size(by, expected):
    assert found(x=number(np.random.default_rng(0).normal(size=N) + by * LATER)) == expected


def test_new_words_beyond_those_that_rare_words_bring():
    rng = np.random.default_rng(0)
    rare = rng.integers(0, 100_000, N)
    assert found(x=category(rare)) == []
    new = np.where(LATER & (rng.random(N) < 0.2), "new", rng.choice(["a", "b"], N))
    assert found(x=category(new)) == [("S003", "warning", "x")]


def test_a_column_that_becomes_empty():
    rng = np.random.default_rng(0)
    values = np.where(LATER & (rng.random(N) < 0.3), np.nan, rng.normal(size=N))
    assert ("S004", "warning", "x") in found(x=number(values))


def test_only_together_are_they_another():
    rng = np.random.default_rng(0)
    one = rng.normal(size=N)
    two = np.where(LATER, -one, one) + 0.2 * rng.normal(size=N)
    assert found(one=number(one), two=number(two)) == [("S001", "warning", "leads")]


def test_too_few_leads_say_nothing():
    few = np.arange(150) >= 100
    spec = {"x": ColumnSpec(type="number")}
    assert list(compare_leads({"x": number(few * 9.0)}, spec, few)) == []
