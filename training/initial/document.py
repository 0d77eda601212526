"""The text of `qualify.yaml`: every value with the evidence for it, or with what changes when it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qualify.config import (
    ActivityColumns,
    Capacity,
    ColumnSpec,
    Config,
    Data,
    Desk,
    Mlflow,
    Selection,
    StageColumns,
    StageOrder,
    Target,
    Training,
)
from qualify.leads.profile import ColumnProfile
from training.initial.attributes import Attributes
from training.initial.yaml_lines import Value, entry, flow, remark, scalar

_DATA_NOTES = {
    "timezone": "the zone of times without an offset",
    "encoding": "of CSV files; null: found by looking",
    "delimiter": "of CSV files; null: found by looking",
    "lead_id": "names the leads; null: they are numbered from 0",
    "created_at": "null: there is none, and `order_by` or the row stands for time",
    "order_by": "what grows with time where there is no creation date; null: the row",
    "day_first": "true: 01/04/2026 is the first of April",
}
_DESK_NOTES = {
    "name": "the lead's or the person's name; null: the id is shown",
    "company": "shown and searched",
    "owner": "who in sales looks after the lead; null: leads are assigned on the desk",
    "source": "where the lead came from, as a filter",
    "phone": "to call from the lead's page; no model sees it, and the ledger keeps it; null: it is not kept",
    "email": "to write from the lead's page; the ledger keeps it",
    "approach_within_hours": "agreed between hand-over and the first approach; later is marked",
}
_SELECTION_REMARK = (
    "Only leads that sales work have an outcome to learn from. 0.05: one lead in twenty is picked by lot,\n"
    "marked on the desk and to be worked like band A; outcomes are weighted by these chances, and those of\n"
    "leads that nobody was to work are unknown, not lost. 0: no lot; every outcome counts as it is."
)
_EXPLORATION_NOTE = "share, at most 0.5; in use from the next trained model on"
_SELECTION_NOTES = {
    "salt": "another text, another lot: leads picked so far lose their mark",
    "clip": "no outcome counts more often than this in a fit; less is steadier, more learns faster",
}
_TRAINING_NOTES = {
    "seed": "another seed, another model; the same seed, the same model",
    "budget_seconds": "more time, more models tried",
    "test_share": "the latest leads, kept aside to judge the model on",
    "snapshot_every_days": "how often an open lead is looked at in training",
    "snapshots_per_lead": "at most so many looks at one lead",
    "max_leads": "of more leads every second is learned from, every fourth, and so on",
    "negatives": "share of the leads without an outcome that is learned from, weighted by its inverse",
    "bags": "models averaged; more are steadier and slower",
    "threads": "processor threads",
    "conflicts": "who is believed where sales and the CRM contradict each other: later, crm or sales",
}
_RARE_NOTE = "the outcome is rare: so all leads with it are learned from, and this share of the others"


@dataclass(frozen=True)
class Proposal:
    """Everything that the configuration will say."""

    data: Data
    remarks: Mapping[str, str]
    ignored: Mapping[str, list[str]]
    targets: tuple[Target, ...]
    target_remarks: tuple[str, ...]
    attributes: Attributes
    profiles: Mapping[str, ColumnProfile]
    stages: StageOrder
    stage_remarks: Mapping[str, str] = field(default_factory=dict)
    desk: Desk = field(default_factory=Desk)
    scorecard: str | None = None
    scorecard_remark: str = ""
    language: str = "en"
    negatives: float = 1.0


def write_document(proposal: Proposal) -> str:
    """Return the commented text of the configuration."""
    lines = [
        *remark("What qualify knows about your data. Written by `qualify init`; read it, correct it."),
        *remark("Behind each value stands what was seen, or what changes when the value changes."),
        "version: 1",
        "",
        *_data(proposal),
        *_targets(proposal),
        *_columns(proposal),
        *_exclude(proposal),
        *_stages(proposal),
        *_rules(proposal),
        *_settings(proposal.negatives),
        *_service(proposal),
    ]
    return "\n".join(lines) + "\n"


def _data(proposal: Proposal) -> list[str]:
    data, notes = proposal.data, {**_DATA_NOTES, **proposal.remarks}
    lines = [
        *remark("Where the tables are, seen from this file, and which columns carry ids and times."),
        "data:",
    ]
    for key in ("leads", "activities", "stages"):
        source = getattr(data, key)
        if source is not None:
            lines.append(entry(key, source if isinstance(source, str) else source.model_dump()))
    lines += [entry(key, getattr(data, key), notes.get(key, "")) for key in _DATA_NOTES]
    if data.activities is not None:
        lines += _roles("activity_columns", data.activity_columns, proposal.ignored.get("activities", []))
    if data.stages is not None:
        lines += _roles("stage_columns", data.stage_columns, proposal.ignored.get("stages", []))
    return [*lines, ""]


def _roles(key: str, roles: ActivityColumns | StageColumns, ignored: list[str]) -> list[str]:
    lines = [f"  {key}:"]
    for role, column in roles.model_dump().items():
        note = "when the CRM knew; null: at once" if role == "recorded_at" else ""
        lines.append(entry(role, column, note, indent=4))
    if ignored:
        lines += remark(f"Not used: {', '.join(flow(name) for name in ignored[:20])}", indent=4)
    return lines


def _targets(proposal: Proposal) -> list[str]:
    lines = [*remark("What is predicted; `probability` is about the first one."), "targets:"]
    for target, note in zip(proposal.targets, proposal.target_remarks, strict=True):
        shown = target.model_dump(exclude_none=True)
        lines.append(entry("name", shown.pop("name"), note, indent=4, dash=True))
        lines += [
            entry(key, list(value) if isinstance(value, tuple) else value, indent=4)
            for key, value in shown.items()
        ]
    return [*lines, ""]


def _columns(proposal: Proposal) -> list[str]:
    head = remark(
        "What the columns of the table of leads mean, and what was seen in them.\n"
        "type: number, boolean, category, multi_select (several values in a cell, see `separators`), date,\n"
        "text, email, job_title, or id (never used)\n"
        "unit: what stands beside a number in its cell; # is the number, where something stands before it\n"
        "missing: values that stand for a missing one; label: {en: ..., ja: ...} to show in reasons\n"
        "group: fit (who the lead is; the default), engagement (what it does), history (what was before)"
    )
    columns = proposal.attributes.columns
    lines = [*head, "columns:" if columns else "columns: {}"]
    for name, spec in columns.items():
        doubt = proposal.attributes.doubts.get(name)
        if doubt is not None:
            lines += remark(f"Have a look ({doubt.code}): {flow(doubt.evidence)[:200]}", indent=2)
        lines.append(entry(name, _spec(spec), proposal.profiles[name].evidence()))
    return [*lines, ""]


def _spec(spec: ColumnSpec) -> dict[str, Value]:
    shown: dict[str, Value] = {"type": spec.type}
    if spec.missing:
        shown["missing"] = list(spec.missing)
    if spec.separators is not None:
        shown["separators"] = spec.separators
    if spec.unit is not None:
        shown["unit"] = spec.unit
    if spec.group != "fit":
        shown["group"] = spec.group
    return shown


def _exclude(proposal: Proposal) -> list[str]:
    exclude = proposal.attributes.exclude
    head = remark(
        "Columns that no model sees. C...: they tell nothing. L...: they seem to have been filled in after,\n"
        "or because of, the outcome. Delete a line here to use its column."
    )
    lines = [*head, "exclude:" if exclude else "exclude: {}"]
    for name, why in exclude.items():
        lines.append(entry(name, {"code": why.code, "evidence": why.evidence}))
    return [*lines, ""]


def _stages(proposal: Proposal) -> list[str]:
    order = proposal.stages
    if not order.order:
        return []
    lines = [
        *remark("The stages in the order of the funnel, and those that decide a lead."),
        "stages:",
        "  order:",
    ]
    for name in order.order:
        note = proposal.stage_remarks.get(name, "")
        lines.append(f"    - {scalar(name)}".ljust(40) + (f"  # {note}" if note else ""))
    return [*lines, entry("closed", list(order.closed), "after these nothing follows"), ""]


def _rules(proposal: Proposal) -> list[str]:
    lines = remark("The rules of marketing and sales, and the language of reasons (en or ja).")
    note = proposal.scorecard_remark or "edit it, or name your own file"
    return [
        *lines,
        entry("scorecard", proposal.scorecard, note, indent=0),
        entry("language", proposal.language, indent=0),
        "",
    ]


def _settings(negatives: float) -> list[str]:
    training = Training(negatives=negatives).model_dump()
    notes = _TRAINING_NOTES | ({"negatives": _RARE_NOTE} if negatives < 1 else {})
    capacity, mlflow = Capacity(), Mlflow().model_dump()
    return [
        *remark("How many leads sales can call: cuts the bands, and says how the model is judged."),
        "capacity:",
        entry("share", capacity.share, "of all leads"),
        entry("band_shares", list(capacity.band_shares), "cumulated shares of A, A+B, A+B+C; the rest is D"),
        "",
        *remark(_SELECTION_REMARK),
        entry("exploration", Config.model_fields["exploration"].default, _EXPLORATION_NOTE, indent=0),
        "selection:",
        *(entry(key, value, _SELECTION_NOTES[key]) for key, value in Selection().model_dump().items()),
        "",
        "training:",
        *(entry(key, value, notes[key]) for key, value in training.items()),
        "",
        *remark("Where runs and models are kept."),
        "mlflow:",
        *(entry(key, value) for key, value in mlflow.items()),
    ]


def _service(proposal: Proposal) -> list[str]:
    return [
        "",
        *remark("The sales desk (`qualify serve`): columns of the table of leads that its pages show."),
        "service:",
        "  desk:",
        *(entry(key, value, _DESK_NOTES[key], indent=4) for key, value in proposal.desk.model_dump().items()),
    ]
