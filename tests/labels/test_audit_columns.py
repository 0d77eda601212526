"""The audit as a whole: honest tables, small tables, its input and its order."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from qualify.config import ColumnSpec
from qualify.errors import DataError
from qualify.labels.audit import TITLES, audit_columns, excluded_columns
from qualify.labels.audit.facts import make_facts
from qualify.labels.audit.sample import MAX_ROWS, draw_sample
from tests.labels.audit_tables import (
    category,
    creation_times,
    draw_label,
    honest_columns,
    lead_tables,
    number,
)  # fmt: skip


def excluded(columns, y, **more):
    return excluded_columns(audit_columns(lead_tables(columns, **more), y, {}))


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.6])
@pytest.mark.parametrize("n", [60, 400, 4_000])
@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_excluded_from_honest_tables(n, rate, seed):
    y = draw_label(n, rate, seed)
    assert excluded(honest_columns(y, seed), y, order=np.arange(n, dtype=float)) == {}


def test_nothing_is_excluded_from_pure_noise():
    rng = np.random.default_rng(0)
    y = draw_label(500, 0.3)
    noise = {f"deal status {i}": category(rng.integers(0, 2 + i, 500)) for i in range(60)}
    assert excluded(noise, y) == {}


def test_small_tables_need_strong_evidence():
    rng = np.random.default_rng(2)
    y = np.repeat([0.0, 1.0], [36, 24])
    columns = {
        "copy": category(y.astype(int)),
        "copy with eight errors": category(np.where(np.arange(60) % 7 == 3, 1 - y, y).astype(int)),
        "sales rating": number(y * 0.8 + rng.normal(size=60)),
        "filled for a few winners": number(np.where((y > 0) & (rng.random(60) < 0.3), 1.0, np.nan)),
    }
    assert list(excluded(columns, y)) == ["copy"]


def test_a_calendar_is_no_leak():
    n = 6_000
    rng = np.random.default_rng(3)
    late = np.arange(n) / n > 0.6
    y = (rng.random(n) < np.where(late, 0.7, 0.01)).astype(float)
    columns = {
        "rate of the month": number(np.arange(n) * 20 // n + rng.normal(size=n) / 10),
        "field since June": category(np.where(late, rng.choice(["a", "b"], n), "")),
    }
    when = np.arange(n, dtype=float)
    assert excluded(columns, y, order=when) == {}
    assert excluded_columns(audit_columns(lead_tables(columns), y, {}, raw_order=when)) == {}
    assert set(excluded(columns, y)) == {"field since June"}  # nobody told it the time


def test_rows_before_the_first_outcome_are_left_out():
    y = draw_label(4_000, 0.2)
    y[:2_000] = 0
    sample = draw_sample(lead_tables({"a": number(y)}, order=np.arange(4_000.0)), y, None, seed=0)
    assert sample.rows.min() >= 1_500
    assert sample.positives == y.sum()


def test_a_table_sorted_by_label_is_audited_whole():
    y = np.repeat([1.0, 0.0], 1_000)
    rng = np.random.default_rng(4)
    columns = {"verdict": category(rng.choice(["a", "b"], 2_000)), "row": number(np.arange(2_000))}
    found = excluded(columns, y, order=np.arange(2_000.0))
    assert set(found) == {"row"}


def test_unknown_outcomes_are_not_looked_at():
    y = draw_label(2_000, 0.3)
    leak = np.where(y > 0, "x", "")
    y[::3] = np.nan
    leak[::3] = "x"
    assert set(excluded({"a": category(leak), "b": number(np.zeros(2_000))}, y)) == {"a"}


@pytest.mark.parametrize("y", [np.zeros(50), np.full(50, np.nan), np.eye(1, 50)[0]])
def test_one_class_says_nothing(y):
    assert audit_columns(lead_tables({"a": number(y)}), y, {}) == []


def test_identifiers_are_judged_by_presence_only():
    y = draw_label(1_000, 0.3)
    deal = np.where(y > 0, 1.0, np.nan)
    columns = {"ticket": number(y * 10 + np.arange(1_000) / 1e6), "deal": number(deal)}
    specs = {name: ColumnSpec(type="id") for name in columns}
    assert set(excluded_columns(audit_columns(lead_tables(columns), y, specs))) == {"deal"}


def test_label_of_another_length_is_refused():
    tables = lead_tables({"a": number(np.zeros(5))})
    with pytest.raises(DataError, match="label does not fit the leads table"):
        audit_columns(tables, np.zeros(4), {})
    with pytest.raises(DataError, match="raw_order does not fit the leads table"):
        audit_columns(tables, np.zeros(5), {}, raw_order=np.zeros(6))


def test_label_with_three_values_is_refused():
    with pytest.raises(DataError, match="other values than 0, 1 and missing"):
        audit_columns(lead_tables({"a": number(np.zeros(3))}), np.array([0.0, 1.0, 2.0]), {})


def test_suspicions_are_ordered_and_told_plainly():
    y = draw_label(2_000, 0.2)
    rng = np.random.default_rng(6)
    columns = {
        "duration": number(0.6 * y + rng.normal(size=2_000)),
        "won_at": number(np.where(y > 0, rng.normal(size=2_000), np.nan)),
        "sales rating": number(1.2 * y + rng.normal(size=2_000)),
    }
    found = audit_columns(lead_tables(columns), y, {})
    assert [s.severity for s in found] == sorted(
        (s.severity for s in found), key=["certain", "likely", "possible"].index
    )
    assert found[0].column == "won_at"
    assert found[-1].severity == "possible"
    for s in found:
        assert s.code in TITLES
        assert s.exclude == (s.severity != "possible")
        assert s.evidence.endswith(".")
        assert "nan" not in s.evidence
        assert any(c.isdigit() for c in s.evidence)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_same_table_same_answer_whatever_the_codes(seed):
    y = draw_label(600, 0.3, seed)
    rng = np.random.default_rng(seed)
    one = category(np.where(rng.random(600) < 0.7, y.astype(int), rng.integers(2, 9, 600)))
    turn = rng.permutation(len(one.vocabulary))
    words = tuple(one.vocabulary[i] for i in np.argsort(turn))
    other = replace(one, values=turn[one.values].astype(np.int32), vocabulary=words)
    first = audit_columns(lead_tables({"sales status": one}), y, {}, seed=seed)
    assert audit_columns(lead_tables({"sales status": one}), y, {}, seed=seed) == first
    again = audit_columns(lead_tables({"sales status": other}), y, {}, seed=seed)
    assert [(s.code, s.exclude) for s in again] == [(s.code, s.exclude) for s in first]


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), shift=st.floats(0, 3), way=st.sampled_from([-1, 1]))
def test_power_of_an_ordered_number_is_its_auc(seed, shift, way):
    y = draw_label(400, 0.4, seed)
    values = way * (np.random.default_rng(seed).normal(size=400) + shift * y)
    tables = lead_tables({"a": number(values)})
    facts = make_facts("a", tables.columns["a"], draw_sample(tables, y, None, 0))
    plain = roc_auc_score(y, values)
    assert facts.power.auc >= max(plain, 1 - plain) - 1e-9
    assert facts.power.auc <= max(plain, 1 - plain) + 0.12


def test_large_tables_are_sampled_and_quick():
    n = 2 * MAX_ROWS
    y = draw_label(n, 0.1)
    rng = np.random.default_rng(8)
    columns = {f"n{i}": number(rng.normal(size=n)) for i in range(15)}
    columns["leak"] = number(np.where(y > 0, 1.0, np.nan))
    tables = lead_tables(columns, created_at=creation_times(n))
    assert len(draw_sample(tables, y, None, 0).rows) == MAX_ROWS
    start = time.perf_counter()
    assert set(excluded_columns(audit_columns(tables, y, {}))) == {"leak"}
    assert time.perf_counter() - start < 10
