"""Points that the data chose, beside the points that people wrote."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from qualify.explain.fonts import drawable
from qualify.explain.wrapping import wrap
from training.plots.canvas import GREY, LOOKS, canvas, finish, quiet
from training.plots.texts import report_texts

__all__ = ["plot_points"]

_LABEL_CELLS = 44


def plot_points(
    labels: Sequence[str], learned: ArrayLike, rules: ArrayLike, *, language: str = "en"
) -> Figure:
    """Draw two bars for each thing that earns points.

    Parameters
    ----------
    labels
        What earns them, as the reader knows it.
    learned, rules
        Points, same length; NaN where one side has none.
    language
        ``en`` or ``ja``.
    """
    texts = report_texts(language)
    names = [wrap(drawable(label), _LABEL_CELLS) for label in labels]
    place = np.arange(len(names))
    figure = canvas(8.4, 1.2 + 0.45 * max(len(names), 1))
    axes = figure.subplots()
    for points, name, shift in ((learned, "linear", -0.19), (rules, "rules", 0.19)):
        key = "points.learned" if name == "linear" else "points.rules"
        found = np.asarray(points, dtype=np.float64)
        bars = axes.barh(
            place + shift, np.nan_to_num(found), height=0.36, color=LOOKS[name].colour, label=texts[key]
        )
        written = ["" if np.isnan(value) else f"{value:.1f}".replace("-", "\u2212") for value in found]
        axes.bar_label(bars, written, padding=3, fontsize=7.5)
    axes.axvline(0.0, color=GREY, linewidth=0.8)
    axes.margins(x=0.12)
    axes.set_yticks(place, ["\n".join(lines) for lines in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel(texts["points.axis"])
    axes.set_title(texts["points.title"], fontsize=11, loc="left")
    figure.legend(loc="outside lower right", ncols=2, frameon=False, fontsize=8)
    quiet(axes)
    return finish(figure, language)
