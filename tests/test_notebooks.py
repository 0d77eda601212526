"""Every notebook runs from top to bottom, in an empty folder, and shows what it promises."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import jupytext
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.py"))


class Shown(NamedTuple):
    """How many pictures a notebook draws, and what stands among its outputs."""

    pictures: int
    words: tuple[str, ...]


SHOWN = {
    "01_first_model": Shown(3, ("target sql: ", "verdict: ", "calibrated")),
    "02_closed_loop": Shown(
        0, ("version 1 is champion", "meeting_booked", "answers of sales: ", "unchanged")
    ),
    "03_setting_thresholds": Shown(2, ("Rules: points from", "leads a week", "band_shares: [")),
    "04_auditing_an_export": Shown(
        0, ("left out: []", "close_reason", "L010", "R001", "A001", "T001", "Select")
    ),
    "05_rules_and_model_disagree": Shown(3, ("model_higher", "rules_higher", "first_reason", "as learned")),
}
"""Of each notebook; one that is not named here only has to run."""


@pytest.fixture(scope="session", params=NOTEBOOKS, ids=lambda path: path.stem)
def executed(request, tmp_path_factory):
    notebook = jupytext.read(request.param)
    folder = tmp_path_factory.mktemp(request.param.stem)
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return request.param.stem, [
        output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs
    ]


def told(output) -> str:
    """Return what an output says in words."""
    return output.text if output.output_type == "stream" else output.get("data", {}).get("text/plain", "")


def test_the_notebook_runs_and_shows_pictures_and_figures(executed):
    name, outputs = executed
    assert not [output for output in outputs if output.output_type == "error"]
    if name not in SHOWN:
        return
    assert sum("image/png" in output.get("data", {}) for output in outputs) == SHOWN[name].pictures
    words = "\n".join(map(told, outputs))
    assert [each for each in SHOWN[name].words if each not in words] == []


def test_every_notebook_that_is_promised_is_there():
    assert set(SHOWN) <= {path.stem for path in NOTEBOOKS}
