"""Small pictures as SVG without style: colours come from the style sheet, by class."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

__all__ = ["interval_bar", "share_bar", "sparkline"]

_WIDTH, _HEIGHT, _PAD = 240.0, 48.0, 5.0


def interval_bar(low: float, high: float, middle: float) -> Markup:
    """Return a probability with its interval as a slim bar from 0 to 100 %; the text beside it says the same.

    Examples
    --------
    >>> "aria-hidden" in interval_bar(0.2, 0.5, 0.4)
    True
    """
    return Markup(
        '<svg class="interval" aria-hidden="true" focusable="false" width="100%" height="12">'
        '<rect class="track" x="0" y="4" width="100%" height="4" rx="2"/>'
        '<rect class="range" x="{:.1f}%" y="2" width="{:.1f}%" height="8" rx="4"/>'
        '<circle class="point" cx="{:.1f}%" cy="6" r="5"/></svg>'
    ).format(100 * low, max(100 * (high - low), 0.8), 100 * middle)


def share_bar(share: float) -> Markup:
    """Return a bar whose length is a share of the whole width."""
    return Markup(
        '<svg class="share" aria-hidden="true" focusable="false" width="100%" height="5">'
        '<rect class="fill" width="{:.1f}%" height="5" rx="2"/></svg>'
    ).format(100 * min(max(share, 0.0), 1.0))


def sparkline(times: Sequence[float], values: Sequence[float], label: str) -> Markup:
    """Return values over time as a line with its points.

    Parameters
    ----------
    times
        Rising, any unit, shape (points,).
    values
        Not below zero, shape (points,); the picture spans from zero to the largest.
    label
        What the picture shows, for readers who do not see it.
    """
    begin, span = times[0], max(times[-1] - times[0], 1e-9)
    top = max(*values, 1e-9)
    places = [
        (
            _PAD + (_WIDTH - 2 * _PAD) * (time - begin) / span,
            _HEIGHT - _PAD - (_HEIGHT - 2 * _PAD) * value / top,
        )
        for time, value in zip(times, values, strict=True)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = Markup("").join(
        Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.5"/>').format(x, y) for x, y in places
    )
    return (
        Markup('<svg class="spark" role="img" aria-label="{}" viewBox="0 0 {:.0f} {:.0f}">').format(
            label, _WIDTH, _HEIGHT
        )
        + Markup('<line class="zero" x1="0" x2="{:.0f}" y1="{y:.0f}" y2="{y:.0f}"/>').format(
            _WIDTH, y=_HEIGHT - _PAD
        )
        + Markup('<polyline points="{}"/>').format(line)
        + dots
        + Markup("</svg>")
    )
