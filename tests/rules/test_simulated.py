"""The default scorecard on the simulated funnel: it was agreed on for such data."""

from functools import cache

import numpy as np
import pytest

from qualify.config import ColumnSpec, Data
from qualify.leads.build import build_tables
from qualify.leads.tables import MICROSECONDS_A_DAY
from qualify.rules import columns_used, default_scorecard, lint
from qualify.rules.evaluate import evaluate
from qualify.simulate import simulate

TYPES = {"employees": "number", "revenue_jpy": "number", "job_title": "job_title", "email": "email"}


@cache
def funnel():
    made = simulate(3000, 5)
    columns = {
        name: ColumnSpec(type=TYPES.get(name, "category")) for name in columns_used(default_scorecard())
    }
    data = Data(
        leads="leads.parquet", activities="activities.parquet", stages="stages.parquet", lead_id="lead_id",
        created_at="created_at",
    )  # fmt: skip
    data = data.model_copy(
        update={
            "activity_columns": data.activity_columns.model_copy(
                update={"recorded_at": "recorded_at", "topic": "topic", "value": "value"}
            ),
            "stage_columns": data.stage_columns.model_copy(update={"recorded_at": "recorded_at"}),
        }
    )
    tables, _ = build_tables(data, columns, made.leads, made.activities, made.stages)
    return tables


def test_it_lints_clean():
    assert [str(finding) for finding in lint(default_scorecard(), funnel())] == []


def test_stages_rise_with_what_comes():
    tables = funnel()
    rows = np.arange(len(tables))
    result = evaluate(default_scorecard(), tables, rows, tables.created_at + MICROSECONDS_A_DAY)
    acts = tables.stages
    won = np.zeros(len(tables), dtype=bool)
    at = np.repeat(rows, np.diff(acts.offsets))
    won[at[acts.stage == acts.stages.index("SQL")]] = True
    names = default_scorecard().stage_names
    shares = [won[result.stage == names.index(name)].mean() for name in ("MAL", "MQL", "SQL")]
    assert shares == sorted(shares)
    assert shares[2] > 2 * shares[0]


@pytest.mark.parametrize("day", [0, 1, 30])
def test_one_lead_alone_scores_as_among_all(day):
    tables = funnel()
    rows = np.arange(0, len(tables), 97)
    as_of = tables.created_at[rows] + day * MICROSECONDS_A_DAY
    together = evaluate(default_scorecard(), tables, rows, as_of)
    for i in range(0, len(rows), 7):
        alone = evaluate(default_scorecard(), tables, rows[i : i + 1], as_of[i : i + 1])
        assert alone.points.tolist() == together.points[i : i + 1].tolist()
        assert (alone.total[0], alone.stage[0]) == (together.total[i], together.stage[i])
