"""`qualify explain LEAD --since TIME`: the lead, model and table of then, from where the user says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from qualify.config import Config
from qualify.errors import UserError
from qualify.explain.moved import Moved
from qualify.leads.tables import LeadTables
from qualify.leads.variants import one_lead
from qualify.moments import parse_as_of
from qualify.scorer import Scorer
from serving.batch import Sources, moments_of, read_sources
from serving.lead_changes import explain_change
from serving.lead_view import find_lead
from serving.model_source import load_scorer


@dataclass(frozen=True, slots=True)
class Then:
    """What the user says about then: the time, and where they differ the model and the leads table."""

    since: str
    model: str | None = None
    leads: str | None = None


def read_then(since: str | None, model: str | None, leads: str | None, *, files: bool) -> Then | None:
    """Check the options that belong together.

    Parameters
    ----------
    files
        Whether a picture or a page is asked for as well.

    Raises
    ------
    UserError
        An option needs ``--since`` and it is absent, or does not go with it.
    """
    if since is not None and files:
        raise UserError("a change is told as text or JSON", where="--since", got="--png or --html besides",
                        mend="leave one of them out")  # fmt: skip
    if since is None and (model or leads):
        option = "--since-model" if model else "--since-leads"
        raise UserError("the time of then is missing", where=option, mend="add --since TIME")
    return None if since is None else Then(since, model, leads)


def moved_since(
    scorer: Scorer,
    sources: Sources,
    lead_id: str,
    until: int,
    then: Then,
    language: str,
    *,
    settings: Config | None,
    folder: Path,
) -> Moved:
    """Read the lead as it is and as it was, and split the change of its chance.

    Raises
    ------
    UserError
        As of `find_lead` and `qualify.explain.moved.split_change`.
    """
    old = scorer if then.model is None else load_scorer(then.model, settings, folder)
    lead, tables, row = _read(scorer, sources, lead_id)
    was = lead if old is scorer else _read(old, sources, lead_id)[0]
    earlier = None
    if then.leads is not None:
        earlier = _read(old, replace(sources, leads=then.leads), lead_id)[0]
    moment = parse_as_of(then.since, scorer.parts.schema.data.timezone)
    since = int(moments_of(scorer, tables, moment)[row])
    past = None if old is scorer else (old, was)
    return explain_change(scorer, lead, since, until, language, earlier=earlier, then=past)


def _read(scorer: Scorer, sources: Sources, lead_id: str) -> tuple[LeadTables, LeadTables, int]:
    """Return the lead alone, all leads, and its position."""
    tables, _ = read_sources(scorer, sources)
    row = find_lead(tables, lead_id)
    return one_lead(tables, row), tables, row
