"""Cumulative gain and lift: what calling the best-scored leads first finds."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from qualify.evaluate import compute_gain
from training.plots.canvas import GREY, LOOKS, canvas, finish, percent_axis, quiet
from training.plots.texts import report_texts

__all__ = ["plot_gain"]

_STEPS = 100
_FIRST = 2
"""The lift of the first step is one or two leads' luck and would set the scale."""


def plot_gain(
    label: ArrayLike,
    scores: Mapping[str, ArrayLike],
    *,
    weight: ArrayLike | None = None,
    capacity_share: float | None = None,
    language: str = "en",
) -> Figure:
    """Draw cumulative gain and lift of several scorers, side by side.

    Parameters
    ----------
    label, weight
        See :func:`qualify.evaluate.compute_gain`.
    scores
        What each scorer ranks by, shape (rows,), by name: ``model``, ``rules``, ``bayes``, ``linear``.
    capacity_share
        The share of leads that sales can call, drawn as a line.
    language
        ``en`` or ``ja``.
    """
    texts = report_texts(language)
    figure = canvas(9.6, 4.2)
    left, right = figure.subplots(1, 2)
    for name, score in scores.items():
        curve = compute_gain(label, score, weight=weight, steps=_STEPS)
        _line(left, name, curve, "found", texts[f"scorer.{name}"])
        _line(right, name, curve[_FIRST:], "lift", texts[f"scorer.{name}"])
    left.plot([0, 1], [0, 1], color=GREY, linewidth=1, label=texts["scorer.chance"])
    right.axhline(1.0, color=GREY, linewidth=1)
    left.set(xlim=(0, 1), ylim=(0, 1.01), ylabel=texts["gain.found"])
    right.set(xlim=(0, 1), ylim=(0, None), ylabel=texts["gain.lift"])
    for axes in (left, right):
        if capacity_share is not None:
            axes.axvline(capacity_share, color=GREY, linewidth=0.8, linestyle=(0, (2, 3)))
        axes.set_xlabel(texts["gain.contacted"])
        percent_axis(axes, "x")
        quiet(axes)
    percent_axis(left, "y")
    if capacity_share is not None:
        left.annotate(
            texts["gain.capacity"], xy=(capacity_share, 0.02), xytext=(4, 0), textcoords="offset points",
            fontsize=8, color=GREY,
        )  # fmt: skip
    left.legend(frameon=False, fontsize=8, loc="lower right", bbox_to_anchor=(1.0, 0.06))
    figure.suptitle(texts["gain.title"], fontsize=11, x=0.01, ha="left")
    return finish(figure, language)


def _line(axes: Axes, name: str, curve: pd.DataFrame, column: str, label: str) -> None:
    look = LOOKS[name]
    axes.plot(
        curve["contacted"], curve[column], color=look.colour, linestyle=look.line, linewidth=1.8, label=label
    )
