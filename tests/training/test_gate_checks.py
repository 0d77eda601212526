"""Every check of the gate at its border, with figures that can be worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qualify.evaluate import paired_difference
from tests.training.test_gate import contest, sharper_at_the_top
from training.calibrated import CALIBRATION_MARGIN, recent
from training.contested import Contest, compare_scorers
from training.decision import Check, Decision
from training.gate import PARITY, SURE, judge
from training.segment_checks import SEGMENT_LEADS, judged_segments
from training.verdict import Verdict

OK = Verdict("model", ())
DRAWS = 60


def check_of(made: Contest, name: str, **options: int) -> Check:
    """The first check of that name."""
    checks = judge(made, OK, **{"draws": DRAWS, **options}).checks
    return next(check for check in checks if check.name == name)


def costing(label: np.ndarray, p: np.ndarray, factor: float | np.ndarray) -> np.ndarray:
    """Return the probabilities whose log-loss is `factor` times that of `p` on every row."""
    return np.where(label == 1, p**factor, 1 - (1 - p) ** factor)


def costlier(factor: float | np.ndarray, leads: int = 2_000) -> Contest:
    """A challenger whose log-loss is `factor` times the champion's on every row; its AUC is 1."""
    rng = np.random.default_rng(0)
    p = rng.uniform(0.2, 0.4, leads)
    label = (rng.random(leads) < p).astype(float)
    order = np.arange(leads)
    return Contest(
        label, np.ones(leads), order, order, {"challenger": costing(label, p, factor), "champion": p}
    )


def unmoved(made: Contest) -> Contest:
    """The same contest where a new calibration leaves the champion as it is."""
    renewed = {"recalibrated": made.probabilities["champion"]}
    return replace(made, probabilities={**made.probabilities, **renewed})


def uneven(seed: int = 3) -> Contest:
    """Leads with two rows each, uneven weights, and more room for calls than usual."""
    made = contest(seed, extra=0.4, leads=1_200)
    weight = np.random.default_rng(seed).uniform(0.2, 3.0, 1_200)
    return replace(made, weight=weight, lead=np.arange(1_200) // 2, capacity_share=0.25)


def difference(made: Contest, metric: str, other: str = "champion", **options: float) -> tuple[float, ...]:
    found = paired_difference(
        made.label, made.probabilities["challenger"], made.probabilities[other], made.lead, metric,
        weight=made.weight, capacity_share=made.capacity_share, bootstrap=DRAWS, **options,
    )  # fmt: skip
    return found.value, found.low, found.high


@pytest.mark.parametrize("seed", [0, 5])
def test_the_figures_are_challenger_less_champion_by_lead_and_weight(seed: int) -> None:
    made = uneven()
    check = check_of(made, "champion", seed=seed)
    assert (check.value, check.low, check.high) == difference(made, "log_loss", seed=seed)
    compared = compare_scorers(made, draws=DRAWS, seed=seed)
    assert list(compared) == ["champion"]
    for metric in ("log_loss", "auc", "precision_at_capacity"):
        found = compared["champion"][metric]
        assert (found.value, found.low, found.high) == difference(made, metric, seed=seed)
    assert difference(made, "log_loss", seed=0) != difference(made, "log_loss", seed=5)


def test_the_second_way_in_asks_for_more_certainty() -> None:
    made = sharper_at_the_top()
    check = check_of(made, "champion")
    assert check.passed
    assert (check.value, check.low, check.high) == difference(made, "precision_at_capacity", confidence=SURE)


def test_more_winners_at_the_top_do_not_excuse_a_worse_loss() -> None:
    made = sharper_at_the_top(costs=1.3)
    assert difference(made, "precision_at_capacity", confidence=SURE)[1] > 0
    against = check_of(made, "champion")
    assert not against.passed
    assert against.text.startswith("worse than the champion: log-loss +")
    assert (against.value, against.low, against.high) == difference(made, "log_loss")
    renewed = unmoved(made)
    assert not check_of(renewed, "recalibrated").passed


def test_a_challenger_has_to_beat_what_recalibrating_gives() -> None:
    better = contest(8, extra=0.8)
    champion = better.probabilities["champion"]
    stale = {**better.probabilities, "champion": champion / 2, "recalibrated": champion}
    passed = check_of(replace(better, probabilities=stale), "recalibrated")
    assert passed.passed
    assert passed.text.startswith("better than recalibrating: log-loss -")
    assert "against the champion with a new calibration" in passed.text
    expected = difference(replace(better, probabilities=stale), "log_loss", "recalibrated")
    assert (passed.value, passed.low, passed.high) == expected
    only_level = replace(better, probabilities={**stale, "challenger": champion})
    decision = judge(only_level, OK, draws=DRAWS)
    assert {check.name: check.passed for check in decision.checks} == {
        "verdict": True, "champion": True, "segment": True, "recalibrated": False, "calibration": True,
    }  # fmt: skip
    assert "not better beyond noise than what `qualify recalibrate` gives" in decision.objections[0]


def test_more_winners_than_recalibrating_finds_are_enough() -> None:
    made = sharper_at_the_top()
    renewed = unmoved(made)
    check = check_of(renewed, "recalibrated")
    assert check.passed
    assert check.text.startswith("more winners than recalibrating finds: log-loss")
    assert (check.value, check.low, check.high) == difference(made, "precision_at_capacity", confidence=SURE)


def test_an_equal_is_not_better() -> None:
    made = costlier(1.0)
    made = unmoved(made)
    for name in ("champion", "recalibrated"):
        check = check_of(made, name)
        assert not check.passed
        assert (check.value, check.low, check.high) == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)
        assert check.text.startswith("not better")


