"""What several tests of the wing compare with."""

from __future__ import annotations

import pandas as pd
import pytest

from qualify.moments import micros
from tests.world import AS_OF


@pytest.fixture(scope="module")
def batch(world):
    """Every lead that existed, scored in one batch, by id."""
    tables = world.tables
    table, _ = world.scorer.score_tables(tables, world.scorer.moments(tables, micros(pd.Timestamp(AS_OF))))
    return {row["lead_id"]: row for row in table.to_pylist()}
