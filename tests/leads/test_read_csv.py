"""CSV files, good and bad."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualify.errors import DataError
from qualify.leads.read import read_table
from qualify.leads.read_csv import unique_names
from qualify.leads.stamp import read_stamp
from tests.leads.tables_of import write


def test_every_cell_stays_text(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "id,grade,empty,date\n007,01.Medium,,2026-04-01\n"))
    assert table.to_pylist() == [{"id": "007", "grade": "01.Medium", "empty": None, "date": "2026-04-01"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [["番号", "会社名"], ["1", "株式会社みなと"], ["2", "大阪商事"]]
    data = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    assert read_table(write(tmp_path, data)).to_pydict() == {
        "番号": ["1", "2"],
        "会社名": ["株式会社みなと", "大阪商事"],
    }


def test_an_encoding_that_is_named_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n1,Jäger\n".encode("cp1252"))
    assert read_table(path, encoding="cp1252").column("name").to_pylist() == ["Jäger"]
    with pytest.raises(DataError, match=r"not recognised[\s\S]*cp1252"):
        read_table(path)


def test_a_named_encoding_is_not_replaced_by_a_guess(tmp_path: Path) -> None:
    head = "id,name\n" + "".join(f"{i},plain name\n" for i in range(40_000))
    path = write(tmp_path, (head + "x,東京都港区\n").encode("cp932"))
    with pytest.raises(DataError, match="encoding is not recognised"):
        read_table(path, encoding="utf-8")


def test_the_separator_line_of_spreadsheets(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "sep=;\r\na;b\r\n1;2,5\r\n1;2;3\r\n4;5\r\n"))
    assert table.to_pydict() == {"a": ["1", "4"], "b": ["2,5", "5"]}
    assert read_stamp(table).source_rows(2).tolist() == [0, 2]


def test_japanese_after_a_long_plain_beginning(tmp_path: Path) -> None:
    head = "id,name\n" + "".join(f"{i},plain name\n" for i in range(40_000))
    table = read_table(write(tmp_path, (head + "x,東京都港区\n").encode("cp932")))
    assert table.column("name").to_pylist()[-1] == "東京都港区"


def test_gzip_is_recognised_by_its_content(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, gzip.compress(b"a,b\n1,2\n"), "t.dat")).to_pydict() == {
        "a": ["1"],
        "b": ["2"],
    }


def test_cut_gzip_is_named(tmp_path: Path) -> None:
    packed = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * 7919) for i in range(200_000)))
    with pytest.raises(DataError, match="damaged or cut"):
        read_table(write(tmp_path, packed[: len(packed) // 2], "t.csv.gz"))


def test_quoted_line_breaks_and_quotes(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, '"a\nx","b, c"\n"one\ntwo","say ""hi"""\n3,4\n'))
    assert table.to_pydict() == {"a\nx": ["one\ntwo", "3"], "b, c": ['say "hi"', "4"]}


def test_repeated_and_empty_names_are_numbered(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    table = read_table(write(tmp_path, "a,a,,a.2\n1,2,3,4\n"))
    assert table.column_names == ["a", "a.3", "unnamed", "a.2"]
    assert "the column name 'a' is repeated" in caplog.text


@given(st.lists(st.sampled_from(["a", "a.2", "a.3", "", "b"]), max_size=8))
def test_unique_names_are_unique_and_keep_first_ones(names: list[str]) -> None:
    found = unique_names(names, "t.csv")
    assert len(set(found)) == len(found) == len(names)
    for name in set(names) - {""}:
        assert found[names.index(name)] == name


def test_rows_with_other_cells_are_left_out_and_numbered(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, 'a,b\n1,"x\ny"\n1,2,3\n4,5\nonly\n6,7\n'))
    assert table.column("a").to_pylist() == ["1", "4", "6"]
    stamp = read_stamp(table)
    assert [(r.row, r.cells, r.expected) for r in stamp.ragged] == [(1, 3, 2), (3, 1, 2)]
    assert stamp.source_rows(3).tolist() == [0, 2, 4]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(good=st.lists(st.booleans(), min_size=1, max_size=30))
def test_source_rows_of_any_mixture(tmp_path: Path, good: list[bool]) -> None:
    lines = [f"{k},x" if fine else f"{k},x,y" for k, fine in enumerate([*good, True])]
    table = read_table(write(tmp_path, "k,v\n" + "\n".join(lines) + "\n"))
    assert [str(r) for r in read_stamp(table).source_rows(table.num_rows)] == table.column("k").to_pylist()


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_empty_files_are_named(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DataError, match="is empty"):
        read_table(write(tmp_path, data))


@pytest.mark.parametrize("data", ["a,b\n", "a,b"])
def test_header_alone(tmp_path: Path, data: str) -> None:
    path = write(tmp_path, data)
    with pytest.raises(DataError, match="a header but no rows"):
        read_table(path)
    assert read_table(path, what="activities").num_rows == 0


def test_no_row_fits_the_header(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"No row of the table of leads has as many cells[\s\S]*3 cells: 1,2,3"
    ):
        read_table(write(tmp_path, "a,b\n1,2,3\n4,5,6\n"))


def test_a_missing_file_names_its_neighbours(tmp_path: Path) -> None:
    write(tmp_path, "a\n1\n", "leads_2026.csv")
    with pytest.raises(DataError, match=r"does not exist[\s\S]*leads_2026\.csv"):
        read_table(str(tmp_path / "leads.csv"))


def test_an_endless_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="longer than 16 MB, or a quote is never closed"):
        read_table(write(tmp_path, b"a,b\n1,2\n" + b"x" * 40_000_000 + b",3\n"))
    with pytest.raises(DataError, match="No header was found"):
        read_table(write(tmp_path, b"x" * 3_000_000))


def test_an_unclosed_quote_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"quote is never closed[\s\S]*row 1, column b"):
        read_table(write(tmp_path, 'a,b\n1,2\n3,"four\n5,6\n7,8\n'))


@pytest.mark.parametrize("magic", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest"])
def test_workbooks_are_named(tmp_path: Path, magic: bytes) -> None:
    with pytest.raises(DataError, match="Excel workbook"):
        read_table(write(tmp_path, magic, "t.csv"))


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "a\n1\n")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match="may not be read"):
        read_table(path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a user without all rights")
def test_rights_are_respected(tmp_path: Path) -> None:
    path = write(tmp_path, "a\n1\n")
    Path(path).chmod(0)
    with pytest.raises(DataError, match="may not be read"):
        read_table(path)
