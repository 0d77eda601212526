"""The loan applications of the BPI Challenge 2012 as leads: one event log becomes activities and stages.

    python examples/bpi2012.py RAW_FOLDER OUT_FOLDER

`RAW_FOLDER` holds `cases.csv.gz` (case_id, AMOUNT_REQ, REG_DATE) and `events.csv.gz` (case_id, timestamp,
activity, lifecycle). What is decided here, and why, is told in `docs/odd-exports.md`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from qualify.console import say

STAGE_PREFIX = "A_"
"""Events of the application are stages; those of offers (`O_`) and work items (`W_`) are activities."""


def read_raw(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cases and the events as they were published; ids stay text."""
    cases = pd.read_csv(folder / "cases.csv.gz", dtype={"case_id": str})
    events = pd.read_csv(folder / "events.csv.gz", dtype={"case_id": str})
    return cases, events


def as_utc(text: pd.Series) -> pd.Series:
    """Return times in UTC: the log changes from +02:00 to +01:00 with the season."""
    return pd.to_datetime(text, utc=True, format="ISO8601")


def make_leads(cases: pd.DataFrame) -> pd.DataFrame:
    """One row an application, with the only attribute that was known when it came in."""
    return pd.DataFrame(
        {
            "lead_id": cases["case_id"],
            "created_at": as_utc(cases["REG_DATE"]),
            "amount_requested": cases["AMOUNT_REQ"],
        }
    )


def make_stages(events: pd.DataFrame) -> pd.DataFrame:
    """Return the stage entries: the events of the application."""
    chosen = events[events["activity"].str.startswith(STAGE_PREFIX)]
    return pd.DataFrame(
        {
            "lead_id": chosen["case_id"],
            "stage": chosen["activity"],
            "entered_at": as_utc(chosen["timestamp"]),
        }
    )


def make_activities(events: pd.DataFrame) -> pd.DataFrame:
    """Return everything else; a work item that was planned is another type than one that was done."""
    chosen = events[~events["activity"].str.startswith(STAGE_PREFIX)]
    return pd.DataFrame(
        {
            "lead_id": chosen["case_id"],
            "type": chosen["activity"] + ":" + chosen["lifecycle"].str.lower(),
            "occurred_at": as_utc(chosen["timestamp"]),
        }
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the raw files and write the three tables."""
    parser = argparse.ArgumentParser(description="Write the BPI Challenge 2012 log as three tables of leads.")
    parser.add_argument("raw", type=Path, help="folder with cases.csv.gz and events.csv.gz")
    parser.add_argument("out", type=Path, help="folder to write to")
    chosen = parser.parse_args(arguments)
    cases, events = read_raw(chosen.raw)
    chosen.out.mkdir(parents=True, exist_ok=True)
    tables = {
        "leads": make_leads(cases),
        "activities": make_activities(events),
        "stages": make_stages(events),
    }
    for name, table in tables.items():
        table.to_csv(chosen.out / f"{name}.csv", index=False)
        say(f"{name}.csv: {len(table):,} rows")


if __name__ == "__main__":
    main()
