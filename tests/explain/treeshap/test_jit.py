"""Compiled code is kept on disk where that is possible, and the kernel works where it is not."""

import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
import pytest

from qualify.explain import treeshap
from qualify.explain.treeshap import _jit
from tests.explain.treeshap.models import normal_case

PROGRAM = """
from qualify.explain.treeshap._jit import kernel, part

@part
def add(x, y):
    return x + y

@kernel
def double(x):
    return add(x, x)

print(double(21))
"""


def test_without_a_folder_to_write_in_it_compiles_and_says_so(monkeypatch, caplog):
    real = numba.njit

    def njit(function, *, cache=False, **how):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(function, **how)

    monkeypatch.setattr(numba, "njit", njit)
    with caplog.at_level(logging.INFO):
        double = _jit.kernel(lambda x: 2 * x)
    assert double(21) == 42
    assert "not kept between processes" in caplog.text
    assert "NUMBA_CACHE_DIR" in caplog.text


def test_compiled_code_is_kept_where_the_user_says(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "program.py")],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kept")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "42"
    assert [path.name.split("-")[0] for path in tmp_path.rglob("*.nbi")] == ["program.double"]


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
