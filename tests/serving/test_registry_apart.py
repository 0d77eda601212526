"""The registry asked by a process of its own answers as it does in this one."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from qualify.errors import ModelError
from serving.model_place import find_bundle
from serving.registry_apart import Asked, ask_early


@pytest.fixture
def not_asked_yet(monkeypatch):
    """Two cores, and MLflow not imported, as in a process that has just begun.

    Said, not done: a module that is taken away is imported a second time, and has two states from then on.
    """
    monkeypatch.setattr("serving.registry_apart._imported", lambda: False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


def ask(world, uri, folder):
    shutil.copy(world.folder / "qualify.yaml", folder / "qualify.yaml")
    return ask_early(uri, str(folder / "qualify.yaml"))


@pytest.mark.usefixtures("not_asked_yet")
@pytest.mark.parametrize("uri", [None, "models:/qualify@champion"])
def test_the_answer_is_the_same(world, uri):
    asked = ask_early(uri, str(world.folder / "qualify.yaml"))
    assert asked.process is not None
    bundle = asked.bundle(uri, None, world.folder / "nowhere")
    assert bundle == find_bundle(uri, world.config, world.folder)
    assert asked.process.returncode == 0


@pytest.mark.usefixtures("not_asked_yet")
@pytest.mark.parametrize("uri", [None, "models:/qualify/999"])
def test_an_error_is_the_same(world, uri, tmp_path):
    folder = tmp_path if uri is None else world.folder  # of the first, nothing was ever trained in it
    asked = ask(world, uri, tmp_path) if uri is None else ask_early(uri, str(folder / "qualify.yaml"))
    with pytest.raises(ModelError) as apart:
        asked.bundle(uri, None, folder)
    with pytest.raises(ModelError, match="registry") as here:
        find_bundle(uri, world.config, folder)
    assert str(apart.value) == str(here.value)


@pytest.mark.usefixtures("not_asked_yet")
def test_nobody_asks_about_a_folder_or_without_a_configuration(world, tmp_path):
    assert ask_early("bundle", str(world.folder / "qualify.yaml")) == Asked()
    assert ask_early(None, str(tmp_path / "qualify.yaml")) == Asked()


def test_nobody_asks_apart_where_it_would_take_longer(world, monkeypatch):
    config = str(world.folder / "qualify.yaml")
    import mlflow

    assert sys.modules["mlflow"] is mlflow
    assert ask_early(None, config) == Asked()
    monkeypatch.setattr("serving.registry_apart._imported", lambda: False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert ask_early(None, config) == Asked()


@pytest.mark.usefixtures("not_asked_yet")
def test_a_process_that_is_killed_is_asked_for_here(world):
    asked = ask_early(None, str(world.folder / "qualify.yaml"))
    asked.process.kill()
    assert asked.bundle(None, world.config, world.folder) == find_bundle(None, world.config, world.folder)
    assert asked.process.returncode < 0
