"""All contributions at a glance: a row a field, a dot a lead, coloured by the field's value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from qualify.explain.fonts import drawable
from qualify.explain.wrapping import wrap
from qualify.leads.tables import FloatArray
from training.plots.canvas import GREY, HIGH, LOW, canvas, finish, quiet
from training.plots.texts import report_texts

__all__ = ["plot_summary"]

_DOTS = 1500
"""Dots a field: enough to see the shape, few enough to keep the file small."""

_COLUMNS = 90
_HALF = 0.38
_COLOURS = LinearSegmentedColormap.from_list("low to high", [LOW, "#b8a6b8", HIGH])
_LABEL_CELLS = 34


def plot_summary(
    contributions: FloatArray,
    values: Sequence[FloatArray | None],
    labels: Sequence[str],
    *,
    most: int = 12,
    language: str = "en",
) -> Figure:
    """Draw the fields that move the chance most, by their mean absolute contribution.

    Parameters
    ----------
    contributions
        Log-odds by lead and field, shape (rows, fields); columns of one field are summed before.
    values
        For each field its numbers, shape (rows,), NaN where not given; None for a field of words.
    labels
        What each field is called, as the reader knows it.
    most
        How many fields are drawn.
    language
        ``en`` or ``ja``.
    """
    texts = report_texts(language)
    order = np.argsort(-np.abs(contributions).mean(axis=0), kind="stable")[:most]
    kept = _thinned(len(contributions))
    figure = canvas(8.4, 1.3 + 0.42 * len(order))
    axes = figure.subplots()
    for place, field in enumerate(order):
        numbers = values[field]
        _swarm(axes, contributions[kept, field], None if numbers is None else numbers[kept], place)
    names = ["\n".join(wrap(drawable(labels[field]), _LABEL_CELLS)) for field in order]
    axes.set_yticks(range(len(order)), names)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.axvline(0.0, color=GREY, linewidth=0.8, zorder=0)
    axes.set_xlabel(f"{texts['summary.axis']}\n{texts['summary.other']}")
    axes.set_title(texts["summary.title"], fontsize=11, loc="left")
    quiet(axes)
    bar = figure.colorbar(ScalarMappable(cmap=_COLOURS), ax=axes, ticks=[0, 1], aspect=40, pad=0.01)
    bar.ax.set_yticklabels([texts["summary.low"], texts["summary.high"]], fontsize=8)
    bar.outline.set_visible(False)
    return finish(figure, language)


def _thinned(rows: int) -> np.ndarray:
    """Return evenly spread row numbers, at most `_DOTS`."""
    return np.unique(np.linspace(0, rows - 1, min(rows, _DOTS)).astype(np.int64))


def _swarm(axes: Axes, x: FloatArray, numbers: FloatArray | None, place: int) -> None:
    y = place + _offsets(x)
    known = np.zeros(len(x), dtype=bool) if numbers is None else ~np.isnan(numbers)
    axes.scatter(x[~known], y[~known], s=5, color="#a0a0a0", linewidths=0, alpha=0.8)
    if numbers is not None and known.any():
        colour = _COLOURS(_percentiles(numbers[known]))
        axes.scatter(x[known], y[known], s=5, c=colour, linewidths=0, alpha=0.9)


def _offsets(x: FloatArray) -> FloatArray:
    """Return heights that heap up dots of nearly the same contribution, evenly about 0."""
    span = np.ptp(x)
    column = (
        np.zeros(len(x), dtype=np.int64) if span == 0 else ((x - x.min()) / span * _COLUMNS).astype(np.int64)
    )
    order = np.argsort(column, kind="stable")
    height = np.bincount(column)
    start = np.cumsum(height) - height
    rank = np.empty(len(x))
    rank[order] = np.arange(len(x)) - start[column[order]]
    # Alternately above and below the middle: 0, 1, -1, 2, -2, ...
    step = np.where(rank % 2 == 1, (rank + 1) / 2, -rank / 2)
    return np.asarray(step * 2 * _HALF / max(int(height.max()), 20), dtype=np.float64)


def _percentiles(numbers: FloatArray) -> FloatArray:
    """Return each value's place between the smallest (0) and the largest (1), ties in the middle."""
    distinct, code = np.unique(numbers, return_inverse=True)
    count = np.bincount(code)
    middle = (np.cumsum(count) - count / 2) / len(numbers)
    if len(distinct) == 1:
        return np.full(len(numbers), 0.5)
    middle = (middle - middle[0]) / (middle[-1] - middle[0])
    return np.asarray(middle[code], dtype=np.float64)
