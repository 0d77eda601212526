"""`qualify monitor` on a dated table: calm, changed, miscalibrated, stale; its page and its figures."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from prometheus_client.parser import text_string_to_metric_families

from qualify.ledger import Ledger
from tests.training.projects import CONFIG
from tests.world import Called, World, call, shared_folder

ROWS, LATER = 700, 300
NOW = "2026-02-01T00:00:00Z"
DATED = CONFIG.replace("leads: leads.csv,", "leads: leads.csv, created_at: created,")


def leads(rows: int, begin: str, days: int, seed: int, shift: float = 0.0) -> pd.DataFrame:
    """Leads whose log-odds are twice their visits; `shift` moves the log-odds and not the visits."""
    rng = np.random.default_rng(seed)
    visits = rng.normal(size=rows)
    won = rng.random(rows) < 1 / (1 + np.exp(0.4 - 2 * visits - shift))
    created = pd.Timestamp(begin, tz="UTC") + pd.to_timedelta(np.sort(rng.random(rows)) * days, unit="D")
    return pd.DataFrame({
        "id": [f"{begin}-{k}" for k in range(rows)],
        "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "visits": visits.round(3),
        "minutes": rng.integers(0, 60, rows).astype(str),
        "source": rng.choice(["google", "direct", "partner"], rows),
        "secret": "a",
        "won": np.where(won, "yes", "no"),
    })  # fmt: skip


def make_dated(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    leads(ROWS, "2025-01-01", 300, seed=1).to_csv(folder / "leads.csv", index=False)
    (folder / "qualify.yaml").write_text(DATED, encoding="utf-8")
    done = call("train", "--budget", 0, "--json", folder=folder)
    assert done.code == 0, done.err
    (folder / "trained.json").write_text(done.out, encoding="utf-8")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_folder(tmp_path_factory, "watched", make_dated, ["trained.json"])


@pytest.fixture
def project(trained: Path, tmp_path: Path) -> Path:
    shutil.copytree(trained, tmp_path / "project")
    return tmp_path / "project"


def add(folder: Path, later: pd.DataFrame) -> None:
    """Let more leads come in."""
    path = folder / "leads.csv"
    pd.concat([pd.read_csv(path, dtype=str), later.astype(str).replace("nan", "")]).to_csv(path, index=False)


def watch(folder: Path, *words: object) -> Called:
    return call("monitor", "--json", "--as-of", NOW, *words, folder=folder)


def codes(called: Called, level: str = "alarms") -> set[tuple[str, str]]:
    return {(each["code"], each["about"]) for each in called.json[level]}


def test_leads_like_those_of_training_raise_nothing(project: Path) -> None:
    add(project, leads(LATER, "2025-11-01", 80, seed=2))
    found = watch(project, "--fail-on-alarm")
    assert found.code == 0, found.err
    told = found.json
    assert told["alarms"] == []
    assert told["leads"] == {"reference": ROWS, "recent": LATER}
    assert told["outcomes"]["leads"] == LATER
    observed, promised = told["outcomes"]["observed"]["auc"], told["promised"]["auc"]
    assert observed["low"] <= promised["high"]
    assert promised["low"] <= observed["high"]
    expected = told["outcomes"]["expected"]["auc"]
    assert expected["low"] <= observed["value"] <= expected["high"]


def test_a_field_that_matters_and_shifts_is_an_alarm(project: Path) -> None:
    later = leads(LATER, "2025-11-01", 80, seed=2)
    later["visits"] += 1.5
    add(project, later)
    found = watch(project, "--fail-on-alarm")
    assert found.code == 3
    assert ("drift", "column:visits") in codes(found)
    assert ("scores", "") in codes(found)
    first = found.json["fields"][0]
    assert first["field"] == "column:visits"
    assert first["against"] == "bundle"
    assert first["psi"]["low"] > 0
    assert "visits has shifted since training" in found.json["alarms"][0]["text"]
    assert watch(project).code == 0


def test_values_that_stop_coming_and_new_words_are_seen(project: Path) -> None:
    later = leads(LATER, "2025-11-01", 80, seed=2)
    later.loc[: LATER // 2, "visits"] = np.nan
    later["source"] = np.where(np.arange(LATER) % 2, "fair", later["source"])
    add(project, later)
    found = watch(project)
    assert ("missing", "column:visits") in codes(found)
    fields = {each["field"]: each for each in found.json["fields"]}
    assert fields["column:visits"]["missing"]["value"] == pytest.approx(0.5, abs=0.01)
    assert fields["column:source"]["new_categories"]["value"] == pytest.approx(0.5, abs=0.01)
    assert ("new_categories", "column:source") in codes(found) | codes(found, "notices")


def test_the_same_shift_on_few_leads_is_no_alarm(project: Path) -> None:
    later = leads(20, "2025-11-01", 80, seed=2).assign(won="")
    later["visits"] += 1.5
    add(project, later)
    told = watch(project).json
    assert (told["leads"]["recent"], told["fields"], told["alarms"]) == (20, [], [])


def test_outcomes_that_change_meaning_are_seen_by_outcomes_alone(project: Path) -> None:
    add(project, leads(LATER, "2025-11-01", 80, seed=2, shift=2.0))
    found = watch(project)
    assert codes(found) == {("calibration", "")}
    gap = found.json["outcomes"]["observed"]["gap"]
    assert gap["low"] > 0.15
    drift = {each["field"]: each["psi"]["low"] for each in found.json["fields"]}
    assert drift["column:visits"] == 0


def test_outcomes_that_only_sales_know_count_from_their_answer_on(project: Path) -> None:
    later = leads(LATER, "2025-11-01", 80, seed=2)
    won = dict(zip(later["id"], later["won"], strict=True))
    add(project, later.assign(won=""))
    scored = call("score", "--as-of", "2026-01-25T00:00Z", "--out", "list.csv", "--ledger", folder=project)
    assert scored.code == 0, scored.err
    ledger = Ledger.open(f"sqlite:///{project / 'ledger.db'}")
    at = datetime(2026, 1, 28, tzinfo=UTC)
    for lead, outcome in won.items():
        verdict = "won" if outcome == "yes" else "lost"
        ledger.answer(lead, verdict, actor="sato", reason=None, comment=None, key=lead, at=at)
    ledger.close()
    assert watch(project).json["outcomes"]["leads"] == LATER
    assert watch(project, "--as-of", "2026-01-27T00:00:00Z").json["outcomes"] is None


def test_a_ranking_that_is_lost_is_an_alarm(project: Path) -> None:
    later = leads(LATER, "2025-11-01", 80, seed=2)
    later["won"] = np.random.default_rng(0).permutation(later["won"])
    add(project, later)
    assert ("auc", "") in codes(watch(project))


def test_without_new_leads_there_is_only_age(project: Path) -> None:
    found = watch(project)
    told = found.json
    assert found.code == 0
    assert (told["leads"]["recent"], told["outcomes"], told["scores"]["psi"]) == (0, None, None)
    assert codes(found, "notices") == {("old_data", "")}
    assert told["staleness"]["days_since_window"] == pytest.approx(97, abs=3)
    old = call("monitor", "--json", "--as-of", "2027-06-01", folder=project)
    assert ("stale_days", "") in codes(old)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "No lead came in after the training window"), ("ja", "学習期間より後に登録されたリードがない")],
)
def test_without_new_leads_that_is_said(project: Path, language: str, expected: str) -> None:
    path = project / "qualify.yaml"
    path.write_text(path.read_text(encoding="utf-8") + f"language: {language}\n", encoding="utf-8")
    assert expected in call("monitor", folder=project).out
    add(project, leads(LATER, "2025-11-01", 80, seed=2))
    assert expected not in call("monitor", folder=project).out


def test_days_are_those_of_the_zone_and_json_is_in_utc(project: Path) -> None:
    late = ("monitor", "--as-of", "2026-01-31T20:00:00Z")
    page = project / "look.html"
    path = project / "qualify.yaml"
    plain = call(*late, "--json", folder=project).json
    assert "2026-01-31" in call(*late, folder=project).out
    text = path.read_text(encoding="utf-8").replace("data: {", "data: {timezone: Asia/Tokyo, ")
    path.write_text(text, encoding="utf-8")
    told = call(*late, "--out", page, folder=project)
    assert "2026-02-01" in told.out
    assert "2026-01-31" not in told.out
    assert "2026-02-01" in page.read_text(encoding="utf-8")
    again = call(*late, "--json", folder=project).json
    assert {name: again[name] for name in ("as_of", "window", "recent")} == {
        name: plain[name] for name in ("as_of", "window", "recent")
    }


def test_later_things_are_hidden(project: Path) -> None:
    later = leads(LATER, "2026-03-01", 80, seed=2)
    later["visits"] += 1.5
    add(project, later)
    assert watch(project).json["leads"]["recent"] == 0
    assert ("drift", "column:visits") in codes(
        call("monitor", "--json", "--as-of", "2026-06-01", folder=project)
    )


def test_rows_that_cannot_be_read_are_counted(project: Path) -> None:
    later = leads(LATER, "2025-11-01", 80, seed=2)
    later["id"] = np.where(np.arange(LATER) < 100, "", later["id"])
    add(project, later)
    found = watch(project)
    assert found.json["rejects"] == {"share": pytest.approx(0.1), "counts": {"missing_id": 100}}
    assert ("rejects", "") in codes(found)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.lost: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.lost += [
            f"{tag} {name}" for name, value in attrs if name == "src" or str(value).startswith("http")
        ]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Have the leads changed?"), ("ja", "リードは変わったか")]
)
def test_the_page_needs_nothing_beside_itself(project: Path, language: str, said: str) -> None:
    config = project / "qualify.yaml"
    config.write_text(f"language: {language}\n" + config.read_text(encoding="utf-8"), encoding="utf-8")
    later = leads(LATER, "2025-11-01", 80, seed=2)
    later["source"] = "<b>bold</b>"
    add(project, later)
    done = call("monitor", "--as-of", NOW, "--out", "watched.html", folder=project)
    assert done.code == 0, done.err
    text = (project / "watched.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert (page.open, page.lost) == ([], [])
    assert said in text
    assert "<b>bold" not in text
    assert "PSI" in done.out


def test_prometheus_reads_the_figures(project: Path) -> None:
    add(project, leads(LATER, "2025-11-01", 80, seed=2))
    told = watch(project, "--prometheus", "model.prom").json
    families = text_string_to_metric_families((project / "model.prom").read_text(encoding="utf-8"))
    samples = {
        (each.name, *sorted(each.labels.items())): each.value
        for family in families
        for each in family.samples
    }
    auc = told["outcomes"]["observed"]["auc"]["value"]
    figure = ("qualify_monitor_figure", ("bound", "value"), ("figure", "auc"), ("kind", "observed"))
    assert samples[figure] == pytest.approx(auc)
    assert samples["qualify_monitor_findings", ("level", "alarm")] == 0
    assert any(name == "qualify_monitor_field_psi" for name, *_ in samples)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--as-of", "created+1d"], "one moment, not lead by lead"),
        (["--as-of", "soon"], "the time of scoring cannot be read"),
        (["--as-of", "2020-01-01"], "no lead had come in by that time"),
        (["--prometheus", "no/such/folder/x.prom"], "the Prometheus file cannot be written"),
        (["--out", "no/such/folder/x.html"], "the report cannot be written"),
    ],
)
def test_what_is_wrong_is_told(project: Path, words: list[str], said: str) -> None:
    found = call("monitor", *words, folder=project)
    assert found.code == 2
    assert said in found.err


def test_where_no_model_is_in_use_that_is_told(trained: Path, tmp_path: Path) -> None:
    for name in ("leads.csv", "qualify.yaml"):
        shutil.copy(trained / name, tmp_path / name)
    found = call("monitor", folder=tmp_path)
    assert found.code == 2
    assert "there is no model registry yet" in found.err


def test_columns_that_went_away_are_named(project: Path) -> None:
    config = project / "qualify.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("  source: {type: category}\n", ""), "utf-8")
    found = watch(project)
    assert found.code == 2
    assert "needs columns that are no longer used" in found.err


def test_an_event_history_is_compared_at_the_same_ages(world: World) -> None:
    found = world.call("monitor", "--json", "--as-of", "2026-06-30")
    assert found.code == 0, found.err
    told = found.json
    # A campaign is named after its quarter, so that one field does change, and always will.
    assert {each["about"] for each in told["alarms"]} <= {"", "column:campaign"}
    assert told["staleness"]["horizons"] == pytest.approx(1, abs=0.1)
    assert told["outcomes"] is None
    against = {each["field"]: each["against"] for each in told["fields"]}
    assert against["column:industry"] == "bundle"
    assert against["stage"] == "tables"
