"""Files that are no tables of text are told by what they are."""

from __future__ import annotations

import bz2
import io
import json
import lzma
import zipfile

import pytest

from qualify.errors import DataError
from qualify.leads.kinds import refuse_other_kinds
from qualify.leads.read import read_table
from tests.leads.tables_of import write

ROWS = [{"id": "1", "won": "yes"}, {"id": "2", "won": "no"}]


def zipped(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "id,won\n1,yes\n")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (zipped("leads.csv"), r"Excel workbook or a ZIP[\s\S]*unpack"),
        (bz2.compress(b"id,won\n"), r"bzip2[\s\S]*gzip"),
        (lzma.compress(b"id,won\n"), "an xz archive"),
        (b"%PDF-1.7\n%more", "PDF"),
        (b"SQLite format 3\x00 and pages", "SQLite"),
        (json.dumps(ROWS).encode(), r"JSON[\s\S]*read_json"),
        (json.dumps(ROWS, indent=2).encode(), "JSON"),
        ("\n".join(map(json.dumps, ROWS)).encode(), "JSON"),
        (b"\xef\xbb\xbf  [\n[1, 2]]".replace(b"1, 2", b'"a", "b"'), "JSON"),
        (b"<html><table><tr><th>id</th></tr></table></html>", r"HTML[\s\S]*spreadsheet"),
        (b"<?xml version='1.0'?>\n<leads/>", "HTML or XML"),
    ],
)
def test_other_kinds_are_named(tmp_path, data, told):
    with pytest.raises(DataError, match=told):
        read_table(write(tmp_path, data, "t.csv"))


@pytest.mark.parametrize(
    "text",
    ["PK,name\n1,a\n", "ORC,BZh\n1,2\n", "[id],[name]\n1,a\n", "<id>,b\n1,2\n", "{id},b\n", "Rar!,b\n1,2\n"],
)
def test_names_that_begin_like_another_kind_are_names(text):
    assert refuse_other_kinds(text.encode(), "t.csv") is None
