"""A score list with a lot goes into a database with its own type, once and again."""

from __future__ import annotations

import pandas as pd
import pytest
from sqlalchemy import create_engine

from serving.upsert import upsert
from tests.ledger.conftest import new_database, postgresql  # noqa: F401 - one server for all tests
from tests.ledger.lists import score_list, score_row


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_who_is_picked_is_stored_as_a_truth_value(kind, request, tmp_path):
    url = f"sqlite:///{tmp_path / 'scores.db'}"
    if kind == "postgresql":
        url = new_database(request.getfixturevalue("postgresql"))
    lot = {"work_probability": 0.05}
    table = score_list(
        score_row("a", picked_by_lot=True, **lot), score_row("b", rank=2, picked_by_lot=False, **lot)
    )
    for _ in range(2):
        upsert(iter([table]), f"{url}#scores")
    engine = create_engine(url)
    found = pd.read_sql("SELECT * FROM scores ORDER BY rank", engine)
    engine.dispose()
    assert found["picked_by_lot"].astype(bool).tolist() == [True, False]
    assert found["work_probability"].tolist() == [0.05, 0.05]
