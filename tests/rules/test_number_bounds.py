"""Numbers of a scorecard that can mean nothing are refused, with their place; the least that can is taken."""

import pytest

from qualify.errors import ConfigError
from qualify.rules import Scorecard
from qualify.rules.load import dump_yaml
from tests.rules.build import WORDS, activity, content, rule, stage, trigger

VISIT, TRIAL = {"types": "visit"}, {"types": "trial"}


def rules(one):
    return {"rules": [one]}


def criterion(**test):
    return {"stages": [stage("S", enter={"activity": {"of": VISIT} | test})]}


def recycled(rest):
    return {"stages": [stage("S"), stage("R", reenters_at="S", rest_days=rest)]}


def counted(*steps):
    return rules(rule("count", of=VISIT, steps=list(steps)))


def ratio(at_least=0.5, **rest):
    return rules(rule("ratio", of=VISIT, among=TRIAL, at_least=at_least, points=1, **rest))


def silence(for_days=1.0, **rest):
    return rules(rule("silence", after=TRIAL, nothing_of=VISIT, for_days=for_days, points=-1, **rest))


def lifted(**rest):
    return {"triggers": [trigger(stage="S", **rest)], "stages": [stage("S")]}


# What is changed, its place in the file, a number that is too small, and the least (or nearly) that is not.
NUMBERS = {
    "step": (lambda n: counted({"at_least": n, "points": 1}), "steps.0.at_least", 0, 1),
    "share": (ratio, "at_least", 0, 0.001),
    "among": (lambda n: ratio(among_at_least=n), "among_at_least", 0, 1),
    "silence": (silence, "for_days", 0, 0.001),
    "one only": (lambda n: silence(at_most=n), "at_most", 0, 1),
    "repeats": (lambda n: rules(activity(most=n)), "most", 0, 1),
    "cap": (lambda n: rules(activity(cap=n)), "cap", 0, 0.001),
    "window": (lambda n: rules(activity(window_days=n)), "window_days", 0, 0.001),
    "half-life": (lambda n: rules(activity(ages={"half_life_days": n})), "half_life_days", 0, 0.001),
    "line": (lambda n: rules(activity(ages={"linear_days": n})), "linear_days", 0, 0.001),
    "group": (lambda n: {"groups": [{"id": "g", "label": WORDS, "cap": n}]}, "groups.0.cap", 0, 0.001),
    "trigger": (lambda n: lifted(at_least=n), "triggers.0.at_least", 0, 1),
    "trigger's window": (lambda n: lifted(window_days=n), "triggers.0.window_days", 0, 0.001),
    "criterion": (lambda n: criterion(at_least=n), "at_least", 0, 1),
    "rest": (recycled, "stages.1.rest_days", -1, 0),
    "freshness": (lambda n: {"score_fresh_days": n}, "score_fresh_days", 0, 0.001),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_below_its_bound_is_refused_and_the_bound_is_taken(name):
    change, place, bad, good = NUMBERS[name]
    with pytest.raises(ConfigError, match=rf"(?s){place}`.*greater than"):
        Scorecard.parse(dump_yaml(content(activity()) | change(bad)), where="card.yaml")
    Scorecard.parse(dump_yaml(content(activity()) | change(good)), where="card.yaml")
