"""Paper, colours and fonts that all figures share. No figure touches Matplotlib's global state."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from qualify.explain.fonts import drawable, families

__all__ = ["GREY", "HIGH", "LOOKS", "LOW", "Look", "canvas", "finish", "percent_axis", "png", "quiet"]


@dataclass(frozen=True, slots=True)
class Look:
    """How one scorer is drawn: told apart by colour, and by line and marker where there is none."""

    colour: str
    line: str | tuple[int, tuple[int, ...]]
    marker: str


# Okabe and Ito (2008): told apart with every common colour blindness.
LOOKS = {
    "model": Look("#0072b2", "-", "o"),
    "rules": Look("#d55e00", "--", "s"),
    "bayes": Look("#009e73", "-.", "^"),
    "linear": Look("#cc79a7", ":", "D"),
    "arrival": Look("#555555", (0, (6, 2, 1, 2, 1, 2)), "v"),
    "newest": Look("#b8860b", (0, (1, 1)), "P"),
}
LOW, HIGH = "#0072b2", "#d55e00"
GREY = "#767676"

_SPINES = "#bbbbbb"
_DPI = 144


def canvas(width: float, height: float) -> Figure:
    """Return an empty white figure of that many inches, which lays itself out."""
    figure = Figure(figsize=(width, height), dpi=_DPI, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def quiet(axes: Axes) -> None:
    """Take away what says nothing: the upper and right border, dark ticks."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_SPINES)
    axes.tick_params(labelsize=8, color=_SPINES, length=3)
    axes.xaxis.label.set_fontsize(9)
    axes.yaxis.label.set_fontsize(9)


def percent_axis(axes: Axes, *names: str) -> None:
    """Write the numbers of the axes ``x`` or ``y`` as percentages."""
    for name in names:
        axis = axes.xaxis if name == "x" else axes.yaxis
        axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.4g}%"))


def finish(figure: Figure, language: str) -> Figure:
    """Give every text the fonts of the language, and take no part of it for a formula."""
    fonts = families(language)
    for artist in figure.findobj(Text):
        if isinstance(artist, Text):
            artist.set_parse_math(False)
            artist.set_fontfamily(fonts)
            artist.set_text(drawable(artist.get_text()))
    return figure


def png(figure: Figure) -> bytes:
    """Return the figure as a PNG file; the same figure gives the same bytes."""
    paper: Any = figure.canvas
    no_name: Any = {"Software": None}
    # As `savefig` does, but without its trial drawing, which doubles the time.
    paper.draw()
    picture = BytesIO()
    imsave(picture, paper.buffer_rgba(), format="png", dpi=figure.dpi, metadata=no_name)
    return picture.getvalue()
