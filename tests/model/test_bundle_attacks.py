"""Bundles that somebody made with right digests and wrong content: refused by name, before LightGBM reads."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil

import lightgbm
import numpy as np
import pytest

from qualify.errors import ModelError
from qualify.model import manifest as manifests
from qualify.model.booster_text import check_booster
from qualify.model.bundle import read_bundle, write_bundle
from qualify.model.manifest import MANIFEST, parse_manifest
from tests.model.small import make_parts


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacked") / "bundle"
    write_bundle(make_parts(), folder)
    return folder


@pytest.fixture
def copy(written, tmp_path):
    return shutil.copytree(written, tmp_path / "copy")


def seal(folder):
    """Write the manifest anew, with the digests of what is there."""
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del content["sha256"]
    content["files"] = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in content["files"]
    }
    own = hashlib.sha256(json.dumps(content, ensure_ascii=False, indent=1).encode()).hexdigest()
    text = json.dumps({**content, "sha256": own}, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def test_a_seal_alone_changes_nothing(copy, written):
    seal(copy)
    assert read_bundle(copy)[1] == read_bundle(written)[1]


def test_every_byte_of_the_manifest_counts(written):
    data = (written / MANIFEST).read_bytes()
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        with pytest.raises(ModelError, match=r"manifest\.json|format"):
            parse_manifest(bytes(changed), "here")


def test_a_bundle_cut_at_any_file_is_refused(copy):
    for path in sorted(copy.iterdir()):
        whole = path.read_bytes()
        for length in (0, 1, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:length])
            with pytest.raises(ModelError, match=re.escape(path.name)):
                read_bundle(copy)
        path.write_bytes(whole)


BOOSTER = "booster-won-0.txt"
BOOSTER_FAULTS = {
    "a field that is gone": (r"internal_weight=.*\n", "", "lacks a field"),
    "a field that is too short": (r"leaf_value=\S+ ", "leaf_value=", "of leaf_value, expected"),
    "a child that leads in a circle": (r"left_child=\S+", "left_child=0", "do not form a tree"),
    "a child that is far away": (r"right_child=\S+", "right_child=99999999", "do not form a tree"),
    "a column that is far away": (r"split_feature=\S+", "split_feature=999999", "columns do not have"),
    "a set of values": (r"decision_type=\S+", "decision_type=1", "columns do not have"),
    "a value that is no number": (r"leaf_value=\S+", "leaf_value=nan", "a number that is none"),
    "a value beyond all numbers": (r"leaf_value=\S+", "leaf_value=1e999", "a number that is none"),
    "a billion leaves": (r"num_leaves=\d+", "num_leaves=1000000000", "lacks a field"),
    "a billion columns": (r"max_feature_idx=\d+", "max_feature_idx=999999", "columns, expected"),
    "sizes of other trees": (r"tree_sizes=\d+", "tree_sizes=1", "tree 0 lacks"),
    "a cut end": (r"end of parameters(.|\n)*", "", "does not end"),
    "another beginning": (r"^tree\n", "wood\n", "does not begin"),
}  # fmt: skip


@pytest.mark.parametrize("case", BOOSTER_FAULTS)
def test_trees_that_training_would_not_write_are_refused(copy, case):
    pattern, new, told = BOOSTER_FAULTS[case]
    path = copy / BOOSTER
    before = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, new, before, count=1)
    assert changed != before
    # A tree that changed its length would be noticed by its size alone.
    blocks = re.split(r"(?=^Tree=)", changed.partition("end of trees")[0], flags=re.MULTILINE)[1:]
    sizes = [len(block) for block in blocks]
    if not case.startswith(("sizes", "a cut", "another")):
        changed = re.sub(r"tree_sizes=.*", f"tree_sizes={' '.join(map(str, sizes))}", changed)
    path.write_text(changed, encoding="utf-8")
    seal(copy)
    with pytest.raises(ModelError, match=rf"do not fit together(.|\n)*bag 0(.|\n)*{told}"):
        read_bundle(copy)


def test_a_tree_of_one_leaf_is_a_tree():
    same = np.zeros((40, 1))
    data = lightgbm.Dataset(same, np.arange(40) % 2, params={"verbose": -1})
    text = lightgbm.train({"objective": "binary", "verbose": -1}, data, 2).model_to_string()
    assert "num_leaves=1\n" in text
    check_booster(text, 1)
    with pytest.raises(ValueError, match="has 1 columns, expected 2"):
        check_booster(text, 2)


def put(folder, name, path, value):
    content = json.loads((folder / name).read_text(encoding="utf-8"))
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    (folder / name).write_text(json.dumps(content), encoding="utf-8")


JSON_FAULTS = {
    "not a number": ("linear.json", ("won", "intercept"), float("nan"), "NaN"),
    "beyond all numbers": ("bands.json", ("cuts", 0), float("inf"), "Infinity"),
    "cuts that rise": ("bands.json", ("cuts",), [0.1, 0.2, 0.3], "bands do not fall"),
    "a reference of no points": ("reference.json", ("quantiles",), [], "number of points"),
    "a column that is far away": ("linear.json", ("won", "features", 0), 10**9, "columns that are not there"),
    "points of no bin": ("linear.json", ("won", "points", 0), [], "other bins"),
    "members of no bin": ("linear.json", ("won", "members", 0), [0.0, []], "other bins"),
    "no members": ("linear.json", ("won", "members"), [], "differ in number"),
    "a calibration that falls": ("blend.json", ("won", "calibration", "slope"), -1, "does not rise"),
    "no bags": ("blend.json", ("won", "bags"), 0, "fewer than two"),
    "bags that are not there": ("blend.json", ("won", "bags"), 10**9, "booster-won-2"),
    "codes of no value": ("encoders.json", ("won", "categorical", 0, "slots"), [0], "codes of an encoder"),
    "slots far away": ("encoders.json", ("won", "categorical", 0, "slots", 0), 10**9, "codes of an encoder"),
    "edges that fall": ("encoders.json", ("won", "numeric", 0, "edges"), [2.0, 1.0], "edges of an encoder"),
    "a field of no plan": ("encoders.json", ("won", "numeric", 0, "field"), "x", "field that the plan lacks"),
    "a wrong type": ("window.json", ("rows",), "many", "window.json"),
    "a number of 4,000 digits": ("linear.json", ("won", "features", 0), 10**4000, "not there"),
}  # fmt: skip


@pytest.mark.parametrize("case", JSON_FAULTS)
def test_parts_that_do_not_belong_together_are_refused(copy, case):
    name, path, value, told = JSON_FAULTS[case]
    put(copy, name, path, value)
    seal(copy)
    with pytest.raises(ModelError, match=rf"do not fit together(.|\n)*{told}"):
        read_bundle(copy)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, "", "\x00", "\ufeff{}"])
def test_what_is_no_json_is_refused_by_the_name_of_its_file(copy, text):
    (copy / "bands.json").write_text(text, encoding="utf-8")
    seal(copy)
    with pytest.raises(ModelError, match=r"do not fit together(.|\n)*bands\.json"):
        read_bundle(copy)


def test_what_is_no_text_is_refused(copy):
    (copy / BOOSTER).write_bytes(b"tree\n\xff\xfe")
    seal(copy)
    with pytest.raises(ModelError, match=r"booster-won-0\.txt is no text"):
        read_bundle(copy)


def test_a_pipe_is_refused_and_not_waited_for(copy):
    (copy / "bands.json").unlink()
    os.mkfifo(copy / "bands.json")
    with pytest.raises(ModelError, match=r"bands\.json cannot be read(.|\n)*no file"):
        read_bundle(copy)


def test_a_file_too_large_is_not_read(copy, monkeypatch):
    monkeypatch.setattr(manifests, "MOST_BYTES", 1000)
    with pytest.raises(ModelError, match=r"cannot be read(.|\n)*more than 1000 bytes"):
        read_bundle(copy)


def test_a_cut_that_parts_missing_from_given_values_is_allowed():
    rng = np.random.default_rng(0)
    missing = rng.random(400) < 0.5
    column = np.where(missing, np.nan, rng.normal(size=400)).reshape(-1, 1)
    settings = {"objective": "binary", "verbose": -1, "num_leaves": 4, "min_data_in_leaf": 3}
    booster = lightgbm.train(settings, lightgbm.Dataset(column, missing.astype(float)), 3)
    text = booster.model_to_string(num_iteration=-1)
    assert "threshold=inf\n" in text
    check_booster(text, 1)
