"""Compiled code may be used by several threads and in a forked child."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from qualify.explain import treeshap
from tests.explain.treeshap.models import normal_case


def test_several_threads_may_call_one_explainer():
    case = normal_case(trees=30)
    explain = treeshap.compile(case.booster)
    expected = explain(case.X)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: explain(case.X), range(40)))
    assert all(np.array_equal(one, expected) for one in found)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_child_explains_too():
    case = normal_case(trees=10)
    explain = treeshap.compile(case.booster, threads=2)
    X = np.random.default_rng(0).normal(size=(20_000, 5))
    total = explain(X).sum()
    child = os.fork()
    if child == 0:
        os._exit(0 if explain(X).sum() == total else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
