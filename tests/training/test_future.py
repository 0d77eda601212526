"""Rows of the future are no past: a planned call, or a slip of the pen, moves no outcome."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qualify.config import Config, load_config
from qualify.labels.snapshots import end_of_data
from training.checks.quality import check_quality
from training.data import load_tables
from training.future import past_of
from training.record import digest_of

FAR = 1_893_456_000_000_000  # 2030-01-01
DAY = 86_400_000_000


@pytest.fixture
def project(world, tmp_path) -> tuple[Config, Path]:
    for path in world.folder.iterdir():
        if path.suffix in (".parquet", ".yaml"):
            shutil.copy(path, tmp_path)
    return load_config(tmp_path / "qualify.yaml"), tmp_path


def add_later(folder: Path, name: str, times: dict[str, int], rows: int = 1) -> None:
    """Put copies of a table's first row into the future."""
    path = folder / f"{name}.parquet"
    table = pq.read_table(path)
    later = table.slice(0, 1).take(pa.array([0] * rows))
    for column, micros in times.items():
        at = later.schema.get_field_index(column)
        moved = pa.array([micros] * rows, pa.timestamp("us", tz="UTC")).cast(table.schema.field(column).type)
        later = later.set_column(at, table.schema.field(column), moved)
    pq.write_table(pa.concat_tables([table, later]), path)


@pytest.mark.parametrize(("name", "columns"), [
    ("activities", ("occurred_at", "recorded_at")), ("stages", ("entered_at", "recorded_at")),
])  # fmt: skip
def test_a_row_of_the_future_changes_nothing_and_is_told(project, capsys, name, columns):
    before = load_tables(*project)
    add_later(project[1], name, dict.fromkeys(columns, FAR))
    after = load_tables(*project)
    assert digest_of(after.tables) == digest_of(before.tables)
    assert end_of_data(after.tables) == end_of_data(before.tables) < FAR
    told = f"{name}: left out 1 rows that lie in the future, the latest at 2030-01-01 00:00 UTC"
    assert told in capsys.readouterr().err
    assert [(each.table, each.rows, each.latest) for each in after.later] == [(name, 1, FAR)]
    (found,) = (each for each in check_quality(after) if each.code == "Q004")
    assert (found.subject, found.text) == (
        name, "1 rows lie in the future, the latest on 2030-01-01 (UTC)"
    )  # fmt: skip


def test_what_counts_as_past_can_be_given_again(project):
    add_later(project[1], "activities", {"occurred_at": FAR, "recorded_at": FAR})
    assert end_of_data(load_tables(*project, until=FAR).tables) == FAR
    assert load_tables(*project, until=FAR).later == ()


def test_where_much_lies_in_the_future_the_clock_is_wrong_and_nothing_is_left_out(project, capsys):
    tables = load_tables(*project).tables
    noon = end_of_data(tables) - 400 * DAY
    kept, later = past_of(tables, noon)
    assert kept is tables
    assert later == ()
    assert "is the clock of this machine right" in capsys.readouterr().err


def test_the_latest_time_is_told_on_the_clock_of_the_zone(project, capsys):
    tables = load_tables(*project).tables
    end = end_of_data(tables)
    add_later(project[1], "activities", {"occurred_at": FAR, "recorded_at": FAR})
    text = (
        (project[1] / "qualify.yaml")
        .read_text(encoding="utf-8")
        .replace("timezone: UTC", "timezone: Asia/Tokyo")
    )
    (project[1] / "qualify.yaml").write_text(text, encoding="utf-8")
    after = load_tables(load_config(project[1] / "qualify.yaml"), project[1])
    assert end_of_data(after.tables) == end
    assert "the latest at 2030-01-01 09:00 JST" in capsys.readouterr().err
    assert [each.text.rpartition(" on ")[2] for each in check_quality(after) if each.code == "Q004"] == [
        "2030-01-01 (Asia/Tokyo)"
    ]
