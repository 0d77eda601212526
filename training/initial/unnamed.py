"""Which outcome a user may mean who named none: columns and stages that look like one."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyarrow as pa

from qualify.errors import UserError
from qualify.leads.profile import ColumnProfile
from training.initial.label_words import NO, YES, meaning
from training.initial.sources import Sources
from training.initial.unclear import NOT_NAMED

__all__ = ["refuse_unnamed"]

_MOST_VALUES, _TOLD_VALUES, _TOLD_COLUMNS, _TOLD_STAGES = 12, 3, 3, 8
_CALLED = re.compile(
    r"(?i)convert|outcome|\bwon\b|\bwin\b|\bsql\b|qualified|purchas|bought|response|\blabel\b|\btarget\b|^y$|"
    r"\bstatus\b|\bstage\b|\bresult\b|成約|受注|結果|商談化|ステータス|状態|購入"
)
_NOTHING = "name the column that says how a lead ended, or bring a table of stages with --stages"
_PLAIN = frozenset({"yes", "no", "true", "false", "1", "0", "y", "n", "はい", "いいえ"})


def refuse_unnamed(sources: Sources) -> UserError:
    """Return the error for a user who named no outcome, with what may be meant.

    A column may be if it has few values and is called like an outcome, or if its values say yes and no in
    words for an outcome, such as won and lost.
    """
    asked = []
    columns = _columns(sources.leads, sources.profiles)
    if columns:
        asked.append(f"in the table of leads {', '.join(columns)} may be it (--target)")
    if sources.stages is not None and sources.data.stage_columns.stage in sources.stages.column_names:
        stages = _values(sources.stages, sources.data.stage_columns.stage, _TOLD_STAGES)
        asked.append(f"or one of the stages ({stages}; --target-stage)")
    return UserError(
        "What is to be predicted is not clear.", got="neither a target nor a stage", expected=NOT_NAMED,
        mend="; ".join(asked).removeprefix("or ") or _NOTHING,
    )  # fmt: skip


def _columns(leads: pa.Table, profiles: Mapping[str, ColumnProfile]) -> list[str]:
    ranked = []
    for place, (name, found) in enumerate(profiles.items()):
        if found.type not in ("boolean", "category") or not 2 <= found.distinct <= _MOST_VALUES:
            continue
        worded = _tells_an_outcome(leads, name)
        called = _CALLED.search(re.sub(r"_", " ", name)) is not None
        if worded or called:
            ranked.append((not (worded and called), not called, place, name))
    return [f"{name!r} ({_values(leads, name, _TOLD_VALUES)})" for *_, name in sorted(ranked)[:_TOLD_COLUMNS]]


def _tells_an_outcome(leads: pa.Table, name: str) -> bool:
    """Say whether values say yes and no, and not by plain words that answer any question."""
    words = [str(word) for word in leads.column(name).unique().to_pylist() if word is not None]
    told = {meaning(word) for word in words if word.strip().casefold() not in _PLAIN}
    return bool(told & {YES, NO}) and {YES, NO} <= {meaning(word) for word in words}


def _values(table: pa.Table, name: str, most: int) -> str:
    """Return the most frequent values with their rows."""
    counted = table.column(name).drop_null().value_counts().to_pylist()
    counted.sort(key=lambda each: (-each["counts"], str(each["values"])))
    told = [f"{each['values']}: {each['counts']:,}" for each in counted[:most] if str(each["values"]).strip()]
    return ", ".join([*told, "…"] if len(counted) > most else told)
