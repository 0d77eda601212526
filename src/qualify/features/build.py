"""From tables to the frame of raw features as of a moment."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from qualify.errors import DataError, did_you_mean
from qualify.features.frame import FeatureFrame, Key
from qualify.features.kernel import (
    TOTAL_FEATURES,
    TYPE_FEATURES,
    activity_windows,
    clock,
    columns_of,
    current_stage,
)
from qualify.features.plan import ColumnPlan, FeaturePlan
from qualify.features.text import Reader, has_tokens, keys_by, tokens_of
from qualify.features.zones import zone_offsets
from qualify.leads.identity import ById
from qualify.leads.multi_select import PART_ENDS, part_key, parts_of
from qualify.leads.tables import (
    MICROSECONDS_A_DAY,
    NO_TIME,
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    LeadTables,
)
from qualify.rules import RuleResult
from qualify.rules.addresses import EMAIL_KINDS
from qualify.rules.reading import Reading, reading_of, recoded
from qualify.rules.titles import TITLE_DEPARTMENTS, TITLE_RANKS

# What bundles tell apart. A title can say more (`TITLE_DEPARTMENTS`): that is shown as it is, and to a model
# it is a word that it does not know.
RANKS = ("owner", "executive", "head", "manager", "lead", "staff", "assistant", "student")
DEPARTMENTS = (
    "sales", "marketing", "it", "finance", "hr", "operations", "purchasing", "engineering",
    "research", "management", "education", "legal", "other",
)  # fmt: skip


def build_frame(
    plan: FeaturePlan, tables: LeadTables, rows: IntArray, as_of: IntArray, points: RuleResult | None
) -> FeatureFrame:
    """Compute every raw feature of the plan.

    Parameters
    ----------
    rows
        Lead positions, shape (rows,); a lead may stand in many rows.
    as_of
        Microseconds, shape (rows,): nothing known later than this is looked at.
    points
        The scorecard's result on the same rows; needed when the plan holds rules.

    Raises
    ------
    DataError
        A column that the model was trained on is not in the table.
    """
    frame = FeatureFrame(len(rows))
    if plan.activity_types:
        _add_activities(frame, plan, tables, rows, as_of)
    if plan.stages:
        _add_stages(frame, plan, tables, rows, as_of)
    if plan.dated:
        _add_clock(frame, plan, tables, rows, as_of)
    _check_columns(plan, tables)
    for column in plan.columns:
        given = tables.columns[column.name]
        values = given.values[rows]
        if column.type == "category":
            name = f"column:{column.name}"
            frame.category(name, name, "value", values.astype(np.int32, copy=False), given.vocabulary,
                           column.vocabulary)  # fmt: skip
        else:
            _add_column(frame, column, values, given.vocabulary, as_of, tables.created_at[rows])
    if plan.rules and points is not None:
        _add_points(frame, plan, points)
    return frame


def _check_columns(plan: FeaturePlan, tables: LeadTables) -> None:
    missing = [c.name for c in plan.columns if c.name not in tables.columns]
    if missing:
        hint = did_you_mean(missing[0], list(tables.columns))
        raise DataError(
            f"the leads table lacks {len(missing)} column(s) that the model was trained on",
            got=", ".join(sorted(tables.columns)) or "no columns",
            expected=", ".join(missing),
            mend=hint
            or "score a table with the same columns as the training table, or train again without them",
        )


def _add_activities(
    frame: FeatureFrame, plan: FeaturePlan, tables: LeadTables, rows: IntArray, as_of: IntArray
) -> None:
    mapped = recoded(tables.activities.types, plan.activity_types)
    mapped[mapped == len(plan.activity_types)] = -1
    types = len(plan.activity_types)
    by_type, total = activity_windows(tables.activities, mapped[tables.activities.type], types, rows, as_of)
    keys, chosen = _type_keys(plan.activity_types, plan.value_types)
    flat = by_type.reshape(len(rows), types * len(TYPE_FEATURES))
    frame.numbers(keys, columns_of(flat, chosen))
    frame.numbers(_TOTAL_KEYS, np.ascontiguousarray(total.T))


@lru_cache(maxsize=64)
def _type_keys(types: tuple[str, ...], valued: tuple[bool, ...]) -> tuple[tuple[Key, ...], IntArray]:
    """Return the features of each activity type, and their places among all that the kernel computes."""
    keys: list[Key] = []
    chosen: list[int] = []
    for k, kind in enumerate(types):
        for j, part in enumerate(TYPE_FEATURES):
            if part != "value_sum" or valued[k]:
                keys.append((f"activity:{kind}:{part}", f"activity:{kind}", part))
                chosen.append(k * len(TYPE_FEATURES) + j)
    return tuple(keys), np.array(chosen, dtype=np.int64)


def _total_key(part: str) -> Key:
    topics = part == "distinct_topics"
    return f"all:{part}", "topics" if topics else "silence", "distinct" if topics else part


_TOTAL_KEYS = tuple(_total_key(part) for part in TOTAL_FEATURES)


def _add_stages(
    frame: FeatureFrame, plan: FeaturePlan, tables: LeadTables, rows: IntArray, as_of: IntArray
) -> None:
    code, standing = current_stage(tables.stages, rows, as_of)
    frame.category("stage:current", "stage", "value", code, tables.stages.stages, plan.stages)
    frame.numbers(_STAGE_KEYS, standing)


_STAGE_KEYS: tuple[Key, ...] = (
    ("stage:days_since", "stage", "days_since"), ("stage:entries", "stage", "entries")
)  # fmt: skip


def _add_clock(
    frame: FeatureFrame, plan: FeaturePlan, tables: LeadTables, rows: IntArray, as_of: IntArray
) -> None:
    created = tables.created_at[rows]
    frame.numbers(_CLOCK_KEYS, clock(created, zone_offsets(created, plan.timezone), as_of, plan.timed))


_CLOCK_KEYS: tuple[Key, ...] = (
    ("age:days", "age", "days"), ("clock:weekday", "clock", "weekday"), ("clock:hour", "clock", "hour")
)  # fmt: skip


def _add_column(
    frame: FeatureFrame,
    plan: ColumnPlan,
    values: np.ndarray,
    words: tuple[str, ...],
    as_of: IntArray,
    created: IntArray,
) -> None:
    """Add the features of one attribute that is no category, given as values, or codes into `words`."""
    name = about = f"column:{plan.name}"
    if plan.type in ("number", "boolean"):
        frame.number(name, about, "value", values.astype(np.float64, copy=False))
    elif plan.type == "date":
        # A date after `as_of` was not known then, or is a plan whose entry date nobody recorded: both are
        # hidden.
        known = (values != NO_TIME) & (values <= as_of) & (created != NO_TIME)
        days = np.where(known, (as_of - values) / MICROSECONDS_A_DAY, np.nan)
        frame.number(name, about, "days_before", days)
    elif plan.type == "text":
        _add_text(frame, plan, values, words)
    elif plan.separators is not None:
        _add_several(frame, plan, values, words)
    elif plan.type == "email":
        kinds = reading_of(words).email_codes
        frame.category(name, about, "value", kinds[values], EMAIL_KINDS, EMAIL_KINDS)
    elif plan.type == "job_title":
        ranks, departments = reading_of(words).once(_title_codes, "title codes")
        frame.category(f"{name}:rank", about, "rank", ranks[values], TITLE_RANKS, RANKS)
        frame.category(
            f"{name}:department", about, "department", departments[values], TITLE_DEPARTMENTS, DEPARTMENTS
        )


def _title_codes(reading: Reading) -> tuple[CodeArray, CodeArray]:
    """Return what each title says, as codes of shape (titles + 1,): the last ones are for code -1."""
    ranks, departments = zip(*reading.titles_read, strict=True) if len(reading) else ((), ())
    return recoded(ranks, TITLE_RANKS), recoded(departments, TITLE_DEPARTMENTS)


def _add_text(frame: FeatureFrame, plan: ColumnPlan, values: np.ndarray, words: tuple[str, ...]) -> None:
    about = f"column:{plan.name}"
    reading = reading_of(words)
    length = reading.once(_lengths, "lengths")
    frame.number(f"{about}:length", about, "length", length[values])
    holds = reading.once(
        lambda each: _tokens_held(each.words, plan.tokens, tokens_of), ("tokens", plan.tokens)
    )
    if plan.tokens:
        frame.numbers(_token_keys(about, plan.tokens), holds[values].T.astype(np.float64))


def _add_several(frame: FeatureFrame, plan: ColumnPlan, values: np.ndarray, words: tuple[str, ...]) -> None:
    """Add which values a cell holds, and whether any is given; the model knows no combination of them."""
    about, separators = f"column:{plan.name}", plan.separators or ""
    reading = reading_of(words)
    about_parts = ("parts", separators, plan.tokens)
    holds = reading.once(lambda each: _tokens_held(each.words, plan.tokens, keys_by(separators)), about_parts)
    if plan.tokens:
        frame.numbers(_token_keys(about, plan.tokens), holds[values].T.astype(np.float64))
    said = reading.once(lambda each: _sorted_parts(each.words, separators), ("sorted parts", separators))
    frame.category(about, about, "value", values.astype(np.int32, copy=False), said, ())


def _sorted_parts(texts: tuple[str, ...], separators: str) -> tuple[str, ...]:
    """Return each cell with its parts in one order: cells of the same parts are the same."""
    return tuple(PART_ENDS.join(sorted(parts_of(text, separators), key=part_key)) for text in texts)


@lru_cache(maxsize=64)
def _token_keys(about: str, tokens: tuple[str, ...]) -> tuple[Key, ...]:
    return tuple((f"{about}:token:{token}", about, "token") for token in tokens)


def _lengths(reading: Reading) -> FloatArray:
    """Return each text's length, and NaN for none."""
    return np.array([*(float(len(text)) for text in reading.words), np.nan])


