"""The waterfall as an SVG that fits any width: positions in per cent, letters in pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from markupsafe import Markup

from qualify.explain.explanation import Explanation
from qualify.explain.steps import Step, signed, waterfall_steps
from qualify.explain.words import Phrasebook
from qualify.explain.wrapping import wrap_evenly

_LABEL_CELLS = 44
"""Fits a card on a telephone 390 pixels wide."""

_LINE, _BAR, _GAP = 18, 14, 12
"""Pixels: a line of a label, a bar, and the space below it."""

_MARGIN = 13.0
"""Per cent kept free on both sides for the numbers beside the bars."""

_SHORTEST_SPAN = 0.5
"""Log-odds that the picture spans at least, so that small effects look small."""


def draw_svg(lead: Explanation, book: Phrasebook) -> Markup:
    """Return the waterfall of one lead as an ``<svg>`` element.

    Colours come from the page, by class: ``raises``, ``lowers``, ``start``, ``end``, ``link``, ``number``.
    All texts are escaped.
    """
    steps = waterfall_steps(lead, book)
    place = _scale(steps)
    rows, top, links = [], 0, []
    for index, step in enumerate(steps):
        lines = wrap_evenly(step.label, _LABEL_CELLS)
        bar_top = top + _LINE * len(lines)
        rows += [*_label(lines, top), *_bar(step, place, bar_top)]
        bottom = bar_top + _BAR + _GAP
        if index + 1 < len(steps):
            next_lines = len(wrap_evenly(steps[index + 1].label, _LABEL_CELLS))
            links.append(_link(place(step.end), bar_top + _BAR, bottom + _LINE * next_lines))
        top = bottom
    caption = book.text("waterfall.caption")
    head = Markup('<svg class="waterfall" role="img" aria-label="{}" width="100%" height="{}">').format(
        caption, top
    )
    return head + Markup("").join([*links, *rows]) + Markup("</svg>")


def draw_interval(lead: Explanation, label: str) -> Markup:
    """Return the interval of the probability as a slim ``<svg>`` bar from 0 to 100 %."""
    low, high, middle = (
        100 * share for share in (lead.probability_low, lead.probability_high, lead.probability)
    )
    return Markup(
        '<svg class="interval" role="img" aria-label="{}" width="100%" height="16">'
        '<rect class="track" x="0" y="6" width="100%" height="4" rx="2"/>'
        '<rect class="range" x="{:.1f}%" y="4" width="{:.1f}%" height="8" rx="4"/>'
        '<circle class="point" cx="{:.1f}%" cy="8" r="6"/></svg>'
    ).format(label, low, max(high - low, 0.5), middle)


def _scale(steps: tuple[Step, ...]) -> Callable[[float], float]:
    """Return the function from log-odds to per cent of the width."""
    places = [step.end for step in steps]
    low, span = min(places), max(max(places) - min(places), _SHORTEST_SPAN)
    return lambda size: _MARGIN + (100.0 - 2 * _MARGIN) * (size - low) / span


def _label(lines: list[str], top: int) -> Iterator[Markup]:
    for number, line in enumerate(lines):
        yield Markup('<text x="0" y="{}">{}</text>').format(top + _LINE * number + 13, line)


def _bar(step: Step, place: Callable[[float], float], top: int) -> Iterator[Markup]:
    begin, end = place(step.begin), place(step.end)
    if step.kind in {"start", "end"}:
        yield Markup('<circle class="{}" cx="{:.2f}%" cy="{}" r="5"/>').format(
            step.kind, end, top + _BAR // 2
        )
    else:
        yield Markup('<rect class="{}" x="{:.2f}%" y="{}" width="{:.2f}%" height="{}"/>').format(
            step.kind, min(begin, end), top, max(abs(end - begin), 0.3), _BAR
        )
    leftwards = step.kind == "lowers"
    yield Markup('<text class="number" x="{:.2f}%" dx="{}" y="{}" text-anchor="{}">{}</text>').format(
        end,
        -9 if leftwards else 9,
        top + 11,
        "end" if leftwards else "start",
        signed(step.end if step.kind in {"start", "end"} else step.effect),
    )


def _link(place: float, top: int, bottom: int) -> Markup:
    return Markup('<line class="link" x1="{0:.2f}%" x2="{0:.2f}%" y1="{1}" y2="{2}"/>').format(
        place, top, bottom
    )
