"""The queue: from the address to the ledger's query, and from its rows to the page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from qualify.ledger import REASONS, Facets, QueuePage, QueueQuery
from serving.pages.filters import ANSWERED, BANDS, DISAGREEMENTS, WAITING, Filters
from serving.pages.queue_view import show_row
from serving.pages.retell import Retelling
from serving.pages.target import say_target

if TYPE_CHECKING:
    from serving.access import Actor
    from serving.pages.site import Visit

__all__ = ["NO_OWNER", "queue_query", "show_queue"]

NO_OWNER = "~"
"""Value of the filter `owner` for leads without one."""

_ROWS = 40
_ANSWERED = {"todo": False, "answered": True, "all": None}


@dataclass(frozen=True, slots=True)
class Choice:
    """One drop-down of the filters."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence above the list."""

    text: str
    link: str = ""
    alarm: bool = False


def queue_query(filters: Filters, actor: Actor, limit_hours: float, cursor: str | None = None) -> QueueQuery:
    """Return what the ledger is asked; sales people get their own leads and those of nobody."""
    owner = "" if filters.owner == NO_OWNER else filters.owner or None
    return QueueQuery(
        bands=filters.band,
        stages=(filters.stage,) if filters.stage else (),
        recommended_stages=(filters.recommended,) if filters.recommended else (),
        owner=owner,
        visible_to=actor.name if actor.role == "sales" else None,
        source=filters.source or None,
        disagreement=filters.disagreement or None,
        waiting=filters.waiting or None,  # type: ignore[arg-type]
        limit_hours=limit_hours,
        answered=_ANSWERED[filters.answered],
        q=filters.q or None,
        fit_bin=filters.fit,
        engagement_bin=filters.engagement,
        limit=_ROWS,
        cursor=cursor,
    )


def show_queue(visit: Visit, filters: Filters, cursor: str | None, retelling: Retelling) -> dict[str, Any]:
    """Gather what the queue's template shows."""
    ledger, desk, words = visit.site.runtime.ledger, visit.site.desk, visit.words
    query = queue_query(filters, visit.actor, desk.approach_within_hours, cursor)
    counted = visit.site.counts.begin("facets", ledger.facets)  # as long as the rest of the page takes
    page, scorer = ledger.queue(query), visit.site.runtime.models.scorer
    told = retelling.tell(page.rows, scorer, ledger, words.book)
    rows = [replace(row, reasons=told.get(row.lead_id, row.reasons)) for row in page.rows]
    limit = timedelta(hours=desk.approach_within_hours)
    summary = _summary(visit, query, page, filters, say_target(scorer, words))
    shown = [show_row(row, words, visit.now, limit) for row in rows]
    facets = counted()
    return {
        "filters": filters,
        "rows": shown,
        "summary": summary,
        "bands": [
            (band, None if visit.actor.role == "sales" else facets.bands.get(band, 0)) for band in BANDS
        ],
        "choices": _choices(visit, filters, facets),
        "chips": [(_chip(visit, filters, name), filters.without(name).link()) for name in filters.set_names],
        "next_link": filters.link(page.next_cursor) if page.next_cursor else None,
        "next_count": min(_ROWS, page.total - rows[-1].rank) if rows else 0,
        "paged": cursor is not None,
        "empty": _emptiness(filters, facets),
        "reasons": REASONS,
    }


def _summary(
    visit: Visit, query: QueueQuery, page: QueuePage, filters: Filters, target: str
) -> list[Sentence]:
    """Say in a few words what is in the list, and whether somebody waits too long."""
    words, desk = visit.words, visit.site.desk
    said = [Sentence(words.counted("queue.count", page.total))]
    if target:
        said.append(Sentence(words.text("queue.target", target=target)))
    if filters.waiting != "over_limit" and page.total:
        asked = replace(query, waiting="over_limit", cursor=None, limit=1)
        over = visit.site.counts.get(asked, lambda: visit.site.runtime.ledger.queue(asked).total)
        span = words.span(timedelta(hours=desk.approach_within_hours))
        text = words.counted("queue.over", over, span=span)
        link = replace(filters, waiting="over_limit").link() if over else ""
        said.append(Sentence(text, link, alarm=over > 0))
    newest = max((row.as_of for row in page.rows), default=None)
    if newest is not None:
        stale = visit.now - newest > timedelta(days=visit.site.runtime.fresh_days)
        key = "queue.stale" if stale else "queue.as_of"
        said.append(Sentence(words.text(key, time=words.ago(newest, visit.now)), alarm=stale))
    in_use = visit.site.runtime.models.scorer.version
    others = sum(row.model_version != in_use for row in page.rows)
    if others:
        said.append(Sentence(words.counted("queue.other_model", others), alarm=True))
    return said


