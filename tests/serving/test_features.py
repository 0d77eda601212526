"""The feature matrix of a training is what a training sees."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from qualify.labels.snapshots import end_of_data
from qualify.model.bundle import write_bundle
from serving.features import main
from serving.matrix import Looks, feature_matrix
from tests.training.projects import make_project
from tests.world import sources
from training.data import load_tables
from training.dataset import build_training_set
from training.pipeline import train_model


@pytest.fixture(scope="module")
def written(world, tmp_path_factory):
    out = tmp_path_factory.mktemp("features") / "f.parquet"
    words = ["-c", str(world.folder / "qualify.yaml"), "--model", str(world.bundle), *sources(world.folder)]
    assert main([*words, "--out", str(out)]) == 0
    return pq.read_table(out)


def test_rows_features_and_labels_are_those_of_the_training(world, written):
    data = build_training_set(load_tables(world.config, world.folder))
    ids = data.loaded.tables.lead_id[data.lead].tolist()
    place = {key: n for n, key in enumerate(zip(ids, data.as_of.tolist(), strict=True))}
    at = written["as_of"].cast("int64").to_pylist()
    found = [place.get(key) for key in zip(written["lead_id"].to_pylist(), at, strict=True)]
    learned = np.array([n is not None for n in found])
    order = np.array([n for n in found if n is not None])
    assert sorted(order.tolist()) == list(range(len(data.lead)))
    # What is not learned from has no known outcome of the first target.
    assert set(written["label_sql"].filter(~learned).to_pylist()) == {None}
    assert written["open"].filter(learned).to_pylist() == data.open[order].tolist()
    for target in ("sql", "win"):
        label = written[f"label_{target}"].filter(learned).to_pandas().astype(float)
        np.testing.assert_array_equal(label, data.labels[target][order])
    for number in data.frame.numeric:
        values = written[number.name].filter(learned).to_pandas().astype(float)
        np.testing.assert_array_equal(values, number.values[order])
    for each in data.frame.categorical:
        words = np.array([*(word or None for word in each.words), None], dtype=object)[each.shown[order]]
        assert written[each.name].filter(learned).to_pylist() == words.tolist()
    width = len(data.frame.numeric) + len(data.frame.categorical)
    assert written.num_columns == 3 + 2 + width


def test_a_part_of_the_leads_gives_its_rows_of_the_whole(world, written):
    some = pa.array(world.tables.lead_id[:100])
    arrow = {name: table.filter(pc.is_in(table["lead_id"], some)) for name, table in world.arrow.items()}
    end, looks = end_of_data(world.tables), Looks(14.0, 8)
    part = feature_matrix(world.scorer, world.built(arrow), looks, end)
    assert part.equals(written.filter(pc.is_in(written["lead_id"], some)).cast(part.schema))
    # Its own end would be an earlier one, at which fewer outcomes are known.
    assert end_of_data(world.built(arrow)) < end


def test_a_flat_table_has_a_row_a_lead(tmp_path):
    config = make_project(tmp_path, rows=300, signal=1.0)
    loaded = load_tables(config, tmp_path)
    write_bundle(train_model(loaded, budget=0, seed=0).parts, tmp_path / "bundle")
    out = tmp_path / "f.parquet"
    words = ["-c", str(tmp_path / "qualify.yaml"), "--model", str(tmp_path / "bundle"), "--out", str(out)]
    assert main(words) == 0
    table, data = pq.read_table(out), build_training_set(loaded)
    label = dict(zip(loaded.tables.lead_id.tolist(), data.labels["won"].tolist(), strict=True))
    assert dict(zip(table["lead_id"].to_pylist(), table["label_won"].to_pylist(), strict=True)) == label
    assert table["as_of"].null_count == table.num_rows == 300
    assert "column:visits" in table.column_names
    assert not {"won", "column:won", "column:secret"} & set(table.column_names)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "f.csv"], "name of a Parquet file"),
        (["--out", "f.parquet", "--engine", "spark"], "expected: a folder"),
        (["--out", "no/such/f.parquet"], "folder is missing"),
        (["--out", "f.parquet", "--model", "nowhere", "--leads", "l.parquet"], "manifest.json"),
        ([], "out"),
    ],
)
def test_what_cannot_be_is_told(words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
