"""The gate: who passes, who does not, and how often luck does, on simulated scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit

from qualify.evaluate import row_log_loss
from tests.training.test_verdict import judged as judged_of
from training.calibrated import recent
from training.contested import Contest, compare_scorers
from training.gate import judge
from training.gate_record import gate_document, gate_page
from training.ring import Ring
from training.verdict import Verdict, decide

OK = Verdict("model", ())
LEADS = 5_000
DRAWS = 100
NODES, MASS = np.polynomial.hermite_e.hermegauss(31)


def contest(seed: int, *, extra: float, noise: float = 0.0, leads: int = LEADS) -> Contest:
    """Both know `k` and are calibrated; the challenger also knows `x` (worth `extra`), and may add noise."""
    rng = np.random.default_rng(seed)
    k, x = rng.normal(size=(2, leads))
    label = (rng.random(leads) < expit(-1.7 + k + extra * x)).astype(float)
    champion = expit(-1.7 + k[:, None] + extra * NODES) @ MASS / MASS.sum()
    challenger = expit(-1.7 + k + extra * x + noise * rng.normal(size=leads))
    order = np.arange(leads)
    return Contest(label, np.ones(leads), order, order, {"challenger": challenger, "champion": champion})


def equals(seed: int) -> Contest:
    """Two scorers of the same quality with errors of their own."""
    rng, leads = np.random.default_rng(seed), 2_000
    truth = rng.normal(size=leads)
    label = (rng.random(leads) < expit(-1.7 + truth)).astype(float)
    one, two = (expit(-1.7 + 0.95 * (truth + 0.25 * rng.normal(size=leads))) for _ in range(2))
    order = np.arange(leads)
    return Contest(label, np.ones(leads), order, order, {"challenger": one, "champion": two})


def test_noise_is_promoted_in_at_most_one_of_twenty_tries() -> None:
    promoted = [judge(equals(seed), OK, draws=DRAWS, seed=seed).passed for seed in range(200)]
    assert np.mean(promoted) <= 0.05


def test_a_truly_better_challenger_is_promoted_mostly() -> None:
    first = contest(0, extra=0.4, leads=200_000)
    gained = compare_scorers(first, draws=2)["champion"]["auc"].value
    assert gained == pytest.approx(0.02, abs=0.003)
    promoted = [judge(contest(seed, extra=0.4), OK, draws=DRAWS, seed=seed).passed for seed in range(50)]
    assert np.mean(promoted) >= 0.8


def test_a_noisier_challenger_is_refused_with_the_figure() -> None:
    decision = judge(contest(1, extra=0.0, noise=0.5), OK, draws=DRAWS)
    assert not decision.passed
    assert any("worse than the champion: log-loss +0.0" in text for text in decision.objections)


def test_without_a_champion_there_is_nobody_to_beat() -> None:
    alone = contest(1, extra=0.0)
    alone = replace(alone, probabilities={"challenger": alone.probabilities["champion"]})
    decision = judge(alone, OK, draws=DRAWS)
    assert decision.passed
    assert [check.name for check in decision.checks] == ["verdict", "calibration"]


def test_the_verdict_is_the_first_check() -> None:
    for model, rules in ((1.5, 0.4), (9.0, 1.5), (0.0, 0.0)):
        verdict = decide(judged_of(model=model, rules=rules))
        checks = judge(contest(2, extra=0.6), verdict, draws=DRAWS).checks
        assert checks[0].passed == (verdict.use == "model")


def test_a_challenger_that_promises_too_much_of_late_is_refused() -> None:
    better = contest(3, extra=0.8)
    late = recent(better)
    too_much = np.where(late, np.clip(better.probabilities["challenger"] * 2, 0, 0.99), 0)
    told = np.where(late, too_much, better.probabilities["challenger"])
    decision = judge(
        replace(better, probabilities={**better.probabilities, "challenger": told}), OK, draws=DRAWS
    )
    assert any(text.startswith("calibration error on the latest") for text in decision.objections)


def test_a_segment_that_loses_is_named() -> None:
    better = contest(4, extra=0.8)
    osaka = np.arange(LEADS) % 4 == 0
    flat = np.where(osaka, 0.02, better.probabilities["challenger"])
    named = np.where(osaka, "Osaka", "Tokyo").astype(object)
    probabilities = {**better.probabilities, "challenger": flat}
    told = replace(better, probabilities=probabilities, segments={"region": named})
    decision = judge(told, OK, draws=DRAWS)
    assert any(text.startswith("worse for region = Osaka: log-loss +") for text in decision.objections)
    assert not any("Tokyo" in text for text in decision.objections)


def test_small_segments_are_not_judged_alone() -> None:
    few = np.where(np.arange(LEADS) < 60, "few", None).astype(object)
    decision = judge(replace(contest(5, extra=0.8), segments={"region": few}), OK, draws=DRAWS)
    assert any(check.text.startswith("none of 0 segments") for check in decision.checks)


def test_scores_that_differ_alone_and_in_a_batch_are_refused() -> None:
    better = contest(6, extra=0.8)
    assert judge(replace(better, parity=0.0), OK, draws=DRAWS).passed
    refused = judge(replace(better, parity=1e-6), OK, draws=DRAWS)
    assert refused.objections == ("a lead scored alone and in a batch differs by at most 1.0e-06",)


def sharper_at_the_top(costs: float = 1.0) -> Contest:
    """The champion cannot tell the best leads apart; the challenger pays for it among the worst.

    `costs`: the challenger's log-loss as a multiple of the champion's.
    """
    rng = np.random.default_rng(0)
    k = rng.normal(size=LEADS)
    label = (rng.random(LEADS) < expit(-1.7 + 1.5 * k)).astype(float)
    truth = expit(-1.7 + 1.5 * k)
    top, low = truth > np.quantile(truth, 0.7), truth < np.quantile(truth, 0.3)
    champion = np.where(top, truth[top].mean(), truth)

    def challenger(factor: float) -> np.ndarray:
        return np.where(low, truth * factor, truth)

    wanted = costs * row_log_loss(label, champion).mean()
    factor = brentq(lambda f: row_log_loss(label, challenger(f)).mean() - wanted, 1e-30, 1.0)
    order = np.arange(LEADS)
    rivals = {"challenger": challenger(factor), "champion": champion}
    return Contest(label, np.ones(LEADS), order, order, rivals)


def test_more_winners_among_the_called_are_enough_where_the_loss_is_alike() -> None:
    decision = judge(sharper_at_the_top(), OK, draws=DRAWS)
    check = next(check for check in decision.checks if check.name == "champion")
    assert check.passed
    assert check.text.startswith("more winners among the leads sales can call: log-loss")


def test_the_page_shows_every_check_and_escapes() -> None:
    better = contest(7, extra=0.8, leads=1_000)
    decision = judge(better, Verdict("model", ("<b>skill</b>",)), draws=20)
    document = gate_document(Ring(better, "1", ("a note",)), decision, compare_scorers(better, draws=20))
    page = gate_page(document)
    assert "&lt;b&gt;skill" in page
    assert page.count("<tr>") == 2 + len(decision.checks) + 3
    assert document["passed"] is decision.passed
