"""`qualify init`: from a user's own tables to a configuration that `train` takes as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from qualify.config import ColumnSpec, Config, StageOrder, Target, parse_config
from qualify.errors import UserError
from qualify.leads.build import build_tables
from qualify.leads.columns import only_leads
from qualify.leads.rejects import Rejects
from qualify.leads.stamp import read_stamp
from qualify.leads.tables import FloatArray, LeadTables
from qualify.rules import Scorecard
from training.checks.scorecard import notes_line
from training.initial.attributes import Attributes, audit_attributes, propose_attributes
from training.initial.desk import kept_line, propose_desk
from training.initial.document import Proposal, write_document
from training.initial.funnel import StageFacts, describe_stages, order_stages, slug, stage_targets
from training.initial.label import FlatLabel, Named, find_label, outcome_of
from training.initial.rare import share_of_negatives
from training.initial.scorecards import FirstScorecard, first_scorecard
from training.initial.sources import Request, Sources, read_sources
from training.initial.stand_ins import stand_ins, unseen_activities
from training.initial.unnamed import refuse_unnamed
from training.steps import begin

_MOST_HINTS = 12

__all__ = ["Initial", "Request", "init", "propose"]


@dataclass(frozen=True)
class Initial:
    """What `init` found out.

    Parameters
    ----------
    text
        The commented configuration.
    config
        The same, as every command reads it.
    scorecard
        The text of the first scorecard, or None.
    rejects
        Leads and events that could not be used.
    lines
        The result in a few lines for people.
    """

    text: str
    config: Config
    scorecard: str | None
    rejects: Rejects
    lines: tuple[str, ...]


def init(request: Request, out: str | Path = "qualify.yaml", *, force: bool = False) -> Initial:
    """Look at the tables, and write the configuration and the first scorecard beside it.

    Parameters
    ----------
    request
        The tables and the target.
    out
        The configuration to write. The scorecard is called ``scorecard.yaml``, or after `out` where that has
        another name.
    force
        Whether existing files are overwritten.

    Raises
    ------
    UserError, DataError
        The arguments or the tables are wrong; nothing is written then.
    """
    out = Path(out)
    scorecard = out.with_name(
        "scorecard.yaml" if out.name == "qualify.yaml" else f"{out.stem}.scorecard.yaml"
    )
    _check_free(out, force)
    found = propose(request, out.parent, scorecard.name)
    if found.scorecard is not None:
        _check_free(scorecard, force)
        _write(scorecard, found.scorecard)
    _write(out, found.text)
    return found


def propose(request: Request, folder: str | Path = ".", scorecard_name: str = "scorecard.yaml") -> Initial:
    """Look at the tables and propose a configuration that will stand in `folder`.

    Raises
    ------
    UserError, DataError
        The arguments or the tables are wrong.
    """
    request.check()
    begin("reading tables")
    sources = read_sources(request, Path(folder))
    if request.target is None and request.target_stage is None:
        raise refuse_unnamed(sources)
    flat = _flat(sources, request)
    target = _first_target(request, flat)
    begin("looking at columns")
    attributes = propose_attributes(
        sources.leads, sources.profiles, sources.data, target, sources.repeated_id
    )
    tables, rejects = _tables(sources, attributes, target)
    facts = describe_stages(tables)
    targets = _targets(tables, facts, target)
    labels = [outcome_of(tables, t) for t in targets]
    tables = _without(tables, target.column)
    time = tables.created_at.astype(np.float64) if tables.order is None else tables.order
    begin("looking for columns that know the outcome")
    attributes = audit_attributes(attributes, tables, labels[0], tables.order)
    begin("choosing a scorecard")
    first = first_scorecard(tables, attributes, labels[0], time)
    notes = _scorecard_notes(first, tables, attributes)
    proposal = Proposal(
        data=sources.data,
        remarks=sources.remarks,
        ignored=sources.ignored,
        targets=tuple(targets),
        target_remarks=tuple(_told(t, label, flat) for t, label in zip(targets, labels, strict=True)),
        attributes=attributes,
        profiles=sources.profiles,
        stages=order_stages(facts) if facts else StageOrder(),
        stage_remarks={fact.name: _told_stage(fact) for fact in facts},
        desk=propose_desk(sources.leads),
        scorecard=scorecard_name if first.text is not None else None,
        scorecard_remark=first.remark,
        language=request.language,
        negatives=share_of_negatives(labels[0]) if flat is not None else 1.0,
    )
    text = write_document(proposal)
    config = parse_config(text, where="the proposed configuration")
    return Initial(text, config, first.text, rejects, _summary(proposal, tables, rejects, first, notes))


def _targets(tables: LeadTables, facts: list[StageFacts], target: Target) -> list[Target]:
    """Return the target, and winning beside it where it is a stage and enough leads won."""
    if target.stage is None or target.within_days is None:
        return [target]
    return stage_targets(tables, facts, target.stage, target.within_days)


def _flat(sources: Sources, request: Request) -> FlatLabel | None:
    """Find the label column's positive value among the rows that are leads."""
    if request.target is None:
        return None
    named = Named(request.positive, request.negative, request.open)
    return find_label(only_leads(sources.leads, sources.data.lead_id), request.target, named)


