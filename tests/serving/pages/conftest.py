"""One filled desk a session; tests that answer leads get a copy of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.serving.pages.desk import make_desk, running
from tests.world import shared_folder


@pytest.fixture(scope="session")
def filled(world, tmp_path_factory) -> Path:
    """A project folder with a filled ledger; not to be changed."""
    return shared_folder(
        tmp_path_factory, "pages-desk", lambda folder: make_desk(world, folder), ["s.parquet"]
    )


@pytest.fixture(scope="module")
def live(filled, tmp_path_factory):
    """A running service over a copy of the desk."""
    folder = tmp_path_factory.mktemp("desk") / "project"
    shutil.copytree(filled, folder)
    with running(folder) as service:
        yield service
