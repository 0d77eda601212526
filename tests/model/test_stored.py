"""Bundles of earlier formats keep loading, and keep their answers."""

from __future__ import annotations

import json

import pytest

from qualify.model.manifest import FORMAT
from qualify.scorer import Scorer
from tests.model.store import FOLDER, answers


def test_every_format_is_stored():
    assert [path.name for path in sorted(FOLDER.glob("format-*/"))] == [
        f"format-{number}" for number in range(1, FORMAT + 1)
    ]


@pytest.mark.parametrize("number", range(1, FORMAT + 1))
def test_a_stored_bundle_answers_as_it_did(number):
    stored = FOLDER / f"format-{number}"
    expected = json.loads(stored.with_suffix(".json").read_text(encoding="utf-8"))
    found = answers(Scorer.load(stored))
    assert len(found) == len(expected) == 20
    for one, other in zip(found, expected, strict=True):
        assert one.keys() == other.keys()
        for name, value in other.items():
            close = pytest.approx(value, abs=1e-9) if isinstance(value, float) else value
            assert one[name] == close, name
