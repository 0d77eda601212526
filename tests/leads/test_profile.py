"""What columns seem to mean."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from qualify.leads.profile import ColumnProfile, profile, profile_column


def column(name: str, values: list[object]) -> ColumnProfile:
    return profile_column(name, pa.chunked_array([pa.array(values)]))


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("Do Not Email", ["No", "Yes"] * 5, "boolean"),
        ("flag", ["0", "1"] * 5, "boolean"),
        ("同意", ["はい", "いいえ"] * 5, "boolean"),
        ("flag", [True, False], "boolean"),
        ("default", ["no", "unknown", "yes"] * 5, "boolean"),
        ("answer", ["no", "maybe", "yes"] * 5, "category"),
        ("amount", [f"{k},{k % 10}" for k in range(40)], "number"),
        ("売上", [f"{k}万円" for k in range(40)], "number"),
        ("visits", ["0", "1", "1", "2", "0"] * 5, "number"),
        ("previous", ["0", "0", "0", "1", "2", "3"] * 5, "number"),
        ("rate", ["1.1", "1.4", "-0.1"] * 5, "number"),
        ("age", [40, 41, 40, 39], "number"),
        ("region code", ["1", "2", "3"] * 9, "category"),
        ("store_id", [str(k % 40) for k in range(200)], "category"),
        ("status", ["101", "205", "310"] * 9, "category"),
        ("SIC", [str(5200 + k % 60) for k in range(600)], "category"),
        ("Zip/Postal Code", [str(94100 + k % 60) for k in range(600)], "category"),
        ("Account Code", [str(100 + k % 60) for k in range(600)], "category"),
        ("業種コード", [str(1000 + k % 60) for k in range(600)], "category"),
        ("basic price", [str(5200 + k % 60) for k in range(600)], "number"),
        ("discount", [str(5200 + k % 60) for k in range(600)], "number"),
        ("zip code count", [str(k % 60) for k in range(600)], "number"),
        ("postal", ["0600001", "1500002", "5300001"] * 9, "category"),
        ("branch", ["007", "013", "101"] * 9, "category"),
        ("grade", ["01.High", "02.Medium"] * 9, "category"),
        ("signed up", ["2026/4/1", "2026/4/2"] * 9, "date"),
        ("day", ["20260401", "20260402"] * 9, "date"),
        ("day", [dt.date(2026, 4, 1)], "date"),
        ("created", ["46113", "46114.5"] * 9, "date"),
        ("mail", [f"p{k}@example.co.jp" for k in range(9)], "email"),
        ("役職", ["営業部長", "情報システム部 課長", "担当", "代表取締役"] * 9, "job_title"),
        ("title", ["CIO", "Sales Manager", "Assistant"] * 9, "job_title"),
        ("title", ["Mr", "Mrs", "Dr"] * 9, "category"),
        ("note", [f"Please call me back on day {k} about the offer" for k in range(30)], "text"),
        ("source", ["google / organic", "(direct) / (none)"] * 9, "category"),
    ],
)
def test_types(name: str, values: list[object], kind: str) -> None:
    assert column(name, values).type == kind


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [
        ("c", ["No"] * 30, "C001"),
        ("c", [None, "", "?"], "C002"),
        ("c", [None] * 5, "C002"),
        ("key", [f"k{k}" for k in range(30)], "C003"),
        ("seller id", [str(700 + k) for k in range(30)], "C003"),
        ("Phone", [f"+81 3-1234-{k:04d}" for k in range(30)], "C004"),
        ("First Name", [f"Name {k}" for k in range(30)], "C004"),
        ("氏名", [f"山田 {k}" for k in range(30)], "C004"),
        ("tags", [[1], [2]], "C005"),
    ],
)
def test_columns_that_tell_nothing(name: str, values: list[object], code: str) -> None:
    found = column(name, values)
    assert found.exclude is not None
    assert found.exclude.code == code
    assert found.examples == ()


def test_one_answer_and_nothing_is_kept() -> None:
    assert column("newsletter", ["yes", None, "yes"]).exclude is None


def test_few_rows_are_no_reason_to_exclude() -> None:
    assert column("city", [f"c{k}" for k in range(10)]).exclude is None


def test_placeholders_count_as_missing() -> None:
    found = column("Specialization", ["Select"] * 3 + ["Finance"] * 4 + [None])
    assert found.missing == ("Select",)
    assert (found.given, found.rows, found.distinct) == (4, 8, 1)
    assert found.evidence() == "1 value; 50.0% missing, counting 'Select'; mostly Finance"


def test_a_number_that_stands_for_missing() -> None:
    found = column("pdays", ["999"] * 90 + ["3", "6", "4", "0", "27", "5"] * 3)
    assert found.type == "number"
    assert found.missing == ("999",)
    assert found.distinct == 6


def test_some_unreadable_numbers_are_told() -> None:
    found = column("size", [str(k) for k in range(99)] + ["many"])
    assert found.type == "number"
    assert "1.0% not readable as number" in found.evidence()
    assert column("size", [str(k) for k in range(90)] + ["many", "few"] * 6).type == "category"
    assert column("floor", ["1", "2", "3", "B1"] * 20).type == "category"


@pytest.mark.parametrize(
    ("values", "day_first"),
    [
        (["13/04/2026", "01/02/2026"], True),
        (["04/13/2026", "01/02/2026"], False),
        (["01/02/2026"], None),
        (["2026-04-13"], None),
        (["13.04.2026"], None),
    ],
)
def test_day_and_month(values: list[str], day_first: bool | None) -> None:
    found = column("d", values)
    assert found.type == "date"
    assert found.day_first is day_first


def test_no_personal_data_in_the_evidence() -> None:
    table = pa.table(
        {
            "e-mail": [f"taro{k}@example.jp" for k in range(40)] * 2,
            "phone": [f"03-1234-{k:04d}" for k in range(80)],
            "id": [f"U{k}" for k in range(80)],
            "comment": [f"Yamada Taro of Minato asks for offer number {k} soon" for k in range(80)],
            "rare": ["common"] * 40 + [f"person {k}" for k in range(40)],
        }
    )
    told = " ".join(found.evidence() for found in profile(table).values())
    assert not any(word in told for word in ("taro", "03-1234", "U1", "Yamada", "person"))
    assert "common" in told


def test_order_of_rows_does_not_matter() -> None:
    values = ["b", "a", "Select", "b", "c", None] * 5
    assert column("x", values) == column("x", values[::-1])


def test_titles_picked_from_a_list_are_categories() -> None:
    """Four words with fifty rows each tell more than their ranks, and "junior" has none."""
    picked = profile_column("role", pa.array(["junior", "manager", "director", "C-level"] * 50))
    assert picked.type == "category"
    written = [f"{rank} of {what}" for rank in ("Director", "Head") for what in "ABCDEFGHIJ"]
    assert profile_column("role", pa.array(written * 50)).type == "job_title"


@pytest.mark.parametrize("name", ["contact_id", "key", "updated"])
def test_keys_that_begin_with_zeros_are_no_times(name: str) -> None:
    """0030000012345 as a number would lie among the seconds since 1970."""
    keys = pa.array([f"003{k * 7919:08d}" for k in range(200)])
    assert profile_column(name, keys).type != "date"
    assert (
        profile_column("updated", pa.array([f"1{k * 7919:09d}" for k in range(90_000, 90_200)])).type
        == "date"
    )
