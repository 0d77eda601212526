"""Encoding from the first bytes."""

from __future__ import annotations

import pytest

from qualify.errors import DataError
from qualify.leads.sniff import check_encoding, sniff_encoding


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


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_dates_alone_are_japanese(encoding: str) -> None:
    text = "id,created,won\n1,2026年4月1日,1\n2,2026年12月24日,0\n"
    assert sniff_encoding(text.encode(encoding), True, "t.csv") == encoding


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["id,a\n1,2\n", "番号,会社名\n1,株式会社みなと\n2,港湾\n"])
def test_utf16_without_a_mark_is_found(encoding: str, text: str) -> None:
    assert sniff_encoding(text.encode(encoding), True, "t.csv") == encoding
    assert sniff_encoding(text.encode(encoding)[:-1], False, "t.csv") == encoding


@pytest.mark.parametrize("data", [b"id,a\n1,\x00x\n2,3\n", b"id,a\n1,2" + bytes(100), bytes(range(256)) * 4])
def test_zero_bytes_in_plain_text_are_told_with_their_line(data: bytes) -> None:
    with pytest.raises(DataError, match=r"not a text table[\s\S]*line [12][\s\S]*tr -d"):
        sniff_encoding(data, True, "t.csv")


def test_a_character_cut_at_the_end_of_the_head_is_no_fault() -> None:
    data = "名前".encode()
    assert sniff_encoding(data[:-1], False, "t.csv") == "utf-8"
    with pytest.raises(DataError, match="not recognised"):
        sniff_encoding(b"abc\x80" + data[:-1], True, "t.csv")


def test_unknown_encoding_is_named() -> None:
    with pytest.raises(DataError, match=r"not known[\s\S]*'utf-88'"):
        check_encoding("utf-88", "t.csv")
