"""Tables split before the model is known: the same list, or split again by the model's own schema."""

from __future__ import annotations

import os
import shutil

import pyarrow.parquet as pq
import pytest

from qualify.config import SqlSource
from qualify.errors import ModelError
from serving.awaited import AwaitedModel
from serving.batch import Sources, Split, split_early
from serving.batch.work import claimed, early_place, work_place
from serving.registry_apart import ask_early
from tests.world import AS_OF
from tests.world import sources as words_of

TABLES = ("leads", "activities", "stages")
MEMORY = 2 << 30


@pytest.fixture
def split_in_four(monkeypatch):
    """Small tables are too large for the memory."""
    monkeypatch.setattr("serving.batch.split.bucket_count", lambda needed, memory, at_once: 4)


@pytest.fixture
def given(world, tmp_path):
    """The world's tables, to be changed."""
    for name in TABLES:
        shutil.copy(world.folder / f"{name}.parquet", tmp_path)
    return Sources(*(str(tmp_path / f"{name}.parquet") for name in TABLES))


@pytest.fixture
def begun(world, given, tmp_path):
    """Split the tables early, as the configuration of the world says or another one."""

    def begin(config=world.config, expected=lambda: True, sources=given):
        return split_early(Split.of_config(config, sources, MEMORY), str(tmp_path / "s.parquet"), expected)

    return begin


def read_once_more(monkeypatch):
    """Count which tables are split from now on."""
    from serving.batch import split

    seen, real = [], split.spill_table

    def counted(stream, data, columns, what, *rest, **options):
        seen.append(what)
        return real(stream, data, columns, what, *rest, **options)

    monkeypatch.setattr(split, "spill_table", counted)
    return seen


@pytest.mark.usefixtures("split_in_four")
def test_the_configuration_tells_what_the_model_reads(world, begun, run, given, tmp_path, monkeypatch):
    run(tmp_path / "whole.parquet", 1, given)
    early = begun()
    again = read_once_more(monkeypatch)
    run(tmp_path / "s.parquet", None, given, early=early)
    assert again == []
    assert (tmp_path / "s.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    rejects = (tmp_path / "s.parquet.rejects.csv").read_bytes()
    assert rejects == (tmp_path / "whole.parquet.rejects.csv").read_bytes()
    assert not list(tmp_path.glob(".s.*"))


@pytest.mark.usefixtures("split_in_four")
@pytest.mark.parametrize("other", ["columns", "zone", "file", "buckets"])
def test_what_was_split_otherwise_is_split_again(world, begun, run, given, tmp_path, monkeypatch, other):
    run(tmp_path / "whole.parquet", 1, given)
    config = world.config
    if other == "columns":
        config = config.model_copy(update={"columns": dict(list(config.columns.items())[1:])})
    if other == "zone":
        config = config.model_copy(update={"data": config.data.model_copy(update={"timezone": "Asia/Tokyo"})})
    early = begun(config)
    if other == "file":
        os.utime(given.activities, ns=(0, 17))
    again = read_once_more(monkeypatch)
    run(tmp_path / "s.parquet", 3 if other == "buckets" else None, given, early=early)
    assert again == list(TABLES)
    assert (tmp_path / "s.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert not list(tmp_path.glob(".s.*"))


@pytest.mark.usefixtures("split_in_four")
def test_a_job_in_one_piece_takes_it_away(begun, run, given, tmp_path):
    early = begun()
    run(tmp_path / "s.parquet", 1, given, early=early)
    assert not early.folder.exists()


@pytest.mark.usefixtures("split_in_four")
def test_it_ends_when_the_model_reads_otherwise(begun, tmp_path):
    asked = iter([True, False])
    assert begun(expected=lambda: next(asked)) is None
    assert next(asked, None) is None  # not asked again
    assert not early_place(str(tmp_path / "s.parquet")).exists()


@pytest.mark.usefixtures("split_in_four")
def test_it_ends_when_there_is_no_model(begun, tmp_path):
    def refused():
        raise ModelError("no model is registered")

    with pytest.raises(ModelError, match="no model is registered"):
        begun(expected=refused)
    assert not early_place(str(tmp_path / "s.parquet")).exists()


@pytest.mark.usefixtures("split_in_four")
def test_what_is_wrong_with_a_table_is_the_jobs_to_tell(world, begun, given, tmp_path):
    table = pq.read_table(given.leads)
    pq.write_table(table.drop_columns([world.config.data.created_at]), given.leads)
    assert begun() is None
    pq.write_table(table, given.leads)
    damaged = bytearray((tmp_path / "activities.parquet").read_bytes())
    damaged[40:4_000] = bytes(3_960)
    (tmp_path / "activities.parquet").write_bytes(damaged)
    assert begun() is None
    assert not early_place(str(tmp_path / "s.parquet")).exists()


def test_tables_that_fit_are_not_split(begun, tmp_path):
    assert begun() is None
    assert not early_place(str(tmp_path / "s.parquet")).exists()


@pytest.mark.usefixtures("split_in_four")
def test_a_query_is_not_asked_in_vain(begun, given):
    query = SqlSource(url="sqlite:///nowhere.db", query="select * from leads")
    assert begun(sources=Sources(query, given.activities, given.stages)) is None


@pytest.mark.usefixtures("split_in_four")
def test_a_job_that_was_begun_goes_on_instead(begun, tmp_path):
    work_place(str(tmp_path / "s.parquet")).mkdir()
    assert begun() is None


@pytest.mark.usefixtures("split_in_four")
def test_what_a_killed_job_left_is_taken_away(begun, tmp_path):
    out = str(tmp_path / "s.parquet")
    early = begun()
    with claimed(out):
        assert not early.folder.exists()


@pytest.mark.usefixtures("split_in_four")
def test_the_command_splits_while_it_waits(world, tmp_path, monkeypatch):
    monkeypatch.setattr("serving.registry_apart._imported", lambda: False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    split = []

    def noted(self, *words):
        split.append(real(self, *words))
        return split[-1]

    real = AwaitedModel.split_meanwhile
    monkeypatch.setattr(AwaitedModel, "split_meanwhile", noted)
    config = world.folder / "qualify.yaml"
    words = [*words_of(world.folder), "-c", config, "--as-of", AS_OF]
    called = world.call("score", *words, "--out", tmp_path / "s.parquet")
    assert called.code == 0, called.err
    assert split[0] is not None
    called = world.call("score", *words, "--model", world.bundle, "--out", tmp_path / "t.parquet")
    assert called.code == 0, called.err
    assert split[1] is None  # nobody is asked about a folder
    assert (tmp_path / "s.parquet").read_bytes() == (tmp_path / "t.parquet").read_bytes()


def test_a_model_that_is_known_is_compared_at_once(world):
    asked = ask_early("bundle", "nowhere.yaml")
    model = AwaitedModel(asked, str(world.bundle), world.config, world.folder)
    split = Split.of_config(world.config, Sources("leads.csv"), MEMORY)
    assert model._reads_so(split)
    assert not model._reads_so(Split(split.data, {}, split.sources, MEMORY))
    assert isinstance(model.scorer.version, str)
