"""Runs of changes: what has news is exact, and the rest differs by no more than what ageing may do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from qualify.errors import UserError
from qualify.moments import AsOf, micros
from serving.batch import Job, Sources, run_job
from serving.batch.summary import Summary
from serving.incremental import Since, parse_since, run_changed
from serving.incremental.verdicts import AGED
from tests.world import TABLES, World

DAY = pd.Timedelta(days=1)
BEGIN = pd.Timestamp("2026-04-01", tz="UTC")
LAST = Since()
SAID = ["band", "rule_band", "recommended_stage"]


@dataclass
class Crm:
    """Tables that change, in a folder, and runs on them."""

    folder: Path
    world: World
    tables: dict[str, pd.DataFrame]
    now: pd.Timestamp = BEGIN

    @classmethod
    def of(cls, world: World, folder: Path, leads: int = 120) -> Crm:
        frames = {name: world.arrow[name].to_pandas() for name in TABLES}
        ids = frames["leads"]["lead_id"].head(leads)
        return cls(folder, world, {n: f[f["lead_id"].isin(ids)].copy() for n, f in frames.items()})

    def job(self, out: Path | str, **changed: object) -> Job:
        for name, frame in self.tables.items():
            frame.to_parquet(self.folder / f"{name}.parquet", index=False)
        sources = Sources(*(str(self.folder / f"{name}.parquet") for name in TABLES))
        words = {"reasons": 3, "language": "en", "memory": 2 << 30, **changed}
        return Job(self.world.scorer, sources, str(out), AsOf(micros(self.now)), **words)  # type: ignore[arg-type]

    def full(self) -> pd.DataFrame:
        run_job(self.job(self.folder / "full.parquet", buckets=1))
        return pq.read_table(self.folder / "full.parquet").to_pandas().set_index("lead_id")

    def changed(self, out: Path | str, since: Since = LAST, **words: object) -> tuple[Summary, pd.DataFrame]:
        done = run_changed(self.job(out, **words), since)
        return done, latest(out)

    def visit(self, lead: str, at: pd.Timestamp, kind: str = "pricing_view") -> None:
        row = {"lead_id": lead, "type": kind, "occurred_at": at}
        acts = self.tables["activities"]
        row |= {"recorded_at": at} if "recorded_at" in acts else {}
        self.tables["activities"] = pd.concat([acts, pd.DataFrame([row])], ignore_index=True).astype(
            acts.dtypes
        )


def added(frame: pd.DataFrame, row: dict[str, object]) -> pd.DataFrame:
    return pd.concat([frame, pd.DataFrame([row])], ignore_index=True).astype(frame.dtypes)


def latest(out: Path | str) -> pd.DataFrame:
    """The latest row of each lead."""
    if isinstance(out, Path):
        return pq.read_table(out).to_pandas().set_index("lead_id")
    url, _, table = out.partition("#")
    engine = create_engine(url)
    rows = pd.read_sql(f"SELECT * FROM {table} ORDER BY as_of", engine)
    engine.dispose()
    rows["reasons"] = rows["reasons"].map(json.loads)
    return rows.groupby("lead_id").last()


def log_odds(values: pd.Series) -> np.ndarray:
    given = values.to_numpy(dtype=float)
    return np.asarray(np.log(given / (1 - given)))


def check(found: pd.DataFrame, full: pd.DataFrame, fresh: set[str]) -> None:
    """Compare the latest rows with a full run; those of `fresh` leads have to be the same."""
    assert set(full.index) <= set(found.index)
    found = found.loc[full.index]
    for name in SAID:
        assert found[name].tolist() == full[name].tolist()
    for name in ("probability", "p_win"):
        assert np.abs(log_odds(found[name]) - log_odds(full[name])).max() <= AGED
    same = sorted(fresh & set(full.index))
    for name in ("probability", "rule_points", "p_win", "fit", "engagement", "model_version", "score"):
        assert found.loc[same, name].tolist() == full.loc[same, name].tolist()
    texts = [[[each["text"] for each in row] for row in f.loc[same, "reasons"]] for f in (found, full)]
    assert texts[0] == texts[1]
    assert (pd.to_datetime(found.loc[same, "as_of"], utc=True) == full.loc[same, "as_of"]).all()


@pytest.fixture
def crm(world, tmp_path):
    return Crm.of(world, tmp_path)


@pytest.fixture(params=["file", "database"])
def out(request, tmp_path):
    return tmp_path / "s.parquet" if request.param == "file" else f"sqlite:///{tmp_path / 's.db'}#scores"


def test_the_first_run_scores_everything_and_the_next_nothing(crm, out):
    done, found = crm.changed(out)
    full = crm.full()
    check(found, full, set(full.index))
    assert done.scored == len(full)
    assert sorted(found["rank"]) == list(range(1, len(full) + 1))
    again, same = crm.changed(out)
    assert (again.scored, again.unchanged) == (0, len(full))
    assert same.drop(columns="reasons").equals(found.drop(columns="reasons"))


def test_a_visit_an_edit_and_a_late_row_are_news(crm, out):
    crm.changed(out)
    leads = crm.tables["leads"]
    known = leads.loc[leads["created_at"] < BEGIN - 60 * DAY, "lead_id"].tolist()
    visited, edited, late = known[:3]
    crm.visit(visited, BEGIN)
    crm.visit(late, BEGIN - 40 * DAY)  # a row that came into the table after the run that should have had it
    leads.loc[leads["lead_id"] == edited, "industry"] = "Healthcare"
    done, found = crm.changed(out)
    assert done.scored == 3
    check(found, crm.full(), {visited, edited, late})


def test_what_is_not_known_yet_is_no_news(crm, out):
    crm.changed(out)
    crm.visit(crm.tables["leads"]["lead_id"].iloc[0], BEGIN + DAY)
    assert crm.changed(out)[0].scored == 0


def test_another_model_language_or_number_of_reasons_scores_everything(crm, out, monkeypatch):
    first, _ = crm.changed(out)
    assert crm.changed(out, language="ja")[0].scored == first.scored
    assert crm.changed(out, language="ja", reasons=1)[0].scored == first.scored
    monkeypatch.setattr(crm.world.scorer, "version", "another")
    done, found = crm.changed(out, language="ja", reasons=1)
    assert done.scored == first.scored
    assert set(found["model_version"]) == {"another"}


def test_a_full_run_in_between_is_gone_on_from_by_scoring_all(crm, out):
    first, _ = crm.changed(out)
    run_job(crm.job(out, buckets=1))
    assert crm.changed(out)[0].scored == first.scored


def test_leads_that_are_gone_leave_the_list(crm, tmp_path):
    out = tmp_path / "s.parquet"
    _, found = crm.changed(out)
    gone = found.index[0]
    crm.tables["leads"] = crm.tables["leads"][crm.tables["leads"]["lead_id"] != gone]
    done, found = crm.changed(out)
    assert gone not in found.index
    assert done.scored == 0
    assert found["rank"].tolist() == list(range(1, len(found) + 1))


def test_since_a_time_only_what_happened_or_aged_is_listed(crm, tmp_path):
    out = tmp_path / "s.parquet"
    full = crm.full()
    leads = crm.tables["leads"]
    quiet = [
        lead
        for lead in full.index
        if lead not in set(leads.loc[leads["created_at"] > BEGIN - DAY, "lead_id"])
    ]
    crm.visit(quiet[0], BEGIN - pd.Timedelta(hours=1))
    done, found = crm.changed(out, parse_since(str(BEGIN - DAY)))
    assert quiet[0] in found.index
    assert done.scored == len(found) < len(full)
    assert done.scored + done.unchanged + done.rejected == len(leads)
    now = crm.full()
    assert found["probability"].to_dict() == now.loc[found.index, "probability"].to_dict()
    crm.now = BEGIN - DAY
    check(pd.concat([found, crm.full().drop(index=found.index, errors="ignore")]), now, set(found.index))


def test_what_cannot_be_gone_on_from_is_told(crm, tmp_path, world):
    with pytest.raises(UserError, match=r"(?s)cannot be gone on from.*a Parquet file"):
        crm.changed(tmp_path / "s.csv")
    with pytest.raises(UserError, match=r"(?s)not clear since when.*yesterday"):
        parse_since("yesterday")
    called = world.call(
        "score", "--changed-since", "last", "--engine", "spark", "--out", tmp_path / "x.parquet"
    )
    assert called.code == 2
    assert "on the local engine" in called.err


def test_the_command_tells_what_it_left_alone(crm, tmp_path):
    crm.job(tmp_path / "s.parquet")
    words = [word for name in TABLES for word in (f"--{name}", tmp_path / f"{name}.parquet")]
    words += ["--as-of", BEGIN, "--out", tmp_path / "s.parquet", "--changed-since", "last", "--json"]
    first = crm.world.call("score", *words).json
    second = crm.world.call("score", *words).json
    assert first["scored"] > 50
    assert first["unchanged"] == second["scored"] == 0
    assert second["unchanged"] == first["scored"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["visit", "late", "stage", "edit", "gone", "day", "month"]), st.integers(0, 119)
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=st.lists(STEPS, min_size=1, max_size=3))
def test_after_any_changes_the_latest_rows_are_those_of_a_full_run_but_for_ageing(
    world, tmp_path_factory, runs
):
    folder = tmp_path_factory.mktemp("crm")
    crm = Crm.of(world, folder)
    outs = [folder / "s.parquet", f"sqlite:///{folder / 's.db'}#scores"]
    for out in outs:
        crm.changed(out)
    for steps in runs:
        before = {name: frame.copy() for name, frame in crm.tables.items()}
        began = crm.now
        for step, number in steps:
            change(crm, step, number)
        news = touched(before, crm, began)
        full = crm.full()
        for out in outs:
            _, found = crm.changed(out)
            check(found, full, news)
            if isinstance(out, Path):
                assert set(found.index) == set(full.index)


def change(crm: Crm, step: str, number: int) -> None:
    leads = crm.tables["leads"]
    lead = leads["lead_id"].iloc[number % len(leads)]
    if step == "visit":
        crm.visit(lead, crm.now)
    elif step == "late":
        crm.visit(lead, crm.now - 20 * DAY, "site_visit")
    elif step == "stage":
        row = {"lead_id": lead, "stage": "MQL", "entered_at": crm.now, "recorded_at": crm.now}
        stages = crm.tables["stages"]
        row = {name: value for name, value in row.items() if name in stages}
        crm.tables["stages"] = pd.concat([stages, pd.DataFrame([row])], ignore_index=True).astype(
            stages.dtypes
        )
    elif step == "edit":
        leads.loc[leads["lead_id"] == lead, "employees"] = 10 * number + 7
    elif step == "gone":
        crm.tables["leads"] = leads[leads["lead_id"] != lead].copy()
    else:
        crm.now += DAY if step == "day" else 30 * DAY


def touched(before: dict[str, pd.DataFrame], crm: Crm, began: pd.Timestamp) -> set[str]:
    """Leads of which something else is known now than at the last run, told by pandas."""
    found: set[str] = set()
    for name, frame in crm.tables.items():
        at = {"leads": "created_at", "activities": "occurred_at", "stages": "entered_at"}[name]
        rows = []
        for table, now in ((before[name], began), (frame, crm.now)):
            later = table[at] > now
            if "recorded_at" in table:
                later |= table["recorded_at"] > now
            rows.append({tuple(map(str, row)) for row in table[~later].itertuples(index=False)})
        place = frame.columns.get_loc("lead_id")
        found |= {row[place] for row in rows[0] ^ rows[1]}
    return found


def test_a_run_that_goes_on_with_nothing_says_why(crm, tmp_path):
    """The first one, and one whose list has another number of reasons in another language."""
    out = tmp_path / "s.parquet"
    first, _ = crm.changed(out)
    assert "every lead was scored: there is no earlier list" in first.lines()[0]
    again, _ = crm.changed(out)
    assert not any("every lead was scored" in line for line in again.lines())
    other, _ = crm.changed(out, reasons=2, language="ja")
    assert other.unchanged == 0
    assert other.lines()[0] == (
        "every lead was scored: another number of reasons, another language (before 3, en; now 2, ja)"
    )
