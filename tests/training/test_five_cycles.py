"""The proof: a model whose own advice decides what it sees next stays as good as one that saw all."""

from __future__ import annotations

from statistics import fmean

import numpy as np

from qualify.model import turned
from tests.training.cycles import Loop, make_funnel

SEEDS = (11, 12, 13)
"""None of those on which the clip was chosen."""
BAR, WORST, LOSS = 0.01, 0.015, 0.05


def test_with_a_lot_five_cycles_lose_nothing_and_without_one_the_model_believes_itself(record_property):
    """Retrain five times where sales work only the top third of each cohort by the champion's score.

    After the first cohort a seventh of the leads come by a new source: those that look coldest by everything
    that the champion has learned, of which now every second one would convert. Sales hardly ever get to see
    one of them, so a loop without a lot, for which leads that nobody worked are lost ones, is taught that
    they never convert. With a lot of 5 %, weights, and outcomes unknown where nobody worked, the same loop
    finds them. What counts is the AUC on all leads of a later cohort, worked or not, against a model that
    knew every outcome: on average within 0.01, and no funnel may be an exception to it by luck.
    """
    losses: dict[str, list[float]] = {"lot": [], "none": []}
    for seed in SEEDS:
        funnel = make_funnel(seed)
        full = Loop(funnel, share=0.0).with_all_outcomes()
        aucs = {"lot": Loop(funnel, share=0.05).run(), "none": Loop(funnel, share=0.0).run()}
        for name, auc in aucs.items():
            losses[name].append(full - auc)
        told = {"full": full, **aucs}
        record_property(f"seed {seed}", {name: round(auc, 4) for name, auc in told.items()})
    assert fmean(losses["lot"]) < BAR, losses
    assert max(losses["lot"]) < WORST, losses
    assert min(losses["none"]) > LOSS, losses


def test_a_source_that_turned_is_followed_because_its_past_is_forgotten(record_property, monkeypatch):
    """Let a source that hardly ever converted turn: now every second of its leads would convert.

    The champion has learned to leave them alone. The leads that the lot picks show the turn in the first
    cycle, and what the source was before is forgotten; a fit that weighs all of the past alike gets there too
    late.
    """
    funnel = make_funnel(SEEDS[0], turned=True)
    full = Loop(funnel, share=0.0).with_all_outcomes()
    forgets = Loop(funnel, share=0.05).run()
    monkeypatch.setattr(turned, "CLEAR", np.inf)  # nothing is ever that clear
    figures = {"full": full, "forgets": forgets, "remembers": Loop(funnel, share=0.05).run()}
    record_property("turned", {name: round(auc, 4) for name, auc in figures.items()})
    assert full - forgets < BAR, figures
    assert full - figures["remembers"] > 2 * BAR, figures
