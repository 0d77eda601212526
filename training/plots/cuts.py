"""The choices of a cut on one pair of axes: leads worked against hits, model and rules alike."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qualify.explain.catalogue import Catalogue
from training.cut_choices import Choice, Cuts
from training.plots.canvas import GREY, LOOKS, canvas, finish, percent_axis, quiet
from training.plots.texts import report_texts

__all__ = ["plot_cuts"]

_HUNDRED = 100.0


def plot_cuts(cuts: Cuts, *, language: str = "en") -> Figure:
    """Draw what each number of leads worked finds, with 95 % intervals, and what the worked are worth.

    Parameters
    ----------
    cuts
        See :func:`training.cuts.decide_cuts`. The right side shows the expected value less cost where a value
        was given, else the share of hits among the worked.
    language
        ``en`` or ``ja``.
    """
    texts = report_texts(language)
    figure = canvas(9.6, 4.4)
    left, right = figure.subplots(1, 2)
    unit = "all" if cuts.weeks is None else "week"
    by_value = cuts.wish.value is not None
    for name in ("model", "rules"):
        shown = sorted((each for each in cuts.choices if each.by == name and each.worked > 0),
                       key=lambda each: each.worked)  # fmt: skip
        _line(left, shown, "found", name, texts)
        _line(right, shown, "net" if by_value else "rate", name, texts)
    _marks(left, cuts, texts)
    left.set(xlabel=texts[f"cuts.worked.{unit}"], ylabel=texts[f"cuts.found.{unit}"])
    right.set(xlabel=texts[f"cuts.worked.{unit}"], ylabel=texts["cuts.net" if by_value else "cuts.rate"])
    for axes in (left, right):
        axes.set_xlim(left=0)
        quiet(axes)
    left.set_ylim(bottom=0)
    if by_value:
        right.axhline(0.0, color=GREY, linewidth=0.8)
    else:
        right.set_ylim(bottom=0)
        percent_axis(right, "y")
    left.legend(frameon=False, fontsize=8, loc="lower right")
    figure.suptitle(texts["cuts.title"], fontsize=11, x=0.01, ha="left")
    return finish(figure, language)


def _line(axes: Axes, shown: list[Choice], figure: str, name: str, texts: Catalogue) -> None:
    look = LOOKS[name]
    metrics = [getattr(each, figure) for each in shown]
    worked = [each.worked for each in shown]
    axes.plot(worked, [each.value for each in metrics], color=look.colour, linestyle=look.line,
              marker=look.marker, markersize=4, linewidth=1.6, label=texts[f"scorer.{name}"])  # fmt: skip
    axes.fill_between(worked, [each.low for each in metrics], [each.high for each in metrics],
                      color=look.colour, alpha=0.15, linewidth=0)  # fmt: skip


def _marks(axes: Axes, cuts: Cuts, texts: Catalogue) -> None:
    """Name the present cut, the wished one, and the rules' 100 points."""
    marked = [(cuts.choices[cuts.present], "cuts.present", (-58, 16))]
    if cuts.chosen is not None:
        marked.append((cuts.choices[cuts.chosen], "cuts.chosen", (12, -26)))
    marked += [
        (each, "cuts.hundred", (24, 10))
        for each in cuts.choices
        if each.by == "rules" and each.threshold == _HUNDRED
    ]
    for choice, key, away in marked:
        axes.annotate(
            texts[key], xy=(choice.worked, choice.found.value), xytext=away, textcoords="offset points",
            fontsize=8, color=LOOKS[choice.by].colour,
            arrowprops={"arrowstyle": "-", "color": GREY, "lw": 0.6},
        )  # fmt: skip
