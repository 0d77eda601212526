from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.errors import (
    ConfigError,
    DataError,
    GateRefused,
    ModelError,
    QualifyError,
    UserError,
    did_you_mean,
)

ANYTHING = st.one_of(st.none(), st.text(max_size=3000), st.integers(), st.lists(st.text(), max_size=50))


def test_a_message_says_what_where_got_expected_and_mend_in_this_order():
    error = DataError("No such column.", where="leads.csv", got="id", expected="a column", mend="Pass --id.")
    assert str(error).splitlines() == [
        "No such column.",
        "  where: leads.csv",
        "  got: 'id'",
        "  expected: a column",
        "  mend: Pass --id.",
    ]


def test_parts_that_are_not_known_take_no_line():
    assert str(UserError("Nothing to score.")) == "Nothing to score."


def test_values_that_are_falsy_are_shown_all_the_same():
    assert "got: 0" in str(UserError("Too few.", got=0))
    assert "got: ''" in str(UserError("Empty.", got=""))


def test_a_long_value_keeps_its_head_and_its_tail():
    shown = str(UserError("Too long.", got="a" * 5000 + "z"))
    assert "'aaa" in shown
    assert shown.endswith("z'")
    assert len(shown.splitlines()[1]) == len("  got: ") + 200


@given(
    what=st.text(max_size=3000), where=ANYTHING, got=ANYTHING, expected=ANYTHING, mend=st.text(max_size=3000)
)
def test_a_message_is_never_over_five_lines_or_1500_characters(what, where, got, expected, mend):
    shown = str(UserError(what, where, got, expected, mend))
    assert len(shown) < 1450  # room for "Error: "
    assert 1 <= len(shown.split("\n")) <= 5


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (QualifyError("x"), 1),
        (UserError("x"), 2),
        (ConfigError("x"), 2),
        (DataError("x"), 2),
        (ModelError("x"), 2),
        (GateRefused("x"), 3),
    ],
)
def test_each_error_knows_its_exit_code(error, code):
    assert isinstance(error, QualifyError)
    assert error.exit_code == code


@pytest.mark.parametrize(
    "error", [DataError("What.", "where", [1], "expected", "mend"), GateRefused("Refused.", ["one", "two"])]
)
def test_an_error_survives_being_rebuilt_from_its_arguments(error):
    # What a process pool does with it.
    again = copy.copy(error)
    assert type(again) is type(error)
    assert str(again) == str(error)


def test_a_refusal_lists_its_reasons():
    assert str(GateRefused("Not promoted.", ["AUC is lower.", "Finance is hurt."])) == (
        "Not promoted.\n  - AUC is lower.\n  - Finance is hurt."
    )


def test_a_refusal_counts_the_reasons_that_it_leaves_out():
    lines = str(GateRefused("Not promoted.", (str(number) for number in range(11)))).splitlines()
    assert len(lines) == 10
    assert lines[-1] == "  - and 3 more"


@given(st.text(max_size=2000), st.lists(st.text(max_size=2000), max_size=30))
def test_a_refusal_stays_short(what, reasons):
    assert len(str(GateRefused(what, reasons))) < 1450


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("created_ta", "Did you mean 'created_at'?"),
        ("CREATED_AT", "Did you mean 'created_at'?"),
        ("作成日", "Did you mean '作成日時'?"),
        ("zzz", ""),
    ],
)
def test_did_you_mean(name, expected):
    assert did_you_mean(name, ["lead_id", "created_at", "作成日時"]) == expected


@given(st.text(), st.lists(st.text(), max_size=10))
def test_a_guess_is_one_of_the_candidates(name, candidates):
    guess = did_you_mean(name, candidates)
    assert guess == "" or any(repr(candidate) in guess for candidate in candidates)
