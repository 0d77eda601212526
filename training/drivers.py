"""Fields as the report's drivers: contributions and values on a sample of the rows that judged the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualify.explain.catalogue import Catalogue
from qualify.explain.contributions import TargetExplainer
from qualify.explain.words import Phrasebook, phrasebook
from qualify.features.fields import Field
from qualify.features.frame import FeatureFrame, field_values
from qualify.leads.tables import FloatArray, IntArray
from qualify.rules import RuleResult, Scorecard, rule_field
from training.judging import Judged
from training.plots.texts import report_texts
from training.report import Driver

MAX_ROWS = 2_000

_NUMBER_OF = {
    "activity": "count_all",
    "number": "value",
    "date": "days_before",
    "text": "length",
    "rule": "points",
    "points": "points",
    "age": "days",
    "silence": "days_since",
    "topics": "distinct",
}
"""By kind of field, the part that is drawn as a number; the other kinds are told in words."""

_UNIT_OF = {"date": "days_before", "text": "characters", "age": "days", "silence": "days"}


def describe_drivers(
    judged: Judged,
    fields: tuple[Field, ...],
    scorecard: Scorecard,
    points: RuleResult,
    *,
    language: str,
    seed: int = 0,
) -> tuple[Driver, ...]:
    """Explain a sample of the judged rows, and gather it by field.

    Parameters
    ----------
    judged
        The judged model and the later rows.
    fields
        Of the plan.
    scorecard, points
        The rules, and their points on all rows of the training set (`judged.chosen` are positions in them).
    language
        Of the names and words.
    seed
        Of the sample.
    """
    drawn = _drawn(judged, seed)
    frame = judged.rows.frame.take(drawn)
    explainer = TargetExplainer(judged.model, fields)
    contributions = explainer.explain(frame).contributions
    by_rule = points.points[judged.chosen[drawn]]
    told = _told(frame, len(drawn), fields, language)
    return tuple(
        Driver(label, contributions[:, j], values, _rule_points(field, scorecard, by_rule))
        for j, (field, (label, values)) in enumerate(zip(fields, told, strict=True))
    )


def retell_drivers(
    drivers: tuple[Driver, ...], judged: Judged, fields: tuple[Field, ...], *, language: str, seed: int = 0
) -> tuple[Driver, ...]:
    """Return what `describe_drivers` gave, in another language: nothing is explained anew.

    Parameters
    ----------
    drivers
        Of the same judged model, fields and seed, in the order of the fields.
    """
    drawn = _drawn(judged, seed)
    told = _told(judged.rows.frame.take(drawn), len(drawn), fields, language)
    return tuple(
        replace(driver, label=label, values=values)
        for driver, (label, values) in zip(drivers, told, strict=True)
    )


def _drawn(judged: Judged, seed: int) -> IntArray:
    """Return the sampled rows, in order."""
    return np.sort(np.random.default_rng(seed).permutation(len(judged.label))[:MAX_ROWS])


def _told(
    frame: FeatureFrame, count: int, fields: tuple[Field, ...], language: str
) -> list[tuple[str, FloatArray | NDArray[np.object_]]]:
    """Return each field's name and values."""
    texts, book, rows = report_texts(language), phrasebook(language), np.arange(count)
    return [
        (name_of(field, book, texts), values_of(field, field_values(frame, field.name, rows), book))
        for field in fields
    ]


def name_of(field: Field, book: Phrasebook, texts: Catalogue) -> str:
    """Return the field's name, with the unit of its numbers where that is not plain."""
    unit = _UNIT_OF.get(field.kind)
    label = book.label(field)
    return label if unit is None else texts.say(f"driver.unit.{unit}", label=label)


def values_of(
    field: Field, values: Mapping[str, NDArray[Any]], book: Phrasebook
) -> FloatArray | NDArray[np.object_]:
    """Return a field's values as numbers (NaN: not given) or in words (None: not given)."""
    part = _NUMBER_OF.get(field.kind)
    if part is not None:
        return np.asarray(values[part], dtype=np.float64)
    if field.kind == "clock":
        return _weekdays(np.asarray(values["weekday"], dtype=np.float64), book)
    words = book.values(field, values).copy()
    words[_missing(field, values)] = None
    return words


def _weekdays(days: FloatArray, book: Phrasebook) -> NDArray[np.object_]:
    names = np.array([*(book.text(f"weekday.{day}") for day in range(7)), None], dtype=object)
    found: NDArray[np.object_] = names[np.where(np.isnan(days), 7, days).astype(np.int64)]
    return found


def _missing(field: Field, values: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    if field.kind == "boolean":
        return np.isnan(np.asarray(values["value"], dtype=np.float64))
    parts = ("rank", "department") if field.kind == "job_title" else ("value",)
    empty = [[word is None for word in values[part]] for part in parts]
    found: NDArray[np.bool_] = np.all(np.array(empty, dtype=np.bool_), axis=0)
    return found


def _rule_points(field: Field, scorecard: Scorecard, points: FloatArray) -> FloatArray | None:
    """Return the points of the rules about a field; None where no rule is about it alone."""
    about = [j for j, rule in enumerate(scorecard.rules) if rule_field(rule) == field.name]
    return points[:, about].sum(axis=1) if about else None
