"""What a retraining says on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from training.answers import Joined
from training.recalibration import Recalibration
from training.retrain import Retrained
from training.words import learned_from_lines

_SHOWN_CONFLICTS = 10


def lines_of(done: Retrained) -> Iterator[str]:
    """Yield what became of the answers, what the gate found, and what is in use now."""
    if done.joined is not None:
        yield from _answers(done.joined)
    if done.attempt is not None:
        yield from learned_from_lines(done.attempt.trained)
        if done.attempt.ring is not None:
            yield from done.attempt.ring.notes
    yield _headline(done)
    yield from (f"  - {reason}" for reason in done.reasons)


def _headline(done: Retrained) -> str:
    version = done.version
    kept = f"; version {done.previous} stays in use" if done.previous else ""
    return {
        "promoted": f"version {version} is in use (before: version {done.previous})",
        "recalibrated": f"version {version} is in use: version {done.previous} with a new calibration",
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


def recalibration_lines(done: Recalibration) -> Iterator[str]:
    """Yield what a recalibration found and what is in use now."""
    if done.ring is not None:
        yield from done.ring.notes
    kept = f"version {done.previous} stays in use" if done.previous else "nothing was done"
    yield {
        "recalibrated": f"version {done.version} is in use: version {done.previous} with a new calibration",
        "unneeded": f"no new calibration is needed; {kept}",
        "refused": f"the gate said no; {kept}",
        "unchanged": f"nothing has changed; {kept}",
        "busy": "nothing was done",
    }[done.status]
    yield from (f"  - {reason}" for reason in done.reasons)
    if done.metrics is not None:
        before, after = (done.metrics[who]["ece"] for who in ("champion", "challenger"))
        yield f"  calibration error {before.value:.4f} as it was, {after.value:.4f} with recalibration"
