"""The commands of the pages, run one after the other as a newcomer would, in an empty folder.

Blocks marked `sh` are run; blocks without a language (clusters, servers, other programs) are read only.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qualify.ledger import Ledger
from tests.test_docs import ROOT, fenced
from tests.world import call

PAGES = ("README.md", "docs/score-list.md", "docs/sales.md", "docs/operations.md")
ELSEWHERE = ("make ", "qualify serve")
"""`make` sets up another environment, and the service never ends; both have tests of their own."""


def blocks(page: str) -> list[str]:
    """Return what a page tells to run."""
    told = (ROOT / page).read_text(encoding="utf-8")
    return [code.replace("\\\n", " ") for language, code in fenced(told) if language == "sh"]


def run(block: str, folder: Path) -> None:
    """Run a block: lines of qualify in this process, anything else by the shell."""
    lines = [line for line in block.splitlines() if not line.startswith(ELSEWHERE)]
    if not all(line.startswith("qualify ") for line in lines):
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        shell = ["bash", "-euc", block]
        done = subprocess.run(shell, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        return
    for line in lines:
        called = call(*shlex.split(line)[1:], folder=folder)
        assert called.code == 0, f"{line}\n{called.err}"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder after all that README, score list and sales page tell to run."""
    folder = tmp_path_factory.mktemp("newcomer")
    for page in PAGES[:-1]:
        for block in blocks(page):
            run(block, folder)
    return folder


def scores_in(folder: Path) -> int:
    """Count the scores that the ledger holds."""
    ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}")
    try:
        return ledger.first_scores().num_rows
    finally:
        ledger.close()


def test_the_pages_lead_to_lists_and_a_desk(project: Path) -> None:
    listed = pq.read_table(project / "scores.parquet")
    assert (listed.num_rows, listed["rank"][0].as_py()) == (1223, 1)
    assert (project / "scores.csv").is_file()
    assert scores_in(project) == 1223


def test_the_lead_that_the_pages_show_is_the_one_that_is_made(project: Path) -> None:
    told = call("explain", "L00001160", "--as-of", "2026-04-01T00:00Z", folder=project).out
    shown = [block for page in PAGES[:2] for language, block in fenced((ROOT / page).read_text("utf-8"))
             if language == "text" and "chance" in block]  # fmt: skip
    assert len(shown) == 2
    lines = {line for block in shown for line in block.splitlines() if "ago" not in line}
    assert [line for line in sorted(lines) if line not in told] == []


def test_a_backup_brings_everything_back(project: Path) -> None:
    backup, restore = blocks("docs/operations.md")
    before = scores_in(project)
    run(backup, project)
    for name in ("ledger.db", "mlflow.db"):
        (project / name).unlink()
    shutil.rmtree(project / "mlartifacts")
    assert call("explain", "L00001160", folder=project).code == 2
    run(restore, project)
    assert scores_in(project) == before
    assert call("explain", "L00001160", folder=project).code == 0
