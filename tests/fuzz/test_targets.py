"""The targets of `make fuzz`, on their seeds, on what fuzzing once found, and on plain noise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.found import FOUND
from tests.fuzz.targets import SEEDS, TARGETS

CASES = [(name, data) for name in TARGETS for data in (*SEEDS[name], *FOUND[name])]


# Arrow tells a row's text to a callback, and says so where it cannot be decoded; the reader refuses the file.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize(("name", "data"), CASES)
def test_known_inputs_break_nothing(name, data):
    assert TARGETS[name](data) is None


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_noise_breaks_nothing(name, data):
    seed = data.draw(st.sampled_from(SEEDS[name]))
    place = data.draw(st.integers(0, len(seed)))
    assert TARGETS[name](seed[:place] + data.draw(st.binary(max_size=12)) + seed[place:]) is None


def test_every_target_has_seeds():
    assert set(TARGETS) == set(SEEDS) == set(FOUND)
