"""Columns of an array as rows: the same for few rows and for many."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.features.kernel import ROWS_A_BLOCK, columns_of


@pytest.mark.parametrize("rows", [0, 1, ROWS_A_BLOCK, ROWS_A_BLOCK + 1, 2 * ROWS_A_BLOCK + 63])
def test_columns_are_those_that_numpy_takes(rows):
    values = np.random.default_rng(rows).normal(size=(rows, 7))
    values[values > 1.5] = np.nan
    chosen = np.array([6, 0, 3, 3])
    found = columns_of(values, chosen)
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, values[:, chosen].T)
