"""A draw of leads: whole leads, by their ids alone, never more than asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualify.config import ColumnSpec, Data, SqlSource
from qualify.errors import DataError
from qualify.leads.build import build_tables
from qualify.leads.drawn import read_drawn
from qualify.leads.read import read_table

DATA = Data(leads="", activities="", stages="", lead_id="id", created_at="made", order_by=None,
            activity_columns={"lead_id": "id", "type": "what", "occurred_at": "at"},
            stage_columns={"lead_id": "id", "stage": "stage", "entered_at": "at"})  # fmt: skip
COLUMNS = {"size": ColumnSpec(type="number")}


def written(folder, ids, ending="parquet"):
    """Write leads with two activities and one stage each, events in another order than the leads."""
    leads = pd.DataFrame({"id": ids, "made": "2026-01-01", "size": np.arange(len(ids)), "not_used": "x"})
    turned = leads.iloc[::-1]
    acts = pd.concat(
        [turned.assign(what="visit", at="2026-01-02"), turned.assign(what="call", at="2026-01-03")]
    )
    frames = {"leads": leads, "activities": acts, "stages": turned.assign(stage="SQL", at="2026-01-04")}
    for name, frame in frames.items():
        if ending == "parquet":
            frame.to_parquet(folder / f"{name}.parquet", row_group_size=700)
        else:
            frame.to_csv(folder / f"{name}.{ending}", index=False)
    return {name: str(folder / f"{name}.{ending}") for name in frames}


def built(sources, found):
    return build_tables(DATA, COLUMNS, found["leads"], found["activities"], found["stages"])


def whole(sources):
    return built(sources, {what: read_table(source, what=what) for what, source in sources.items()})


@pytest.mark.parametrize("ending", ["parquet", "csv", "csv.gz"])
def test_the_draw_is_the_whole_less_the_other_leads(tmp_path, ending):
    sources = written(tmp_path, [f"L{i}" for i in range(5_000)], ending)
    found = read_drawn(DATA, COLUMNS, sources, 1_500)
    tables, rejects = built(sources, found)
    every, _ = whole(sources)
    kept = np.flatnonzero(np.isin(every.lead_id, tables.lead_id))
    assert 750 < len(tables) <= 1_500
    assert tables.lead_id.tolist() == every.lead_id[kept].tolist()
    assert tables.source_row.tolist() == every.source_row[kept].tolist()
    assert tables.columns["size"].values.tolist() == kept.tolist()
    assert np.diff(tables.activities.offsets).tolist() == [2] * len(kept)
    assert np.diff(tables.stages.offsets).tolist() == [1] * len(kept)
    assert not len(rejects)
    assert found["leads"].column_names[:3] == ["id", "made", "size"], "unused columns are not read"


@settings(max_examples=10)
@given(order=st.permutations(range(300)), most=st.integers(20, 299))
def test_the_order_of_the_rows_does_not_matter(tmp_path_factory, order, most):
    folder = tmp_path_factory.mktemp("draw")
    ids = np.array([f"L{i}" for i in range(300)])
    sources = written(folder, ids[list(order)])
    drawn = set(read_drawn(DATA, COLUMNS, sources, most)["leads"]["id"].to_pylist())
    again = set(read_drawn(DATA, COLUMNS, written(folder, ids), most)["leads"]["id"].to_pylist())
    assert drawn == again
    assert len(drawn) <= most


def test_a_larger_draw_holds_the_smaller_one(tmp_path):
    sources = written(tmp_path, [f"L{i}" for i in range(2_000)])
    small, large = (
        set(read_drawn(DATA, COLUMNS, sources, most)["leads"]["id"].to_pylist()) for most in (200, 1_200)
    )
    assert small < large


@pytest.mark.parametrize(("rows", "most"), [(1_000, 1_000), (1_000, 10_000)])
def test_few_leads_are_not_drawn(tmp_path, rows, most):
    assert read_drawn(DATA, COLUMNS, written(tmp_path, [f"L{i}" for i in range(rows)]), most) is None


def test_a_query_is_not_drawn(tmp_path):
    sources = {
        **written(tmp_path, ["a", "b", "c"]),
        "activities": SqlSource(url="sqlite://", query="select 1"),
    }
    assert read_drawn(DATA, COLUMNS, sources, 1) is None


def test_a_missing_column_is_told_as_ever(tmp_path):
    sources = written(tmp_path, [f"L{i}" for i in range(3_000)])
    data = DATA.model_copy(update={"created_at": "created"})
    found = read_drawn(data, COLUMNS, sources, 1_000)
    with pytest.raises(DataError, match="has no column 'created'"):
        build_tables(data, COLUMNS, found["leads"], found["activities"], found["stages"])


def test_leads_without_ids_are_drawn_by_their_rows(tmp_path):
    sources = {"leads": written(tmp_path, [f"L{i}" for i in range(3_000)])["leads"]}
    data = DATA.model_copy(update={"lead_id": None})
    tables, _ = build_tables(data, COLUMNS, read_drawn(data, COLUMNS, sources, 1_000)["leads"])
    assert 400 < len(tables) <= 1_000
    assert tables.columns["size"].values.tolist() == tables.source_row.tolist()
    assert tables.lead_id.tolist() == [str(row) for row in tables.source_row]
