"""What a retraining says on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from training.answers import Joined
from training.retrain import Retrained

_SHOWN_CONFLICTS = 10


def lines_of(done: Retrained) -> Iterator[str]:
    """Yield what became of the answers, what the gate found, and what is in use now."""
    if done.joined is not None:
        yield from _answers(done.joined)
    if done.attempt is not None and done.attempt.ring is not None:
        yield from done.attempt.ring.notes
    yield _headline(done)
    yield from (f"  - {reason}" for reason in done.reasons)


def _headline(done: Retrained) -> str:
    version = None
    if done.attempt is not None and done.attempt.registered is not None:
        version = done.attempt.registered.version
    kept = f"; version {done.previous} stays in use" if done.previous else ""
    return {
        "promoted": f"version {version} is in use (before: version {done.previous})",
        "first": f"version {version} is in use, the first one",
        "refused": f"the gate said no{kept}",
        "unchanged": "nothing has changed, so nothing was done",
        "busy": "nothing was done",
    }[done.status]


def _answers(joined: Joined) -> Iterator[str]:
    if not joined.given:
        return
    unmapped = sum((joined.unmapped or {}).values())
    yield (
        f"{joined.given} answers of sales: {joined.used} added, {joined.known} in the CRM too, "
        f"{joined.late} later than the tables, {unmapped} without a stage of theirs"
    )
    for each in joined.conflicts[:_SHOWN_CONFLICTS]:
        believed = (
            "the answer is later and is believed" if each.believed == "answer" else "the CRM is believed"
        )
        yield f"  lead {each.lead_id}: sales said {each.verdict}, the CRM says {each.stage}; {believed}"
    if len(joined.conflicts) > _SHOWN_CONFLICTS:
        yield f"  and {len(joined.conflicts) - _SHOWN_CONFLICTS} more conflicts"
