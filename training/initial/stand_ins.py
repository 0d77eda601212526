"""What the place of a row stands for, where the table of leads has no column for it."""

from __future__ import annotations

import numpy as np

from qualify.leads.created import find_sparse_created_at
from qualify.leads.tables import LeadTables
from training.initial.document import Proposal

__all__ = ["stand_ins", "unseen_activities"]

_NEARLY_ALL = 0.9


def stand_ins(proposal: Proposal) -> list[str]:
    """Say in sentences what the row stands for: the lead's id, or when the lead came in."""
    return [*_for_the_id(proposal), *_for_the_time(proposal)]


def _for_the_id(proposal: Proposal) -> list[str]:
    repeated = [name for name, why in proposal.attributes.exclude.items() if why.code == "C007"]
    if repeated:
        why = proposal.attributes.exclude[repeated[0]].evidence
        return [
            f"column {repeated[0]!r} is {why}: each row is taken for a lead, so a lead may be learned from "
            "and judged on; bring one row a lead"
        ]
    if proposal.data.lead_id is None:
        return [
            "no column names the leads: they are numbered by row, so a table in another order names others; "
            "name an id with --id"
        ]
    return []


def _for_the_time(proposal: Proposal) -> list[str]:
    if proposal.data.created_at is not None or proposal.data.order_by is not None:
        return []
    sparse = find_sparse_created_at(proposal.profiles)
    if sparse is None:
        return [
            "no column tells when leads came in: the row stands for time, the oldest lead first; name a "
            "column with `data.created_at` or `data.order_by` if that is wrong"
        ]
    empty = proposal.profiles[sparse].missing_share
    return [
        f"column {sparse!r} is called like the creation, but {empty:.0%} of the rows have no date: the row "
        "stands for time, the oldest lead first; if the rows are in no such order, fill the dates in, or use "
        f"--created-at {sparse!r}, which leaves out the leads without one"
    ]


def unseen_activities(proposal: Proposal, tables: LeadTables) -> list[str]:
    """Say that a label without a time leaves the activities unseen, where they come after the creation."""
    acts = tables.activities
    if not len(acts) or any(target.column is None for target in proposal.targets):
        return []
    lead = np.repeat(np.arange(len(tables)), np.diff(acts.offsets))
    after = float(np.mean(acts.occurred_at > tables.created_at[lead]))
    if after < _NEARLY_ALL:
        return []
    return [
        f"{after:.0%} of the activities come after their lead's creation, and nothing is learned from these: "
        "the label does not say when, so leads are looked at as of their creation; bring the outcome with "
        "its time as a stage (--stages FILE --target-stage STAGE --within-days DAYS) to learn from them"
    ]
