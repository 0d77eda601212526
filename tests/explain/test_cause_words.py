"""Why a stage is recommended, in words: what does not hold together is told with its structure."""

from __future__ import annotations

import pytest

from qualify.explain.cause_words import say_cause
from qualify.explain.words import phrasebook
from tests.rules.build import column
from tests.rules.test_cause import cause, did, funnel

A, B, C = ({"attribute": {"column": name, "from": 50}} for name in "abc")
X = {"attribute": {"column": "a", "from": 5}}


@pytest.mark.parametrize(
    ("criterion", "en", "ja"),
    [
        ({"not": A}, "not: A", "次に該当しない：A"),
        ({"not": {"any": [A, B]}}, "none of (A; B)", "次のいずれにも該当しない（A、B）"),
        ({"not": {"all": [A, B]}}, "not all of (A; B)", "次のすべてに該当するわけではない（A、B）"),
        ({"not": {"any": [A]}}, "not: A", "次に該当しない：A"),
        ({"not": {"not": X}}, "A: 9", "A：9"),
        ({"not": {"any": [{"not": {"not": A}}, B]}}, "none of (A; B)", "次のいずれにも該当しない（A、B）"),
        ({"not": {"all": [X, {"any": [B, C]}]}}, "not all of (A; at least one of (B; C))",
         "次のすべてに該当するわけではない（A、次のいずれかに該当（B、C））"),
        ({"not": {"any": [{"not": X}, {"all": [B, C]}]}}, "none of (not: A; all of (B; C))",
         "次のいずれにも該当しない（次に該当しない：A、次のすべてに該当（B、C））"),
        ({"not": {"not": {"any": [X, B]}}}, "at least one of (A; B)", "次のいずれかに該当（A、B）"),
        ({"not": {"any": [{"not": {"all": [X, X]}}, B]}}, "none of (not all of (A; A); B)",
         "次のいずれにも該当しない（次のすべてに該当するわけではない（A、A）、B）"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_told_with_its_structure(criterion, en, ja):
    found = cause(funnel(enter=criterion), did(1), columns={name: column(9) for name in "abc"})
    assert found.kind == "earned"
    assert say_cause(found, phrasebook("en")) == (f"Why: {en}",)
    assert say_cause(found, phrasebook("ja")) == (f"理由：{ja}",)
