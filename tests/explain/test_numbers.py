import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.explain.catalogue import load_catalogue
from qualify.explain.numbers import NumberStyle, number_style, say_ago, say_counted, say_number, say_percent

EN, JA = load_catalogue("en"), load_catalogue("ja")


@pytest.mark.parametrize(
    ("value", "english", "japanese"),
    [
        (0.0, "0", "0"),
        (-0.0, "0", "0"),
        (1279, "1,279", "1,279"),
        (1.2345, "1.23", "1.23"),
        (2.5, "2.5", "2.5"),
        (-0.00123, "-0.00123", "-0.00123"),
        (1279.56, "1,279.6", "1,279.6"),
        (-1279.04, "-1,279", "-1,279"),
        (99.999, "100", "100"),
        (123_400_000, "123,400,000", "1.23億"),
        (5e9, "5 billion", "50億"),
        (1.5e12, "1.5 trillion", "1.5兆"),
        (-math.inf, "-∞", "-∞"),
    ],
)
def test_numbers_by_hand(value, english, japanese):
    assert say_number(EN, value) == english
    assert say_number(JA, value) == japanese


def test_another_style_of_signs():
    style = NumberStyle(".", ",", "−", "∞", ((1e12, "{n} Bio."), (1e9, "{n} Mrd.")))
    assert [style.write(x) for x in (-1234567.0, 1.25, 1234.5, 2.5e9)] == [
        "−1.234.567",
        "1,25",
        "1.234,5",
        "2,5 Mrd.",
    ]


@given(st.floats(-1e8 + 1, 1e8 - 1))
def test_a_number_is_near_what_it_says(value):
    said = float(number_style("en").write(value).replace(",", ""))
    assert said == pytest.approx(value, rel=0.006, abs=1e-12)
    assert said * value >= 0


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "no points"), (1, "1 point"), (2, "2 points"), (-1, "-1 points"), (1.5, "1.5 points")],
)
def test_counts_fit_their_noun(count, said):
    assert say_counted(EN, "points", count) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [(0.99, "less than a day ago"), (1.99, "1 day ago"), (2, "2 days ago"), (1234, "1,234 days ago")],
)
def test_spans_are_whole_days_rounded_down(days, said):
    assert say_ago(EN, days) == said


@given(st.floats(0, 1))
def test_a_probability_is_never_said_to_be_certain(share):
    said = say_percent(EN, share)
    assert said not in {"0%", "0.0%", "100%", "100.0%"}
    assert said.endswith("%")


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0009, "under 0.1%"), (0.001, "0.1%"), (0.0712, "7.1%"), (0.0994, "9.9%"), (0.1, "10%"),
        (0.4237, "42%"), (0.9849, "98%"), (0.99, "99.0%"), (0.999, "99.9%"), (0.9991, "over 99.9%"),
        (1.0, "over 99.9%"),
    ],
)  # fmt: skip
def test_percentages_by_hand(share, said):
    assert say_percent(EN, share) == said


@pytest.mark.parametrize(
    ("value", "english", "japanese"),
    [
        (99_999_999, "99,999,999", "99,999,999"),
        (1e8, "100,000,000", "1億"),
        (999_999_999, "999,999,999", "10億"),
        (1e9, "1 billion", "10億"),
        (1e12, "1 trillion", "1兆"),
        (2.345e11, "234.5 billion", "2,345億"),
        (99.96, "99.96", "99.96"),
        (100.04, "100", "100"),
        (100.06, "100.1", "100.1"),
        (0.5, "0.5", "0.5"),
        (0.0999, "0.0999", "0.0999"),
        (0.012345, "0.0123", "0.0123"),
        (-1e-15, "0", "0"),
    ],
)
def test_numbers_at_their_borders(value, english, japanese):
    assert (say_number(EN, value), say_number(JA, value)) == (english, japanese)
