"""The bundle: the same bytes again, and every tampering refused by name."""

from __future__ import annotations

import hashlib
import json
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualify.errors import ModelError
from qualify.model.bundle import read_bundle, write_bundle
from qualify.model.manifest import FORMAT, MANIFEST, parse_manifest
from qualify.scorer import Scorer
from tests.model.rows import make_rows
from tests.model.small import make_parts, tables_of


@pytest.fixture(scope="module")
def parts():
    return make_parts()


@pytest.fixture(scope="module")
def written(parts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle") / "bundle"
    write_bundle(parts, folder)
    return folder


@pytest.fixture
def copy(written, tmp_path):
    return shutil.copytree(written, tmp_path / "copy")


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_written_is_read(parts, written):
    read, version = read_bundle(written)
    assert read.plan == parts.plan
    assert read.targets == parts.targets
    assert (read.bands, read.reference, read.window) == (parts.bands, parts.reference, parts.window)
    assert (read.schema, read.scorecard_text, read.seed) == (parts.schema, parts.scorecard_text, parts.seed)
    assert len(version) == 12
    assert all(digit in "0123456789abcdef" for digit in version)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_training_gives_the_same_bytes(written, tmp_path, threads):
    version = write_bundle(make_parts(threads=threads), tmp_path / "again")
    assert bytes_of(tmp_path / "again") == bytes_of(written)
    assert version == read_bundle(written)[1]


def test_another_seed_gives_another_version(written, tmp_path):
    assert write_bundle(make_parts(seed=1), tmp_path / "other") != read_bundle(written)[1]


def test_a_bundle_is_text_and_names_no_place(written, tmp_path):
    names = sorted(path.name for path in written.iterdir())
    assert {name.rpartition(".")[2] for name in names} == {"json", "txt", "yaml"}
    for path in written.iterdir():
        text = path.read_text(encoding="utf-8")
        assert str(tmp_path.parents[1]) not in text
        assert "pickle" not in text


def test_scores_survive_the_disk_to_the_last_bit(parts, written):
    tables = tables_of(make_rows(50, seed=9))
    before, after = Scorer(parts, "v"), Scorer(read_bundle(written)[0], "v")
    one, two = (scorer.score_tables(tables, tables.created_at)[0] for scorer in (before, after))
    assert one.equals(two)


@settings(max_examples=60)
@given(st.data())
def test_a_changed_byte_in_any_file_is_refused_by_name(written, tmp_path_factory, data):
    folder = shutil.copytree(written, tmp_path_factory.mktemp("changed") / "bundle")
    path = folder / data.draw(st.sampled_from(sorted(p.name for p in written.iterdir())))
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    pattern = "manifest.json|format" if path.name == MANIFEST else f"file {path.name} was altered"
    with pytest.raises(ModelError, match=pattern):
        read_bundle(folder)


@pytest.mark.parametrize("change", ["cut", "grown", "gone"])
def test_a_file_cut_grown_or_gone_is_refused_by_name(copy, change):
    path = copy / "linear.json"
    if change == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    elif change == "grown":
        path.write_bytes(path.read_bytes() + b" ")
    else:
        path.unlink()
    with pytest.raises(ModelError, match=r"file linear\.json (was altered|cannot be read)"):
        read_bundle(copy)


@pytest.mark.parametrize("name", ["extra.json", "booster-won-9.txt", "model.pkl", "evil.py", "noending"])
def test_a_file_that_the_manifest_does_not_name_is_refused_by_name(copy, name):
    (copy / name).write_text("x")
    with pytest.raises(ModelError, match=f"does not name(.|\n)*{name}"):
        read_bundle(copy)


def test_a_folder_in_the_bundle_is_refused(copy):
    (copy / "inner").mkdir()
    with pytest.raises(ModelError, match=r"does not name(.|\n)*inner"):
        read_bundle(copy)


def test_what_systems_leave_behind_is_no_fault(copy):
    _, version = read_bundle(copy)
    (copy / ".DS_Store").write_bytes(b"\x00")
    assert read_bundle(copy)[1] == version


def rewritten(folder, **changes):
    """Write a manifest that is right in itself, with some of its content changed."""
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del content["sha256"]
    content |= changes
    own = hashlib.sha256(json.dumps(content, ensure_ascii=False, indent=1).encode()).hexdigest()
    text = json.dumps({**content, "sha256": own}, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


@pytest.mark.parametrize("number", [0, FORMAT + 1, "1", None])
def test_an_unknown_format_is_refused_by_number(copy, number):
    rewritten(copy, format=number)
    with pytest.raises(ModelError, match=r"format that this version does not know(.|\n)*expected: 1"):
        read_bundle(copy)


@pytest.mark.parametrize(
    "name",
    ["../secret", "/etc/passwd", "..", ".", "", "a/b", "a\\b", ".hidden", "nul\x00byte", "C:secret", "a\n"],
)
def test_a_manifest_cannot_lead_out_of_its_folder(copy, name):
    (copy.parent / "secret").write_text("{}")
    files = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))["files"]
    rewritten(copy, files={**files, name: "0" * 64})
    with pytest.raises(ModelError, match=r"manifest\.json was altered(.|\n)*files"):
        read_bundle(copy)


@pytest.mark.parametrize(
    "changes",
    [{"files": 5}, {"files": [{"a": 1}]}, {"files": {"a.json": 7}}, {"targets": []}, {"targets": 7},
     {"seed": "x"}, {"made_by": None}, {"more": 1}],
)  # fmt: skip
def test_a_manifest_of_another_shape_is_refused(copy, changes):
    content = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    (copy / MANIFEST).write_text(json.dumps({**content, **changes}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"manifest\.json was altered"):
        read_bundle(copy)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"7", b"null", b"\xff\xfe", b'{"format": 1}', b"[" * 100_000]
)
def test_what_is_no_manifest_is_refused(data):
    with pytest.raises(ModelError, match=r"manifest\.json was altered or is incomplete"):
        parse_manifest(data, "here")


def test_the_same_content_written_otherwise_is_refused(copy):
    content = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    (copy / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelError, match=r"does not have the SHA-256"):
        read_bundle(copy)


def test_files_that_do_not_fit_together_are_refused(copy):
    content = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    rewritten(copy, targets=[*content["targets"], "another"])
    with pytest.raises(ModelError, match=r"do not fit together"):
        read_bundle(copy)


def test_no_bundle_at_all_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"manifest\.json cannot be read"):
        read_bundle(tmp_path / "none")


def test_a_bundle_replaces_a_bundle_and_nothing_else(parts, tmp_path):
    folder = tmp_path / "deep" / "bundle"
    write_bundle(parts, folder)
    write_bundle(parts, folder)
    assert read_bundle(folder)[0].seed == 0
    assert [path.name for path in folder.parent.iterdir()] == ["bundle"]
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work")
    with pytest.raises(ModelError, match="left alone"):
        write_bundle(parts, precious)
    assert (precious / "thesis.txt").read_text() == "years of work"


def test_a_write_that_fails_leaves_nothing(parts, tmp_path, monkeypatch):
    monkeypatch.setattr("qualify.model.bundle._manifest", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError, match="division"):
        write_bundle(parts, tmp_path / "bundle")
    assert list(tmp_path.iterdir()) == []


def test_the_members_of_the_interval_survive_too(parts, written):
    rows = make_rows(30, seed=4)
    one, two = (each.targets[0].predict(rows.frame) for each in (parts, read_bundle(written)[0]))
    np.testing.assert_array_equal(one.low, two.low)
    np.testing.assert_array_equal(one.high, two.high)
