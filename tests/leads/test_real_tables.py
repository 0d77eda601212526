"""The real tables are read and understood, with the quirks of their originals."""

from __future__ import annotations

import pyarrow as pa

from qualify.config import ActivityColumns, ColumnSpec, Data, StageColumns
from qualify.leads.build import build_tables
from qualify.leads.created import find_created_at
from qualify.leads.profile import ColumnProfile, profile
from qualify.leads.read import read_table
from qualify.leads.roles import find_id, find_order
from qualify.leads.strings import flat
from tests.leads.tables_of import shared_file


def looked_at(name: str) -> tuple[pa.Table, dict[str, ColumnProfile]]:
    table = read_table(shared_file(name))
    return table, profile(table)


def specs(found: dict[str, ColumnProfile]) -> dict[str, ColumnSpec]:
    return {n: ColumnSpec(type=p.type, missing=p.missing) for n, p in found.items() if p.exclude is None}


def test_x_education() -> None:
    table, found = looked_at("x_education/leads.csv.gz")
    assert table.num_rows == 7392
    assert (find_id(found), find_created_at(found)) == ("Prospect ID", None)
    assert find_order(table, found) == "Lead Number"
    assert [n for n, p in found.items() if "Select" in p.missing] == [
        "Specialization", "How did you hear about X Education", "Lead Profile", "City"]  # fmt: skip
    assert {n for n, p in found.items() if p.exclude} == {
        "Prospect ID",
        "Magazine",
        "Receive More Updates About Our Courses",
        "Update me on Supply Chain Content",
        "Get updates on DM Content",
        "I agree to pay the amount through cheque",
    }
    kinds = {n: p.type for n, p in found.items()}
    assert kinds["TotalVisits"] == kinds["Asymmetrique Activity Score"] == "number"
    assert kinds["Asymmetrique Activity Index"] == kinds["Lead Source"] == "category"
    assert kinds["Do Not Email"] == "boolean"
    tables, rejects = build_tables(
        Data(leads="-", lead_id="Prospect ID", order_by="Lead Number"), specs(found), table
    )
    assert len(tables) == 7392
    assert rejects.counts() == {}
    assert tables.order is not None
    assert tables.order.tolist() == sorted(tables.order.tolist())


def test_bank() -> None:
    table, found = looked_at("bank_marketing/bank-additional.csv.gz")
    assert (table.num_rows, table.num_columns) == (32950, 21)
    assert (find_id(found), find_created_at(found), find_order(table, found)) == (None, None, None)
    assert found["pdays"].missing == ("999",)
    assert {n for n, p in found.items() if p.missing == ("unknown",)} == {
        "job", "marital", "education", "default", "housing", "loan"}  # fmt: skip
    assert found["poutcome"].missing == ()
    numbers = {n for n, p in found.items() if p.type == "number"}
    assert numbers == {"age", "duration", "campaign", "pdays", "previous", "emp.var.rate", "cons.price.idx",
                       "cons.conf.idx", "euribor3m", "nr.employed"}  # fmt: skip
    tables, _ = build_tables(Data(leads="-"), specs(found), table)
    assert tables.lead_id[:2].tolist() == ["0", "1"]


def test_olist() -> None:
    _, found = looked_at("olist/marketing_qualified_leads.csv.gz")
    assert (find_id(found), find_created_at(found)) == ("mql_id", "first_contact_date")
    assert found["origin"].missing == ("unknown",)
    assert found["landing_page_id"].exclude is None
    _, deals = looked_at("olist/closed_deals.csv.gz")
    assert deals["has_company"].exclude is not None
    assert deals["won_date"].type == "date"


def test_bpi() -> None:
    cases, found = looked_at("bpi2012/cases.csv.gz")
    assert (find_id(found), find_created_at(found)) == ("case_id", "REG_DATE")
    events = read_table(shared_file("bpi2012/events.csv.gz"), what="activities")
    data = Data(
        leads="-", lead_id="case_id", created_at="REG_DATE",
        activity_columns=ActivityColumns(lead_id="case_id", type="activity", occurred_at="timestamp"),
        stage_columns=StageColumns(lead_id="case_id", stage="activity", entered_at="timestamp"),
    )  # fmt: skip
    tables, rejects = build_tables(data, specs(found), cases, events, events)
    assert rejects.counts() == {}
    assert len(tables.activities) == len(tables.stages) == events.num_rows == 193_496
    # 2011-10-01T00:38:44.546+02:00 is the evening before in UTC
    assert tables.activities.occurred_at.min() == 1_317_422_324_546_000
    assert len(tables.activities.types) == len(flat(events.column("activity")).unique())
