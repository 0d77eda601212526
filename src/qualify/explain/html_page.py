"""One lead as a web page that needs nothing from outside: no script, no picture, no font."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from qualify.explain import digest
from qualify.explain.advice import first_steps
from qualify.explain.explanation import Explanation
from qualify.explain.reasons import Reason
from qualify.explain.steps import signed
from qualify.explain.svg import draw_interval, draw_svg
from qualify.explain.words import Phrasebook, phrasebook


@dataclass(frozen=True, slots=True)
class _ShownReason:
    """A reason as the page shows it; `share` is the length of its bar in per cent."""

    fact: str
    strength: str
    effect: str
    share: float
    past: str


def render_html(lead: Explanation, language: str, timezone: str = "UTC") -> str:
    """Return one lead as a whole HTML page.

    Times are those of the time zone. Every text of the lead is escaped; the page has its own style, for light
    and dark, and fits a telephone.

    Raises
    ------
    ConfigError
        There are no texts in that language.
    """
    return _environment().get_template("lead.html.j2").render(_view(lead, phrasebook(language, timezone)))


def render_fragment(lead: Explanation, language: str, timezone: str = "UTC") -> str:
    """Return the same as `render_html` without the page around it, for a page that brings its own.

    The style is in `lead_style`.
    """
    return (
        _environment().get_template("lead_body.html.j2").render(_view(lead, phrasebook(language, timezone)))
    )


def lead_style() -> str:
    """Return the style sheet of a lead's page; every rule in it is about elements inside ``.lead``."""
    return _environment().get_template("lead.css").render()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    loader = PackageLoader("qualify.explain", "templates")
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _view(lead: Explanation, book: Phrasebook) -> dict[str, object]:
    """Gather what the templates show; they hold no logic but loops."""
    events, earlier = digest.latest_events(lead, book)
    interval = digest.interval(lead, book)
    return {
        "lead": lead,
        "t": book.text,
        "book": book,
        "language": book.language,
        "name": book.clean(lead.shown_name),
        "probability": book.percent(lead.probability),
        "interval": interval,
        "interval_bar": draw_interval(lead, interval),
        "known_at": digest.known_at(lead, book),
        "steps": first_steps(lead, book),
        "sides": (
            ("raises", "▲", _shown(lead.raising, lead, book)),
            ("lowers", "▼", _shown(lead.lowering, lead, book)),
        ),
        "parts": [
            (book.text(f"lead.{part}"), signed(size), str(book.strength(size))) for part, size in _parts(lead)
        ],
        "changes": [change.text for change in lead.changes or ()],
        "waterfall": draw_svg(lead, book),
        "card": [(line, book.number(round(line.points, 1))) for line in digest.counted_lines(lead)],
        "card_summary": digest.card_summary(lead, book),
        "events": [(book.time(event.time), book.clean(event.text)) for event in events],
        "earlier": book.counted("lead.earlier", earlier) if earlier else None,
        "facts": [(book.clean(label), book.clean(value)) for label, value in lead.facts],
        "made_by": digest.made_by(lead, book),
        "style": Markup(lead_style()),
    }


def _parts(lead: Explanation) -> tuple[tuple[str, float], ...]:
    return ("fit", lead.fit), ("engagement", lead.engagement)


def _shown(reasons: Sequence[Reason], lead: Explanation, book: Phrasebook) -> list[_ShownReason]:
    longest = max((abs(reason.contribution) for reason in lead.reasons), default=1.0)
    return [
        _ShownReason(
            fact=book.fact(reason.text, reason.contribution),
            strength=str(book.strength(reason.contribution)),
            effect=signed(reason.contribution),
            share=round(100 * abs(reason.contribution) / longest, 1),
            past=reason.evidence.text if reason.evidence is not None else "",
        )
        for reason in reasons
    ]
