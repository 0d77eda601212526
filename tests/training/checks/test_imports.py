"""P004: leads that came in with their outcome."""

from __future__ import annotations

import numpy as np

from qualify.leads.tables import NO_TIME
from tests.labels.audit_tables import DAY, START, category, lead_tables, number
from tests.training.test_check import FLAT, loaded_of
from training.checks.imports import check_imports

N = 2_000


def found(label, created=None):
    order = np.arange(float(len(label))) if created is None else None
    tables = lead_tables(
        {"x": number(label), "won": category(label.astype(int))}, created_at=created, order=order
    )
    return list(check_imports(loaded_of(tables, FLAT), label))


def drawn(rate, seed=0):
    return (np.random.default_rng(seed).random(N) < rate).astype(float)


def test_a_stretch_of_winners():
    label = drawn(0.2)
    label[500:530] = 1
    (one,) = found(label)
    assert (one.code, one.subject) == ("P004", "won")
    assert "in a row (from number 5" in one.text


def test_a_table_sorted_by_its_outcome():
    (one,) = found(np.sort(drawn(0.3)))
    assert one.code == "P004"


def test_chance_makes_no_stretch():
    assert [found(drawn(rate, seed)) for rate in (0.05, 0.4, 0.8) for seed in range(20)] == [[]] * 60


def test_a_rising_share_is_no_import():
    rate = np.linspace(0.02, 0.75, N)
    label = (np.random.default_rng(0).random(N) < rate).astype(float)
    assert found(label) == []


def test_winners_created_in_one_minute():
    label, created = drawn(0.1), START + np.arange(N) * (DAY // 7) + 12345
    chosen = np.arange(0, N, 50)
    created[chosen] = START - 3 * DAY + 7_000_000
    assert found(label, created) == []
    label[chosen] = 1
    (one,) = found(label, created)
    assert one.text.startswith("40 leads were created 20 or more in one minute, and 100% of them")


def test_dates_without_a_time_of_day_say_nothing():
    label, created = drawn(0.1), np.repeat(START + np.arange(N // 50) * DAY, 50)
    label[:50:2] = 1
    assert found(label, created) == []


def test_undated_leads_say_nothing():
    assert found(drawn(0.1), np.full(N, NO_TIME)) == []
