"""The funnel as a whole: repeatable, in order, within its time, of the promised shape."""

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.errors import UserError
from qualify.simulate import SimulationError, simulate, write_funnel
from qualify.simulate.names import FREE_MAIL
from qualify.simulate.slices import TimeSlices
from tests.simulate.funnels import DAY, frame, funnel, microseconds

TIME = pa.timestamp("us", tz="UTC")
TABLES = ("leads", "activities", "stages", "truth")
TYPES = {
    "demo_request", "pricing_view", "contact_form", "document_download", "site_visit", "product_view",
    "blog_view", "email_sent", "email_open", "email_click", "webinar_registered", "webinar_attended",
    "social_comment", "social_share", "followup_reply", "trial_signup", "call_booked", "unsubscribe",
    "cart_abandoned",
}  # fmt: skip


def test_same_seed_gives_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        simulate(600, 5).write(tmp_path / folder)
    for name in TABLES:
        first, again = (tmp_path / folder / f"{name}.parquet" for folder in ("a", "b"))
        assert first.read_bytes() == again.read_bytes()


def test_another_seed_gives_other_tables():
    one, other = funnel(600, 5), funnel(600, 6)
    assert not any(getattr(one, name).equals(getattr(other, name)) for name in TABLES)


def test_what_is_written_is_what_is_held(tmp_path):
    files = funnel().write(tmp_path / "new" / "folder")
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(
        f"{name}.parquet" for name in TABLES
    )
    for path, name in zip(files, TABLES, strict=True):
        assert pq.read_table(path).equals(getattr(funnel(), name))


def test_writing_replaces_older_files(tmp_path):
    funnel(600, 5).write(tmp_path)
    funnel(600, 6).write(tmp_path)
    assert pq.read_table(tmp_path / "leads.parquet").equals(funnel(600, 6).leads)


@pytest.mark.parametrize("table", ["leads", "stages"])
@pytest.mark.parametrize("large", [False, True], ids=["held", "streamed"])
def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch, table, large):
    """The disk is full when a table is begun; what was written before is taken away."""
    opened = pq.ParquetWriter

    def fail(path, *args, **options):
        if table in path.name:
            raise OSError(28, "No space left on device")
        return opened(path, *args, **options)

    monkeypatch.setattr("qualify.simulate.files.pq.ParquetWriter", fail)
    with pytest.raises(SimulationError, match="No space left on device"):
        write_funnel(tmp_path, 300, 5) if large else funnel(600, 5).write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_streaming_writes_the_same_bytes(tmp_path, monkeypatch):
    """In many slices of time, and in row groups that are cut out of pieces of other sizes."""
    monkeypatch.setattr("qualify.simulate.large._SLICE_ROWS", 40_000)
    monkeypatch.setattr("qualify.simulate.files.ROW_GROUP", 60_000)
    simulate(12_000, 5).write(tmp_path / "held")
    for path in write_funnel(tmp_path / "streamed", 12_000, 5):
        assert path.read_bytes() == (tmp_path / "held" / path.name).read_bytes(), path.name


@given(
    times=st.lists(st.integers(-5, 105), min_size=1, max_size=60),
    count=st.integers(1, 7),
    cut=st.integers(0, 60),
)
def test_slices_sort_stably(times, count, cut):
    at = np.array(times, dtype=np.int64)
    number = np.arange(len(at))
    with TemporaryDirectory() as folder:
        slices = TimeSlices(Path(folder), 0, 100, count)
        for piece in (slice(None, cut), slice(cut, None)):
            slices.put(at[piece], {"number": number[piece]})
        found = np.concatenate([rows["number"] for rows in slices.sorted()])
    assert found.tolist() == np.argsort(at, kind="stable").tolist()


