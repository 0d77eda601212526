"""Forty kinds of fault, each planted into the simulated funnel and, where it can be, into public tables.

Every fault is found, and named by its code and its subject; and beside it nothing else in the same world is
called a leak, a twin, a machine or an import.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.training.faults import FAULTS
from tests.training.planted import FILES, World, make_world
from training.checks.copies import check_copies
from training.checks.finding import Finding
from training.checks.imports import check_imports
from training.checks.joined import check_joined
from training.checks.leakage import check_leakage
from training.checks.maturity import check_maturity
from training.checks.placeholders import check_placeholders
from training.checks.provenance import check_provenance
from training.checks.recording import check_recording
from training.checks.repeats import check_repeats
from training.checks.scanners import check_scanners
from training.checks.scorecard import check_scorecard
from training.checks.shift import check_shift

CHECKS: dict[str, Callable[[World], Iterator[Finding]]] = {
    "leakage": lambda w: check_leakage(w.loaded, w.y),
    "provenance": lambda w: check_provenance(w.loaded, w.y),
    "imports": lambda w: check_imports(w.loaded, w.y),
    "repeats": lambda w: check_repeats(w.loaded, w.y, w.personal),
    "copies": lambda w: check_copies(w.loaded, w.y),
    "scanners": lambda w: check_scanners(w.loaded, w.y),
    "recording": lambda w: check_recording(w.loaded),
    "shift": lambda w: check_shift(w.loaded),
    "maturity": lambda w: check_maturity(w.loaded, w.y),
    "joined": lambda w: check_joined(w.loaded),
    "placeholders": lambda w: check_placeholders(w.loaded, w.personal),
    "scorecard": lambda w: check_scorecard(w.loaded),
}

ON_BANK = {"a_category_that_is_new", "a_column_that_becomes_empty", "a_word_that_says_nothing",
           "a_copy_that_is_wrong_one_time_in_twelve", "averages_drawn_to_the_base_rate"}  # fmt: skip
"""Faults for the bank's table, where outcomes are rare and drift is large; X Education gets the rest."""


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], World]:
    made: dict[str, World] = {}

    def get(name: str) -> World:
        if name in FILES and not FILES[name].is_file():
            pytest.skip(f"needs {FILES[name].name} of the shared data")
        if name not in made:
            made[name] = make_world(name, tmp_path_factory.mktemp(name))
        return made[name]

    return get


def cases() -> list[tuple[str, str]]:
    real = [("bank" if name in ON_BANK else "x_education", name) for name, one in FAULTS.items() if one.flat]
    return [("simulated", name) for name in FAULTS] + real


@pytest.mark.parametrize(("world", "name"), cases(), ids=lambda each: each)
def test_a_planted_fault_is_named(world: str, name: str, worlds: Callable[[str], World]) -> None:
    base, one = worlds(world), FAULTS[name]
    faulty, subject = one.plant(base, np.random.default_rng(zlib.crc32(name.encode())))
    found = {(f.code, f.subject) for f in CHECKS[one.check](faulty)}
    assert {(code, subject) for code in one.codes.split()} & found, found
    if one.check not in ("shift", "maturity"):
        before = {(f.code, f.subject) for f in CHECKS[one.check](base)}
        strange = {each for each in found - before if each[1] != subject}
        assert strange <= ({("L005", "Zed activity score")} if subject == "Zed fit" else set())


def test_at_least_thirty_kinds_in_each_kind_of_world() -> None:
    assert len(FAULTS) >= 40
    assert sum(one.flat for one in FAULTS.values()) >= 30


TRUE = {
    "simulated": {("A001", "email_click"), ("S003", "campaign")},
    "x_education": set(),
    "bank": {("S001", "leads"), ("S002", "previous"), ("S002", "poutcome"), ("M003", "y")},
}
"""Warnings on the untouched tables that an expert calls true."""


@pytest.mark.parametrize("world", list(TRUE))
def test_untouched_tables_get_no_false_warning(world: str, worlds: Callable[[str], World]) -> None:
    base = worlds(world)
    found = {(f.code, f.subject) for check in CHECKS.values() for f in check(base) if f.level == "warning"}
    assert found == TRUE[world]