def _choices(visit: Visit, filters: Filters, facets: Facets) -> list[Choice]:
    words, span = visit.words, _limit_span(visit)
    anything = ("", words.text("filter.any"))
    clean = words.book.clean
    stages, recommended = (
        tuple((stage, _with_count(visit, words.stage(stage), n)) for stage, n in counts.items())
        for counts in (facets.stages, facets.recommended_stages)
    )
    sources = tuple((name, _with_count(visit, clean(name), n)) for name, n in facets.sources.items())
    options = {
        "stage": (anything, *stages),
        "recommended": (anything, *recommended),
        "owner": (anything, *_owners(visit, facets)),
        "source": (anything, *sources),
        "waiting": (anything, *((each, words.text(f"waiting.{each}", span=span)) for each in WAITING)),
        "disagreement": (anything, *((each, words.text(f"disagreement.{each}")) for each in DISAGREEMENTS)),
        "answered": tuple((each, words.text(f"answered.{each}")) for each in ANSWERED),
    }
    return [
        Choice(
            name,
            words.text(f"filter.{name}"),
            _with_chosen(found, getattr(filters, name), _say_value(visit, name, getattr(filters, name))),
            getattr(filters, name),
        )
        for name, found in options.items()
        if len(found) > 1
    ]


def _owners(visit: Visit, facets: Facets) -> tuple[tuple[str, str], ...]:
    """Return the owners to choose from; sales people choose between themselves and nobody."""
    nobody = (NO_OWNER, visit.words.text("owner.none"))
    clean = visit.words.book.clean
    if visit.actor.role == "sales":
        return (visit.actor.name, clean(visit.actor.name)), nobody
    return (nobody, *((name, _with_count(visit, clean(name), n)) for name, n in facets.owners.items()))


def _with_count(visit: Visit, label: str, count: int) -> str:
    if visit.actor.role == "sales":
        return label
    return visit.words.text("filter.option", label=label, n=visit.words.number(count))


def _with_chosen(options: tuple[tuple[str, str], ...], chosen: str, said: str) -> tuple[tuple[str, str], ...]:
    """Keep what the address names among the options, where no open lead has it any more."""
    return options if any(value == chosen for value, _ in options) else (*options, (chosen, said))


def _chip(visit: Visit, filters: Filters, name: str) -> str:
    """Say one filter that is set."""
    words = visit.words
    if name == "band":
        return words.text("filter.band", value=words.text("comma").join(filters.band))
    if name == "fit":
        levels = {
            side: words.text("filter.any") if level is None else words.text(f"grid.level.{level}")
            for side, level in (("fit", filters.fit), ("engagement", filters.engagement))
        }
        return words.text("filter.cell", **levels)
    value = str(getattr(filters, name))
    if name == "q":
        return words.text("filter.q", value=words.book.clean(value))
    if name in {"disagreement"}:
        return words.text(f"disagreement.{value}")
    return words.text("filter.of", label=words.text(f"filter.{name}"), value=_say_value(visit, name, value))


def _say_value(visit: Visit, name: str, value: str) -> str:
    words = visit.words
    if name in {"stage", "recommended"}:
        return words.stage(value)
    if name == "owner" and value == NO_OWNER:
        return words.text("owner.none")
    if name == "waiting" and value:
        return words.text(f"waiting.{value}", span=_limit_span(visit))
    return words.text(f"answered.{value}") if name == "answered" and value else words.book.clean(value)


def _limit_span(visit: Visit) -> str:
    return visit.words.span(timedelta(hours=visit.site.desk.approach_within_hours))


def _emptiness(filters: Filters, facets: Facets) -> str:
    """Say why a list is empty: nothing was ever scored, all is done, or the filters leave nothing."""
    if filters.set_names:
        return "filtered"
    return "done" if facets.stored else "nothing"