def _tokens_held(texts: tuple[str, ...], tokens: tuple[str, ...], read: Reader) -> BoolArray:
    """Return which text holds which token, shape (texts + 1, tokens); none holds none."""
    return np.vstack([has_tokens(texts, tokens, read), np.zeros((1, len(tokens)), dtype=bool)])


def _add_points(frame: FeatureFrame, plan: FeaturePlan, points: RuleResult) -> None:
    keys, chosen = _point_keys(ById(plan), points.rule_ids)
    values = np.empty((len(keys), frame.rows))
    values[: len(chosen)] = points.points.T[chosen]
    for place, group in enumerate(plan.rule_groups, start=len(chosen)):
        values[place] = points.group_points[group]
    values[-1] = points.total
    frame.numbers(keys, values)


@lru_cache(maxsize=64)
def _point_keys(plan: ById[FeaturePlan], rule_ids: tuple[str, ...]) -> tuple[tuple[Key, ...], IntArray]:
    """Return the features of the rules, the groups and the total; and each rule's column in the result."""
    rules = plan.value.rules
    names = {each.name for each in plan.value.fields}
    holders = [about if about in names and about is not None else f"rule:{rule}" for rule, about in rules]
    keys = [(f"rule:{rule}", holder, "points") for (rule, _), holder in zip(rules, holders, strict=True)]
    keys += [(f"points:{group}", "points", f"group {group}") for group in plan.value.rule_groups]
    keys.append(("points:total", "points", "points"))
    return tuple(keys), np.array([rule_ids.index(rule) for rule, _ in rules], dtype=np.int64)
