"""One lead, told to a sales person: whom, why, and what to do first."""

from qualify.explain.explanation import CardLine, Event, Explanation
from qualify.explain.html_page import lead_style, render_fragment, render_html
from qualify.explain.text_page import render_text

__all__ = ["CardLine", "Event", "Explanation", "lead_style", "render_fragment", "render_html", "render_text"]
