"""Wins found, origin after origin and week after week, by model, rules, order of arrival and newest first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qualify.explain.catalogue import Catalogue
from training.plots.canvas import LOOKS, canvas, finish, quiet
from training.plots.texts import report_texts
from training.tried import Backtest
from training.wins import AGAINST

__all__ = ["plot_wins"]

_MOST_NAMED = 6


def plot_wins(found: Backtest, *, language: str = "en") -> Figure:
    """Draw the wins that each order has found by each origin, and by each week after the origins.

    Parameters
    ----------
    found
        A backtest. Where no time of an outcome is known (a flat table), the weeks are left out.
    language
        ``en`` or ``ja``.
    """
    texts, by_week = report_texts(language), found.wins.by_week
    figure = canvas(9.6 if by_week else 5.6, 4.2)
    panels = figure.subplots(1, 2 if by_week else 1, squeeze=False)[0]
    so_far = {
        name: np.cumsum([tried.wins.found[name] for tried in found.tried]).tolist()
        for name in ("model", *AGAINST)
    }
    _lines(panels[0], so_far, texts)
    names = [tried.origin for tried in found.tried]
    shown = range(0, len(names), -(-len(names) // _MOST_NAMED))
    panels[0].set_xticks([k + 1 for k in shown], [names[k] for k in shown], rotation=20, ha="right")
    panels[0].set(xlabel=texts["wins.origins"], ylabel=texts["wins.axis"])
    if by_week:
        _lines(panels[1], {name: (0.0, *by_week[name]) for name in ("model", *AGAINST)}, texts, begins=0)
        panels[1].set(xlabel=texts["wins.weeks"], ylabel=texts["wins.axis"])
    panels[0].legend(frameon=False, fontsize=8, loc="upper left")
    possible = texts.say("wins.every", possible=f"{found.wins.possible:,.0f}")
    title = texts.say("wins.title", share=f"{100 * found.tried[0].queue.share:.4g}%")
    figure.suptitle(f"{title}\n{possible}", fontsize=10, x=0.01, ha="left")
    return finish(figure, language)


def _lines(axes: Axes, found: dict[str, Sequence[float]], texts: Catalogue, begins: int = 1) -> None:
    for name, counts in found.items():
        look = LOOKS[name]
        axes.plot(
            range(begins, begins + len(counts)), counts, color=look.colour, linestyle=look.line,
            marker=look.marker, markersize=4, linewidth=1.6, label=texts[f"scorer.{name}"],
        )  # fmt: skip
    axes.set_ylim(bottom=0)
    quiet(axes)
