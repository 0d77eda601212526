"""The checks of a company's data: each code by a table that deserves it, and one that does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from qualify.config import ColumnSpec, parse_config
from qualify.leads.rejects import Note, Rejects, rejected
from qualify.leads.tables import NO_TIME, Activities, LeadTables, Stages
from qualify.rules import Scorecard, default_scorecard
from tests.labels.audit_tables import DAY, START, category, lead_tables, number
from tests.world import call
from training.check import Checked, as_json, lines_of
from training.checks import CODES, Finding
from training.checks.leakage import check_leakage
from training.checks.maturity import check_maturity, cohorts_of
from training.checks.provenance import check_provenance
from training.checks.quality import check_quality
from training.checks.volume import check_volume
from training.data import Loaded
from training.initial.label import outcome_of
from training.verdict import Verdict

STAGED = """
data: {leads: l, activities: a, stages: s, lead_id: id, created_at: created}
targets: [{name: mql, stage: MQL, within_days: 30}]
stages: {order: [New, MQL, Lost], closed: [Lost]}
"""
FLAT = """
data: {leads: l, lead_id: id}
targets: [{name: won, column: won, positive: "1"}]
"""
MINUTE = 60_000_000
SIZES = ("leads", "activities", "stage_entries", "known_outcomes", "positives")


def test_many_alike_are_told_in_one_line_and_all_in_json() -> None:
    rules = [Finding("K003", "note", f"rule {k}", f"there is no activity type '{k}'.") for k in range(5)]
    few = [Finding("K002", "note", f"rule {k}", "there is no column.") for k in range(3)]
    found = Checked(Verdict("manual", ("none",)), (*rules, *few), (), dict.fromkeys(SIZES, 0), {})
    lines = lines_of(found)
    assert "findings: 8" in lines
    (told,) = [line for line in lines if "K003" in line]
    assert "rule 0: there is no activity type '0'. So too: rule 1, rule 2, rule 3, rule 4. →" in told
    assert [line.split()[3] for line in lines if "K002" in line] == ["0:", "1:", "2:"]
    assert len(as_json(found)["findings"]) == 8
    of_one = [Finding("K003", "note", "data", f"text {k}.") for k in range(5)]
    lines = lines_of(replace(found, findings=tuple(of_one)))
    assert sum("data: text" in line for line in lines) == 5


def loaded_of(tables: LeadTables, text=STAGED, rejects=None, scorecard=None, columns=()) -> Loaded:
    config = parse_config(text, where="here")
    used = {name: ColumnSpec(type="number") for name in columns}
    return Loaded(config, tables, used, rejects or Rejects(), scorecard or default_scorecard())


def staged(created, entered, acted=(), kind="webinar_attended", activity_lead=None):
    """Leads created at these days; one stage entry (MQL) a lead at these days, NaN where there is none."""
    created = START + (np.asarray(created, dtype=float) * DAY).astype(np.int64)
    entered = np.asarray(entered, dtype=float)
    has = ~np.isnan(entered)
    n = len(created)
    at = START + (entered[has] * DAY).astype(np.int64)
    tables = lead_tables({"size": number(np.zeros(n))}, created_at=created)
    stages = Stages(
        offsets=np.append(0, np.cumsum(has)).astype(np.int64), stage=np.zeros(has.sum(), dtype=np.int32),
        stages=("MQL",), entered_at=at, known_at=at, reason=np.full(has.sum(), -1, dtype=np.int32),
    )  # fmt: skip
    tables = replace(tables, stages=stages)
    if not len(acted):
        return tables
    lead = np.arange(n) if activity_lead is None else np.asarray(activity_lead)
    when = START + (np.asarray(acted, dtype=float) * DAY).astype(np.int64)
    order = np.lexsort((when, lead))
    return replace(tables, activities=Activities(
        offsets=np.searchsorted(lead[order], np.arange(n + 1)), type=np.zeros(len(lead), dtype=np.int32),
        types=(kind,), occurred_at=when[order], known_at=when[order],
        topic=np.full(len(lead), -1, dtype=np.int32), value=np.full(len(lead), np.nan),
    ))  # fmt: skip


def codes(findings):
    return [finding.code for finding in findings]


def label_of(loaded):
    return outcome_of(loaded.tables, loaded.config.targets[0])


def spread(n, days=400):
    return np.linspace(0, days, n)


# Provenance


def test_a_stage_that_an_activity_sets_is_named():
    created = spread(80)
    entered = np.where(np.arange(80) % 2 == 0, created + 5, np.nan)
    seconds = np.tile([0.0, 40.0, -40.0, 3600.0], 20) / 86_400
    loaded = loaded_of(staged(created, entered, acted=created + 5 + seconds))
    (found,) = check_provenance(loaded, label_of(loaded))
    assert found.code == "P001"
    assert found.subject == "MQL"
    # Of the 40 entries (even leads) 20 have the activity at once and 20 have it 40 seconds before.
    assert "100% of 40 entries come within a minute of an activity “webinar_attended”" in found.text


def test_activities_a_few_minutes_away_say_nothing():
    created = spread(80)
    loaded = loaded_of(staged(created, created + 5, acted=created + 5 + 61 / 86_400))
    assert codes(check_provenance(loaded, label_of(loaded))) == []


def test_another_leads_activity_says_nothing():
    created = np.zeros(80)
    entered = np.arange(80) + 0.5
    loaded = loaded_of(staged(created, entered, acted=entered, activity_lead=np.roll(np.arange(80), 1)))
    assert codes(check_provenance(loaded, label_of(loaded))) == []


def test_a_stage_that_the_rules_set_is_named():
    created = spread(90)
    entered = np.where(np.arange(90) % 3 == 0, created + 5, np.nan)
    winners = np.flatnonzero(np.arange(90) % 3 == 0)
    # The stage asks for a price seen in the last 30 days, and each lead enters it an hour after that.
    card = card_with_criteria("MQL", "pricing_view")
    acted = created[winners] + 5 - 1 / 24
    tables = staged(created, entered, acted=acted, kind="pricing_view", activity_lead=winners)
    loaded = loaded_of(tables, scorecard=card)
    (found,) = check_provenance(loaded, label_of(loaded))
    assert found.code == "P002"
    assert "hold at 100% of the entries (0% a day before) and for 0% of the leads that never" in found.text


def card_with_criteria(stage, kind):
    """Return the default scorecard where a stage asks for one activity only."""
    from ruamel.yaml import YAML

    content = YAML(typ="safe", pure=True).load(default_scorecard().to_text())
    for each in content["stages"]:
        if each["id"] == stage:
            each["enter"] = {"activity": {"of": {"types": kind}, "window_days": 30}}
    from qualify.rules.load import dump_yaml

    return Scorecard.parse(dump_yaml(content), where="test")


def test_a_stage_set_for_many_leads_in_one_minute_is_named():
    created = spread(90, days=30)
    loaded = loaded_of(staged(created, np.full(90, 40.3)))
    (found,) = check_provenance(loaded, label_of(loaded))
    assert found.code == "P003"
    assert found.text.startswith("100% of 90 entries were made for 20 leads or more within the same minute")


def test_dates_without_a_time_of_day_are_no_campaign():
    loaded = loaded_of(staged(np.zeros(90), np.repeat([40.0, 41.0, 42.0], 30)))
    assert codes(check_provenance(loaded, label_of(loaded))) == []


def test_points_that_decide_a_label_are_named():
    size = np.arange(200.0)
    tables = lead_tables({"employees": number(size), "won": category((size >= 100).astype(int))})
    card = Scorecard.parse(_company_size_only(), where="test")
    loaded = loaded_of(tables, FLAT, scorecard=card)
    label = label_of(loaded)
    (found,) = check_provenance(loaded, label)
    assert (found.code, found.subject) == ("P002", "won")
    assert "AUC of 1.000" in found.text
    noise = np.random.default_rng(0).permutation(label)
    assert codes(check_provenance(loaded, noise)) == []


def _company_size_only():
    from qualify.rules.load import dump_yaml

    words = {"en": "Size", "ja": "規模"}
    why = {"rationale": "-", "owner": "-", "date": "2026-01-01"}
    return dump_yaml({
        "format": 1, "version": "1", "label": words, "score_fresh_days": 7,
        "bands": [{"id": "A", "from": 9, "label": words}, {"id": "B", "from": 6, "label": words},
                  {"id": "C", "from": 3, "label": words}, {"id": "D", "label": words}],
        "groups": [{"id": "fit", "label": words}],
        "rules": [{"id": "size", "kind": "attribute", "group": "fit", "label": words, "column": "employees",
                   "table": [{"from": 100, "points": 10}, {"below": 100, "points": 1}], **why}],
        "stages": [{"id": "New", "label": words, "enter": {"always": True}}],
    })  # fmt: skip


# Maturity


def test_cohorts_by_hand():
    created = np.array(["2026-01-05", "2026-01-20", "2026-03-01", "2026-06-30"], dtype="M8[us]").astype(
        np.int64
    )
    label = np.array([1.0, 0.0, 1.0, np.nan])
    months = cohorts_of(created, label)
    assert [(c.name, c.leads, c.censored) for c in months] == [
        ("2026-01", 2, 0),
        ("2026-03", 1, 0),
        ("2026-06", 1, 1),
    ]
    assert [c.positive for c in months[:2]] == [0.5, 1.0]
    assert np.isnan(months[2].positive)


def test_short_histories_are_told_by_weeks_that_begin_on_monday():
    created = np.array(["2026-06-01", "2026-06-07", "2026-06-08"], dtype="M8[us]").astype(np.int64)
    assert [(c.name, c.leads) for c in cohorts_of(created, np.zeros(3))] == [
        ("2026-06-01", 2),
        ("2026-06-08", 1),
    ]


def test_undated_leads_have_no_cohorts():
    assert cohorts_of(np.full(3, NO_TIME), np.zeros(3)) == []


def test_a_history_too_young_for_its_horizon():
    created = np.concatenate([np.zeros(10), np.full(90, 395)])
    loaded = loaded_of(
        staged(created, np.where(np.arange(100) < 5, 3.0, np.nan), acted=[400], activity_lead=[0])
    )
    assert codes(check_maturity(loaded, label_of(loaded))) == ["M001"]


def test_outcomes_that_come_after_the_horizon():
    created = spread(100, days=200)
    entered = created + np.where(np.arange(100) % 2 == 0, 10, 45)
    loaded = loaded_of(staged(created, entered, acted=[400], activity_lead=[0]))
    (found,) = check_maturity(loaded, label_of(loaded))
    assert found.code == "M002"
    assert "of 100 leads watched for three horizons that entered MQL, 50% did so within 30 days" in found.text


def test_a_share_of_outcomes_that_moves():
    created = spread(600)
    rng = np.random.default_rng(0)
    rate = np.where(np.arange(600) < 300, 0.1, 0.5)
    entered = np.where(rng.random(600) < rate, created + 3, np.nan)
    moving = loaded_of(staged(created, entered, acted=[500], activity_lead=[0]))
    assert codes(check_maturity(moving, label_of(moving))) == ["M003"]
    steady = loaded_of(
        staged(created, rng.permutation(entered - created) + created, acted=[500], activity_lead=[0])
    )
    assert codes(check_maturity(steady, label_of(steady))) == []


def test_a_share_of_outcomes_that_swings_with_the_season():
    created = spread(2_400, days=730)
    rng = np.random.default_rng(0)
    season = 0.25 + 0.2 * np.cos(created / 365 * 2 * np.pi)
    for rate, told in ((season, ["M003"]), (np.full(2_400, 0.25), [])):
        entered = np.where(rng.random(2_400) < rate, created + 3, np.nan)
        loaded = loaded_of(staged(created, entered, acted=[800], activity_lead=[0]))
        found = list(check_maturity(loaded, label_of(loaded)))
        assert codes(found) == told
        assert all("from twelfth to twelfth" in each.text and each.level == "note" for each in found)


# Quality


def test_rows_that_were_left_out_are_told():
    frame = rejected(["7", "8"], [3, 9], "duplicate_id", ["an earlier row has the same id"] * 2)
    rejects = Rejects(frame, (Note("unknown_lead", 5, "activities of unknown leads"),))
    found = list(check_quality(loaded_of(staged(spread(30), spread(30) + 1), rejects=rejects)))
    assert [(f.code, f.level, f.subject) for f in found] == [
        ("Q001", "warning", "leads"),
        ("Q001", "note", "unknown_lead"),
    ]
    assert found[0].text == (
        "2 rows were left out (duplicate_id); the first is row 3: an earlier row has the same id"
    )
    assert found[1].text == "5 times: activities of unknown leads"


def test_columns_that_tell_nothing():
    half, all_but = np.full(100, np.nan), np.full(100, np.nan)
    half[:40], all_but[:3] = np.arange(40), [1, 2, 3]
    columns = {
        "half": number(half),
        "all but": number(all_but),
        "same": category(["x"] * 90 + [""] * 10),
        "good": number(np.arange(100.0)),
    }
    tables = lead_tables(columns, created_at=START + np.arange(100) * DAY)
    found = check_quality(loaded_of(tables, columns=columns))
    assert [(f.code, f.level, f.subject) for f in found] == [
        ("Q002", "note", "half"),
        ("Q002", "warning", "all but"),
        ("Q003", "note", "same"),
    ]


def test_times_in_the_future():
    tables = staged(spread(30), spread(30) + 1)
    now = START + 400 * DAY
    (found,) = check_quality(loaded_of(tables), now=now)
    assert (found.code, found.subject) == ("Q004", "stages")
    assert "1 rows lie in the future, the latest on 2025-02-05 (UTC)" in found.text
    assert codes(check_quality(loaded_of(tables), now=now + DAY)) == []


def test_activities_before_the_creation():
    created = spread(50)
    early = loaded_of(staged(created, created + 1, acted=created - 2))
    assert codes(check_quality(early)) == ["Q005"]
    close = loaded_of(staged(created, created + 1, acted=created - 0.5))
    assert codes(check_quality(close)) == []


# Volume


def test_few_leads_and_few_outcomes():
    loaded = loaded_of(staged(spread(100, days=7), np.full(100, np.nan), acted=[60], activity_lead=[0]))
    label = np.concatenate([np.ones(10), np.zeros(90)])
    found = list(check_volume(loaded, label))
    assert codes(found) == ["V001", "V002"]
    assert found[1].text.startswith("10 positive outcomes of 100")


def test_so_few_leads_that_people_can_read_them():
    loaded = loaded_of(staged(spread(300, days=700), np.full(300, np.nan)))
    label = np.tile([0.0, 1.0], 150)
    (found,) = check_volume(loaded, label)
    assert found.code == "V003"
    assert "about 3 new leads a week in the last 90 days" in found.text
    many = loaded_of(staged(spread(3000, days=700), np.full(3000, np.nan)))
    assert codes(check_volume(many, np.tile([0.0, 1.0], 1500))) == []


# Leakage


def test_a_column_that_knows_the_outcome():
    rng = np.random.default_rng(0)
    won = (rng.random(600) < 0.3).astype(int)
    columns = {
        "visits": number(rng.poisson(3, 600)),
        "closing fee": number(won * 100.0 + rng.normal(size=600)),
    }
    tables = lead_tables({**columns, "won": category(won)}, order=np.arange(600.0))
    loaded = loaded_of(tables, FLAT, columns=columns)
    found = list(check_leakage(loaded, label_of(loaded)))
    assert {(f.subject, f.level) for f in found} == {("closing fee", "warning")}
    assert found[0].mend.startswith("put the column under `exclude`")


# The command


@pytest.fixture
def flat_folder(tmp_path):
    def make(rows, positive=0.3, signal=1.0):
        rng = np.random.default_rng(1)
        visits = rng.poisson(3, rows)
        chance = 1 / (1 + np.exp(-(np.log(positive / (1 - positive)) + signal * (visits - 3))))
        won = (rng.random(rows) < chance).astype(int)
        pd.DataFrame({"id": np.arange(rows), "visits": visits, "won": won}).to_csv(
            tmp_path / "l.csv", index=False
        )
        words = ("init", "--leads", "l.csv", "--id", "id", "--target", "won", "--force")
        assert call(*words, folder=tmp_path).code == 0
        return tmp_path

    return make


def test_the_command_says_model_where_there_is_something_to_learn(world):
    called = world.call("check", "--json")
    assert called.code == 0, called.err
    found = called.json
    assert found["verdict"] == world.trained["verdict"]
    assert (found["leads"], found["known_outcomes"] < 800) == (800, True)
    assert {finding["code"] for finding in found["findings"]} <= set(CODES)
    assert all(finding["mend"] for finding in found["findings"])
    levels = [finding["level"] for finding in found["findings"]]
    assert levels == sorted(levels, reverse=True)
    assert found["needed"]["outcomes_now"] > 0
    assert sum(cohort["leads"] for cohort in found["maturity"]) == 800
    assert found["maturity"][-1]["censored"] == 1.0
    assert found["maturity"][-1]["positive"] is None


def test_the_command_says_manual_where_there_is_little(flat_folder):
    folder = flat_folder(60)
    called = call("check", folder=folder)
    assert called.code == 0, called.err
    assert "verdict: manual" in called.out
    (line,) = (line for line in called.out.splitlines() if "V001" in line)
    assert line.endswith(" → bring a longer history")
    assert not (folder / "mlflow.db").exists()


def test_noise_is_not_a_model(flat_folder):
    called = call("check", "--json", folder=flat_folder(500, signal=0.0))
    assert called.code == 0, called.err
    assert called.json["verdict"] in ("manual", "rules")
    assert "no skill beyond noise" in called.json["reasons"][0]


def test_nothing_to_learn_is_no_error(flat_folder):
    folder = flat_folder(100)
    frame = pd.read_csv(folder / "l.csv")
    frame["won"] = (frame.index < 30).astype(int)
    frame.to_csv(folder / "l.csv", index=False)
    called = call("check", "--json", folder=folder)
    assert called.code == 0, called.err
    assert called.json["verdict"] == "manual"
    assert called.json["reasons"][0].startswith("no model could be learned: the later leads have one outcome")


def test_wrong_input_is_2(flat_folder):
    folder = flat_folder(100)
    frame = pd.read_csv(folder / "l.csv")
    frame["won"] = frame.index % 3
    frame.to_csv(folder / "l.csv", index=False)
    called = call("check", "--json", folder=folder)
    assert (called.code, called.out) == (2, "")
    assert "the label has more than two values" in called.err
