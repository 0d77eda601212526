"""Made-up exports with the column names of three CRMs, to try `qualify init` on.

    python examples/crm.py FOLDER

It writes `hubspot.csv`, `salesforce.csv` and `dynamics.csv` into the folder. Columns that are filled in by
the sale itself are among them, as in every real export.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from uuid import NAMESPACE_DNS, uuid5

import numpy as np
import pandas as pd

ROWS = 600


def make_leads(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """What really happened: who came when, and who bought (larger companies and the web more often)."""
    rng = np.random.default_rng(seed)
    days = np.sort(rng.uniform(0, 420, rows))
    employees = np.exp(rng.normal(4.5, 1.5, rows)).astype(int) + 1
    source = rng.choice(["web", "phone", "partner", "event"], rows)
    logit = -2.2 + 0.5 * (np.log(employees) - 4.5) + 1.2 * (source == "web")
    created = pd.Timestamp("2025-01-06T09:00:00") + pd.to_timedelta(days, unit="D").round("s")
    return pd.DataFrame({
        "number": np.arange(rows), "created": created, "employees": employees, "source": source,
        "industry": rng.choice(["manufacturing", "finance", "it", "retail"], rows),
        "revenue": (employees * rng.lognormal(9.5, 0.6, rows)).round(2),
        "title": rng.choice(["CEO", "IT Manager", "Sales Manager", "Assistant", "Engineer"], rows),
        "pages": rng.poisson(6, rows), "opt_out": rng.random(rows) < 0.1, "owner": rng.integers(0, 4, rows),
        "won": rng.random(rows) < 1 / (1 + np.exp(-logit)), "wait": rng.uniform(3, 40, rows).round(),
    })  # fmt: skip


def hubspot(leads: pd.DataFrame) -> pd.DataFrame:
    """Contacts as HubSpot exports them."""
    closed = _when_won(leads, "%Y-%m-%d %H:%M")
    return pd.DataFrame({
        "Record ID": 51_000_000 + 7 * leads["number"], "Email": _emails(leads),
        "Create Date": leads["created"].dt.strftime("%Y-%m-%d %H:%M"),
        "Last Modified Date": _later(leads, 60).dt.strftime("%Y-%m-%d %H:%M"),
        "Lifecycle Stage": np.where(leads["won"], "Customer", "Lead"), "Became a Customer Date": closed,
        "Original Source": leads["source"], "Number of Pageviews": leads["pages"],
        "Industry": leads["industry"], "Number of Employees": leads["employees"],
        "Annual Revenue": leads["revenue"].map("${:,.2f}".format), "Job Title": leads["title"],
        "Recent Deal Amount": leads["revenue"].where(leads["won"]), "Close Date": closed,
        "Converted": np.where(leads["won"], "Yes", "No"),
    })  # fmt: skip


def salesforce(leads: pd.DataFrame) -> pd.DataFrame:
    """Leads as Salesforce's data export gives them."""
    won = leads["won"]
    return pd.DataFrame({
        "Id": leads["number"].map("00Q{:012d}AAA".format), "LastName": leads["number"].map("Name{}".format),
        "Title": leads["title"], "Email": _emails(leads), "LeadSource": leads["source"],
        "Status": np.where(won, "Closed - Converted", "Working - Contacted"), "Industry": leads["industry"],
        "AnnualRevenue": leads["revenue"], "NumberOfEmployees": leads["employees"],
        "OwnerId": leads["owner"].map("005{:012d}AAA".format), "HasOptedOutOfEmail": leads["opt_out"],
        "IsConverted": won, "ConvertedDate": _when_won(leads, "%Y-%m-%d"),
        "ConvertedOpportunityId": leads["number"].map("006{:012d}AAA".format).where(won),
        "CreatedDate": leads["created"].dt.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "SystemModstamp": _later(leads, 60).dt.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "Lost_Reason__c": pd.Series(np.where(leads["owner"] > 1, "Price", "Timing")).where(~won),
    })  # fmt: skip


def dynamics(leads: pd.DataFrame) -> pd.DataFrame:
    """Leads of Dynamics 365 Sales, under the names of its tables."""
    won = leads["won"]
    return pd.DataFrame({
        "leadid": _guids(leads, "lead"), "fullname": leads["number"].map("A. Name{}".format),
        "emailaddress1": _emails(leads), "jobtitle": leads["title"],
        "createdon": leads["created"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "modifiedon": _later(leads, 60).dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "statecode": np.where(won, 1, 2 * (leads["owner"] > 1)), "statuscode": np.where(won, 3, 4),
        "leadsourcecode": leads["source"].map({"web": 8, "phone": 7, "partner": 4, "event": 6}),
        "industrycode": leads["industry"].map({"manufacturing": 21, "finance": 15, "it": 33, "retail": 25}),
        "numberofemployees": leads["employees"], "revenue": leads["revenue"],
        "ownerid": _guids(leads.assign(number=leads["owner"]), "user"),
        "qualifyingopportunityid": _guids(leads, "opportunity").where(won),
        "actualclosedate": _when_won(leads, "%Y-%m-%d"), "qualified": won.astype(int),
    })  # fmt: skip


def _later(leads: pd.DataFrame, days: int) -> pd.Series:
    return leads["created"] + pd.to_timedelta(leads["wait"] + days, unit="D")


def _when_won(leads: pd.DataFrame, style: str) -> pd.Series:
    return _later(leads, 0).dt.strftime(style).where(leads["won"])


def _emails(leads: pd.DataFrame) -> pd.Series:
    return leads["number"].map(lambda number: f"p{number}@example{number % 89}.com")


def _guids(leads: pd.DataFrame, what: str) -> pd.Series:
    return leads["number"].map(lambda number: str(uuid5(NAMESPACE_DNS, f"{what}-{number}")))


EXPORTS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "hubspot": hubspot,
    "salesforce": salesforce,
    "dynamics": dynamics,
}


def main(arguments: list[str]) -> None:
    """Write the three files."""
    (folder,) = map(Path, arguments)
    folder.mkdir(parents=True, exist_ok=True)
    leads = make_leads()
    for name, export in EXPORTS.items():
        export(leads).to_csv(folder / f"{name}.csv", index=False)


if __name__ == "__main__":
    main(sys.argv[1:])