@pytest.mark.parametrize("extra", [0.0, 0.8])
def test_who_learned_from_these_leads_is_told_as_flattered(extra: float) -> None:
    made = contest(9, extra=extra, leads=1_500)
    note = "the champion has learned from these leads"
    assert note not in check_of(made, "champion").text
    assert note in check_of(replace(made, flattered=True), "champion").text


@pytest.mark.parametrize(("factor", "passed"), [(1.04, True), (1.06, False), (0.9, True)])
def test_a_segment_may_lose_a_twentieth(factor: float, passed: bool) -> None:
    """The loss is so much higher on every row, so there is no noise and only the margin decides."""
    made = costlier(factor)
    told = replace(made, segments={"region": np.full(len(made.label), "Osaka", dtype=object)})
    check = check_of(told, "segment")
    assert check.passed is passed
    if not passed:
        expected = difference(made, "log_loss")
        assert (check.value, check.low, check.high) == expected
        p = made.probabilities["champion"]
        loss = -np.log(np.where(made.label == 1, p, 1 - p)).mean()
        assert f"allowed {0.05 * loss:.4f}" in check.text


def test_a_segment_is_judged_by_its_own_rows_and_their_weights() -> None:
    worse = np.arange(2_000) % 2 == 0
    made = costlier(np.where(worse, 1.08, 1.0))
    whole = np.full(2_000, "all", dtype=object)
    heavy, light = (
        replace(made, weight=np.where(worse, *pair), segments={"s": whole}) for pair in ((9, 1), (1, 9))
    )
    assert not check_of(heavy, "segment").passed
    assert check_of(light, "segment").passed
    apart = replace(made, segments={"s": np.where(worse, "worse", "same").astype(object)})
    failed = [check.text for check in judge(apart, OK, draws=DRAWS).checks if check.name == "segment"]
    assert len(failed) == 1
    assert failed[0].startswith("worse for s = worse: log-loss +")


