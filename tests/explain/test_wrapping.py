import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.explain.wrapping import cells, wrap, wrap_evenly

texts = st.text(st.sampled_from("ab 12.,()「」、。価格ページをー"), max_size=80)


@pytest.mark.parametrize(
    ("text", "room"), [("abc", 3), ("価格", 4), ("4回", 3), ("Ａ", 2), ("ｱ", 1), ("", 0)]
)
def test_cells(text, room):
    assert cells(text) == room


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("one two", 10, ["one two"]),
        ("one two three", 8, ["one two", "three"]),
        ("a" * 25, 10, ["a" * 10, "a" * 10, "a" * 5]),
        ("ab " + "c" * 12, 10, ["ab", "c" * 10, "cc"]),
        ("価格ページ、閲覧", 10, ["価格ペー", "ジ、閲覧"]),
        ("合計「大」", 6, ["合計", "「大」"]),
    ],
)
def test_lines_by_hand(text, width, lines):
    assert wrap(text, width) == lines


@given(texts, st.integers(4, 40))
def test_nothing_is_lost_and_no_line_is_too_long(text, width):
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(map(cells, lines)) <= width


@given(texts, st.integers(4, 40))
def test_even_lines_are_as_few_and_not_longer(text, width):
    even = wrap_evenly(text, width)
    assert len(even) == len(wrap(text, width))
    assert max(map(cells, even)) <= width
    assert "".join(even).replace(" ", "") == text.replace(" ", "")
