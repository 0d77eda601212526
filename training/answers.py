"""The answers of sales joined with the CRM: what each teaches, and which of the two is believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from qualify.config import Config, Target
from qualify.decide.sales_work import Answers, read_answers
from qualify.decide.stage_roles import find_roles
from qualify.labels.flat import word_outcomes
from qualify.labels.snapshots import end_of_data
from qualify.leads.event_order import event_order
from qualify.leads.tables import NO_TIME, Column, FloatArray, IntArray, LeadTables, Stages

_ROLES: Mapping[str, tuple[str, ...]] = {
    "accepted": ("accepted",),
    "meeting_booked": ("meeting", "accepted"),
    "won": ("won",),
    "lost": ("lost",),
    "rejected": ("rejected", "recycled"),
    "recycled": ("recycled",),
}
"""Which part of the funnel a verdict means, best first; one that no stage stands for teaches nothing."""

_AGAINST = {"won": "lost", "lost": "won", "rejected": "won", "recycled": "won"}
"""Verdicts and the part of the stages that contradicts them."""

_RETURNING = ("rejected", "recycled")
"""What came before a win does not contradict it."""

MOST_CONFLICTS = 200


@dataclass(frozen=True, slots=True)
class Conflict:
    """An answer and a stage that cannot both be so; `believed` is ``crm`` or ``answer``."""

    lead_id: str
    verdict: str
    answered_at: datetime
    stage: str
    known_at: datetime | None
    believed: str


@dataclass(frozen=True)
class Joined:
    """The tables with the answers in them.

    Parameters
    ----------
    given, used
        Answers that stand, and those that added something.
    late
        Answers later than anything in the tables: they wait for newer tables, because a horizon that the
        tables do not cover would make every other lead look lost.
    known
        Answers that the CRM says as well.
    unmapped
        Answers by verdict for which no stage stands.
    """

    tables: LeadTables
    given: int = 0
    used: int = 0
    late: int = 0
    known: int = 0
    unmapped: Mapping[str, int] | None = None
    conflicts: tuple[Conflict, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the counts and the conflicts for JSON."""
        return {
            "given": self.given, "used": self.used, "later_than_tables": self.late, "in_crm_too": self.known,
            "unmapped": dict(self.unmapped or {}), "conflicts": [asdict(each) for each in self.conflicts],
        }  # fmt: skip


def join_answers(config: Config, tables: LeadTables, answers: pa.Table | None) -> Joined:
    """Add what sales said to what the CRM holds.

    Parameters
    ----------
    answers
        As of ``Ledger.answers()``; None: no ledger.

    Notes
    -----
    With stages, an answer becomes an entry of the stage that its verdict stands for, entered and known at the
    answer's time, so that the two clocks hold. Where the CRM holds that stage already, its entry stands.
    Where the two contradict each other (won against lost, or sent back after it was won),
    `training.conflicts` says who is believed: by default the CRM, unless the answer is later than what the
    CRM last knew of it. A lead that was sent back and won later is no contradiction. In a flat table won,
    lost and rejected fill labels that are empty; one that is there stands unless sales are to be believed,
    because nobody knows when it was written.
    """
    if config.flat:
        return _into_labels(config, tables, read_answers(answers, tables, _END_OF_TIME))
    end = end_of_data(tables)
    found = read_answers(answers, tables, _END_OF_TIME)
    late = int(np.count_nonzero(found.at > end))
    return replace(_into_stages(config, tables, _until(found, end)), given=len(found.at), late=late)


_END_OF_TIME = int(np.iinfo(np.int64).max)


def _until(answers: Answers, end: int) -> Answers:
    kept = answers.at <= end
    return Answers(
        answers.lead[kept], answers.at[kept], answers.verdict[kept], answers.verdicts, answers.reason[kept]
    )


def _into_stages(config: Config, tables: LeadTables, answers: Answers) -> Joined:
    roles = find_roles(config.stages, config.targets, tables.stages.stages)
    added: dict[tuple[int, str], int] = {}
    unmapped: Counter[str] = Counter()
    conflicts: list[Conflict] = []
    known = 0
    for k in np.argsort(answers.at, kind="stable"):
        lead, at = int(answers.lead[k]), int(answers.at[k])
        verdict = answers.verdicts[answers.verdict[k]]
        stage = next((roles[role] for role in _ROLES[verdict] if role in roles), None)
        if stage is None:
            unmapped[verdict] += 1
            continue
        entries = _entries(tables.stages, lead)
        against = _contradicting(entries, verdict, at, roles)
        if against is not None:
            conflicts.append(_conflict(tables, lead, verdict, at, against, config.training.conflicts))
            if conflicts[-1].believed == "crm":
                continue
        if against is None and stage in entries:
            known += 1
            continue
        added.setdefault((lead, stage), at)
    leads = np.array([lead for lead, _ in added], dtype=np.int64)
    times = np.array(list(added.values()), dtype=np.int64)
    stages = add_stages(tables.stages, leads, [stage for _, stage in added], times)
    return Joined(
        replace(tables, stages=stages), used=len(added), known=known, unmapped=dict(unmapped),
        conflicts=tuple(conflicts[:MOST_CONFLICTS]),
    )  # fmt: skip


