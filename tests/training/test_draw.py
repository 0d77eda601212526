"""Training on more leads than `training.max_leads` asks for."""

from __future__ import annotations

import pytest

from tests.training.projects import make_project
from training.data import load_tables
from training.dataset import build_training_set
from training.drawn import Drawn, drawn_of


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("draw")
    return make_project(folder, rows=3_000, signal=1.0), folder


def drawn(config, most):
    return config.model_copy(update={"training": config.training.model_copy(update={"max_leads": most})})


def test_a_draw_is_learned_from_and_the_whole_is_audited(project):
    config, folder = project
    loaded = load_tables(drawn(config, 1_000), folder)
    assert 500 < len(loaded.tables) <= 1_000
    assert len(load_tables(drawn(config, 1_000), folder, whole=True).tables) == 3_000
    assert len(load_tables(drawn(config, 3_000), folder).tables) == 3_000
    assert loaded.read == (len(loaded.tables), 3_000)
    assert load_tables(drawn(config, 3_000), folder).read is None
    data = build_training_set(loaded)
    assert drawn_of(data) == Drawn(len(loaded.tables), 3_000, len(data.lead), len(data.lead))
    assert drawn_of(build_training_set(load_tables(drawn(config, 3_000), folder))) is None
    assert set(data.lead.tolist()) == set(range(len(loaded.tables)))


def test_a_draw_keeps_the_order_and_the_share_of_outcomes(project):
    config, folder = project
    every, some = (load_tables(drawn(config, most), folder).tables for most in (3_000, 1_600))
    assert some.source_row.tolist() == sorted(some.source_row.tolist())
    assert every.lead_id[some.source_row].tolist() == some.lead_id.tolist()
    name = config.targets[0].name
    sets = [build_training_set(load_tables(drawn(config, most), folder)) for most in (3_000, 1_600)]
    shares = [each.labels[name].mean() for each in sets]
    # 1,500 of 3,000 leads: the standard error of the difference is sqrt(.24 / 3000) = .009.
    assert shares[0] == pytest.approx(shares[1], abs=0.03)
