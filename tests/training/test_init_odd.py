"""What `init` makes of odd exports, and what it tells about them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from qualify.config import load_config
from tests.world import call


def leads(row: str, rows: int = 120) -> str:
    """A table of leads; `row` is a pattern of {k}, {day} and {month}."""
    lines = [row.format(k=k, day=1 + k % 12, month=1 + k // 12 % 12, won=k % 3 // 2) for k in range(rows)]
    return "\n".join(["id,created,staff,won", *lines]) + "\n"


def test_totals_titles_and_dates_of_two_meanings_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = "Leads\n\n" + leads("L{k},{day:02}/{month:02}/2025,{k},{won}") + "合計,,7140,40\n"
    (tmp_path / "leads.csv").write_text(text, encoding="utf-8")
    made = call("init", "--leads", "leads.csv", "--target", "won", folder=tmp_path)
    assert made.code == 0, made.err
    assert "120 leads" in made.err
    assert "40 of 120 rows" in made.err  # the 40 of the total is no third value of the label
    assert "totals_row: 1 rows of leads" in made.err
    assert "the column names stand in line 3" in caplog.text
    assert "column 'created': no value shows whether the day or the month comes first" in made.err
    document = (tmp_path / "qualify.yaml").read_text(encoding="utf-8")
    assert "No date shows which: have a look" in document
    assert "from 0 to 119" in document


def test_dates_that_are_not_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text(leads("L{k},{day:02}/{month:02}/25,{k},{won}"), encoding="utf-8")
    made = call("init", "--leads", "leads.csv", "--target", "won", folder=tmp_path)
    assert made.code == 0, made.err
    assert "column 'created': called like a time, but not read as one: written like '99/99/99'" in made.err
    assert load_config(tmp_path / "qualify.yaml").data.created_at is None


def test_the_year_9999_is_no_creation_date(tmp_path: Path) -> None:
    text = leads("L{k},2025-{month:02}-{day:02},{k},{won}") + "L500,9999-12-31,5,1\n"
    (tmp_path / "leads.csv").write_text(text, encoding="utf-8")
    made = call("init", "--leads", "leads.csv", "--target", "won", folder=tmp_path)
    assert made.code == 0, made.err
    assert "bad_created_at: 1 rows of leads" in made.err


def test_what_the_place_of_a_row_stands_for_is_told(tmp_path: Path) -> None:
    said = ("no column names the leads: they are numbered by row", "no column tells when leads came in")
    rows = [f"{k % 7},{'yes' if k % 3 else 'no'}" for k in range(120)]
    (tmp_path / "leads.csv").write_text("\n".join(["staff,won", *rows]) + "\n", encoding="utf-8")
    made = call("init", "--leads", "leads.csv", "--target", "won", "--positive", "yes", folder=tmp_path)
    assert made.code == 0, made.err
    assert [text in made.err for text in said] == [True, True]
    (tmp_path / "leads.csv").write_text(leads("L{k},2025-{month:02}-{day:02},{k},{won}"), encoding="utf-8")
    named = call("init", "--leads", "leads.csv", "--target", "won", "--force", folder=tmp_path)
    assert [text in named.err for text in said] == [False, False]


def test_creation_dates_that_are_often_missing_are_told(tmp_path: Path) -> None:
    lines = leads("L{k},2025-{month:02}-{day:02},{k},{won}").splitlines()
    gaps = [line if k % 4 or not k else ",".join([line.split(",")[0], "", *line.split(",")[2:]])
            for k, line in enumerate(lines)]  # fmt: skip
    (tmp_path / "leads.csv").write_text("\n".join(gaps) + "\n", encoding="utf-8")
    made = call("init", "--leads", "leads.csv", "--target", "won", folder=tmp_path)
    assert made.code == 0, made.err
    assert "column 'created' is called like the creation, but 25% of the rows have no date" in made.err
    assert "no column tells when leads came in" not in made.err
    again = ("init", "--leads", "leads.csv", "--target", "won", "--created-at", "created", "--force")
    named = call(*again, folder=tmp_path)
    assert named.code == 0, named.err
    assert "90 leads" in named.err
    assert "called like the creation" not in named.err


@pytest.mark.parametrize(("days_after", "told"), [(3, True), (-3, False)])
def test_activities_that_a_label_leaves_unseen_are_told(tmp_path: Path, days_after: int, told: bool) -> None:
    (tmp_path / "leads.csv").write_text(leads("L{k},2025-06-{day:02},{k},{won}"), encoding="utf-8")
    rows = [f"L{k},login,2025-06-{1 + k % 12:02}" for k in range(120)]
    moved = [row.rsplit("-", 1)[0] + f"-{int(row[-2:]) + days_after:02}" for row in rows if int(row[-2:]) > 3]
    (tmp_path / "acts.csv").write_text("\n".join(["id,type,at", *moved]) + "\n", encoding="utf-8")
    made = call(
        "init", "--leads", "leads.csv", "--activities", "acts.csv", "--target", "won", folder=tmp_path
    )
    assert made.code == 0, made.err
    assert ("100% of the activities come after their lead's creation" in made.err) is told


def test_a_file_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    made = call("init", "--leads", "a.csv", "--activities", "b.csv", "--activities=c.csv", folder=tmp_path)
    assert made.code == 2
    assert "--activities was given 2 times." in made.err
    assert "into one table" in made.err


def test_a_funnel_in_another_language_ends_with_what_was_won_and_lost(tmp_path):
    """Closed stages come last, however early most leads are lost; an id is not told to look like a number."""
    rng = np.random.default_rng(2)
    begin = pd.Timestamp("2025-01-01")
    rows = []
    for lead in range(400):
        names = ["Erstkontakt", *(["Qualifiziert", "Angebot"] if rng.random() < 0.4 else [])]
        names.append("Gewonnen" if len(names) > 1 and rng.random() < 0.5 else "Verloren")
        rows += [(f"K{lead}", name, begin + pd.Timedelta(days=lead + 3 * k)) for k, name in enumerate(names)]
    created = [begin + pd.Timedelta(days=lead) for lead in range(400)]
    leads = pd.DataFrame({"Lead-Nr.": [f"K{k}" for k in range(400)], "Angelegt am": created,
                          "Quelle": rng.choice(["Messe", "Öffentlich"], 400)})  # fmt: skip
    stages = pd.DataFrame(rows, columns=["Lead-Nr.", "Phase", "Datum"])
    for frame, name, date in ((leads, "leads.csv", "Angelegt am"), (stages, "phasen.csv", "Datum")):
        frame[date] = frame[date].dt.strftime("%d.%m.%Y %H:%M")
        frame.to_csv(tmp_path / name, sep=";", index=False, encoding="cp1252")
    asked = ("init", "--leads", "leads.csv", "--stages", "phasen.csv", "--target-stage", "Gewonnen",
             "--within-days", "30")  # fmt: skip
    refused = call(*asked, folder=tmp_path)
    assert refused.code == 2
    assert "--encoding" in refused.err
    said = call(*asked, "--encoding", "cp1252", folder=tmp_path)
    assert said.code == 0, said.err
    assert "Lead-Nr." not in said.err
    stages_read = load_config(tmp_path / "qualify.yaml").stages
    assert stages_read.order == ("Erstkontakt", "Qualifiziert", "Angebot", "Gewonnen", "Verloren")
    assert set(stages_read.closed) == {"Gewonnen", "Verloren"}


@pytest.mark.parametrize(
    ("kind", "remark"),
    [("login", "drafted from leads before"), ("email_open", "the rules that ship with qualify")],
)
def test_rules_that_count_none_of_the_activities_are_not_proposed(
    tmp_path: Path, kind: str, remark: str
) -> None:
    """Their points would be 0 for every lead; a draft has some."""
    rng = np.random.default_rng(0)
    staff = rng.integers(1, 100, 400)
    days = pd.date_range("2025-01-01", periods=400, freq="D").strftime("%Y-%m-%d")
    won = np.where(rng.random(400) < staff / 100, "yes", "no")
    ids = [f"L{k}" for k in range(400)]
    table = pd.DataFrame({"id": ids, "created": days, "staff": staff, "won": won})
    table.to_csv(tmp_path / "leads.csv", index=False)
    pd.DataFrame({"id": ids, "type": kind, "at": days}).to_csv(tmp_path / "events.csv", index=False)
    words = ["init", "--leads", "leads.csv", "--activities", "events.csv", "--target", "won"]
    made = call(*words, folder=tmp_path)
    assert made.code == 0, made.err
    assert f"scorecard: {remark}" in made.err
    assert remark in (tmp_path / "qualify.yaml").read_text(encoding="utf-8")