def test_a_file_in_the_way_is_the_users_fault(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(UserError, match="can not be written"):
        funnel().write(tmp_path / "taken")


def test_columns_and_types():
    made = funnel()
    assert made.leads.schema.field("lead_id").type == pa.string()
    assert made.leads.schema.field("created_at").type == TIME
    assert {"company", "email", "job_title", "industry", "employees", "revenue_jpy", "region", "country",
            "language", "source", "campaign"} <= set(made.leads.column_names)  # fmt: skip
    assert made.activities.schema == pa.schema(
        [("lead_id", pa.string()), ("type", pa.string()), ("occurred_at", TIME), ("recorded_at", TIME),
         ("topic", pa.string()), ("value", pa.float64())]
    )  # fmt: skip
    assert made.stages.schema == pa.schema(
        [("lead_id", pa.string()), ("stage", pa.string()), ("entered_at", TIME), ("recorded_at", TIME),
         ("reason", pa.string())]
    )  # fmt: skip
    assert made.truth.column_names == [
        "lead_id", "as_of", "p_sql", "p_win", "p_sql_at_creation", "p_win_at_creation"
    ]  # fmt: skip


def test_leads_are_unique_and_all_rows_belong_to_one():
    made = funnel()
    ids = made.leads["lead_id"]
    assert pc.count_distinct(ids).as_py() == made.leads.num_rows == 3000
    assert made.truth["lead_id"].equals(ids)
    for table in (made.activities, made.stages):
        assert pc.all(pc.is_in(table["lead_id"], ids.combine_chunks())).as_py()


def test_every_type_of_activity_occurs():
    assert set(funnel().activities["type"].unique().to_pylist()) == TYPES


@pytest.mark.parametrize("end", ["2026-06-30", "2025-03-01T12:00+09:00", dt.date(2024, 2, 29)])
def test_nothing_is_recorded_after_the_end(end):
    made = simulate(1500, 1, end=end, months=4)
    last = made.settings.end
    assert microseconds(made.leads["created_at"]).max() < last
    assert microseconds(made.leads["created_at"]).min() >= made.settings.start
    for table in (made.activities, made.stages):
        assert microseconds(table["recorded_at"]).max() <= last
    assert last - microseconds(made.activities["recorded_at"]).max() < DAY  # and something comes until then


def test_tables_are_in_order_of_time():
    made = funnel(25_000, 2)  # more than one chunk
    for table, column in (("leads", "created_at"), ("activities", "occurred_at"), ("stages", "entered_at")):
        assert (np.diff(microseconds(getattr(made, table)[column])) >= 0).all()


def test_nothing_comes_before_the_lead_nor_is_known_before_it_happens():
    made = funnel()
    created = frame(made.leads).set_index("lead_id").created_at
    for table, happens in ((made.activities, "occurred_at"), (made.stages, "entered_at")):
        rows = frame(table)
        assert (rows[happens] >= rows.lead_id.map(created)).all()
        assert (rows.recorded_at >= rows[happens]).all()


def test_chunks_are_independent_of_each_other():
    made = funnel(25_000, 2)
    per_lead = np.bincount(made.history.activities.lead, minlength=25_000)
    rows = frame(made.activities).lead_id.value_counts().reindex(frame(made.leads).lead_id, fill_value=0)
    assert rows.to_numpy().tolist() == per_lead.tolist()
    assert per_lead[:10_000].tolist() != per_lead[10_000:20_000].tolist()


def test_means_are_those_that_were_promised():
    made = funnel(25_000, 2)
    mature = made.history.created < made.settings.end - 200 * DAY
    sql, won = made.history.outcomes.sql, made.history.outcomes.won
    assert 0.12 < (sql <= made.history.created + 60 * DAY)[mature].mean() < 0.20
    assert 0.04 < (won <= made.history.created + 180 * DAY)[mature].mean() < 0.06
    assert made.activities.num_rows / 25_000 == pytest.approx(25, rel=0.03)


@pytest.mark.parametrize("wanted", [5.0, 60.0])
def test_activities_per_lead(wanted):
    made = simulate(2000, 3, activities_per_lead=wanted)
    assert made.activities.num_rows / 2000 == pytest.approx(wanted, rel=0.2)


def test_mixes_drift():
    leads = frame(funnel(25_000, 2).leads)
    early, late = leads[:8000], leads[-8000:]
    assert (late.industry == "IT").mean() - (early.industry == "IT").mean() > 0.01
    assert (early.source == "google / cpc").mean() - (late.source == "google / cpc").mean() > 0.03


def test_leads_look_like_leads():
    leads = frame(funnel().leads)
    domains = leads.email.str.split("@").str[1]
    assert leads.email.is_unique
    assert 0.11 < domains.isin(FREE_MAIL).mean() < 0.17
    assert 0.02 < domains.str.contains(r"\.ac\.jp|\.edu").mean() < 0.04
    assert 0.005 < domains.str.endswith(".example").mean() < 0.03
    assert leads.job_title.isin(["情報システム部 部長"]).any()
    assert leads.job_title.isin(["CIO"]).any()
    assert set(leads.columns[leads.isna().any()]) == {
        "company", "job_title", "industry", "employees", "revenue_jpy", "campaign"
    }  # fmt: skip


def test_one_lead():
    made = simulate(1, 0)
    assert [made.leads.num_rows, made.truth.num_rows] == [1, 1]
    assert made.stages["stage"].to_pylist()[0] == "Inquiry"


def test_leads_that_have_only_just_arrived():
    made = simulate(3, 0, months=1e-6)
    assert made.activities.num_rows == 0
    assert made.truth["p_sql"].null_count == 3
    assert made.truth["p_sql_at_creation"].null_count == 0


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"leads": 0}, "leads is wrong"),
        ({"leads": 2.5}, "leads is wrong"),
        ({"leads": True}, "leads is wrong"),
        ({"seed": -1}, "seed is wrong"),
        ({"months": 0}, "months is wrong"),
        ({"months": float("nan")}, "months is wrong"),
        ({"work_share": 0}, "work_share is wrong"),
        ({"work_share": 1.1}, "work_share is wrong"),
        ({"activities_per_lead": 1.0}, "activities_per_lead is wrong"),
        ({"end": "soon"}, "time is wrong"),
        ({"end": np.datetime64("NaT")}, "time is wrong"),
    ],
)
def test_what_can_not_be_simulated_is_refused(settings, text):
    with pytest.raises(ValueError, match=text):
        simulate(**{"leads": 10, "seed": 0, **settings})


def test_zero_leads_says_what_to_do():
    with pytest.raises(SimulationError, match=r"got: 0\s+expected: a whole number, at least 1"):
        simulate(0, 0)


def test_times_in_all_their_forms_mean_the_same():
    forms = [
        "2026-01-01", dt.date(2026, 1, 1), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "2026-01-01T09:00+09:00",
        np.datetime64("2026-01-01"), np.datetime64("2026-01-01T00:00:00", "ns"),
    ]  # fmt: skip
    assert {simulate(1, 0, end=form).settings.end for form in forms} == {1_767_225_600_000_000}
