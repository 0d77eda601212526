"""What a training run leaves behind for people: pictures, report, data digest; and how it is gathered."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import mlflow
import numpy as np
import pytest

from qualify.config import Label, Target
from qualify.explain.words import phrasebook
from qualify.features.fields import Field
from qualify.leads.local_times import write_day
from training.comparison import DRAWS, DRAWS_OF_MANY, draws_for
from training.data import load_tables
from training.driver_record import DRIVERS_FILE, MOST
from training.drivers import describe_drivers, name_of, retell_drivers, values_of
from training.in_use import open_registry
from training.learned_points import LEAST_ROWS, learn_points
from training.plots.texts import report_texts
from training.record import DIGEST_LENGTH, digest_of, flat_metrics
from training.report import tell
from training.reporting import report_of, say_target
from training.verdict import decide

ENGLISH = phrasebook("en")


@pytest.fixture(scope="module")
def run(world):
    open_registry(world.config, world.folder)
    return mlflow.get_run(world.trained["run_id"])


@pytest.fixture(scope="module")
def report(run):
    return mlflow.artifacts.load_text(f"{run.info.artifact_uri}/report.html")


def artifacts_of(run, folder=None):
    return {file.path for file in mlflow.MlflowClient().list_artifacts(run.info.run_id, folder)}


def test_a_run_leaves_report_and_pictures(run):
    assert {
        "report.html",
        "pictures",
        "scorecard.yaml",
        "verdict.json",
        "config.json",
        DRIVERS_FILE,
    } <= artifacts_of(run)
    pictures = {path.removeprefix("pictures/") for path in artifacts_of(run, "pictures")}
    assert pictures == {
        *("calibration.png", "comparison.png", "gain.png", "points.png", "summary.png"),
        *(f"dependence-{number}.png" for number in range(1, 7)),
    }


def test_a_run_names_its_data_by_digest(run, world):
    (used,) = run.inputs.dataset_inputs
    assert (used.dataset.name, len(used.dataset.digest)) == ("leads", DIGEST_LENGTH)
    assert run.data.tags["data_sha256"].startswith(used.dataset.digest)
    assert '"activities": "activities.parquet"' in used.dataset.source


def test_the_digest_tells_tables_apart(world):
    again, other = (
        world.built(world.arrow),
        world.built({**world.arrow, "leads": world.arrow["leads"].slice(1)}),
    )
    assert digest_of(world.tables) == digest_of(again)
    assert digest_of(world.tables) != digest_of(other)


def test_the_report_says_what_the_run_found(world, report):
    text = re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]+>", " ", report, flags=re.DOTALL))
    auc = world.trained["metrics"]["auc"]
    assert f"{auc['value']:.3f} {auc['low']:.3f}\u2013{auc['high']:.3f}" in text
    assert f"version {world.trained['bundle']}, written 20" in text
    assert "SQL within 60 days" in text
    for reason in world.trained["reasons"]:
        assert reason in text
    assert f"{world.trained['leads']:,} leads in the data" in text


def test_no_internal_name_is_shown(report):
    text = re.sub(r"<style.*?</style>|src=\"[^\"]*\"|<[^>]+>", " ", report, flags=re.DOTALL)
    assert not re.search(r"\b[a-z]+_[a-z_0-9]+\b|\bnan\b|None|activity:|column:|rule:", text)
    alts = re.findall(r'alt="([^"]*)"', report)
    assert len(alts) == 11
    assert not [alt for alt in alts if re.search(r"[a-z]_[a-z]|:[a-z]", alt)]


# Drivers


@pytest.fixture(scope="module")
def drivers(trained):
    data = trained.data
    return describe_drivers(
        trained.judged[0], trained.parts.plan.fields, data.loaded.scorecard, data.points, language="en"
    )


@pytest.fixture(scope="module")
def trained(world):
    """The same training once more, to look inside; quick, since nothing is judged anew or registered."""
    from training.pipeline import train_model

    config = world.config.model_copy(update={"targets": world.config.targets[:1]})
    return train_model(load_tables(config, world.folder), budget=0, seed=config.training.seed)


def test_contributions_add_up_to_the_models_answer(trained, drivers):
    judged = trained.judged[0]
    whole = sum(driver.contribution for driver in drivers)
    drawn = np.sort(np.random.default_rng(0).permutation(len(judged.label))[:2_000])
    found = judged.model.log_odds(judged.rows.frame.take(drawn))
    assert len(found) == min(2_000, len(judged.label))
    base = found - whole
    assert np.ptp(base) < 1e-6


def test_every_field_has_a_name_values_and_a_length(trained, drivers):
    assert len({driver.label for driver in drivers}) == len(drivers) == len(trained.parts.plan.fields)
    for driver in drivers:
        assert len(driver.values) == len(driver.contribution)
        assert driver.values.dtype in (np.float64, np.dtype(object))


def test_rule_points_are_those_of_the_rules_about_the_field(trained, drivers):
    data, judged = trained.data, trained.judged[0]
    by_name = {driver.label: driver for driver in drivers}
    drawn = np.sort(np.random.default_rng(0).permutation(len(judged.label))[:2_000])
    rows = judged.chosen[drawn]
    position = data.points.rule_ids.index("pricing_view")
    assert np.array_equal(by_name["Pricing page views"].rule_points, data.points.points[rows, position])
    assert by_name["Scorecard total"].rule_points is None


def test_drivers_are_retold_as_they_would_be_told_anew(trained, drivers):
    data, (judged, *_), fields = trained.data, trained.judged, trained.parts.plan.fields
    anew = describe_drivers(judged, fields, data.loaded.scorecard, data.points, language="ja")
    retold = retell_drivers(drivers, judged, fields, language="ja")
    assert [tell(driver, report_texts("ja")) for driver in retold] == [
        tell(driver, report_texts("ja")) for driver in anew
    ]
    assert [driver.label for driver in retold] == [driver.label for driver in anew]
    assert "ステージ" in {driver.label for driver in retold}


def test_a_run_keeps_its_largest_drivers_in_words_of_both_languages(run, trained, drivers):
    kept = mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/{DRIVERS_FILE}")
    assert kept["target"] == trained.judged[0].target
    assert kept["rows"] == len(drivers[0].contribution)
    strengths = sorted((driver.strength for driver in drivers), reverse=True)
    assert [driver["strength"] for driver in kept["drivers"]] == pytest.approx(strengths[:MOST], abs=1e-4)
    by_label = {driver.label: driver for driver in drivers}
    for driver in kept["drivers"]:
        assert driver["effect"]["en"] == tell(by_label[driver["label"]["en"]], report_texts("en"))
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", driver["effect"]["ja"])


@pytest.mark.parametrize(
    ("kind", "subject", "values", "expected"),
    [
        ("number", "visits", {"value": [1.0, np.nan]}, [1.0, np.nan]),
        ("activity", "blog_view", {"count_7d": [0], "count_all": [3], "days_since": [9.0]}, [3.0]),
        ("date", "signed", {"days_before": [2.5]}, [2.5]),
        ("category", "country", {"value": ["India", None]}, ["India", None]),
        ("boolean", "opted_in", {"value": [1.0, 0.0, np.nan]}, ["yes", "no", None]),
        ("email", "mail", {"value": ["free", None]}, ["free-mail address", None]),
        ("job_title", "job", {"rank": ["manager", None], "department": ["it", None]}, ["manager, IT", None]),
        ("clock", "", {"weekday": [0.0, np.nan], "hour": [9.0, np.nan]}, ["Monday", None]),
        ("silence", "", {"days_since": [np.nan], "count_all": [0.0]}, [np.nan]),
    ],
)  # fmt: skip
def test_values_as_people_read_them(kind, subject, values, expected):
    field = Field(f"column:{subject}", kind, subject, "fit")
    arrays = {name: np.array(each, dtype=object if None in each else None) for name, each in values.items()}
    found = values_of(field, arrays, ENGLISH)
    if found.dtype == np.float64:
        assert np.array_equal(found, np.array(expected), equal_nan=True)
    else:
        assert found.tolist() == expected


def test_numbers_that_need_a_unit_have_one():
    texts = report_texts("en")
    names = {
        kind: name_of(Field(f"column:{kind}", kind, "last_call", "fit"), ENGLISH, texts)
        for kind in ("number", "date", "text", "age")
    }
    assert names == {
        "number": "last call",
        "date": "last call (days before scoring)",
        "text": "last call (characters)",
        "age": "Age of the lead (days)",
    }


# Targets and figures


@pytest.mark.parametrize(
    ("target", "english", "japanese"),
    [
        ({"stage": "SQL", "within_days": 60}, "SQL within 60 days", "60日以内のSQL"),
        ({"column": "is_won", "positive": "yes"}, "is won: yes", "is won：yes"),
        ({"column": "x", "positive": "1", "label": Label(en="Sale", ja="成約")}, "Sale", "成約"),
    ],
)
def test_targets_in_words(target, english, japanese):
    told = Target(name="t", **target)
    assert say_target(told, "en") == english
    assert say_target(told, "ja") == japanese


def test_figures_as_mlflow_keeps_them():
    from qualify.evaluate import Metric

    nothing = Metric(float("nan"), float("nan"), float("nan"))
    found = flat_metrics({"model": {"auc": Metric(0.8, 0.7, 0.9)}, "rules": {"auc": nothing}}, "win/")
    assert found == {"win/auc": 0.8, "win/auc_low": 0.7, "win/auc_high": 0.9}


def test_fewer_draws_where_there_are_many_rows():
    assert (draws_for(100), draws_for(100_000)) == (DRAWS, DRAWS_OF_MANY)


def test_the_time_of_writing_is_told_in_the_zone(trained):
    config = trained.seen.data.loaded.config
    zoned = config.model_copy(update={"data": config.data.model_copy(update={"timezone": "Asia/Tokyo"})})
    loaded = replace(trained.seen.data.loaded, config=zoned)
    seen = replace(trained.seen, data=replace(trained.seen.data, loaded=loaded))
    verdict = decide(trained.judged[0])
    found = report_of(seen, verdict, "abc", "f" * 64, datetime(2026, 3, 1, 20, 30, tzinfo=UTC))
    assert found.written == "2026-03-02 05:30 JST"
    first = int(seen.data.as_of[seen.data.open & ~np.isnan(seen.data.labels[trained.judged[0].target])].min())
    assert found.whole.begins == write_day(first, "Asia/Tokyo")


def test_the_time_of_writing_is_said(trained):
    verdict = decide(trained.judged[0])
    written = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    found = report_of(trained.seen, verdict, "abc", "f" * 64, written)
    assert found.written == "2026-03-01 09:30 UTC"
    assert (found.version, found.versions["Data"]) == ("abc", "f" * 16)
    assert found.whole.leads == found.earlier.leads + found.later.leads
    assert found.whole.rows == found.earlier.rows + found.later.rows
    assert found.later.rows == len(trained.judged[0].label)
    points = found.judged.ranked_by("rules")
    assert np.array_equal(points, trained.data.points.total[trained.judged[0].chosen])


# Learned points


def test_learned_points_find_the_rule_that_is_wrong():
    rng = np.random.default_rng(0)
    points = rng.integers(0, 2, (4_000, 3)) * np.array([10.0, 5.0, 8.0])
    z = 0.2 * points[:, 0] + 0.2 * points[:, 1] - 0.1 * points[:, 2] - 1.0
    label = (rng.random(4_000) < 1 / (1 + np.exp(-z))).astype(float)
    found = learn_points(points, label, np.ones(4_000))
    assert found.rule == (0, 1, 2)
    assert found.written == pytest.approx((10.0, 5.0, 8.0))
    first, second, third = found.learned
    # The first two are worth as much a point as each other, the third half as much and turned round.
    assert second == pytest.approx(first / 2, rel=0.2)
    assert third == pytest.approx(-first * 0.4, rel=0.3)


def test_rules_that_are_right_stay_as_they_are():
    rng = np.random.default_rng(1)
    points = rng.integers(0, 2, (20_000, 2)) * np.array([10.0, 4.0])
    z = 0.15 * points.sum(axis=1) - 1.0
    label = (rng.random(20_000) < 1 / (1 + np.exp(-z))).astype(float)
    assert learn_points(points, label, np.ones(20_000)).learned == pytest.approx((10.0, 4.0), rel=0.1)


def test_rare_rules_are_left_out():
    points = np.zeros((500, 2))
    points[: LEAST_ROWS - 1, 0] = 5.0
    points[: 2 * LEAST_ROWS, 1] = 5.0
    label = np.tile([0.0, 1.0], 250)
    assert learn_points(points, label, np.ones(500)).rule == (1,)


def test_one_outcome_teaches_nothing():
    assert learn_points(np.ones((50, 2)), np.zeros(50), np.ones(50)).rule == ()
