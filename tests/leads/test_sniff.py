"""Encoding and delimiter from the first bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.errors import DataError
from qualify.leads.sniff import check_encoding, first_records, sniff_delimiter, sniff_encoding


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("cp932", "cp932"),
        ("ascii", "utf-8"),
    ],
)
def test_encodings_are_found(encoding: str, found: str) -> None:
    text = "id,name\n1,Ann\n" if encoding == "ascii" else "番号,会社名\n1,株式会社みなと\n"
    assert sniff_encoding(text.encode(encoding), True, "t.csv") == found


@pytest.mark.parametrize("text", ["Name;Ort\nJäger;Köln\n", "nom;ville\nRené;Orléans\n"])
def test_latin_letters_are_not_taken_for_japanese(text: str) -> None:
    with pytest.raises(DataError, match=r"encoding is not recognised[\s\S]*cp1252"):
        sniff_encoding(text.encode("cp1252"), True, "t.csv")


def test_utf16_without_a_mark_is_refused() -> None:
    with pytest.raises(DataError, match="not a text table"):
        sniff_encoding("id,a\n1,2\n".encode("utf-16-le"), True, "t.csv")


def test_a_character_cut_at_the_end_of_the_head_is_no_fault() -> None:
    data = "名前".encode()
    assert sniff_encoding(data[:-1], False, "t.csv") == "utf-8"
    with pytest.raises(DataError, match="not recognised"):
        sniff_encoding(b"abc\x80" + data[:-1], True, "t.csv")


def test_unknown_encoding_is_named() -> None:
    with pytest.raises(DataError, match=r"not known[\s\S]*'utf-88'"):
        check_encoding("utf-88", "t.csv")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@given(
    rows=st.lists(
        st.tuples(*[st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=8)] * 3), min_size=2
    )
)
def test_the_delimiter_of_plain_tables_is_found(delimiter: str, rows: list[tuple[str, ...]]) -> None:
    text = "\n".join(delimiter.join(row) for row in [("id", "name", "city"), *rows]) + "\n"
    assert sniff_delimiter(text) == delimiter


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
    assert sniff_delimiter(text) == delimiter


def test_quoted_line_breaks_stay_in_their_record() -> None:
    assert first_records('"a\nx",b\n1,2\n', ",", 5)[0] == ["a\nx", "b"]
