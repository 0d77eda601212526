"""Times that no clock shows or shows twice, and leads out of order: read alike from every kind of source."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qualify.config import Data
from qualify.errors import UserError
from qualify.leads.build import build_tables
from qualify.leads.documents import document_times, tables_from_documents
from qualify.leads.read import read_table
from qualify.moments import parse_as_of
from tests.world import AS_OF, TABLES

SKIPPED, TWICE = "2026-03-29T02:30:00", "2026-10-25T02:30:00"
"""In Berlin; the first is read as the moment at which the clock jumps, the second as summer time still."""
MOMENTS = ["2026-03-29T01:00:00Z", "2026-10-25T00:30:00Z"]
BERLIN = Data(leads="-", lead_id="lead_id", created_at="created_at", timezone="Europe/Berlin")
WRITTEN = {
    "iso": (SKIPPED, TWICE),
    "dotted": ("29.3.2026 02:30", "25.10.2026 02:30"),
    "named": ("29 Mar 2026 2:30 AM", "25 Oct 2026 2:30 AM"),
    "excel": ("46110.104166666664", "46320.104166666664"),
}
DAY = np.timedelta64(1, "D")


def told(micros):
    return [f"{np.datetime64(int(each), 'us').astype('M8[s]')}Z" for each in micros]


@pytest.mark.parametrize("how", WRITTEN)
def test_an_hour_that_is_skipped_or_comes_twice_is_one_moment_in_a_file_and_in_a_document(tmp_path, how):
    (tmp_path / "t.csv").write_text(
        "lead_id,created_at\n" + "".join(f"L{i},{text}\n" for i, text in enumerate(WRITTEN[how]))
    )
    assert told(build_tables(BERLIN, {}, read_table(str(tmp_path / "t.csv")))[0].created_at) == MOMENTS
    event = [{"type": "view", "stage": "MQL", "occurred_at": t, "entered_at": t} for t in WRITTEN[how]]
    documents = [{"lead_id": f"L{i}", "created_at": text, "as_of": text,
                  "activities": [each], "stages": [each]}
                 for i, (text, each) in enumerate(zip(WRITTEN[how], event, strict=True))]  # fmt: skip
    tables, _ = tables_from_documents(documents, BERLIN, {})
    read = (tables.created_at, tables.activities.occurred_at, tables.stages.entered_at,
            document_times(documents, tables, BERLIN))  # fmt: skip
    assert [told(each) for each in read] == [MOMENTS] * 4


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_so_it_is_in_parquet_and_in_a_document_of_python(tmp_path, unit):
    naive = [datetime.fromisoformat(SKIPPED), datetime.fromisoformat(TWICE)]
    table = pa.table({"lead_id": ["L0", "L1"], "created_at": pa.array(naive, pa.timestamp(unit))})
    pq.write_table(table, tmp_path / "t.parquet")
    assert told(build_tables(BERLIN, {}, read_table(str(tmp_path / "t.parquet")))[0].created_at) == MOMENTS
    documents = [{"lead_id": str(i), "created_at": each} for i, each in enumerate(naive)]
    assert told(tables_from_documents(documents, BERLIN, {})[0].created_at) == MOMENTS


@pytest.mark.parametrize("text", [SKIPPED, TWICE])
def test_a_time_of_scoring_is_asked_for_again(text):
    with pytest.raises(UserError, match=r"(?s)the time of scoring cannot be read.*must occur once"):
        parse_as_of(text, "Europe/Berlin")
    assert parse_as_of(f"{text}+02:00", "Europe/Berlin").time is not None


def odd_tables(world):
    """Six leads of the world made odd: what they are called, and the tables."""
    frames = {name: world.arrow[name].to_pandas() for name in TABLES}
    leads = frames["leads"].set_index("lead_id")
    many = [frames[n].lead_id.value_counts() for n in ("activities", "stages")]
    known = leads.index[(leads.created_at < AS_OF) & (many[0].reindex(leads.index) > 3)
                        & (many[1].reindex(leads.index) > 1)]  # fmt: skip
    named = dict(zip(("acts", "stages", "1900", "1969", "tomorrow", "2199", "2262"), known, strict=False))
    for name, times in (
        ("activities", ["occurred_at", "recorded_at"]),
        ("stages", ["entered_at", "recorded_at"]),
    ):
        lead = named["acts" if name == "activities" else "stages"]
        for each in times:
            rows = frames[name].lead_id == lead
            frames[name].loc[rows, each] = leads.created_at[lead] - pd.Timedelta(days=10)
    days = {"1900": "1900-01-01", "1969": "1969-12-31", "2199": "2199-12-30", "2262": "2262-04-11"}
    for name, day in days.items():
        leads.loc[named[name], "created_at"] = pd.Timestamp(day, tz="UTC")
    leads.loc[named["tomorrow"], "created_at"] = pd.Timestamp(AS_OF) + DAY
    frames["leads"] = leads.reset_index()
    kept = set(named.values())
    return named, {name: frame[frame.lead_id.isin(kept)] for name, frame in frames.items()}


def documents_of(frames):
    """The same leads as documents."""

    def plain(row):
        return {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in row.items()
                if k != "lead_id" and not pd.isna(v)}  # fmt: skip

    events = {
        name: {
            lead: [plain(row) for row in part.to_dict("records")]
            for lead, part in frames[name].groupby("lead_id")
        }
        for name in ("activities", "stages")
    }
    return [{**plain(row), "lead_id": row["lead_id"], "as_of": AS_OF,
             **{name: events[name].get(row["lead_id"], []) for name in events}}
            for row in frames["leads"].to_dict("records")]  # fmt: skip


def test_leads_out_of_order_are_scored_alike_or_named(world):
    named, frames = odd_tables(world)
    found = world.scorer.score(*frames.values(), as_of=AS_OF)
    rejects = {
        each["lead_id"]: each["code"] for each in found.attrs["rejects"] if each["lead_id"] in named.values()
    }
    assert rejects == {named["tomorrow"]: "not_yet_created", named["2199"]: "not_yet_created",
                       named["2262"]: "bad_created_at"}  # fmt: skip
    schema, documents = world.scorer.parts.schema, documents_of(frames)
    tables, bad = tables_from_documents(documents, schema.data, schema.columns)
    times = document_times(documents, tables, schema.data)
    rows, late = world.scorer.score_objects(tables, times, reasons=3, language="en")
    assert {each["lead_id"]: each["code"] for each in bad.joined(late).frame.to_dict("records")} == rejects
    by_table = found.set_index("lead_id")
    assert {row["lead_id"] for row in rows} == set(by_table.index) == set(named.values()) - set(rejects)
    for row in rows:
        other = by_table.loc[row["lead_id"]]
        assert row["probability"] == pytest.approx(other.probability, abs=1e-9)
        assert (row["score"], row["rule_points"]) == (other.score, pytest.approx(other.rule_points))
        assert [each["text"] for each in row["reasons"]] == [each["text"] for each in other.reasons]
