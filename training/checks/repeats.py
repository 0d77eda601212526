"""R001: one person who stands in several leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from qualify.leads.tables import Column, FloatArray, IntArray
from training.checks.finding import Finding
from training.checks.person import person_keys, plain, recode
from training.checks.twins import find_twins, later_leads
from training.data import Loaded

REPEATED_ID = "C007"
"""Why `init` leaves out an id that names several rows."""

MOST_ALIKE = 10
"""An address of more leads is that of an office or a test, not of a person."""


def check_repeats(loaded: Loaded, label: FloatArray, personal: Mapping[str, Column]) -> Iterator[Finding]:
    """Compare addresses, phone numbers and names with companies, whatever their case, width and tags.

    Parameters
    ----------
    personal
        Columns that no model sees but that tell persons apart (see `training.checks.personal.load_personal`).
    """
    later = later_leads(loaded)
    columns = {**loaded.tables.columns, **personal}
    repeated = [
        name for name, why in loaded.config.exclude.items() if why.code == REPEATED_ID and name in columns
    ]
    keys = {name: recode(columns[name], plain) for name in repeated} | person_keys(columns)
    for subject, key in keys.items():
        twins = find_twins(_of_few(key), later, label)
        if twins is not None:
            yield Finding("R001", twins.level, subject, twins.text("share it with another lead"))


def _of_few(key: IntArray) -> IntArray:
    counts = np.bincount(key + 1)
    return np.where(counts[key + 1] <= MOST_ALIKE, key, -1)
