"""The sales desk that `init` proposes: what reaches a person is proposed by name and value, and told."""

from __future__ import annotations

import pyarrow as pa
import pytest

from qualify.config import parse_config
from tests.training.test_init import flat_rows, write
from training.init import Request, propose
from training.initial.desk import kept_line, propose_desk

PHONES = [f"03-1234-{number:04}" for number in range(9)] + [None]


@pytest.mark.parametrize(
    ("columns", "phone"),
    [
        ({"mobile": ["yes", "no"] * 5}, None),
        ({"mobile": ["yes", "no"] * 5, "work phone": PHONES}, "work phone"),
        ({"phone": [True, False] * 5, "tel": [None] * 10}, None),
        ({"ＴＥＬ": ["０９０−１２３４−５６７８"] * 10}, "ＴＥＬ"),
        ({"mobile": list(range(9012345600, 9012345610))}, "mobile"),
        ({"fax": PHONES, "phone_calls": PHONES}, None),
        ({"phone": [*["unknown"] * 7, *PHONES[:3]]}, None),
    ],
)
def test_a_telephone_column_is_called_so_and_holds_numbers(columns, phone):
    assert propose_desk(pa.table(columns)).phone == phone


@pytest.mark.parametrize(("values", "email"), [(["a@b.example", None], "Email"), (["opted in", "no"], None)])
def test_a_mail_column_holds_addresses(values, email):
    assert propose_desk(pa.table({"Email": values})).email == email


@pytest.mark.parametrize(
    "column",
    ["Lead Owner", "Contact owner", "Deal owner", "Owner Full Name", "Owner", "リード 所有者", "所有者"],
)
def test_who_looks_after_a_lead_is_found_as_crms_call_it(column):
    assert propose_desk(pa.table({column: ["Ann"], "Owner type": ["user"]})).owner == column


def test_the_object_before_a_name_is_no_part_of_it():
    """As Pipedrive and Salesforce's reports write it; a company's name is not the lead's."""
    columns = ["Organization - Name", "Person - Name", "Deal - Owner", "Lead: Lead Source"]
    desk = propose_desk(pa.table({name: ["x"] for name in columns}))
    assert (desk.company, desk.name, desk.owner, desk.source) == tuple(columns)


def test_a_repeated_name_is_judged_by_its_own_values():
    table = pa.table([["yes"] * 10, PHONES], names=["phone", "Phone"])
    assert propose_desk(table).phone == "Phone"


def test_what_the_ledger_will_keep_is_told_and_how_to_keep_it_out(tmp_path):
    rows = [{**row, "mobile": f"090-1234-{n:04}"} for n, row in enumerate(flat_rows())]
    found = propose(Request(leads=write(tmp_path / "leads.csv", rows), target="y"), tmp_path)
    assert parse_config(found.text, where="here").service.desk.phone == "mobile"
    (line,) = [each for each in found.lines if "ledger keeps" in each]
    assert "'mobile'" in line
    assert "set service.desk.phone to null" in line


def test_where_nothing_is_kept_nothing_is_told(tmp_path):
    rows = [{**row, "mobile": "yes" if n % 2 else "no"} for n, row in enumerate(flat_rows())]
    found = propose(Request(leads=write(tmp_path / "leads.csv", rows), target="y"), tmp_path)
    assert not any("ledger keeps" in each for each in found.lines)
    assert kept_line(propose_desk(pa.table({"mobile": ["yes"]}))) is None
