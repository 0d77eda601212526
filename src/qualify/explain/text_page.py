"""One lead as text for a terminal, a log or a mail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from qualify.explain.advice import first_steps
from qualify.explain.digest import (
    band_line,
    card_summary,
    counted_lines,
    interval,
    known_at,
    latest_events,
    made_by,
)
from qualify.explain.explanation import Explanation
from qualify.explain.reasons import Reason
from qualify.explain.steps import signed
from qualify.explain.what_if import Change
from qualify.explain.words import Phrasebook, phrasebook
from qualify.explain.wrapping import wrap

_WIDTH = 96
_BAR = 12
_STYLES = {"raises": "blue", "lowers": "dark_orange3"}


def render_text(
    lead: Explanation, language: str, timezone: str = "UTC", *, width: int = _WIDTH, colour: bool = False
) -> str:
    """Tell one lead in lines of text.

    Parameters
    ----------
    lead
        The lead.
    language
        ``en`` or ``ja``.
    timezone
        Whose clock the times are on.
    width
        Columns of the terminal; a Japanese character takes two.
    colour
        Whether to add the escape sequences of a terminal. Without them the text is plain.

    Raises
    ------
    ConfigError
        There are no texts in that language.
    """
    book, paper = phrasebook(language, timezone), StringIO()
    console = Console(
        file=paper,
        width=width,
        force_terminal=colour,
        color_system="256" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for part in _parts(lead, book):
        console.print(_wrapped(part, width))
    return "\n".join(line.rstrip() for line in paper.getvalue().splitlines()) + "\n"


def _parts(lead: Explanation, book: Phrasebook) -> Iterator[RenderableType]:
    yield from _verdict(lead, book)
    yield _heading(book.text("lead.first_step"))
    yield _columns([(f"{place}.", step) for place, step in enumerate(first_steps(lead, book), 1)])
    yield from _why(lead, book)
    if lead.changes is not None:
        yield from _changes(lead, lead.changes, book)
    if lead.facts:
        yield _heading(book.text("lead.facts"))
        yield _columns([(book.clean(label), book.clean(value)) for label, value in lead.facts])
    yield _heading(_pair("lead.card", card_summary(lead, book), book))
    yield _card(lead, book)
    yield _heading(book.text("lead.timeline"))
    yield from _timeline(lead, book)
    yield ""
    yield Text(made_by(lead, book), style="dim")


def _verdict(lead: Explanation, book: Phrasebook) -> Iterator[RenderableType]:
    yield Text(book.text("lead.title", name=book.clean(lead.shown_name)), style="bold")
    if lead.name:
        yield Text(book.clean(lead.lead_id), style="dim")
    probability = book.text("lead.headline", probability=book.percent(lead.probability))
    yield Text(f"{probability}  {interval(lead, book)}", style="bold")
    if lead.target:
        yield book.text("lead.target", target=book.clean(lead.target))
    rank = [] if lead.rank is None else [book.text("lead.rank", n=lead.rank)]
    yield " · ".join([band_line(lead, book), *rank, book.text("lead.score_of", n=lead.score)])
    if lead.stage:
        yield _pair("lead_stage.label", book.stage(lead.stage), book)
    yield book.recommended(lead.recommended_stage)
    yield book.disagreement(lead.disagreement)
    yield Text(known_at(lead, book), style="dim")


def _why(lead: Explanation, book: Phrasebook) -> Iterator[RenderableType]:
    if not lead.reasons:
        yield _heading(book.text("lead.reasons"))
        yield book.text("lead.no_reasons")
        return
    longest = max(abs(reason.contribution) for reason in lead.reasons)
    for side, reasons in (("raises", lead.raising), ("lowers", lead.lowering)):
        yield _heading(book.text(f"lead.{side}"))
        yield _reasons(reasons, side, longest, book) if reasons else book.text(f"lead.no_{side}")
    yield ""
    sums = (("waterfall.other", lead.other), ("lead.fit", lead.fit), ("lead.engagement", lead.engagement))
    for key, size in sums:
        yield _pair(key, signed(size), book)
    yield Text(book.text("lead.effect_note"), style="dim")


def _changes(lead: Explanation, changes: Sequence[Change], book: Phrasebook) -> Iterator[RenderableType]:
    yield _heading(book.text("what_if.heading"))
    if changes:
        yield _columns([("-", change.text) for change in changes])
        yield Text(book.text("what_if.note"), style="dim")
    else:
        yield book.text("what_if.top" if lead.band == "A" else "what_if.none")


def _reasons(reasons: Sequence[Reason], side: str, longest: float, book: Phrasebook) -> Table:
    table = _grid()
    table.add_column(overflow="fold")
    for reason in reasons:
        bar = "█" * max(1, round(_BAR * abs(reason.contribution) / longest))
        fact = book.fact(reason.text, reason.contribution)
        size = Text(signed(reason.contribution), style=_STYLES[side])
        table.add_row(size, Text(bar.ljust(_BAR), style=_STYLES[side]), _told(fact, reason))
    return table


def _told(fact: str, reason: Reason) -> Text:
    text = Text(fact)
    if reason.evidence is not None:
        text.append(f"\n{reason.evidence.text}", style="dim")
    return text


def _card(lead: Explanation, book: Phrasebook) -> RenderableType:
    lines = counted_lines(lead)
    if not lines:
        return book.text("lead.card_none")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(book.text("lead.card_points"), justify="right", no_wrap=True)
    table.add_column(book.text("lead.card_line"), overflow="fold")
    table.add_column(book.text("lead.card_found"), overflow="fold")
    for line in lines:
        table.add_row(book.number(round(line.points, 1)), book.clean(line.label), book.clean(line.found))
    return table


def _timeline(lead: Explanation, book: Phrasebook) -> Iterator[RenderableType]:
    events, earlier = latest_events(lead, book)
    if not events:
        yield book.text("lead.timeline_none")
        return
    yield _columns([(book.time(event.time), book.clean(event.text)) for event in events])
    if earlier:
        yield book.counted("lead.earlier", earlier)


def _wrapped(part: RenderableType, width: int) -> RenderableType:
    """Break plain lines by our own rules, which know where a Japanese line must not break."""
    return "\n".join(wrap(part, width)) if isinstance(part, str) else part


def _pair(key: str, value: str, book: Phrasebook) -> str:
    return book.text("column.sentence", label=book.text(key), value=value)


def _heading(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _grid() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _columns(rows: Iterable[tuple[str, str]]) -> Table:
    table = _grid()
    for row in rows:
        table.add_row(*row)
    return table
