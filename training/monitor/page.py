"""The look as one HTML file, in the report's visual language: no script, no link, nothing to load."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from qualify.leads.local_times import write_day
from training.monitor.look import Watched
from training.monitor.words import alarm_text, field_rows, figure_rows, sizes, staleness_rows
from training.plots.texts import report_texts
from training.report.numbers import count, percent

__all__ = ["render"]

_COLUMNS = ("promised", "expected_matured", "observed", "reference", "recent")


def render(watched: Watched) -> str:
    """Return the page; the same look gives the same text."""
    texts = report_texts(watched.language)
    span = watched.span
    return _template().render(
        t=texts.say,
        language=watched.language,
        watched=watched,
        day=write_day(watched.as_of, watched.timezone),
        state="manual" if not watched.alarms else "rules",
        alarmed=any(alarm.level == "alarm" for alarm in watched.alarms),
        findings=[(texts[f"monitor.level.{a.level}"], alarm_text(a, watched)) for a in watched.alarms],
        tiles=staleness_rows(watched),
        sizes=sizes(watched),
        periods=None
        if span is None
        else [write_day(t, watched.timezone) for t in (span.begins, span.ends, span.recent, span.data_ends)],
        score=None if watched.scores is None else watched.scores,
        fields=field_rows(watched),
        columns=[texts[f"monitor.column.{name}"] for name in _COLUMNS],
        figures=figure_rows(watched),
        rejects=[(code, count(number)) for code, number in watched.rejects.items()],
        rejected=percent(watched.rejected_share),
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("training", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("monitor.html")
