"""The reliability diagram: promised against observed shares, and how often each promise is made."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from qualify.evaluate import compute_reliability
from training.plots.canvas import GREY, LOOKS, canvas, finish, percent_axis, quiet
from training.plots.texts import report_texts

__all__ = ["plot_reliability"]


def plot_reliability(
    label: ArrayLike,
    probability: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    lead: ArrayLike | None = None,
    bootstrap: int = 400,
    seed: int = 0,
    language: str = "en",
) -> Figure:
    """Draw observed against predicted shares in ten bins of equal mass, with 95 % intervals, and a histogram.

    Parameters
    ----------
    label, probability, weight, lead, bootstrap, seed
        See :func:`qualify.evaluate.compute_metrics`.
    language
        ``en`` or ``ja``.

    Returns
    -------
    Figure
        With its own canvas; pyplot does not know of it.
    """
    texts, look = report_texts(language), LOOKS["model"]
    bins = compute_reliability(label, probability, weight=weight, lead=lead, bootstrap=bootstrap, seed=seed)
    figure = canvas(6.4, 5.6)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    end = float(np.clip(1.08 * np.nanmax(bins[["predicted", "observed", "high"]].to_numpy()), 0.02, 1.0))
    above.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label=texts["reliability.perfect"])
    spread = np.nan_to_num([bins["observed"] - bins["low"], bins["high"] - bins["observed"]])
    above.errorbar(
        bins["predicted"], bins["observed"], yerr=spread, fmt=look.marker, color=look.colour, capsize=3,
        markersize=5, linewidth=1.4, label=texts["reliability.group"],
    )  # fmt: skip
    above.set(xlim=(0, end), ylim=(0, end), ylabel=texts["reliability.observed"])
    above.set_title(texts["reliability.title"], fontsize=11, loc="left")
    above.legend(frameon=False, fontsize=8, loc="upper left")
    p = np.asarray(probability, dtype=np.float64)
    w = np.ones(len(p)) if weight is None else np.asarray(weight, dtype=np.float64)
    below.hist(p, bins=np.linspace(0, end, 41).tolist(), weights=w / w.sum(), color=look.colour, alpha=0.75)
    below.set(xlabel=texts["reliability.predicted"], ylabel=texts["reliability.leads"])
    percent_axis(above, "x", "y")
    percent_axis(below, "x", "y")
    for axes in (above, below):
        quiet(axes)
    return finish(figure, language)
