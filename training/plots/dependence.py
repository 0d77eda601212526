"""How one field moves the chance, value by value, with the points of the rules drawn over it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from qualify.explain.catalogue import Catalogue
from qualify.explain.fonts import drawable
from qualify.explain.wrapping import wrap
from qualify.labels.audit.wording import LEAST_ROWS
from qualify.leads.tables import FloatArray
from training.plots.canvas import GREY, HIGH, LOW, canvas, finish, quiet
from training.plots.texts import report_texts

__all__ = ["plot_dependence"]

_DOTS = 3000
_WORDS = 10
"""Most frequent words shown; the rest is drawn together."""

_LABEL_CELLS = 18


def plot_dependence(
    values: FloatArray | NDArray[np.object_],
    contribution: FloatArray,
    label: str,
    *,
    rule_points: FloatArray | None = None,
    language: str = "en",
) -> Figure:
    """Draw the contribution of one field against its value.

    Parameters
    ----------
    values
        Numbers (NaN: not given), or words (object; None: not given); shape (rows,).
    contribution
        Log-odds, shape (rows,).
    label
        What the field is called, as the reader knows it.
    rule_points
        Points that the scorecard gives each row for this field, shape (rows,); drawn on a scale of its own.
    language
        ``en`` or ``ja``.
    """
    texts = report_texts(language)
    figure = canvas(5.6, 3.7)
    axes = figure.subplots()
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    draw = _draw_words if values.dtype == object else _draw_numbers
    draw(axes, values, contribution, rule_points, texts)
    title = texts.say("dependence.title", label=label)
    axes.set_title("\n".join(wrap(drawable(title), 60)), fontsize=10, loc="left")
    axes.set_ylabel(texts["dependence.axis"])
    quiet(axes)
    return finish(figure, language)


def _draw_numbers(
    axes: Axes,
    values: NDArray[np.generic],
    contribution: FloatArray,
    points: FloatArray | None,
    texts: Catalogue,
) -> None:
    numbers = values.astype(np.float64)
    known = np.flatnonzero(~np.isnan(numbers))
    # Beyond the outermost hundredth there is little to see and much room to waste.
    low, high = _middle(numbers[known]) if len(known) else (0.0, 1.0)
    known = known[(numbers[known] >= low) & (numbers[known] <= high)]
    shown = known[:: max(1, len(known) // _DOTS)]
    axes.scatter(numbers[shown], contribution[shown], s=7, color=LOW, alpha=0.45, linewidths=0)
    _draw_missing(axes, contribution[np.isnan(numbers)], low, high, texts)
    if points is not None and len(known):
        order = known[np.argsort(numbers[known], kind="stable")]
        x, first, count = np.unique(numbers[order], return_index=True, return_counts=True)
        mean = np.add.reduceat(points[order], first) / count
        twin = _points_axis(axes, mean, texts)
        twin.plot(x, mean, color=HIGH, linewidth=1.6, drawstyle="steps-mid")


def _middle(numbers: FloatArray) -> tuple[float, float]:
    """Return the values between which all but the outermost hundredth lie."""
    low, high = np.percentile(numbers, (0.5, 99.5), method="inverted_cdf")
    return float(low), float(high)


def _draw_missing(axes: Axes, effects: FloatArray, low: float, high: float, texts: Catalogue) -> None:
    """Draw the median and the middle half of the rows without a value, left of the others."""
    if len(effects) == 0:
        return
    span = (high - low) or 1.0
    x = low - 0.14 * span
    axes.set_xticks([tick for tick in axes.get_xticks() if low - 0.05 * span <= tick <= high + 0.05 * span])
    axes.set_xlim(x - 0.1 * span, high + 0.05 * span)
    lower, middle, upper = np.percentile(effects, (25, 50, 75))
    axes.errorbar([x], [middle], yerr=[[middle - lower], [upper - middle]], fmt="D", color=GREY, markersize=5)
    axes.annotate(
        texts["dependence.missing"], (x, upper), xytext=(0, 5), textcoords="offset points", fontsize=7.5,
        color=GREY, ha="center",
    )  # fmt: skip


def _draw_words(
    axes: Axes,
    values: NDArray[np.generic],
    contribution: FloatArray,
    points: FloatArray | None,
    texts: Catalogue,
) -> None:
    names, code = _named(values, texts)
    spread = [np.percentile(contribution[code == k], (25, 50, 75)) for k in range(len(names))]
    order = sorted(range(len(names)), key=lambda k: -spread[k][1])
    for place, k in enumerate(order):
        lower, middle, upper = spread[k]
        axes.plot([place, place], [lower, upper], color=LOW, linewidth=5, alpha=0.4, solid_capstyle="butt")
        axes.plot([place], [middle], marker="o", color=LOW, markersize=6)
    wrapped = ["\n".join(wrap(drawable(names[k]), _LABEL_CELLS)) for k in order]
    axes.set_xticks(range(len(order)), wrapped, rotation=35, ha="right", rotation_mode="anchor")
    if points is not None:
        mean = np.array([points[code == k].mean() for k in order])
        twin = _points_axis(axes, mean, texts)
        twin.plot(
            range(len(order)), mean, color=HIGH, marker="s", linestyle="", markersize=6, fillstyle="none"
        )


def _named(values: NDArray[np.generic], texts: Catalogue) -> tuple[list[str], NDArray[np.int64]]:
    """Return the names to show, and each row's place among them."""
    words = np.array(
        [texts["dependence.missing"] if v is None else str(v) for v in values.tolist()], dtype=object
    )
    distinct, code, count = np.unique(words.astype(str), return_inverse=True, return_counts=True)
    rare = count < LEAST_ROWS  # may be a remark about one lead; a figure is kept for years
    if len(distinct) <= _WORDS + 1 and not rare.any():
        return [str(word) for word in distinct], code.astype(np.int64)
    frequent = np.argsort(-count, kind="stable")[: min(_WORDS, int((~rare).sum()))]
    place = np.full(len(distinct), len(frequent), dtype=np.int64)
    place[frequent] = np.arange(len(frequent))
    return [*(str(distinct[k]) for k in frequent), texts["dependence.others"]], place[code]


def _points_axis(axes: Axes, points: FloatArray, texts: Catalogue) -> Axes:
    """Return a second scale, on the right, which holds the points and 0."""
    twin = axes.twinx()
    low, high = min(float(points.min()), 0.0), max(float(points.max()), 0.0)
    room = 0.08 * ((high - low) or 1.0)
    twin.set_ylim(low - room, high + room)
    twin.set_ylabel(texts["dependence.points"], fontsize=8.5, color=HIGH)
    twin.tick_params(axis="y", labelsize=8, labelcolor=HIGH, length=3)
    for side in ("top", "left", "bottom", "right"):
        twin.spines[side].set_visible(False)
    return twin
