"""A draw of the leads without an outcome: who is left, and that chances stay what they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from qualify.config import parse_config
from qualify.errors import ConfigError
from qualify.scorer import Scorer
from tests.training.projects import CONFIG, make_project
from training.data import load_tables
from training.dataset import build_training_set
from training.pipeline import train_model

ROWS = 6_000


def with_training(config, **changed):
    return config.model_copy(update={"training": config.training.model_copy(update=changed)})


def drawn(loaded, share, **changed):
    return replace(loaded, config=with_training(loaded.config, negatives=share, **changed))


@pytest.fixture(scope="module")
def flat(tmp_path_factory):
    folder = tmp_path_factory.mktemp("negatives")
    return load_tables(make_project(folder, rows=ROWS, signal=1.0, rate=0.05), folder)


@pytest.fixture(scope="module")
def staged(world):
    return load_tables(world.config, world.folder)


@pytest.fixture(scope="module")
def trained(flat):
    return {share: train_model(drawn(flat, share), budget=0, seed=0) for share in (1.0, 0.2)}


def won_in(data):
    wins = [data.lead[label == 1] for label in data.labels.values()]
    return set(np.concatenate(wins).tolist())


def test_leads_with_any_outcome_stay_and_a_share_of_the_others(staged):
    whole, some = build_training_set(staged), build_training_set(drawn(staged, 0.3))
    won, left = won_in(whole), set(some.lead.tolist())
    assert won_in(some) == won
    others = set(whole.lead.tolist()) - won
    # 3 in 10, of which the standard error is sqrt(.21 / leads).
    assert len(left - won) / len(others) == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / len(others)))
    kept = np.isin(whole.lead, list(left))
    assert some.as_of.tolist() == whole.as_of[kept].tolist()
    wins = np.isin(some.lead, list(won))
    assert set(some.draw.stands[wins]) == {1.0}
    assert set(some.draw.stands[~wins]) == {1 / 0.3}


def test_the_judging_leads_are_the_last_fifth_of_all(tmp_path):
    config = make_project(tmp_path, rows=3_000, signal=0.0)
    frame = pd.read_csv(tmp_path / "leads.csv")
    often = np.arange(len(frame)) % np.where(np.arange(len(frame)) < 2_100, 2, 50) == 0
    frame.assign(won=np.where(often, "yes", "no")).to_csv(tmp_path / "leads.csv", index=False)
    data = build_training_set(drawn(load_tables(config, tmp_path), 0.1))
    # Of the leads that are left, the last fifth begins at about 1,840: outcomes have become rare.
    later = data.lead[data.sides_of(config.targets[0])[1]]
    assert later.min() == pytest.approx(2_400, abs=60)


def test_a_larger_share_holds_a_smaller_one_and_another_seed_draws_others(flat):
    leads = {share: set(build_training_set(drawn(flat, share)).lead.tolist()) for share in (0.1, 0.2, 1.0)}
    assert leads[0.1] < leads[0.2] < leads[1.0]
    other = set(build_training_set(drawn(flat, 0.1, seed=1)).lead.tolist())
    assert len(other - leads[0.1]) > 300


def test_all_leads_are_what_they_were_without_a_draw(flat):
    data = build_training_set(flat)
    assert data.draw is None
    rows = data.rows_of(flat.config.targets[0], np.ones(ROWS, dtype=bool))
    assert rows.stands is None
    assert set(rows.weight) == {1.0}


def test_weights_make_good_for_the_draw_and_are_not_clipped(staged):
    target = staged.config.targets[0]
    whole, some = build_training_set(staged), build_training_set(drawn(staged, 0.1))
    rows = some.rows_of(target, some.open)
    every = whole.rows_of(target, whole.open)
    assert rows.weight.sum() == pytest.approx(every.weight.sum(), rel=0.25)
    assert rows.weight.max() == 10 > rows.clip == 5
    assert rows.clipped().weight.tolist() == rows.weight.tolist()
    half = rows.take(np.arange(len(rows.label)) % 2 == 0)
    assert half.stands.tolist() == rows.stands[::2].tolist()


def test_the_draw_of_negatives_is_made_among_the_drawn_leads(tmp_path):
    config = make_project(tmp_path, rows=3_000, signal=1.0, rate=0.1)
    some = load_tables(with_training(config, max_leads=1_600, negatives=0.25), tmp_path)
    data = build_training_set(some)
    assert len(some.tables) < 1_600
    assert len(data.lead) < 0.5 * len(some.tables)
    assert data.draw.stands.sum() == pytest.approx(len(some.tables), rel=0.1)
    assert data.draw.leads == len(some.tables)


def test_chances_and_the_base_value_are_those_of_all_leads(flat, trained):
    tables = flat.tables
    rows, at = np.arange(len(tables)), np.zeros(len(tables), dtype=np.int64)
    told = {s: Scorer(each.parts, "x").explain_rows(tables, rows, at) for s, each in trained.items()}
    rate = trained[1.0].parts.window.positives / ROWS
    error = np.sqrt(rate * (1 - rate) / ROWS)
    means = {share: float(each.prediction.probability.mean()) for share, each in told.items()}
    assert means[1.0] == pytest.approx(rate, abs=2 * error)
    assert means[0.2] == pytest.approx(means[1.0], abs=2 * error)
    listed = {s: Scorer(each.parts, "x").score_tables(tables, at)[0] for s, each in trained.items()}
    base = {share: float(each["base_value"][0].as_py()) for share, each in listed.items()}
    # With the rows counted as they are it would be 0.26 higher, and every lead would look poorer beside it.
    assert base[0.2] == pytest.approx(base[1.0], abs=0.15)
    assert float(np.mean(listed[0.2]["fit"].to_numpy())) == pytest.approx(0.0, abs=0.1)
    # A draw of few rows knows less, but not by much: it holds every outcome.
    wide = {share: each.parts.targets[0].calibration_sd for share, each in trained.items()}
    assert wide[1.0] < wide[0.2] < 2 * wide[1.0]
    reference = {share: each.parts.reference.base_rate for share, each in trained.items()}
    assert reference[0.2] == pytest.approx(reference[1.0], abs=2 * error)


def test_figures_agree_and_the_model_is_nearly_as_good(trained):
    full, some = (trained[share].judged[0].metrics["model"] for share in (1.0, 0.2))
    for name in ("auc", "log_loss", "precision_at_capacity"):
        assert full[name].low <= some[name].value <= full[name].high
    bayes, rules = (trained[0.2].judged[0].metrics[who]["log_loss"] for who in ("bayes", "rules"))
    assert bayes.low <= trained[1.0].judged[0].metrics["bayes"]["log_loss"].value <= bayes.high
    assert rules.low <= trained[1.0].judged[0].metrics["rules"]["log_loss"].value <= rules.high


def test_counts_tell_of_all_leads(flat, trained):
    windows = {share: each.parts.window for share, each in trained.items()}
    assert windows[0.2].leads == windows[1.0].leads == ROWS
    assert windows[0.2].positives == windows[1.0].positives
    assert windows[0.2].rows < 0.4 * ROWS
    full, some = (trained[share].parts.evidence for share in (1.0, 0.2))
    assert some.everyone.positives == full.everyone.positives
    assert some.everyone.leads == pytest.approx(full.everyone.leads, rel=0.05)
    for key, group in some.fields["column:source"].groups.items():
        other = full.fields["column:source"].groups[key]
        assert group.positives == other.positives
        assert group.leads == pytest.approx(other.leads, rel=0.15)


@pytest.mark.parametrize("share", ["0", "1.5", "-0.1"])
def test_a_share_is_above_0_and_at_most_1(share):
    text = CONFIG.replace("training: {", f"training: {{negatives: {share}, ")
    with pytest.raises(ConfigError, match=r"(?s)training.*negatives"):
        parse_config(text, where="here")
