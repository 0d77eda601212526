"""From tables to arrays: leads, their order, their attributes, and what is left out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from qualify.config import ColumnSpec, Data
from qualify.errors import ConfigError, DataError
from qualify.leads.build import build_tables
from qualify.leads.stamp import RaggedRow, stamp
from qualify.leads.tables import NO_TIME
from tests.leads.tables_of import FULL, leads, table

FLAT = Data(leads="-", lead_id="id")
DATED = Data(leads="-", lead_id="id", created_at="at")


def test_leads_keep_their_order_and_row() -> None:
    found, rejects = build_tables(FLAT, {}, table(id=["b", "a", " c "]))
    assert found.lead_id.tolist() == ["b", "a", "c"]
    assert found.source_row.tolist() == [0, 1, 2]
    assert found.order is not None
    assert found.order.tolist() == [0.0, 1.0, 2.0]
    assert found.created_at.tolist() == [NO_TIME] * 3
    assert len(found.activities.offsets) == len(found.stages.offsets) == 4
    assert rejects.counts() == {}


def test_without_an_id_leads_are_numbered_by_their_row_in_the_source() -> None:
    read = stamp(table(x=["1", "2", "3"]), origin="t.csv", ragged=[RaggedRow(1, 3, 1, "a,b,c")])
    found, rejects = build_tables(Data(leads="-"), {}, read)
    assert found.lead_id.tolist() == ["0", "2", "3"]
    assert rejects.frame.to_dict("records") == [
        {"lead_id": "", "row": 1, "code": "ragged_row", "message": "3 cells where the header has 1: 'a,b,c'"}
    ]


def test_missing_and_repeated_ids_are_rejected() -> None:
    found, rejects = build_tables(FLAT, {}, table(id=["a", None, "a", "", "b", "a"]))
    assert found.lead_id.tolist() == ["a", "b"]
    assert found.source_row.tolist() == [0, 4]
    assert list(zip(rejects.frame["row"], rejects.frame["code"], strict=True)) == [
        (1, "missing_id"),
        (2, "duplicate_id"),
        (3, "missing_id"),
        (5, "duplicate_id"),
    ]
    assert rejects.frame["lead_id"].tolist() == ["", "a", "", "a"]


def test_ids_are_compared_as_text_and_whole_floats_are_integers() -> None:
    found, rejects = build_tables(FLAT, {}, table(id=["007", "7", "7.0", "x.0"]))
    assert found.lead_id.tolist() == ["007", "7", "x.0"]
    assert rejects.counts() == {"duplicate_id": 1}
    typed, _ = build_tables(FLAT, {}, table(id=[5.0, 6.0]))
    assert typed.lead_id.tolist() == ["5", "6"]


def test_bad_creation_dates_are_rejected_and_the_next_row_of_the_lead_is_taken() -> None:
    given = table(id=["a", "b", "a", "c"], at=["soon", "2026-01-01", "2026-01-02", ""])
    found, rejects = build_tables(DATED, {}, given)
    assert found.lead_id.tolist() == ["b", "a"]
    assert found.order is None
    assert rejects.frame[["lead_id", "code", "message"]].to_numpy().tolist() == [
        ["a", "bad_created_at", "at is no time: 'soon'"],
        ["c", "bad_created_at", "at is empty"],
    ]


def test_a_day_in_front_is_told() -> None:
    _, rejects = build_tables(DATED, {}, table(id=["a", "b"], at=["31/12/2026", "2026-01-01"]))
    assert "is the day first? (data.day_first)" in rejects.frame["message"][0]


@pytest.mark.parametrize(
    ("data", "given", "match"),
    [
        (FLAT, {"ID": ["a"]}, r"no column 'id'[\s\S]*Did you mean 'ID'"),
        (DATED, {"id": ["a"], "created": ["x"]}, r"no column 'at'[\s\S]*data\.created_at"),
        (FLAT, {"id": ["", None]}, r"Column 'id' cannot be read in any row[\s\S]*row 0"),
        (DATED, {"id": ["a"], "at": ["soon"]}, r"Column 'at'[\s\S]*got: 'soon'[\s\S]*expected: a date"),
        (DATED, {"id": ["a"], "at": ["31/12/2026"]}, r"data\.day_first: true"),
        (DATED, {"id": ["a", "b"], "at": ["03/04/26", "7.12.26 09:00"]}, r"years with four digits"),
        (DATED, {"id": ["a"], "at": ["3/4/2026x"]}, r"name the right column"),
        (DATED, {"id": ["a", ""], "at": ["x", "2026-01-01"]}, r"No lead can be used[\s\S]*missing_id"),
        (Data(leads="-", order_by="n"), {"n": ["x", "y"]}, r"Column 'n'[\s\S]*grow with time"),
    ],
)
def test_bad_tables_are_errors(data: Data, given: dict[str, list[str]], match: str) -> None:
    with pytest.raises(DataError, match=match):
        build_tables(data, {}, table(**given))


def test_an_unknown_zone_is_an_error() -> None:
    with pytest.raises(ConfigError, match="time zone is not known"):
        build_tables(Data(leads="-", timezone="Mars/Base"), {}, table(id=["a"]))


def test_order_by_numbers_dates_and_gaps() -> None:
    data = Data(leads="-", order_by="n")
    found, _ = build_tables(data, {}, table(n=["10", "", "30"]))
    assert found.order is not None
    assert found.order.tolist() == [10.0, 10.0, 30.0]
    dated, _ = build_tables(data, {}, table(n=["2026-01-02", "2026-01-01"]))
    assert dated.order is not None
    assert dated.order[0] - dated.order[1] == 86_400e6


def test_attributes_of_every_type() -> None:
    given = table(
        id=["a", "b", "a"], n=["1,5", "x", "9"], b=["yes", "no", "no"], c=["z", "Select", "y"],
        d=["2026-01-01", "", ""], e=["m@x.jp", "", ""], t=["long text", "", ""], j=["CEO", "", ""],
    )  # fmt: skip
    types = {"n": "number", "b": "boolean", "c": "category", "d": "date", "e": "email", "t": "text",
             "j": "job_title", "id": "id"}  # fmt: skip
    specs = {name: ColumnSpec(type=kind, missing=("Select",)) for name, kind in types.items()}  # type: ignore[arg-type]
    found, rejects = build_tables(FLAT, specs, given)
    assert {name: column.kind for name, column in found.columns.items()} == {
        "n": "number", "b": "number", "c": "category", "d": "date", "e": "category", "t": "category",
        "j": "category",
    }  # fmt: skip
    assert found.columns["n"].values[0] == 1.5
    assert np.isnan(found.columns["n"].values[1])
    assert found.columns["c"].vocabulary == ("z",)  # the rejected row's value is not known
    assert found.columns["c"].values.tolist() == [0, -1]
    assert found.columns["d"].values.tolist() == [1767225600_000_000, NO_TIME]
    assert rejects.counts() == {"duplicate_id": 1, "unread_value": 1}
    assert "column 'n': no number, taken as missing; first 'x' in row 1" in rejects.lines()[1]


def test_absent_attributes_are_an_error_that_names_them() -> None:
    specs = {name: ColumnSpec(type="category") for name in ("Country", "City")}
    with pytest.raises(
        DataError, match=r"lacks 1 of the columns in use: Country[\s\S]*Did you mean 'country'"
    ):
        build_tables(FLAT, specs, table(id=["a"], country=["JP"], City=["x"]))
    renamed = r"not in use are Nation, town, Note\n[\s\S]*Did you mean 'town'"
    with pytest.raises(DataError, match=renamed):
        build_tables(
            FLAT,
            {"Town": ColumnSpec(type="category")},
            table(id=["a"], Nation=["JP"], town=["x"], Note=["n"]),
        )
    found, _ = build_tables(FLAT, specs, table(id=["a"], City=["x"]), lenient=True)
    assert found.columns["Country"].values.tolist() == [-1]


def test_a_column_that_is_wrong_everywhere_is_an_error() -> None:
    given = table(id=[str(k) for k in range(20)], n=["word"] * 20)
    with pytest.raises(DataError, match=r"Column 'n' cannot be read in any row[\s\S]*'word'[\s\S]*a number"):
        build_tables(FLAT, {"n": ColumnSpec(type="number")}, given)
    few, rejects = build_tables(FLAT, {"n": ColumnSpec(type="number")}, given.slice(0, 19))
    assert np.isnan(few.columns["n"].values).all()
    assert rejects.counts() == {"unread_value": 19}


def test_typed_columns_are_taken_as_they_are() -> None:
    given = pa.table({"id": [1, 2], "n": [1.5, None], "c": pa.array(["x", "y"]).dictionary_encode()})
    found, _ = build_tables(FLAT, {"n": ColumnSpec(type="number"), "c": ColumnSpec(type="category")}, given)
    assert found.lead_id.tolist() == ["1", "2"]
    assert found.columns["c"].vocabulary == ("x", "y")


def test_created_at_of_lenient_documents_may_be_empty() -> None:
    given = table(lead_id=["a", "b"], created_at=["2026-01-01", None])
    found, _ = build_tables(FULL, {}, given, lenient=True)
    assert found.created_at[1] == NO_TIME
    strict, rejects = build_tables(FULL, {}, given)
    assert strict.lead_id.tolist() == ["a"]
    assert rejects.counts() == {"bad_created_at": 1}


def test_leads_alone_have_empty_events() -> None:
    found, _ = build_tables(FULL, {}, leads("a", "b"))
    assert len(found.activities) == len(found.stages) == 0
