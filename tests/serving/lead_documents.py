"""Leads of the small world as lead documents, and their scores beside those of the batch."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pytest

from tests.world import AS_OF

EXACT = 1e-9


def plain(value):
    """A value as it stands in JSON."""
    if isinstance(value, pd.Timestamp) or hasattr(value, "isoformat"):
        return value.isoformat()
    return None if isinstance(value, float) and np.isnan(value) else value


def document(world, lead_id, *, nested=False):
    """One lead as a lead document, made from the user's tables."""
    rows = {
        name: [
            {key: plain(value) for key, value in row.items() if value is not None}
            for row in table.filter(pc.equal(table["lead_id"], lead_id)).to_pylist()
        ]
        for name, table in world.arrow.items()
    }
    (lead,) = rows["leads"]
    for event in (*rows["activities"], *rows["stages"]):
        event.pop("lead_id")
    found = {"lead_id": lead.pop("lead_id"), "created_at": lead.pop("created_at"), "as_of": AS_OF}
    found |= {"attributes": lead} if nested else lead
    return {**found, "activities": rows["activities"], "stages": rows["stages"]}


def agree(found, expected):
    """Compare a scored document with a row of the batch; its rank is one among the documents."""
    for name, value in expected.items():
        if name == "rank":
            continue
        got = found[name]
        if name == "reasons":
            assert [r["text"] for r in got] == [r["text"] for r in value]
            for one, other in zip(got, value, strict=True):
                assert one["contribution"] == pytest.approx(other["contribution"], abs=EXACT)
        elif isinstance(value, float):
            assert got == pytest.approx(value, abs=EXACT), name
        elif name == "as_of":
            assert pd.Timestamp(got) == pd.Timestamp(value)
        else:
            assert got == value, name
