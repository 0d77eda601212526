"""A funnel of any size, written while it is drawn: the files of `Funnel.write`, in little memory."""

from __future__ import annotations

import math
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from qualify.simulate.activities import Activities
from qualify.simulate.activity_table import Content, build_activities
from qualify.simulate.files import TABLES, PieceWriter, all_or_none
from qualify.simulate.settings import Settings, microseconds
from qualify.simulate.simulation import draw_chunks
from qualify.simulate.slices import TimeSlices
from qualify.simulate.stage_table import Stages, build_stages

__all__ = ["write_funnel"]

_SLICE_ROWS = 1_000_000
_MOST_SLICES = 400  # each is an open file
_STAGES_PER_LEAD = 4.0


def write_funnel(
    folder: str | os.PathLike[str],
    leads: int,
    seed: int,
    *,
    end: str = "2026-06-30",
    activities_per_lead: float = 25.0,
) -> list[Path]:
    """Draw a funnel and write its four tables, with the bytes of ``simulate(...).write(folder)``.

    Leads are drawn chunk by chunk and written; what they did waits on the disk, at some 25 bytes a row, until
    it can be put in order of time. So memory does not grow with the number of leads.

    Parameters
    ----------
    folder : path
        Made where it is missing.
    leads, seed, end, activities_per_lead
        As of `simulate`.

    Returns
    -------
    list of pathlib.Path
        The four files.

    Raises
    ------
    SimulationError
        Where a parameter makes no sense, or the folder can not be written to.
    """
    settings = Settings(leads, seed, microseconds(end), 18, None, activities_per_lead)
    with all_or_none(folder) as (paths, parts), ExitStack() as stack:
        files = dict(zip(TABLES, parts, strict=True))
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix=".slices.", dir=paths[0].parent))
        activities = _slices(settings, Path(home, "activities"), settings.activities_per_lead, stack)
        stages = _slices(settings, Path(home, "stages"), _STAGES_PER_LEAD, stack)
        _draw(settings, files, activities, stages)
        with PieceWriter(files["activities"]) as file:
            for rows in activities.sorted():
                content = Content(rows.pop("topic"), rows.pop("value"))
                file.add(build_activities(Activities(**rows), content))
            file.finish()
        with PieceWriter(files["stages"]) as file:
            for rows in stages.sorted():
                file.add(build_stages(Stages(**rows)))
            file.finish()
    return paths


def _slices(settings: Settings, folder: Path, rows_per_lead: float, stack: ExitStack) -> TimeSlices:
    folder.mkdir()
    count = min(_MOST_SLICES, math.ceil(settings.leads * rows_per_lead / _SLICE_ROWS))
    slices = TimeSlices(folder, settings.start, settings.end, count)
    stack.callback(slices.close)
    return slices


def _draw(settings: Settings, files: dict[str, Path], activities: TimeSlices, stages: TimeSlices) -> None:
    """Draw the leads: they and their truth are written at once, and what they did is put aside."""
    before = 0
    with PieceWriter(files["leads"]) as leads, PieceWriter(files["truth"]) as truth:
        for chunk in draw_chunks(settings):
            leads.add(chunk.leads)
            truth.add(chunk.truth)
            did, entered = vars(chunk.history.activities), vars(chunk.stages)
            activities.put(did["occurred"], {**did, **vars(chunk.content), "lead": did["lead"] + before})
            stages.put(entered["entered"], {**entered, "lead": entered["lead"] + before})
            before += chunk.leads.num_rows
        leads.finish()
        truth.finish()
