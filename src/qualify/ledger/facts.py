"""A lead's facts: what the user's table says now, over what was known before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from qualify.ledger.records import LeadFacts
from qualify.ledger.values import clean_or_none, searched, to_micros, to_time

_TEXTS = ("name", "company", "source", "stage")
_TIMES = ("stage_since", "created_at", "last_activity_at")
FACT_COLUMNS = ("name", "company", "owner", "owner_given", "source", "stage", *_TIMES, "search")

_NOTHING: Mapping[Any, Any] = dict.fromkeys(FACT_COLUMNS)


def merged(lead_id: str, old: Mapping[Any, Any] | None, facts: LeadFacts | None) -> dict[str, Any]:
    """Return the columns of facts in the table of leads; what is not known now stays as it was.

    An assignment on the desk holds until the user's own table names another owner than it did before.
    """
    known = old or _NOTHING
    row = {name: known[name] for name in FACT_COLUMNS}
    if facts is not None:
        _take(row, facts)
    if old is None or row["name"] != old["name"] or row["company"] != old["company"]:
        row["search"] = searched(lead_id, row["name"], row["company"])
    return row


def _take(row: dict[str, Any], facts: LeadFacts) -> None:
    for name in _TEXTS:
        value = clean_or_none(getattr(facts, name))
        if value is not None:
            row[name] = value
    for name in _TIMES:
        moment = getattr(facts, name)
        if moment is not None:
            row[name] = to_micros(moment)
    owner = clean_or_none(facts.owner)
    if owner is not None and owner != row["owner_given"]:
        row["owner"] = row["owner_given"] = owner


def closed_now(row: Mapping[Any, Any], old: Mapping[Any, Any] | None, closed: Collection[str]) -> bool:
    """Return whether the lead's stage is one after which nothing follows.

    Where nothing is said about the stages that are closed, what was known of the same stage stays.
    """
    if not closed and old is not None and old["stage"] == row["stage"]:
        return bool(old["closed_stage"])
    return row["stage"] in closed


def facts_of(row: Mapping[Any, Any]) -> LeadFacts:
    """Return the facts of a row of the table of leads (times in microseconds)."""
    times = {name: None if row[name] is None else to_time(row[name]) for name in _TIMES}
    return LeadFacts(row["name"], row["company"], row["owner"], row["source"], row["stage"], **times)
