"""Compiled code is kept on disk where that is possible, and is compiled anew where it is not."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

import numba
import pytest

from qualify import compiled as module
from qualify.compiled import compiled

PROGRAM = """
import logging
logging.basicConfig(level=logging.INFO, format="%(message)s")
from qualify.compiled import compiled

@compiled()
def double(x):
    return x + x

print(double(21))
"""


def start(folder, **environment):
    """Start the program of a folder; `environment` says where code may be kept."""
    known = {
        key: value for key, value in os.environ.items() if key not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")
    }
    return subprocess.Popen(
        [sys.executable, str(folder / "program.py")], env={**known, **environment}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def answer(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.strip(), err


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    return tmp_path


def test_code_is_kept_where_the_user_says_until_its_source_changes(folder):
    """Several processes may start at once and write the same files."""
    kept = str(folder / "kept")
    begun = [start(folder, NUMBA_CACHE_DIR=kept) for _ in range(2)]
    assert [answer(process)[0] for process in begun] == ["42"] * 2
    assert [path.name.split("-")[0] for path in folder.rglob("*.nbi")] == ["program.double"]
    (folder / "program.py").write_text(PROGRAM.replace("x + x", "x + x + 1"))
    assert answer(start(folder, NUMBA_CACHE_DIR=kept))[0] == "43"


def test_where_no_folder_can_be_written_every_process_compiles(folder):
    """A file stands where each of the folders would have to be made, which stops even the superuser."""
    (folder / "__pycache__").write_text("taken")
    (folder / "home").write_text("taken")
    out, err = answer(start(folder, HOME=str(folder / "home")))
    assert out == "42"
    assert err.count("not kept between processes") == 1
    assert list(folder.rglob("*.nbi")) == []


def test_it_is_said_once(monkeypatch, caplog):
    real = numba.njit

    def njit(function, *, cache=False, **how):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(function, **how)

    monkeypatch.setattr(numba, "njit", njit)
    module._say_once.cache_clear()
    with caplog.at_level(logging.INFO):
        double, triple = compiled()(lambda x: 2 * x), compiled()(lambda x: 3 * x)
    assert (double(21), triple(21)) == (42, 63)
    assert caplog.text.count("NUMBA_CACHE_DIR") == 1
