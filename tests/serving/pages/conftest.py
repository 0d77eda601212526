"""One filled desk a session; tests that answer leads get a copy of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.serving.pages.desk import BROWSERS, make_desk, running
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


@pytest.fixture(scope="module")
def browser():
    """The system's browser."""
    from playwright.sync_api import sync_playwright

    program = next(found for name in BROWSERS if (found := shutil.which(name)))
    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, live):
    """Open pages; at the end none of them may have said an error."""
    errors, contexts = [], []

    def make(width=1440, path="/", **options):
        size = {"width": width, "height": 844 if width < 500 else 1000}
        context = browser.new_context(viewport=size, locale="en-GB", base_url=live.address, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []
