"""Which columns carry ids, times and types."""

from __future__ import annotations

import pyarrow as pa
import pytest

from qualify.errors import DataError
from qualify.leads.created import find_created_at
from qualify.leads.profile import profile
from qualify.leads.roles import (
    find_activity_columns,
    find_id,
    find_order,
    find_repeated_id,
    find_stage_columns,
)

N = 30
IDS = [f"L{k}" for k in range(N)]
DAYS = [f"2026-01-{k % 28 + 1:02d}" for k in range(N)]
KEYS = pa.array(IDS)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("lead_id", "id"), "lead_id"),
        (("Prospect ID", "Lead Number"), "Prospect ID"),
        (("row id", "customerId"), "customerId"),
        (("LeadRef", "city"), "LeadRef"),
        (("Quote No", "city"), "Quote No"),
        (("city", "Lead #"), "Lead #"),
        (("Prospect Number", "Quote No"), "Prospect Number"),
        (("Casino", "href"), None),
        (("ref", "No"), None),
        (("リードID", "x"), "リードID"),
        (("顧客番号", "x"), "顧客番号"),
        (("paid", "name"), None),
        (("Organization - City", "Deal - ID"), "Deal - ID"),
    ],
)
def test_ids_by_name(names: tuple[str, str], found: str | None) -> None:
    assert find_id(profile(pa.table({names[0]: IDS, names[1]: IDS[::-1]}))) == found


def test_an_id_has_to_differ() -> None:
    assert find_id(profile(pa.table({"id": ["a"] * N}))) is None
    some = IDS[:-4] + IDS[:4]
    assert find_id(profile(pa.table({"lead_id": some, "key": IDS}))) == "lead_id"
    assert find_id(profile(pa.table({"store no id": some, "name": IDS}))) is None


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("updated_at", "created_at"), "created_at"),
        (("close_date", "REG_DATE"), "REG_DATE"),
        (("Deal - Won time", "Deal - Deal created"), "Deal - Deal created"),
        (("リード: 最終更新日", "リード: 作成日"), "リード: 作成日"),
        (("deal created", "Deal - Lost time"), None),
        (("won_date", "birthday"), None),
        (("最終更新日", "登録日"), "登録日"),
        (("first_contact_date", "visit"), "first_contact_date"),
        (("something", "CreateDate"), "CreateDate"),
        (("when", "then"), "when"),
    ],
)
def test_creation_dates_by_name(names: tuple[str, str], found: str | None) -> None:
    assert find_created_at(profile(pa.table({names[0]: DAYS, names[1]: DAYS}))) == found


def test_a_creation_date_is_there_in_every_row() -> None:
    table = pa.table({"entry date": [*DAYS[:-2], None, None], "signup": DAYS})
    assert find_created_at(profile(table)) == "signup"


def test_some_bad_dates_do_not_hide_a_creation_date() -> None:
    table = pa.table({"created_at": [*DAYS[:-3], "soon", None, ""], "other": DAYS})
    assert find_created_at(profile(table)) == "created_at"


def test_a_rising_number_is_an_order() -> None:
    table = pa.table(
        {"Lead Number": [str(500 + 3 * k) for k in range(N)], "visits": [str(k) for k in range(N)]}
    )
    assert find_order(table, profile(table)) == "Lead Number"
    shuffled = table.take(pa.array(list(range(N))[::-1]))
    assert find_order(shuffled, profile(shuffled)) is None


def test_roles_of_canonical_tables() -> None:
    acts = pa.table({"lead_id": IDS, "type": ["view", "open"] * 15, "occurred_at": DAYS, "recorded_at": DAYS,
                     "topic": ["/x", "/y"] * 15, "value": [str(k) for k in range(N)]})  # fmt: skip
    assert find_activity_columns(acts, profile(acts), KEYS).model_dump() == {
        name: name for name in ("lead_id", "type", "occurred_at", "recorded_at", "topic", "value")
    }
    steps = pa.table({"lead_id": IDS, "stage": ["MQL", "SQL"] * 15, "entered_at": DAYS, "recorded_at": DAYS,
                      "reason": ["a", "b"] * 15})  # fmt: skip
    assert find_stage_columns(steps, profile(steps), KEYS).model_dump() == {
        name: name for name in ("lead_id", "stage", "entered_at", "recorded_at", "reason")
    }


def test_roles_of_other_tables() -> None:
    kinds = ["閲覧", "開封"] * 15
    acts = pa.table({"event_id": [f"E{k}" for k in range(N)], "contact": IDS, "イベント種別": kinds,
                     "発生日時": DAYS, "resource": ["r"] * N})  # fmt: skip
    found = find_activity_columns(acts, profile(acts), KEYS)
    assert (found.lead_id, found.type, found.occurred_at) == ("contact", "イベント種別", "発生日時")
    assert found.recorded_at is found.topic is found.value is None
    steps = pa.table({"case_id": IDS, "status": ["a", "b"] * 15, "timestamp": DAYS})
    stages = find_stage_columns(steps, profile(steps), KEYS)
    assert (stages.lead_id, stages.stage, stages.entered_at) == ("case_id", "status", "timestamp")


def test_one_type_or_stage_alone_is_found() -> None:
    steps = pa.table({"lead_id": IDS, "stage": ["Won"] * N, "entered_at": DAYS})
    assert find_stage_columns(steps, profile(steps), KEYS).stage == "stage"


@pytest.mark.parametrize(
    ("table", "match"),
    [
        (pa.table({"id": ["q"] * N, "type": ["a"] * N, "at": DAYS}), "holds ids of the table of leads"),
        (pa.table({"lead_id": IDS, "type": ["a"] * N}), "activities can be its occurred_at"),
        (pa.table({"lead_id": IDS, "occurred_at": DAYS, "note": IDS[::-1]}), "can be its type"),
    ],
)
def test_tables_without_a_role(table: pa.Table, match: str) -> None:
    with pytest.raises(DataError, match=match):
        find_activity_columns(table, profile(table), KEYS)


def of_rows(name: str, values: list[str]) -> pa.Table:
    return pa.table({name: values, "topic": ["a", "b"] * (len(values) // 2)})


@pytest.mark.parametrize(
    ("name", "leads", "found"),
    [
        ("Lead Id", 40, "Lead Id"),  # two or three rows a lead
        ("prospect_id", 40, "prospect_id"),
        ("Lead Id", 90, None),  # nearly all differ: it names the leads, and repeats are rejected
        ("Lead Id", 4, None),  # 25 rows each: a group
        ("campaign_id", 40, None),  # not called the lead's
        ("lead_source", 40, None),
    ],
)
def test_an_id_that_names_several_rows(name: str, leads: int, found: str | None) -> None:
    table = of_rows(name, [f"K{k % leads}" for k in range(100)])
    assert find_repeated_id(profile(table)) == found
