"""The audit of the data that a training run learns from, as the run keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qualify.console import say
from qualify.errors import UserError
from training.check import by_level, find
from training.checks import Finding
from training.checks.personal import load_personal
from training.data import Loaded
from training.initial.label import outcome_of
from training.steps import begin

__all__ = ["audit", "audit_if_readable"]


def audit(loaded: Loaded, folder: Path, *, seed: int) -> tuple[Finding, ...]:
    """Run every check of `qualify check` on the tables as they were read; warnings come first.

    A run keeps what this returns for years, and `qualify forget` does not reach it. So rejected rows are
    counted, evidence quotes no value of fewer than `qualify.labels.audit.wording.LEAST_ROWS` leads, and of
    the latest time of the future the day is told. Names of columns, stages and activities stand as they are.
    Where only a draw of the leads was read, columns that no model sees are not read for the sake of finding
    persons who stand in the table twice: they would have to be read for all leads.
    """
    label = outcome_of(loaded.tables, loaded.config.targets[0])
    personal = load_personal(loaded.config, folder, loaded.tables) if loaded.read is None else {}
    found = find(loaded, label, personal, seed=seed)
    return by_level([*_counted(loaded), *(each for each in found if each.code != _REJECTS)])


def audit_if_readable(loaded: Loaded, folder: Path, *, seed: int) -> tuple[Finding, ...] | None:
    """Do what `audit` does; None, and a message, where a table can no longer be read: a run is worth more."""
    begin("looking for faults in the data")
    try:
        return audit(loaded, folder, seed=seed)
    except UserError as error:
        say(f"the data were not audited, and the report says nothing of faults: {error.what}")
        return None


_REJECTS = "Q001"


def _counted(loaded: Loaded) -> Iterator[Finding]:
    """Yield the rejected rows by reason, without their values."""
    for code, count in loaded.rejects.frame["code"].value_counts(sort=False).items():
        why = str(code).replace("_", " ")
        yield Finding(_REJECTS, "warning", "leads", f"{count:,} rows were left out ({why})")
    for note in loaded.rejects.notes:
        yield Finding(_REJECTS, "note", note.code.replace("_", " "), f"{note.count:,} times: {note.about}")
