"""Figures about a model, drawn from plain arrays onto figures of their own; pyplot is not involved."""

from __future__ import annotations

from training.plots.canvas import png
from training.plots.comparison import plot_comparison
from training.plots.dependence import plot_dependence
from training.plots.gain import plot_gain
from training.plots.points import plot_points
from training.plots.reliability import plot_reliability
from training.plots.summary import plot_summary
from training.plots.wins import plot_wins

__all__ = [
    "plot_comparison",
    "plot_dependence",
    "plot_gain",
    "plot_points",
    "plot_reliability",
    "plot_summary",
    "plot_wins",
    "png",
]
