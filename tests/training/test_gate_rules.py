"""The gate beside the rules, and what the other figure has to say when one of the two is better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qualify.evaluate import paired_difference
from tests.training.test_gate import contest, equals, sharper_at_the_top
from training.contested import Contest
from training.decision import Check
from training.gate import judge
from training.verdict import Verdict

OK = Verdict("model", ())
DRAWS = 100


def check_of(made: Contest, name: str) -> Check:
    return next(check for check in judge(made, OK, draws=DRAWS).checks if check.name == name)


def beside_rules(made: Contest) -> Contest:
    """The same contest with the rules in the champion's place."""
    given = made.probabilities
    return replace(made, probabilities={"challenger": given["challenger"], "rules": given["champion"]})


def swapped(made: Contest) -> Contest:
    given = made.probabilities
    return replace(made, probabilities={"challenger": given["champion"], "champion": given["challenger"]})


def test_who_beats_the_rules_passes_with_both_figures() -> None:
    made = beside_rules(contest(1, extra=0.8))
    check = check_of(made, "rules")
    assert check.passed
    assert check.text.startswith("better than the rules: log-loss -")
    assert "against the rules, precision at capacity +" in check.text
    expected = paired_difference(
        made.label, made.probabilities["challenger"], made.probabilities["rules"], made.lead, bootstrap=DRAWS
    )
    assert (check.value, check.low, check.high) == (expected.value, expected.low, expected.high)


def test_who_is_as_good_as_the_rules_is_refused_although_better_than_the_champion() -> None:
    made = contest(1, extra=0.8)
    both = replace(made, probabilities={**made.probabilities, "rules": made.probabilities["challenger"]})
    decision = judge(both, OK, draws=DRAWS)
    assert check_of(both, "champion").passed
    assert [text.partition(":")[0] for text in decision.objections] == [
        "not better than the rules beyond noise"
    ]


def test_the_rules_may_be_beaten_by_more_winners_alone_and_never_at_the_price_of_a_worse_loss() -> None:
    assert check_of(beside_rules(sharper_at_the_top()), "rules").text.startswith(
        "more winners than the rules find: log-loss"
    )
    worse = check_of(beside_rules(sharper_at_the_top(costs=1.3)), "rules")
    assert not worse.passed
    assert worse.text.startswith("worse than the rules: log-loss +")


@pytest.mark.parametrize("rival", ["champion", "rules"])
def test_a_better_loss_does_not_excuse_fewer_winners(rival: str) -> None:
    """The rival pays for its sharp top among the worst leads; the challenger cannot tell the best apart."""
    made = swapped(sharper_at_the_top(costs=1.3))
    made = made if rival == "champion" else beside_rules(made)
    check = check_of(made, rival)
    assert not check.passed
    assert check.text.startswith(f"fewer winners than the {rival} find")
    assert check.high is not None
    assert check.high < 0
    loss = paired_difference(
        made.label, made.probabilities["challenger"], made.probabilities[rival], made.lead, bootstrap=DRAWS
    )
    assert loss.high < 0


def test_rules_that_were_drafted_from_these_leads_are_told_as_flattered() -> None:
    made = beside_rules(contest(2, extra=0.0))
    assert "drafted" not in check_of(made, "rules").text
    assert "drafted from these leads' outcomes" in check_of(replace(made, drafted=True), "rules").text


def test_a_truly_better_challenger_passes_beside_the_rules_too() -> None:
    """The rules know half of what the champion knows; the challenger is better than that by 0.02 AUC."""

    def one(seed: int) -> bool:
        made = contest(seed, extra=0.4)
        z = np.log(made.probabilities["champion"] / (1 - made.probabilities["champion"]))
        rules = 1 / (1 + np.exp(-(-1.55 + 0.5 * (z - z.mean()))))
        beside = replace(made, probabilities={**made.probabilities, "rules": rules})
        return judge(beside, OK, draws=DRAWS, seed=seed).passed

    assert np.mean([one(seed) for seed in range(30)]) >= 0.8


def test_noise_beats_the_rules_in_at_most_one_of_twenty_tries() -> None:
    passed = [judge(beside_rules(equals(seed)), OK, draws=DRAWS, seed=seed).passed for seed in range(200)]
    assert np.mean(passed) <= 0.05