def test_a_segment_is_judged_from_a_hundred_leads_on() -> None:
    made = contest(10, extra=0.0, leads=1_000)
    made = replace(made, label=(np.arange(1_000) % 3 == 0).astype(float))

    def judged(leads: int, **changed: np.ndarray) -> list[str]:
        named = np.where(np.arange(1_000) < leads, "few", None).astype(object)
        found = list(judged_segments(replace(made, segments={"region": named}, **changed)))
        assert all(rows.sum() == leads for _, rows in found)
        return [name for name, _ in found]

    assert judged(SEGMENT_LEADS) == ["region = few"]
    assert judged(SEGMENT_LEADS - 1) == []
    assert judged(150, lead=np.arange(1_000) // 2) == []
    assert judged(150, label=(np.arange(1_000) % 50 == 0).astype(float)) == []
    assert judged(150, label=(np.arange(1_000) % 50 != 0).astype(float)) == []


def test_the_number_of_judged_segments_is_told() -> None:
    made = costlier(1.0)
    named = {"a": np.arange(2_000) % 2, "b": np.arange(2_000) % 3}
    made = replace(made, segments={name: values.astype(str).astype(object) for name, values in named.items()})
    assert check_of(made, "segment").text == "none of 5 segments is worse than its margin beyond noise"


@pytest.mark.parametrize(("won", "promised", "passed"), [
    (0.2, 0.24, True), (0.2, 0.27, False), (0.2, 0.13, False), (0.8, 0.84, True), (0.8, 0.87, False),
])  # fmt: skip
def test_calibration_may_miss_a_quarter_of_the_rarer(won: float, promised: float, passed: bool) -> None:
    leads = 30_000
    label = (np.arange(leads) % 10 < 10 * won).astype(float)
    order = np.arange(leads)
    made = Contest(label, np.ones(leads), order, order, {"challenger": np.full(leads, promised)})
    check = check_of(made, "calibration")
    assert check.passed is passed
    assert check.value == pytest.approx(abs(promised - won), abs=0.01)
    assert f"on the latest {leads // 3} rows" in check.text
    assert f"allowed {CALIBRATION_MARGIN * 0.2:.4f}" in check.text


def test_calibration_is_by_weight() -> None:
    """Among the weighed leads half win, though one in five does."""
    leads = 9_000
    label = (np.arange(leads) % 5 == 0).astype(float)
    order = np.arange(leads)
    made = Contest(label, np.where(label == 1, 4.0, 1.0), order, order, {"challenger": np.full(leads, 0.5)})
    check = check_of(made, "calibration")
    assert check.passed
    assert check.value == pytest.approx(0.0, abs=1e-9)
    assert "allowed 0.1250" in check.text


def test_recent_is_the_latest_third_by_time_where_it_has_outcomes() -> None:
    leads = 300
    time = np.random.default_rng(0).permutation(leads)
    label = (time % 3 == 0).astype(float)
    made = Contest(label, np.ones(leads), np.arange(leads), time, {})
    assert recent(made).tolist() == (time >= 200).tolist()
    early = replace(made, label=np.where(time < 200, label, 0.0))
    assert recent(early).all()
    assert recent(replace(made, label=np.where(time < 200, label, 1.0))).all()


@pytest.mark.parametrize(("apart", "passed"), [(PARITY, True), (2 * PARITY, False)])
def test_parity_is_exact_to_nine_places(apart: float, passed: bool) -> None:
    check = check_of(replace(contest(6, extra=0.8, leads=1_000), parity=apart), "parity")
    assert (check.passed, check.value) == (passed, apart)


@pytest.mark.parametrize("use", ["rules", "manual"])
def test_no_other_verdict_passes(use: str) -> None:
    decision = judge(contest(6, extra=0.8), Verdict(use, ("no skill.", "And few leads.")), draws=DRAWS)
    assert not decision.passed
    assert decision.objections == (f"the verdict is `{use}`: no skill. And few leads.",)


def test_a_decision_is_told_whole() -> None:
    decision = Decision((Check("a", True, "fine"), Check("b", False, "bad", 1.0, 0.5, 2.0)))
    assert not decision.passed
    assert decision.objections == ("bad",)
    plain = {"value": None, "low": None, "high": None}
    assert decision.as_json() == {
        "passed": False,
        "checks": [
            {"name": "a", "passed": True, "text": "fine", **plain},
            {"name": "b", "passed": False, "text": "bad", "value": 1.0, "low": 0.5, "high": 2.0},
        ],
    }
