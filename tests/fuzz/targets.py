"""What is fuzzed: readers of what strangers write. A target takes bytes, and may refuse them as planned."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from qualify.config import ColumnSpec, Data, Limits
from qualify.errors import DataError
from qualify.leads.documents import tables_from_documents
from qualify.leads.numbers import parse_booleans, parse_numbers
from qualify.leads.read_csv import read_csv
from qualify.leads.stamp import read_stamp
from qualify.leads.tables import NO_TIME
from qualify.leads.times import parse_times
from qualify.rules.vocabulary import glob_matches
from serving.api.documents import check_document, read_json
from serving.api.problems import Problem

__all__ = ["SEEDS", "TARGETS"]

_COLUMNS = {
    "n": ColumnSpec(type="number"), "b": ColumnSpec(type="boolean"), "c": ColumnSpec(type="category"),
    "d": ColumnSpec(type="date"), "t": ColumnSpec(type="text"), "e": ColumnSpec(type="email"),
    "j": ColumnSpec(type="job_title"),
}  # fmt: skip
_FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))


def _cells(data: bytes) -> pa.Array:
    cells = data.decode("utf-8", "replace").split("\n")
    return pa.array([cell or None for cell in cells], pa.string())


def csv(data: bytes) -> None:
    """A CSV file: a table of strings with unique names, or a `DataError`."""
    path = _FOLDER / "t.csv"
    path.write_bytes(data)
    try:
        table = read_csv(path)
    except DataError:
        return
    assert len(set(table.column_names)) == table.num_columns > 0
    assert all(column.type == pa.string() for column in table.columns)
    table.validate(full=True)
    assert all(row.cells != row.expected for row in read_stamp(table).ragged)


def numbers(data: bytes) -> None:
    """A column of numbers: as many as cells, finite or missing; what was not read is missing."""
    cells = _cells(data)
    for found in (parse_numbers(cells), parse_booleans(cells)):
        assert len(found.numbers) == len(found.unread) == len(cells)
        assert not np.isinf(found.numbers).any()
        assert np.isnan(found.numbers[found.unread]).all()


def times(data: bytes) -> None:
    """A column of times: as many as cells, between 1800 and 2200 or missing."""
    cells = _cells(data)
    for day_first in (False, True):
        for zone in ("UTC", "Asia/Tokyo", "America/New_York"):
            found = parse_times(cells, timezone=zone, day_first=day_first)
            known = found.micros[found.micros != NO_TIME].astype("datetime64[us]").astype("datetime64[Y]")
            assert len(found.micros) == len(cells)
            assert (found.micros[found.unread] == NO_TIME).all()
            assert not len(known) or (
                known.min() >= np.datetime64("1799") and known.max() <= np.datetime64("2200")
            )


def document(data: bytes) -> None:
    """A lead document: a lead, or a problem with its text."""
    try:
        read = check_document(read_json(data), Limits())
        tables, rejects = tables_from_documents([read], Data(leads="leads"), _COLUMNS)
    except (Problem, DataError):
        return
    assert len(tables) + len(rejects) == 1


def pattern(data: bytes) -> None:
    """A pattern and a word: an answer, in no time."""
    first, _, word = data.decode("utf-8", "replace").partition("\n")
    assert len(glob_matches([first], [word])) == 1


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each for each in (csv, numbers, times, document, pattern)
}

_LEAD = {
    "lead_id": "L1", "created_at": "2026-03-02T09:30:00+09:00", "as_of": 1775001600,
    "attributes": {"n": "¥1,234万", "b": "はい", "c": "x", "d": "令和8年4月1日", "t": "text",
                   "e": "a@b.jp", "j": "営業部 部長"},
    "activities": [{"type": "demo", "occurred_at": "2026-03-01", "topic": 3, "value": "1.5"}],
    "stages": [{"stage": "MQL", "entered_at": "2026-03-10T00:00:00Z", "reason": None}],
}  # fmt: skip

SEEDS: dict[str, tuple[bytes, ...]] = {
    "csv": (
        b"id,y,a\n1,0,x\n2,1,\"a,b\"\n", b"\xef\xbb\xbfid;name\r\n1;\xc3\xa4\r\n", b"sep=;\nid;y\n1;2\n",
        "番号,会社\n1,株式会社\n".encode("shift_jis"), "id\ty\n1\t2\n".encode("utf-16"), b"\x1f\x8b\x08",
        b"Report of May\n\nid,y\n1,2\n", b'id,y\n1,"2\n3,4\n', b"id,id,,\n1,2,3,4\n1,2\n", b"a",
        b"\n\n", b"PK\x03\x04",
    ),
    "numbers": (
        "1,234\n１２\n¥5億\n45%".encode(), b"2,5\n1.234,5\n-3", b"nan\ninf\n1e400\n0x10\n1_000",
        b"yes\nno\ntrue\n0",
        "3千万\n1万2千\n(1,000)\n−5".encode(), b"1.000\n1.000.000\n", b"1'234.50\n$ 7\n7 EUR",
    ),
    "times": (
        b"2026-04-01T00:00:00Z\n2026/4/1\n2026-04-01 9:00",
        "令和8年4月1日\nR8.4.1\n平成元年1月8日 午後3時".encode(),
        b"04/01/2026\n31.12.2026\nApr 1, 2026 3:05 pm", b"1775001600\n1775001600000\n46113.5",
        b"20260401\n20261301",
        b"0001-01-01\n9999-12-31\n2026-02-30\n2026-04-01T24:00:00+14:00",
    ),
    "document": (
        json.dumps(_LEAD).encode(), b'{"lead_id": 7}', b'{"lead_id":"a","attributes":{"n":1e308,"b":true}}',
        b'{"lead_id":"a","n":5,"activities":[{}],"stages":[{"stage":""}]}', b"[" * 64,
        b'{"lead_id":"\\ud800"}',
    ),
    "pattern": (b"/pricing*\n/pricing/plans", b"*a*a*a*b\naaaaaaaaaaaaaaaa", b"[!a]?\nb", b"\n"),
}  # fmt: skip
