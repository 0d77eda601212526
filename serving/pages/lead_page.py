"""One lead as the page shows it: the score, why, what moved it, who did what."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from qualify.decide.words import load_words
from qualify.explain import digest
from qualify.explain.advice import first_steps
from qualify.explain.svg import draw_svg
from qualify.ledger import REASONS, LeadRecord
from serving.pages.about import list_attributes
from serving.pages.contact import list_contacts
from serving.pages.happenings import list_happenings
from serving.pages.moves import draw_history, list_moves
from serving.pages.pictures import interval_bar
from serving.pages.queue_view import ShownReason, show_picked, show_reasons, show_waiting
from serving.pages.steps import steps_left
from serving.pages.target import say_aim, say_headline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qualify.explain.explanation import Explanation
    from qualify.explain.reasons import Reason
    from qualify.scorer import Scorer
    from serving.pages.site import Visit
    from serving.pages.stories import Stories
    from serving.pages.words import Words

__all__ = ["name_of", "show_lead"]

_SAME = 1e-6


def name_of(record: LeadRecord, words: Words) -> str:
    """Return what the pages call a lead: its name, its company or its id."""
    return words.book.clean(record.facts.name or record.facts.company or record.lead_id)


def show_lead(visit: Visit, record: LeadRecord, stories: Stories) -> dict[str, Any]:
    """Gather what the template of a lead shows."""
    words, ledger = visit.words, visit.site.runtime.ledger
    scorer: Scorer | None = visit.site.runtime.models.scorer
    story = stories.tell(record, scorer, ledger, words.language)
    history, document = ledger.history(record.lead_id), ledger.document(record.lead_id)
    columns = {} if scorer is None else scorer.parts.schema.columns
    limit = timedelta(hours=visit.site.desk.approach_within_hours)
    return {
        "record": record,
        "score": record.score,
        "name": name_of(record, words),
        "who": _who(record, words),
        "headline": say_headline(scorer, float(record.score["probability"]), words),
        "bar": interval_bar(*(float(record.score[f"probability{part}"]) for part in ("_low", "_high", ""))),
        "waiting": show_waiting(record.waiting_since, words, visit.now, limit) if record.open else None,
        "picked": show_picked(record.score.get("picked_by_lot"), str(record.score["band"]), words),
        "further": _further(record, scorer, words),
        "note": _note(record, story, scorer, words),
        "stale": _stale(visit, record),
        "moves": list_moves(history, words),
        "spark": draw_history(history, words),
        "events": list_happenings(ledger.events(record.lead_id), words),
        "about": list_attributes(document, scorer, words),
        "contacts": list_contacts(document, visit.site.desk, columns, words),
        "reasons": REASONS,
        "owners": _owners(visit),
        **_why(record, story, words),
    }


def _who(record: LeadRecord, words: Words) -> list[str]:
    facts, clean = record.facts, words.book.clean
    name = name_of(record, words)
    parts = (facts.company, record.lead_id)
    return [clean(part) for part in parts if part and clean(part) != name]


def _why(record: LeadRecord, story: Explanation | None, words: Words) -> dict[str, Any]:
    """Return the reasons with all that belongs to them; without a story, the stored ones alone."""
    book = words.book
    if story is None:
        shown = show_reasons(record.score["reasons"], words)
        told: dict[str, Any] = {"steps": (), "waterfall": "", "card": (), "timeline": (), "earlier": 0,
                                "cause": ()}  # fmt: skip
    else:
        shown = tuple(_shown(reason, words) for reason in story.reasons)
        events, earlier = digest.latest_events(story, book)
        told = {
            "steps": steps_left(first_steps(story, book), story, record, words),
            "waterfall": draw_svg(story, book),
            "card": [(line, words.points(line.points)) for line in digest.counted_lines(story)],
            "timeline": [(event.time, book.clean(event.text)) for event in events],
            "earlier": earlier,
            "cause": _cause(record, story),
        }
    return {"sides": _sides(shown), "story": story, **told}


def _cause(record: LeadRecord, story: Explanation) -> tuple[str, ...]:
    """Return why the stage is recommended, where the model in use recommends what the stored score says."""
    return story.cause if story.recommended_stage == record.score["recommended_stage"] else ()


def _shown(reason: Reason, words: Words) -> ShownReason:
    size = reason.contribution
    text = words.book.fact(reason.text, size)
    past = "" if reason.evidence is None else reason.evidence.text
    return ShownReason(text, "raises" if size > 0 else "lowers", str(words.book.strength(size)), past)


def _sides(shown: Sequence[ShownReason]) -> list[tuple[str, list[ShownReason]]]:
    return [(side, [reason for reason in shown if reason.side == side]) for side in ("raises", "lowers")]


def _further(record: LeadRecord, scorer: Scorer | None, words: Words) -> list[tuple[str, str]]:
    """Return the chances of the targets after the first."""
    if scorer is None:
        return []
    targets = scorer.parts.schema.targets[1:]
    chances = [(say_aim(target, words), record.score.get(f"p_{target.name}")) for target in targets]
    return [(aim, words.percent(float(chance))) for aim, chance in chances if chance is not None]


def _note(record: LeadRecord, story: Explanation | None, scorer: Scorer | None, words: Words) -> str:
    """Say what the page cannot show, or shows from another model than the score's."""
    if scorer is None:
        return words.text("lead.no_model")
    if story is None:
        return words.text("lead.no_document")
    if abs(story.probability - float(record.score["probability"])) > _SAME:
        return words.text("lead.other_model", probability=words.percent(story.probability))
    return ""


def _stale(visit: Visit, record: LeadRecord) -> str:
    """Ask for a new score where the stage that the scorecard recommends rests on a stale one."""
    words, stage = visit.words, record.score["recommended_stage"]
    freshness = visit.site.runtime.freshness(record, visit.now)
    return freshness.warning(stage, load_words(words.language), words.book)


def _owners(visit: Visit) -> list[str]:
    """Return whom a lead can be given to; sales people take leads for themselves only."""
    if visit.actor.role == "sales":
        return []
    return sorted(visit.site.counts.get("facets", visit.site.runtime.ledger.facets).owners)
