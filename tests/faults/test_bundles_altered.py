"""A bundle that was altered anywhere, by anything: refused by the name of the file, with exit code 2."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from qualify.errors import ModelError
from qualify.model.bundle import read_bundle
from tests.world import call

STORED = Path(__file__).parents[1] / "model" / "stored" / "format-1"
FILES = sorted(path.name for path in STORED.iterdir())
PLACES = 12
"""Bytes of each file; of six files every one was tried once by hand (decision 0022)."""


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(STORED, tmp_path / "bundle")


def refused(folder: Path, name: str) -> None:
    with pytest.raises(ModelError, match=rf"{name}|format that this version does not know"):
        read_bundle(folder)


def sampled(length: int) -> list[int]:
    """The first and the last, and some between."""
    drawn = np.random.default_rng(length).integers(0, length, PLACES)
    return [0, length - 1, *drawn.tolist()]


@pytest.mark.parametrize("name", FILES)
def test_no_byte_of_any_file_can_be_changed(copy, name):
    data = (copy / name).read_bytes()
    for turn, place in enumerate(sampled(len(data))):
        changed = bytearray(data)
        changed[place] ^= 1 << turn % 8
        (copy / name).write_bytes(changed)
        refused(copy, name)
    (copy / name).write_bytes(data)
    assert read_bundle(copy)[1]


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_is_refused(copy, name):
    data = (copy / name).read_bytes()
    for length in sampled(len(data)):
        (copy / name).write_bytes(data[:length])
        refused(copy, name)


def gone(path: Path) -> None:
    path.unlink()


def renamed(path: Path) -> None:
    path.rename(path.with_name(f"x{path.name}"))


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def led_astray(path: Path) -> None:
    """A link to a file outside of the bundle."""
    outside = path.parent.parent / "outside"
    outside.write_bytes(path.read_bytes() + b" ")
    path.unlink()
    path.symlink_to(outside)


def led_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent.parent / "not-there")


def led_in_circles(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def a_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def exchanged(path: Path) -> None:
    """Another file of the same bundle under this name."""
    other = next(name for name in FILES if name != path.name)
    path.write_bytes((path.parent / other).read_bytes())


HARMS = (gone, renamed, emptied, a_folder, led_astray, led_nowhere, led_in_circles, a_device, exchanged)


@pytest.mark.skipif(os.name != "posix", reason="links and devices of POSIX systems")
@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_itself_is_refused(copy, name, harm):
    harm(copy / name)
    refused(copy, name)


def test_a_link_to_the_same_bytes_is_no_harm(copy):
    """As volumes of Kubernetes and caches of models have them."""
    version = read_bundle(copy)[1]
    (copy / "bands.json").rename(copy.parent / "elsewhere")
    (copy / "bands.json").symlink_to(copy.parent / "elsewhere")
    assert read_bundle(copy)[1] == version


@pytest.mark.parametrize("name", ["manifest.json", "booster-won-1.txt", "reference.json"])
def test_the_command_names_the_file_and_leaves_no_list(copy, tmp_path, name):
    (tmp_path / "leads.csv").write_text("lead_id\n1\n")
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 0x01
    (copy / name).write_bytes(data)
    called = call("score", "--leads", "leads.csv", "--model", copy, "--out", "s.csv", folder=tmp_path)
    assert called.code == 2
    assert name in called.err
    assert "Traceback" not in called.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle", "leads.csv"]
