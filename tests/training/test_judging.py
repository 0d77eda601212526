"""Targets side by side: what becomes of a fault, and what is done in the meantime."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qualify.config import load_config
from qualify.model.fit import Params
from training.data import load_tables
from training.dataset import build_training_set
from training.draft import draft_of
from training.judging import fitting
from training.pipeline import train_model
from training.reporting import finished_report, report_of


@pytest.fixture(scope="module")
def loaded(world):
    return load_tables(load_config(world.folder / "qualify.yaml"), world.folder)


def test_a_fault_in_one_target_comes_through_and_spares_the_other(loaded):
    data = build_training_set(loaded)
    first, second = loaded.config.targets
    broken = replace(data, labels={first.name: data.labels[first.name]})
    with fitting(broken, (first, second), Params(), seed=0, threads=2) as fits:
        assert fits[0].judged.result().target == first.name
        with pytest.raises(KeyError, match=second.name) as fault:
            fits[1].judged.result()
        assert fits[1].final.exception() is fault.value
        assert fits[0].final.result()[0].name == first.name


def test_what_is_drawn_in_the_meantime_is_what_would_be_drawn_afterwards(loaded):
    drafts = []
    trained = train_model(loaded, budget=0, seed=0, meanwhile=lambda seen: drafts.append(draft_of(seen)))
    (early,), late = drafts, draft_of(trained.seen)
    assert early.verdict == late.verdict
    assert early.drivers == late.drivers
    assert {name: [each.alt for each in kept] for name, kept in early.pictures.items()} == {
        name: [each.alt for each in kept] for name, kept in late.pictures.items()
    }
    finished = finished_report(early.report, trained.seen, "abc", "f" * 64)
    anew = report_of(trained.seen, late.verdict, "abc", "f" * 64)
    assert finished.version == anew.version == "abc"
    assert finished.versions == anew.versions
    assert repr(finished.segments) == repr(anew.segments)
    assert finished.judged.metrics == anew.judged.metrics
