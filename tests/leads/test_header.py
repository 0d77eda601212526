"""Column names below a report's title."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.leads.header import find_header
from qualify.leads.read import read_table
from qualify.leads.stamp import read_stamp
from qualify.leads.stream import open_stream
from tests.leads.tables_of import write

BODY = "id,city,staff,won\n1,Kyoto,12,yes\n2,Osaka,7,no\n3,Nara,9,no\n"
NAMES = ["id", "city", "staff", "won"]


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("Leads of April 2026\n", 2),
        ("Leads of April 2026\n\n\n", 4),
        ('"Leads, by\ncity"\nmade 2026-04-01\n', 4),
        ("Leads,,,\n,,,\n", 3),
        ("Lead,,Company,\n", 2),
        ("a\r\nb\r\n", 3),
        ("a\rb\r", 3),
    ],
)
def test_lines_above_the_names_are_left_out_and_told(tmp_path: Path, caplog, above, line):
    table = read_table(write(tmp_path, above + BODY))
    assert table.column_names == NAMES
    assert table.column("city").to_pylist() == ["Kyoto", "Osaka", "Nara"]
    assert f"the column names stand in line {line}" in caplog.text


def test_rows_are_counted_from_the_names(tmp_path: Path):
    more = "".join(f"{k},Uji,1,no\n" for k in range(4, 9))
    source = write(tmp_path, "Title\n\n" + BODY.replace("2,Osaka", "2,x,Osaka") + more)
    table = read_table(source)
    assert [each.row for each in read_stamp(table).ragged] == [1]
    stream = open_stream(source)
    assert ids_of(stream.pieces(None)) == ["1", *"345678"]
    assert [each.row for each in stream.ragged] == [1]


def ids_of(pieces):
    return [value for piece in pieces for value in piece.column("id").to_pylist()]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("id,city,,\n1,Kyoto,a,b\n2,Nara,c,d\n", ["id", "city", "", ""]),  # values below, no names
        ("a,b\n1,2,3\n4,5,6\n", ["a", "b"]),  # no row fits, but a title would have one cell
        ("note\nhello\nyou\n", ["note"]),
        ("x,\ny,z\nq,z\n", ["x", ""]),
        ("Lead,,Company,\n1,Kyoto,12,yes\n2,Osaka,7,no\n", ["Lead", "", "Company", ""]),
        ("Title,,,\nid,city,staff,id\n1,2,3,4\n", ["Title", "", "", ""]),
    ],
)
def test_what_may_be_names_is_not_skipped(text, names):
    found = find_header(text, ",")
    assert found is not None
    assert (found.names, found.above) == (names, 0)


@pytest.mark.parametrize("delimiter", [None, ","])
def test_a_delimiter_after_the_last_cell_of_every_row_is_a_column_without_a_name(delimiter):
    found = find_header("a,b\n1,2,\n3,4,\n", delimiter)
    assert found is not None
    assert (found.names, found.above) == (["a", "b", ""], 0)


@given(
    names=st.lists(st.text("abcdefgh", min_size=1, max_size=6), min_size=3, max_size=6, unique=True),
    titles=st.lists(st.text("xyz 0123", max_size=12), max_size=4),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    rows=st.integers(4, 30),
)
def test_names_are_found_below_any_title(names, titles, delimiter, rows):
    lines = [*titles, delimiter.join(names), *(delimiter.join(str(k) for _ in names) for k in range(rows))]
    found = find_header("\n".join(lines) + "\n", None)
    assert found is not None
    assert (found.names, found.delimiter) == (names, delimiter)
    assert found.above == len(titles) or not any(title for title in titles)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@given(
    rows=st.lists(
        st.tuples(*[st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=8)] * 3), min_size=2
    )
)
def test_the_delimiter_of_plain_tables_is_found(delimiter: str, rows: list[tuple[str, ...]]) -> None:
    text = "\n".join(delimiter.join(row) for row in [("id", "name", "city"), *rows]) + "\n"
    assert found_delimiter(text) == delimiter


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b\n1,5;2,5\n3,5;4\n", ";"),
        ('a,b\n"x; y; z",2\n"p; q",3\n', ","),
        ("only\n1\n2\n", ","),
        ("name,note\nA,one|two\nB,three|four\n", ","),
    ],
)
def test_other_signs_in_cells_do_not_mislead(text: str, delimiter: str) -> None:
    assert found_delimiter(text) == delimiter


def test_quoted_line_breaks_stay_in_their_record() -> None:
    found = find_header('"a\nx",b\n1,2\n', None)
    assert found is not None
    assert found.names == ["a\nx", "b"]


def found_delimiter(text: str) -> str:
    found = find_header(text, None)
    assert found is not None
    return found.delimiter


def twice_named(rows: int, second: str = "Lead No;Created on;Visits;Won\n") -> str:
    body = "".join(f"I{k};{k % 28 + 1:02}.04.2026;{k % 7};{'ja' if k % 3 else 'nein'}\n" for k in range(rows))
    return "Nr;Erfasst am;Besuche;Gewonnen\n" + second + body


def test_a_file_is_told_of_once_and_again_when_it_is_written_anew(tmp_path: Path, caplog):
    source = write(tmp_path, twice_named(40))
    for _ in range(3):
        read_table(source)
    assert caplog.text.count("names them once more") == 1
    Path(source).write_text(twice_named(41), encoding="utf-8")
    read_table(source)
    assert caplog.text.count("names them once more") == 2


def test_names_in_a_second_language_are_left_out_and_told(tmp_path: Path, caplog):
    text = twice_named(40).replace("I7;", "I7;x;")
    source = write(tmp_path, text)
    table = read_table(source)
    assert table.column("Nr").to_pylist() == [f"I{k}" for k in range(40) if k != 7]
    assert [each.row for each in read_stamp(table).ragged] == [7]
    assert "the row below the column names names them once more" in caplog.text
    stream = open_stream(source)
    assert [v for piece in stream.pieces(None) for v in piece.column("Nr").to_pylist()][:2] == ["I0", "I1"]
    assert [each.row for each in stream.ragged] == [7]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (twice_named(19), "too few rows to tell"),
        (twice_named(40, "X;unknown;none;ja\n"), "a lead with words: its last is a value of the column"),
        (twice_named(40, "Lead No;n/a;n/a;Won\n"), "a placeholder that comes twice"),
        (twice_named(40, "Lead No;;Visits;Won\n"), "an empty cell"),
        (twice_named(40, "I99;soon;few;Won\n"), "an id"),
        (twice_named(40, ""), "none"),
        ("a;b;c\nwe;say;so\n" + "x;y;z\n" * 40, "all are words"),
        ("a;b;c\nwe;say;so\n" + "x;y;1\n" * 40, "one number may be a code"),
    ],
)
def test_a_first_row_that_may_be_a_lead_stays(text: str, why: str):
    found = find_header(text, ";")
    assert found is not None
    assert not found.again, why
