"""The hand-off package as Markdown and as HTML; what a user wrote can form neither."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

    from qualify.decide.handoff_sections import Section

__all__ = ["render_html", "render_markdown"]

_MARKS = re.compile(r"([\\`*_\[\]<>#|~!&])")
"""What Markdown would read as a format, a link, or HTML."""


def render_markdown(title: str, sections: Sequence[Section]) -> str:
    """Return the sections as headings and lists."""
    lines = [f"# {_plain(title)}"]
    for section in sections:
        lines += ["", f"## {_plain(section.heading)}", ""]
        lines += [
            f"{f'{place}.' if section.numbered else '-'} {_plain(line)}"
            for place, line in enumerate(section.lines, 1)
        ]
    return "\n".join(lines) + "\n"


def render_html(title: str, sections: Sequence[Section], language: str, *, fragment: bool) -> str:
    """Return the sections as a page, or as a fragment for a page that brings its own head and style."""
    name = "handoff_body.html.j2" if fragment else "handoff.html.j2"
    return _environment().get_template(name).render(title=title, sections=sections, language=language)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("qualify.decide", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
