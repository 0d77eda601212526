"""The report as one HTML file: no script, no link, nothing to load."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from qualify.errors import UserError
from qualify.explain.catalogue import Catalogue
from training.plots.texts import report_texts
from training.report.data import ReportData
from training.report.numbers import count, figure, percent
from training.report.people import (
    findings_text,
    population_rows,
    population_text,
    segment_groups,
    segments_text,
    worked_rows,
)
from training.report.pictures import Picture, draw_pictures
from training.report.selection import selection_rows, selection_text
from training.report.tables import (
    difference_rows,
    driver_rows,
    gain_rows,
    metric_rows,
    period_rows,
    reliability_rows,
)

__all__ = ["render_report", "write_report", "write_whole"]

_LIMITS = ("similar", "untouched", "causes", "interval", "age")


def write_report(data: ReportData, path: str | Path) -> None:
    """Write the report; the file appears whole or not at all.

    Raises
    ------
    UserError
        The file cannot be written there.
    ConfigError
        There are no texts in that language.
    """
    write_whole(Path(path), render_report(data).encode("utf-8"))


def write_whole(path: Path, content: bytes, what: str = "the report") -> None:
    """Write a file, called `what` in messages; it appears whole or not at all.

    Raises
    ------
    UserError
        The file cannot be written there.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise UserError(
            f"{what} cannot be written",
            where=str(path),
            got=error.strerror,
            mend="name a file in an existing folder that you may write to",
        ) from error


def render_report(data: ReportData, pictures: Mapping[str, tuple[Picture, ...]] | None = None) -> str:
    """Return the report as HTML text; the same data give the same text.

    Parameters
    ----------
    data
        What the report says.
    pictures
        What :func:`draw_pictures` gave for the same data, where they were drawn before.
    """
    texts = report_texts(data.language)
    names, gains = gain_rows(data, texts)
    return _template().render(
        t=texts.say,
        data=data,
        scorers=[texts[f"scorer.{name}"] for name in data.judged.metrics],
        headlines=_headlines(data, texts),
        tiles=_tiles(data, texts),
        sizes={name: count(getattr(data, name).leads) for name in ("earlier", "later")},
        judged_rows=count(len(data.judged.label)),
        periods=period_rows(data, texts),
        selection=selection_rows(data.selection, texts),
        selection_text=selection_text(data.selection, texts),
        population=population_rows(data.population, texts),
        population_text=population_text(data.population, texts),
        worked=worked_rows(data.population, texts),
        findings_text=findings_text(data, texts),
        segments=segment_groups(data, texts),
        segments_text=segments_text(data, texts),
        metrics=metric_rows(data, texts),
        differences=difference_rows(data, texts),
        reliability=reliability_rows(data),
        gain_names=names,
        gains=gains,
        drivers=driver_rows(data.strongest, texts),
        limits=[*data.limits, *(texts[f"limits.{name}"] for name in _LIMITS)],
        pictures=draw_pictures(data) if pictures is None else pictures,
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("training", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def _headlines(data: ReportData, texts: Catalogue) -> list[str]:
    """Say what matters most, in sentences; one whose figures are not defined is left out."""
    metrics = data.judged.metrics
    model, rules = metrics["model"], metrics.get("rules")
    said = []
    if rules is not None:
        base = float((data.judged.label * data.judged.weight).sum() / data.judged.weight.sum())
        said.append(
            texts.say(
                "headline.capacity",
                capacity=percent(data.capacity_share, 0),
                model=percent(model["precision_at_capacity"].value),
                rules=percent(rules["precision_at_capacity"].value),
                base=percent(base),
            )
        )
    lift = model["lift_at_10"]
    if math.isfinite(lift.value + lift.low + lift.high):
        parts = {name: figure("lift_at_10", getattr(lift, name)) for name in ("value", "low", "high")}
        said.append(texts.say("headline.lift", lift=parts["value"], low=parts["low"], high=parts["high"]))
    said.append(texts.say("headline.calibration", gap=f"{100 * model['ece'].value:.1f}"))
    return said


def _tiles(data: ReportData, texts: Catalogue) -> list[tuple[str, str]]:
    """Return the large numbers at the top, each with what it is."""
    hits = data.judged.metrics["model"]["precision_at_capacity"].value
    return [
        (count(data.whole.leads), texts["tile.leads"]),
        (count(data.whole.positives), texts["tile.positives"]),
        (count(data.later.leads), texts["tile.later"]),
        (percent(hits), texts["tile.capacity"]),
    ]
