"""The report's figures. In the report they are data URIs: the file needs nothing beside itself."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from qualify.explain.catalogue import Catalogue
from training.plots import (
    plot_comparison,
    plot_dependence,
    plot_gain,
    plot_points,
    plot_reliability,
    plot_summary,
    png,
)
from training.plots.texts import report_texts
from training.report.data import Driver, ReportData

__all__ = ["Picture", "draw_pictures"]

_DEPENDENCES = 6


@dataclass(frozen=True, slots=True)
class Picture:
    """An image (the bytes of a PNG file) and the words that stand for it."""

    content: bytes
    alt: str

    @property
    def uri(self) -> str:
        """The image as a data URI."""
        return "data:image/png;base64," + base64.b64encode(self.content).decode("ascii")


def draw_pictures(data: ReportData) -> dict[str, tuple[Picture, ...]]:
    """Draw all figures.

    Returns
    -------
    dict
        By section: ``comparison``, ``calibration``, ``gain``, ``summary``, ``dependence``, ``points``; a
        section without data has no picture.
    """
    judged, language, drivers = data.judged, data.language, data.strongest
    texts = report_texts(language)
    ranked = {name: judged.ranked_by(name) for name in judged.probabilities}
    model = judged.probabilities["model"]
    reliability = plot_reliability(
        judged.label, model, weight=judged.weight, lead=judged.lead, bootstrap=data.bootstrap, seed=data.seed,
        language=language,
    )  # fmt: skip
    gain = plot_gain(
        judged.label, ranked, weight=judged.weight, capacity_share=data.capacity_share, language=language
    )
    return {
        "comparison": (_picture(plot_comparison(judged.metrics, language=language), texts["figures.alt"]),),
        "calibration": (_picture(reliability, texts["calibration.alt"]),),
        "gain": (_picture(gain, texts["lift.alt"]),),
        "summary": _summary(drivers, data, texts),
        "dependence": tuple(_dependence(driver, data, texts) for driver in drivers[:_DEPENDENCES]),
        "points": _points(data, texts),
    }


def _picture(figure: Figure, alt: str) -> Picture:
    return Picture(png(figure), alt)


def _summary(drivers: tuple[Driver, ...], data: ReportData, texts: Catalogue) -> tuple[Picture, ...]:
    if not drivers:
        return ()
    numbers = [None if d.values.dtype == object else d.values.astype(np.float64) for d in drivers]
    figure = plot_summary(
        np.column_stack([d.contribution for d in drivers]),
        numbers,
        [d.label for d in drivers],
        language=data.language,
    )
    return (_picture(figure, texts["drivers.alt"]),)


def _dependence(driver: Driver, data: ReportData, texts: Catalogue) -> Picture:
    figure = plot_dependence(
        driver.values,
        driver.contribution,
        driver.label,
        rule_points=driver.rule_points,
        language=data.language,
    )
    return _picture(figure, texts.say("drivers.dependence.alt", label=driver.label))


def _points(data: ReportData, texts: Catalogue) -> tuple[Picture, ...]:
    if not data.points:
        return ()
    pairs = data.points
    figure = plot_points(
        [p.label for p in pairs], [p.learned for p in pairs], [p.rules for p in pairs], language=data.language
    )
    return (_picture(figure, texts["scorecard.alt"]),)
