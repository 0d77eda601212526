"""Counting into groups against NumPy's stable sort."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.leads.grouping import by_group


@pytest.mark.parametrize("rows", [0, 1, 7, 1_024, 1_025, 50_000])
@pytest.mark.parametrize("groups", [1, 3, 40_000])
def test_by_group_is_the_stable_order(rows: int, groups: int) -> None:
    group = np.random.default_rng(rows + groups).integers(0, groups, rows)
    assert by_group(group).tolist() == np.argsort(group, kind="stable").tolist()
