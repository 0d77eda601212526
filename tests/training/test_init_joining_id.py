"""The lead's id by whatever name, where activities or stages name the leads by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualify.config import load_config
from tests.world import Called, call

DAYS = [f"2025-{month:02}-{day:02}T09:00:00Z" for month in range(1, 13) for day in range(1, 21)]


def initial(folder: Path, leads: list[str], visits: list[str]) -> Called:
    entries = [f"{k},Won,{DAYS[k % 120 + 60]}" for k in range(0, 240, 3)]
    for name, header, rows in (
        ("leads.csv", leads[0], leads[1:]), ("visits.csv", visits[0], visits[1:]),
        ("stages.csv", "ref,stage,entered", [f"P{each}" for each in entries]),
    ):  # fmt: skip
        (folder / name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return call(
        "init", "--leads", "leads.csv", "--activities", "visits.csv", "--stages", "stages.csv",
        "--target-stage", "Won", "--within-days", 400, folder=folder,
    )  # fmt: skip


def test_a_column_of_any_name_that_events_share_is_the_id(tmp_path: Path) -> None:
    leads = ["ref,token,created,size", *(f"P{k},t{k},{DAYS[k]},{k % 7}" for k in range(240))]
    visits = ["ref,kind,when", *(f"P{k % 200},visit,{DAYS[k % 240]}" for k in range(600))]
    made = initial(tmp_path, leads, visits)
    assert made.code == 0, made.err
    data = load_config(tmp_path / "qualify.yaml").data
    assert (data.lead_id, data.activity_columns.lead_id, data.stage_columns.lead_id) == ("ref",) * 3
    told = (tmp_path / "qualify.yaml").read_text(encoding="utf-8")
    assert "differs from row to row, and the events name the leads by it" in told


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("ref,created,size", "P{half},{day},{size}"),  # repeats: it names pairs of rows
        ("code,created,size", "P{k},{day},{size}"),  # the events call it otherwise
        ("ref,created,size", "Q{k},{day},{size}"),  # the events hold other values
    ],
)
def test_what_is_no_id_is_not_taken_for_one(tmp_path: Path, header: str, cell: str) -> None:
    rows = [cell.format(k=k, half=k // 2, day=DAYS[k], size=k % 7) for k in range(240)]
    visits = ["ref,kind,when", *(f"P{k % 200},visit,{DAYS[k % 240]}" for k in range(600))]
    made = initial(tmp_path, [header, *rows], visits)
    assert made.code == 2
    assert "name the column with --id" in made.err


def test_a_mail_address_is_no_id(tmp_path: Path) -> None:
    leads = ["ref,created,size", *(f"p{k}@example.com,{DAYS[k]},{k % 7}" for k in range(240))]
    visits = ["ref,kind,when", *(f"p{k % 200}@example.com,visit,{DAYS[k % 240]}" for k in range(600))]
    made = initial(tmp_path, leads, visits)
    assert made.code == 2
    assert "name the column with --id" in made.err
