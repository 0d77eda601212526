"""Q006 and Q007: what says nothing, and what only looks as if."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tests.labels.audit_tables import DAY, START, category, date, lead_tables, number
from tests.training.test_check import FLAT, loaded_of
from training.checks.placeholders import check_placeholders

N = 1_000
RNG = np.random.default_rng(0)
NINETEEN_HUNDRED = int(np.datetime64("1900-01-01", "us").astype(np.int64))


def found(column):
    return list(check_placeholders(loaded_of(lead_tables({"x": column}), FLAT, columns=["x"]), {}))


def some(share, odd, others):
    return np.where(np.arange(N) < share * N, odd, others)


@pytest.mark.parametrize("word", ["Select", "please select", "不明", "unknown", "-"])
def test_words_that_say_nothing(word):
    (one,) = found(category(some(0.03, word, RNG.choice(["a", "b"], N))))
    assert (one.code, one.level, one.subject) == ("Q006", "warning", "x")
    assert one.mend == f'add "{word}" to `columns.x.missing`'


def test_answers_are_no_placeholders():
    assert found(category(some(0.3, "none", RNG.choice(["one child", "two"], N)))) == []
    assert found(category(some(0.3, "Selected", RNG.choice(["a", "b"], N)))) == []
    assert found(category(some(0.004, "unknown", RNG.choice(["a", "b"], N)))) == []


@pytest.mark.parametrize(("odd", "others"), [
    (999, RNG.poisson(6, N)), (-1, RNG.poisson(6, N)), (9999, RNG.lognormal(8, 2, N).round()),
    (99999, RNG.integers(0, 200_000, N)), (12345, RNG.integers(0, 200_000, N)),
])  # fmt: skip
def test_numbers_that_say_nothing(odd, others):
    (one,) = found(number(some(0.02, odd, others)))
    assert one.code == "Q006"
    assert f"“{odd}”" in one.text


def test_usual_numbers_are_no_placeholders():
    assert found(number(RNG.integers(0, 1_000, N))) == []
    assert found(number(RNG.choice([90, 99, 100], N))) == []
    assert found(number(some(0.4, 0, RNG.lognormal(3, 1, N)))) == []


def test_the_first_day_of_a_computer():
    days = START + RNG.integers(0, 900, N) * DAY
    (one,) = found(date(some(0.01, NINETEEN_HUNDRED, days)))
    assert (one.code, one.level) == ("Q006", "note")
    assert "“1900-01-01”" in one.text
    assert found(date(days)) == []


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_the_first_day_of_a_computer_is_a_day_of_the_zone(zone):
    from qualify.leads.times import parse_times

    days = START + RNG.integers(0, 900, N) * DAY
    midnight = int(parse_times(pa.array(["1900-01-01"]), timezone=zone).micros[0])
    assert midnight != NINETEEN_HUNDRED
    text = FLAT.replace("data: {", f"data: {{timezone: {zone}, ")
    assert zone in text
    tables = lead_tables({"x": date(some(0.01, midnight, days))})
    (one,) = check_placeholders(loaded_of(tables, text, columns=["x"]), {})
    assert "“1900-01-01”" in one.text


def test_records_of_tests():
    mail = [f"p{k}@firm.co.jp" for k in range(N)]
    assert found(category(mail)) == []
    mail[:8] = ["test@test.com", "TEST1@firm.co.jp", "asdf@asdf.com", "x@example.com"] * 2
    (one,) = found(category(mail))
    assert (one.code, one.text[:7]) == ("Q007", "8 leads")


def test_an_address_of_many_is_told():
    (one,) = found(category([f"p{k}@firm.co.jp" for k in range(N - 40)] + ["info@firm.co.jp"] * 40))
    assert "40 share an address" in one.text


def test_testimonials_are_no_tests():
    assert found(category(["testimonial page", "contest", "latest"] * 300)) == []
