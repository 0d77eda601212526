"""A row of too many cells whose bytes are no text: the message is about the encoding, not about the cells."""

from __future__ import annotations

import pytest

from qualify.errors import DataError
from qualify.leads.read_csv import read_csv
from qualify.leads.stamp import read_stamp

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_a_file_said_to_be_utf_8_that_is_not_is_told_so(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"id,y\n1,2\n\xd9x,2,3\n4,5\n")
    with pytest.raises(DataError, match=r"encoding is not recognised(.|\n)*data\.encoding"):
        read_csv(path, encoding="utf-8")


def test_a_late_row_in_shift_jis_is_read_though_it_is_ragged(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(
        b"id,y\n" + b"1,2\n" * 30_000 + "株式会社,2,3\n".encode("cp932") + "東京,5\n".encode("cp932")
    )
    table = read_csv(path)
    assert table["id"][-1].as_py() == "東京"
    assert [row.text for row in read_stamp(table).ragged] == ["株式会社,2,3"]
