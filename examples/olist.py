"""The marketing funnel of Olist as leads: two flat files without any history become leads and one stage.

    python examples/olist.py RAW_FOLDER OUT_FOLDER

`RAW_FOLDER` holds `marketing_qualified_leads.csv.gz` (mql_id, first_contact_date, landing_page_id, origin)
and `closed_deals.csv.gz` (mql_id, won_date and more). What is decided here, and why, is told in
`docs/odd-exports.md`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from qualify.console import say

FIRST_DAY = pd.Timestamp("2018-01-01", tz="UTC")
"""No deal was recorded before December 2017, so the outcomes of older leads are not all known."""


def read_raw(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the qualified leads and the deals as they were published."""
    leads = pd.read_csv(folder / "marketing_qualified_leads.csv.gz")
    deals = pd.read_csv(folder / "closed_deals.csv.gz", usecols=["mql_id", "won_date"])
    return leads, deals


def make_leads(raw: pd.DataFrame) -> pd.DataFrame:
    """One row a lead, from `FIRST_DAY` on; of the deals' columns none, since only won leads have them."""
    leads = pd.DataFrame(
        {
            "lead_id": raw["mql_id"],
            "created_at": pd.to_datetime(raw["first_contact_date"], utc=True),
            "landing_page": raw["landing_page_id"],
            "origin": raw["origin"],
        }
    )
    return leads[leads["created_at"] >= FIRST_DAY]


def make_stages(deals: pd.DataFrame) -> pd.DataFrame:
    """Return one entry into the stage `Won` for each deal."""
    won = pd.to_datetime(deals["won_date"], utc=True, format="ISO8601")
    return pd.DataFrame({"lead_id": deals["mql_id"], "stage": "Won", "entered_at": won})


def without_contradictions(leads: pd.DataFrame, stages: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave out leads that were won before they were first contacted, and deals without a lead."""
    entered = stages.groupby("lead_id")["entered_at"].min()
    before = leads["lead_id"].map(entered) < leads["created_at"]
    leads = leads[~before]
    return leads, stages[stages["lead_id"].isin(leads["lead_id"])]


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the raw files and write the three tables; of activities nothing is known but the columns."""
    parser = argparse.ArgumentParser(description="Write the Olist marketing funnel as tables of leads.")
    parser.add_argument("raw", type=Path, help="folder with the two published files")
    parser.add_argument("out", type=Path, help="folder to write to")
    chosen = parser.parse_args(arguments)
    raw, deals = read_raw(chosen.raw)
    leads, stages = without_contradictions(make_leads(raw), make_stages(deals))
    chosen.out.mkdir(parents=True, exist_ok=True)
    tables = {
        "leads": leads,
        "activities": pd.DataFrame(columns=["lead_id", "type", "occurred_at"]),
        "stages": stages,
    }
    for name, table in tables.items():
        table.to_csv(chosen.out / f"{name}.csv", index=False)
        say(f"{name}.csv: {len(table):,} rows" + ("" if len(table) else "; leave it out of the commands"))


if __name__ == "__main__":
    main()
