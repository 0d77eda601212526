"""The largest drivers in words of every language, as a run keeps them for whoever shows the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qualify.explain.catalogue import LANGUAGES
from training.drivers import retell_drivers
from training.pipeline import Seen
from training.plots.texts import report_texts
from training.report import Driver, tell

__all__ = ["DRIVERS_FILE", "driver_record"]

DRIVERS_FILE = "drivers.json"
"""The artifact's name."""

MOST = 10


def driver_record(seen: Seen, drivers: tuple[Driver, ...]) -> dict[str, Any]:
    """Return the drivers of the first target, strongest first, as JSON.

    Parameters
    ----------
    drivers
        What `describe_drivers` gave for the first judged target, by field, in any language.

    Returns
    -------
    `target`; `rows`, on which they were measured; `drivers`: of each `field` (an internal name),
    `strength` (mean absolute contribution in log-odds), and by language `label` and `effect`: a sentence on
    which values raise or lower the chance, with their mean contributions.
    """
    judged, fields = seen.judged, seen.data.plan.fields
    told = {
        language: retell_drivers(drivers, judged, fields, language=language, seed=seen.seed)
        for language in LANGUAGES
    }
    strongest = sorted(range(len(fields)), key=lambda j: -drivers[j].strength)[:MOST]
    return {
        "target": judged.target,
        "rows": len(drivers[0].contribution) if drivers else 0,
        "drivers": [
            {"field": fields[j].name, **_as_json({name: each[j] for name, each in told.items()})}
            for j in strongest
        ],
    }


def _as_json(told: Mapping[str, Driver]) -> dict[str, Any]:
    """Return one driver, told in each language."""
    return {
        "strength": round(next(iter(told.values())).strength, 4),
        "label": {language: driver.label for language, driver in told.items()},
        "effect": {language: tell(driver, report_texts(language)) for language, driver in told.items()},
    }
