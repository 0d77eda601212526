"""A picture of one lead: from where every lead starts, reason by reason, to its own chance."""

from __future__ import annotations

import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from qualify.errors import UserError
from qualify.explain.digest import interval, known_at
from qualify.explain.explanation import Explanation
from qualify.explain.fonts import drawable, families
from qualify.explain.steps import Step, signed, waterfall_steps
from qualify.explain.words import Phrasebook, phrasebook
from qualify.explain.wrapping import wrap, wrap_evenly

__all__ = ["draw_waterfall"]

# Blue and vermilion of Okabe and Ito (2008): told apart with every common colour blindness, and by the signs.
_COLOURS = {"raises": "#0072b2", "lowers": "#d55e00", "start": "#555555", "end": "#222222"}
_MUTED = "#666666"

_WIDTH = 9.0
_LABEL_SHARE = 0.44
_LABEL_CELLS = 46
_TITLE_CELLS = 82
_LINE, _GAP, _TITLE_LINE, _HEAD, _FOOT = 0.21, 0.17, 0.26, 0.56, 0.62
"""Inches: a line of a label, the space between rows, a line of the title, the rest of the head, the axis."""


def draw_waterfall(lead: Explanation, language: str, path: str | Path, timezone: str = "UTC") -> None:
    """Write the waterfall of one lead as a PNG file.

    The file appears whole or not at all; the same explanation gives the same bytes.
    Its time is that of the time zone.

    Raises
    ------
    UserError
        The file cannot be written there.
    ConfigError
        There are no texts in that language.
    """
    figure = _figure(lead, phrasebook(language, timezone))
    picture = BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(picture, format="png", metadata={"Software": None})
    _write(Path(path), picture.getvalue())


def _figure(lead: Explanation, book: Phrasebook) -> Figure:
    steps = waterfall_steps(lead, book)
    labels = [wrap_evenly(drawable(step.label), _LABEL_CELLS) for step in steps]
    heights = [_LINE * len(lines) + _GAP for lines in labels]
    head = _head(lead, book)
    tall = sum(heights) + _HEAD + _TITLE_LINE * len(head) + _FOOT
    figure = Figure(figsize=(_WIDTH, tall), dpi=150, facecolor="white")
    axes = figure.add_axes((_LABEL_SHARE, _FOOT / tall, 0.97 - _LABEL_SHARE, sum(heights) / tall))
    _bare(axes, steps, sum(heights))
    fonts = families(book.language)
    top = 0.0
    for place, (step, lines, height) in enumerate(zip(steps, labels, heights, strict=True)):
        middle = top + height / 2
        _label(axes, step, "\n".join(lines), middle, fonts)
        _bar(axes, step, middle, fonts)
        if place + 1 < len(steps):
            below = top + height + heights[place + 1] / 2
            axes.plot([step.end] * 2, [middle, below], color="#bbbbbb", linewidth=0.8, zorder=1)
        top += height
    _title(figure, head, f"{interval(lead, book)}   {known_at(lead, book)}", tall, fonts)
    axes.set_xlabel(book.text("waterfall.axis"), fontfamily=fonts, fontsize=8, color=_MUTED)
    return figure


def _bare(axes: Axes, steps: Sequence[Step], tall: float) -> None:
    places = [step.end for step in steps]
    # Room on both sides for the numbers beside the bars.
    room = 0.16 * max(max(places) - min(places), 0.5)
    axes.set_xlim(min(places) - room, max(places) + room)
    axes.set_ylim(tall, 0.0)
    axes.set_yticks([])
    axes.tick_params(axis="x", labelsize=8, colors=_MUTED, length=3)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#bbbbbb")


def _label(axes: Axes, step: Step, text: str, middle: float, fonts: Sequence[str]) -> None:
    axes.annotate(
        text,
        xy=(0.0, middle),
        xycoords=("axes fraction", "data"),
        xytext=(-10, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        fontfamily=fonts,
        fontsize=9.5,
        color="#000000" if step.kind in {"start", "end"} else "#333333",
        parse_math=False,
    )


def _bar(axes: Axes, step: Step, middle: float, fonts: Sequence[str]) -> None:
    colour = _COLOURS[step.kind]
    whole = step.kind in {"start", "end"}
    if whole:
        axes.plot([step.end], [middle], marker="D", markersize=7, color=colour, zorder=3)
    else:
        axes.barh(middle, step.effect, left=step.begin, height=0.24, color=colour, zorder=2)
    leftwards = step.kind == "lowers"
    axes.annotate(
        signed(step.end if whole else step.effect),
        xy=(step.end, middle),
        xytext=((-1 if leftwards else 1) * (8 if whole else 4), 0),
        textcoords="offset points",
        ha="right" if leftwards else "left",
        va="center",
        fontfamily=fonts,
        fontsize=8.5,
        color=colour,
    )


def _head(lead: Explanation, book: Phrasebook) -> list[str]:
    name, probability = book.clean(lead.shown_name), book.percent(lead.probability)
    return wrap(drawable(book.text("waterfall.title", name=name, probability=probability)), _TITLE_CELLS)


def _title(figure: Figure, head: list[str], below: str, tall: float, fonts: Sequence[str]) -> None:
    lines = [(text, 0.08 + _TITLE_LINE * (place + 1), 13.0, "#222222") for place, text in enumerate(head)]
    lines.append((below, 0.34 + _TITLE_LINE * len(head), 9.0, _MUTED))
    for text, inches, size, colour in lines:
        figure.text(
            0.03, 1 - inches / tall, text, fontfamily=fonts, fontsize=size, color=colour, parse_math=False
        )


def _write(path: Path, content: bytes) -> None:
    """Write to a temporary name first, so that nobody meets half a picture."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UserError(
            "the picture cannot be written",
            where=str(path),
            got=error.strerror,
            mend="name a file in an existing folder that you may write to",
        ) from error