def _entries(stages: Stages, lead: int) -> dict[str, int]:
    """Return the latest moment at which each stage of a lead became known."""
    found: dict[str, int] = {}
    for i in range(int(stages.offsets[lead]), int(stages.offsets[lead + 1])):
        name = stages.stages[stages.stage[i]]
        found[name] = max(int(stages.known_at[i]), found.get(name, NO_TIME))
    return found


def _contradicting(
    entries: Mapping[str, int], verdict: str, at: int, roles: Mapping[str, str]
) -> tuple[str, int] | None:
    """Return the stage that contradicts an answer, and when it was known."""
    stage = roles.get(_AGAINST.get(verdict, ""))
    if stage is None or stage not in entries:
        return None
    known = entries[stage]
    return None if verdict in _RETURNING and at <= known else (stage, known)


def _conflict(
    tables: LeadTables, lead: int, verdict: str, at: int, against: tuple[str, int], rule: str
) -> Conflict:
    stage, known = against
    believed = "answer" if rule == "sales" or (rule == "later" and at > known) else "crm"
    return Conflict(str(tables.lead_id[lead]), verdict, _time(at), stage, _time(known), believed)


def add_stages(stages: Stages, lead: IntArray, names: list[str], at: IntArray) -> Stages:
    """Return the stages with further entries, entered and known at one time, in their place."""
    if not len(lead):
        return stages
    words = tuple(dict.fromkeys([*stages.stages, *names]))
    place = {word: k for k, word in enumerate(words)}
    owner = np.concatenate([np.repeat(np.arange(len(stages.offsets) - 1), np.diff(stages.offsets)), lead])
    entered, known = np.concatenate([stages.entered_at, at]), np.concatenate([stages.known_at, at])
    codes = np.concatenate([stages.stage, np.array([place[name] for name in names], dtype=np.int32)])
    reason = np.concatenate([stages.reason, np.full(len(lead), -1, dtype=np.int32)])
    order = event_order(owner, entered, (known,))
    offsets = np.zeros(len(stages.offsets), dtype=np.int64)
    np.cumsum(np.bincount(owner, minlength=len(stages.offsets) - 1), out=offsets[1:])
    return Stages(offsets, codes[order], words, entered[order], known[order], reason[order], stages.reasons)


def _into_labels(config: Config, tables: LeadTables, answers: Answers) -> Joined:
    """Fill the empty labels of the first target from won, lost and rejected."""
    target = config.targets[0]
    column = tables.columns[str(target.column)]
    meant = word_outcomes(column.vocabulary, target)
    codes, conflicts, used, known = column.codes.copy(), [], 0, 0
    unmapped: Counter[str] = Counter()
    for k in np.argsort(answers.at, kind="stable"):
        lead, verdict = int(answers.lead[k]), answers.verdicts[answers.verdict[k]]
        code = _label_code(column, target, meant, verdict)
        if code is None:
            unmapped[verdict] += 1
        elif np.isnan(meant[column.codes[lead]]):
            used += int(codes[lead] == column.codes[lead])
            codes[lead] = code
        elif meant[column.codes[lead]] == meant[code]:
            known += 1
        else:
            held = column.vocabulary[int(column.codes[lead])] if column.codes[lead] >= 0 else ""
            at = _time(int(answers.at[k]))
            believed = "answer" if config.training.conflicts == "sales" else "crm"
            conflicts.append(Conflict(str(tables.lead_id[lead]), verdict, at, held, None, believed))
            if believed == "answer":
                used += int(codes[lead] == column.codes[lead])
                codes[lead] = code
    filled = {**tables.columns, str(target.column): Column(column.kind, codes, column.vocabulary)}
    return Joined(
        replace(tables, columns=filled), len(answers.at), used, 0, known, dict(unmapped),
        tuple(conflicts[:MOST_CONFLICTS]),
    )  # fmt: skip


def _label_code(column: Column, target: Target, meant: FloatArray, verdict: str) -> int | None:
    """Return the label that a verdict means; None for those that decide nothing.

    Where several values say no, the first that the target names stands for a loss; where none but the empty
    cell does, -1, its code.
    """
    if verdict not in ("won", "lost", "rejected"):
        return None
    outcome = 1.0 if verdict == "won" else 0.0
    named = [str(target.positive)] if verdict == "won" else list(target.negative or ())
    fitting = np.flatnonzero(meant[:-1] == outcome).tolist()
    empty = -1 if meant[-1] == outcome else None  # an empty cell may say no
    return min(fitting, key=lambda code: _place(named, column.vocabulary[code]), default=empty)


def _place(named: list[str], word: str) -> int:
    return named.index(word) if word in named else len(named)


def _time(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1e6, UTC)