def _first_target(request: Request, flat: FlatLabel | None) -> Target:
    if flat is not None:
        return flat.target()
    return Target(
        name=slug(str(request.target_stage)), stage=request.target_stage, within_days=request.within_days
    )


def _tables(sources: Sources, attributes: Attributes, target: Target) -> tuple[LeadTables, Rejects]:
    """Read the usable attributes; and the label column as categories, as training does."""
    specs = dict(attributes.used)
    if target.column is not None:
        specs[target.column] = ColumnSpec(type="category")
    tables, rejects = build_tables(sources.data, specs, sources.leads, sources.activities, sources.stages)
    _check_ids(sources, len(tables), rejects.counts().get("duplicate_id", 0))
    return tables, rejects


def _check_ids(sources: Sources, leads: int, repeated: int) -> None:
    """Refuse a table in which most rows repeat an id: that is no table of leads, or no id."""
    if repeated > leads:
        raise UserError(
            f"Column {sources.data.lead_id!r} does not tell leads apart: most rows repeat an id.",
            where=read_stamp(sources.leads).origin,
            got=f"{leads} different ids in {leads + repeated} rows",
            expected="one row a lead, each with an id of its own",
            mend="name the column of the id with --id, or bring one row a lead",
        )


def _without(tables: LeadTables, column: str | None) -> LeadTables:
    """Return the tables without the label column, which is no attribute."""
    return replace(tables, columns={name: c for name, c in tables.columns.items() if name != column})


def _told(target: Target, label: FloatArray, flat: FlatLabel | None) -> str:
    if flat is not None:
        return flat.evidence()
    known, positives = int(np.sum(~np.isnan(label))), int(np.nansum(label))
    share = f" ({positives / known:.1%})" if known else ""
    return f"{positives:,} of {known:,} leads that have been watched so long{share}, from their creation on"


def _told_stage(fact: StageFacts) -> str:
    return f"{fact.leads:,} leads; {fact.followed:.0%} of entries are followed by another stage"


def _summary(
    proposal: Proposal, tables: LeadTables, rejects: Rejects, first: FirstScorecard, notes: list[str]
) -> tuple[str, ...]:
    attributes = proposal.attributes
    leaks = [name for name, why in attributes.exclude.items() if why.code.startswith("L")]
    plain = len(attributes.exclude) - len(leaks)
    lines = [
        f"{len(tables):,} leads, {len(tables.activities):,} activities, {len(tables.stages):,} stage entries",
        *(f"target {t.name}: {r}" for t, r in zip(proposal.targets, proposal.target_remarks, strict=True)),
        f"{len(attributes.used)} columns to be used; {plain} tell nothing; {len(leaks)} know the outcome"
        + (f": {', '.join(leaks)}" if leaks else ""),
        f"scorecard: {first.remark}",
        *notes,
        *stand_ins(proposal),
        *unseen_activities(proposal, tables),
    ]
    kept = kept_line(proposal.desk)
    if kept is not None:
        lines.append(kept)
    if attributes.doubts:
        lines.append(f"have a look at: {', '.join(attributes.doubts)}")
    return (*lines, *_hints(proposal), *rejects.lines())


def _scorecard_notes(first: FirstScorecard, tables: LeadTables, attributes: Attributes) -> list[str]:
    """Say how much `check` will have to say about the scorecard: of the columns that are used alone."""
    if first.text is None:
        return []
    columns = {name: column for name, column in tables.columns.items() if name in attributes.used}
    card = Scorecard.parse(first.text, where="the proposed scorecard")
    told = notes_line(card, replace(tables, columns=columns))
    return [] if told is None else [told]


def _hints(proposal: Proposal) -> list[str]:
    """Say how values are written that may be misunderstood."""
    roles = {proposal.data.lead_id, *(target.column for target in proposal.targets)}
    told = {name: p.hint for name, p in proposal.profiles.items() if p.hint and name not in roles}
    hints = [f"column {name!r}: {hint}" for name, hint in told.items()]
    more = [f"and {len(hints) - _MOST_HINTS} more such columns"] if len(hints) > _MOST_HINTS else []
    return hints[:_MOST_HINTS] + more


def _check_free(path: Path, force: bool) -> None:
    if path.is_dir():
        raise UserError("The configuration cannot be written: there is a folder of that name.", where=path,
                        mend="name a file with --out")  # fmt: skip
    if not path.absolute().parent.is_dir():
        raise UserError(
            "The folder of the configuration does not exist.", where=path.parent, mend="make it first"
        )
    if path.exists() and not force:
        raise UserError("The file exists already, and may hold your corrections.", where=path,
                        mend="add --force to overwrite it, or name another file with --out")  # fmt: skip


def _write(path: Path, text: str) -> None:
    """Write a file that appears whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
