"""Figures of several scorers with their intervals, a panel a figure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qualify.evaluate import Metric
from training.plots.canvas import LOOKS, canvas, finish, quiet
from training.plots.texts import report_texts

__all__ = ["LOWER_IS_BETTER", "plot_comparison"]

LOWER_IS_BETTER = frozenset({"log_loss", "brier", "ece"})

_SHOWN = ("auc", "log_loss", "ece", "average_precision", "lift_at_10", "precision_at_capacity")


def plot_comparison(metrics: Mapping[str, Mapping[str, Metric]], *, language: str = "en") -> Figure:
    """Draw each figure of each scorer as a dot with its 95 % interval.

    Parameters
    ----------
    metrics
        By scorer (``model``, ``rules``, ``bayes``, ``linear``), then by figure: what `compute_metrics` gives.
    language
        ``en`` or ``ja``.
    """
    texts, names = report_texts(language), list(metrics)
    figure = canvas(9.6, 1.3 + 0.42 * 2 * len(names))
    panels = figure.subplots(2, 3, sharey=True)
    for axes, key in zip(panels.ravel(), _SHOWN, strict=True):
        _panel(axes, [metrics[name][key] for name in names], names)
        better = texts["better.lower" if key in LOWER_IS_BETTER else "better.higher"]
        axes.set_title(f"{texts[f'metric.{key}']}\n{better}", fontsize=8.5, loc="left")
    for axes in panels[:, 0]:
        axes.set_yticks(range(len(names)), [texts[f"scorer.{name}"] for name in names])
    panels[0, 0].set_ylim(len(names) - 0.5, -0.5)
    return finish(figure, language)


def _panel(axes: Axes, figures: list[Metric], names: list[str]) -> None:
    for place, (metric, name) in enumerate(zip(figures, names, strict=True)):
        look = LOOKS[name]
        if np.isfinite(metric.low) and np.isfinite(metric.high):
            axes.plot([metric.low, metric.high], [place, place], color=look.colour, linewidth=2.2)
        if np.isfinite(metric.value):
            axes.plot([metric.value], [place], marker=look.marker, color=look.colour, markersize=6)
    axes.grid(axis="x", color="#eeeeee")
    axes.set_axisbelow(True)
    axes.locator_params(axis="x", nbins=4)
    quiet(axes)
