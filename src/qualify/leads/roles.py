"""Which columns carry ids, times and types: by what they are called and by what they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.config import ActivityColumns, StageColumns
from qualify.errors import DataError
from qualify.leads.columns import id_keys, id_text
from qualify.leads.numbers import parse_numbers
from qualify.leads.profile import ColumnProfile
from qualify.leads.shapes import name_rank, names_an_id, plain_name
from qualify.leads.stamp import read_stamp

# Names of each role, best first, for names in lower case with blanks between their words.
_LEAD_ID = (
    r"^lead id$|^リードid$",
    r"^(lead|prospect|contact|customer|client|mql|case|account|user)s? ?id$",
    r"^id$|^uuid$|(顧客|見込み?客|取引先|会員|リード)(id|番号)|^case$|^key$|"
    r"^(lead|prospect|contact|customer|client|account|user) (number|no|nr)$",
    r"(?<![a-z])id$|番号$",
    r"[a-z] (ref|reference|no|nr|number|num)$|[a-z] ?#$",
)
_PLAIN_ID_RANKS = 3
_LEAD_ID_RANKS, _OF_A_GROUP = 2, 0.1
_PLAIN_ID_SHARE, _ID_SHARE = 0.8, 0.98
_ORDER = r"number|\bno\b|\bnr\b|seq|index|番号|\bid\b|連番|row"
_WORDS = ("category", "boolean", "job_title", "multi_select")
_TYPE = (
    r"^type$|^activity type$|^event type$|^種別$|^行動$|^行動種別$",
    r"activity|event|action|アクション|イベント|行動|活動",
    r"type|種類|区分|kind|name",
)
_OCCURRED = (
    r"^occurred at$|^occurred$|^発生日時$",
    r"timestamp|^event (time|date)|^activity (time|date)|^date$|^time$|日時",
    r"time|date|\bat\b|日付|日$",
)
_RECORDED = (r"^recorded at$", r"record|logged|inserted|synced|ingest|received|記録|登録|取込")
_TOPIC = (r"^topic$", r"topic|page|url|content|asset|campaign|subject|offer|ページ|資料|内容|件名|トピック")
_VALUE = (r"^value$|^値$", r"value|amount|seconds|duration|score|quantity|秒|金額|数値|滞在")
_STAGE = (
    r"^stage$|^ステージ$",
    r"stage|phase|status|state|ステージ|段階|状態|フェーズ",
    r"activity|event|name",
)
_ENTERED = (
    r"^entered at$|^entered$",
    r"enter|changed|since|start|from|移行|変更|遷移",
    r"timestamp|time|date|日時|日付|日$|\bat\b",
)
_REASON = (r"^reason$|^理由$", r"reason|comment|理由|備考")


def find_id(profiles: Mapping[str, ColumnProfile]) -> str | None:
    """Return the column that names the leads: called like an id, and different (nearly) everywhere.

    A column that is plainly called so, such as ``lead_id``, may repeat in a fifth of the rows: these will be
    rejected as duplicates.

    Examples
    --------
    >>> from qualify.leads.profile import profile
    >>> find_id(profile(pa.table({"Lead ID": ["1", "2", "2"], "key": ["a", "b", "c"]})))
    'key'
    """
    personal = {p.name for p in profiles.values() if p.exclude is not None and p.exclude.code == "C004"}
    usable = [
        p for p in profiles.values()
        if p.given and p.type in ("id", "category", "number", "text") and p.name not in personal
    ]  # fmt: skip
    ranked = [(name_rank(p.name, _LEAD_ID), not p.unique, k, p) for k, p in enumerate(usable)]
    named = [
        (rank, repeated, k, p.name)
        for rank, repeated, k, p in ranked
        if rank < len(_LEAD_ID) and _differs(p, _PLAIN_ID_SHARE if rank < _PLAIN_ID_RANKS else _ID_SHARE)
    ]
    return min(named)[3] if named else None


def find_repeated_id(profiles: Mapping[str, ColumnProfile]) -> str | None:
    """Return the column that is plainly called the lead's id though most of its values stand in several rows.

    Such a table has one row a lead and campaign, product or visit. Values that are few are those of a group,
    such as an account with hundreds of leads: then the column may tell something about the next lead.

    Examples
    --------
    >>> from qualify.leads.profile import profile
    >>> find_repeated_id(profile(pa.table({"Lead ID": ["1", "1", "2", "2"], "topic": ["a", "b", "a", "b"]})))
    'Lead ID'
    """
    called = [p for p in profiles.values() if p.given and name_rank(p.name, _LEAD_ID) < _LEAD_ID_RANKS]
    several = [p for p in called if _OF_A_GROUP * p.given <= p.distinct < _PLAIN_ID_SHARE * p.given]
    ranked = [(name_rank(p.name, _LEAD_ID), k, p.name) for k, p in enumerate(several)]
    return min(ranked)[2] if ranked else None


def _differs(found: ColumnProfile, share: float) -> bool:
    return found.distinct >= share * found.given and found.given >= share * found.rows


def find_order(table: pa.Table, profiles: Mapping[str, ColumnProfile]) -> str | None:
    """Return a whole number that rises from row to row and is different everywhere, such as a lead number."""
    for name, found in profiles.items():
        if (
            found.rows < 2
            or found.distinct < 0.99 * found.rows
            or found.type not in ("number", "id", "category")
        ):
            continue
        if not re.search(_ORDER, plain_name(name)):
            continue
        numbers = parse_numbers(table.column(name)).numbers
        if not np.isnan(numbers).any() and np.mean(np.diff(numbers) > 0) >= 0.99:
            return name
    return None


def find_activity_columns(
    table: pa.Table, profiles: Mapping[str, ColumnProfile], lead_keys: pa.Array | None
) -> ActivityColumns:
    """Return which columns of an activities table carry what.

    Raises
    ------
    DataError
        No column can be the lead's id, the type or the time.
    """
    pool = _Pool(table, profiles, "activities")
    lead_id = pool.lead_id(lead_keys)
    occurred = pool.take("occurred_at", _OCCURRED, ("date",))
    recorded = pool.maybe(_RECORDED, ("date",))
    kind = pool.take("type", _TYPE, _WORDS, few=True)
    return ActivityColumns(
        lead_id=lead_id,
        type=kind,
        occurred_at=occurred,
        recorded_at=recorded,
        topic=pool.maybe(_TOPIC, ("category", "multi_select", "text", "id")),
        value=pool.maybe(_VALUE, ("number",)),
    )


def find_stage_columns(
    table: pa.Table, profiles: Mapping[str, ColumnProfile], lead_keys: pa.Array | None
) -> StageColumns:
    """Return which columns of a stages table carry what.

    Raises
    ------
    DataError
        No column can be the lead's id, the stage or the time.
    """
    pool = _Pool(table, profiles, "stages")
    lead_id = pool.lead_id(lead_keys)
    recorded = pool.maybe(_RECORDED[:1], ("date",))
    entered = pool.take("entered_at", _ENTERED, ("date",))
    stage = pool.take("stage", _STAGE, _WORDS, few=True)
    reason = pool.maybe(_REASON, ("category", "multi_select", "text"))
    return StageColumns(
        lead_id=lead_id,
        stage=stage,
        entered_at=entered,
        recorded_at=recorded or pool.maybe(_RECORDED[1:], ("date",)),
        reason=reason,
    )


class _Pool:
    """Columns of an event table that have no role yet."""

    def __init__(self, table: pa.Table, profiles: Mapping[str, ColumnProfile], what: str) -> None:
        self._table = table
        self._profiles = profiles
        self._left = list(table.column_names)
        self._what = what

    def take(self, role: str, names: Sequence[str], types: Sequence[str], few: bool = False) -> str:
        """Take the best column of the types, by its name; among equals the first."""
        fits = [name for name in self._left if self._profiles[name].type in types]
        if few:
            fits = [name for name in fits if self._has_few(name)]
        ranked = [(name_rank(name, names), k, name) for k, name in enumerate(fits)]
        if not ranked:
            various = [name for name in self._left if few and name_rank(name, names) < len(names)]
            raise self._lacking(role, various)
        best: str = min(ranked)[2]
        self._left.remove(best)
        return best

    def _lacking(self, role: str, various: Sequence[str]) -> DataError:
        """Return what to say of a role that no column has; `various` are called right and hold too much."""
        if various:
            held = (f"{name!r} holds {self._profiles[name].distinct:,} different values" for name in various)
            got: object = f"{', '.join(held)} in {self._table.num_rows:,} rows"
            expected = "a column of which few values repeat in many rows, such as `page view` or `call`"
            mend = f"write the {role} into a column of its own, and what it was about into another one"
        else:
            got, expected = self._table.column_names[:12], f"a column named {role}"
            mend = f"call it {role}, or write `data.{self._section()}.{role}` by hand"
        return DataError(
            f"No column of the table of {self._what} can be its {role}.",
            where=read_stamp(self._table).origin, got=got, expected=expected, mend=mend,
        )  # fmt: skip

    def _has_few(self, name: str) -> bool:
        """Say whether values repeat, as those of a type do, and those of an id do not."""
        rows: int = self._table.num_rows
        most = max(50, rows // 10)
        return self._profiles[name].distinct <= (most if rows < 20 else min(most, rows // 2))

    def maybe(self, names: Sequence[str], types: Sequence[str]) -> str | None:
        """Take the best column that is called right, if there is one."""
        fits = [
            name for name in self._left if self._profiles[name].type in types and self._profiles[name].given
        ]
        ranked = [(name_rank(name, names), k, name) for k, name in enumerate(fits)]
        named = [entry for entry in ranked if entry[0] < len(names)]
        if not named:
            return None
        best: str = min(named)[2]
        self._left.remove(best)
        return best

    def lead_id(self, lead_keys: pa.Array | None) -> str:
        """Take the column with the leads' ids: the best called one of those that hold most of them."""
        called = [n for n in self._left if name_rank(n, _LEAD_ID) < len(_LEAD_ID) or names_an_id(n)]
        overlap, best = self._best_id(called, lead_keys)
        if overlap == 0.0:
            overlap, best = self._best_id(self._left, lead_keys)
        if overlap == 0.0:
            raise DataError(
                f"No column of the table of {self._what} holds ids of the table of leads.",
                where=read_stamp(self._table).origin, got=self._table.column_names[:12],
                expected="the ids of the leads in one column", mend="name the leads' id with --id",
            )  # fmt: skip
        self._left.remove(best)
        return best

    def _best_id(self, names: Sequence[str], lead_keys: pa.Array | None) -> tuple[float, str]:
        scored = [(-self._overlap(name, lead_keys), name_rank(name, _LEAD_ID), name) for name in names]
        overlap, _, best = min(scored, default=(0.0, 0, ""))
        return -overlap, best

    def _overlap(self, name: str, lead_keys: pa.Array | None) -> float:
        """Return the share of rows with a lead's id, in tenths: among near ones the name decides."""
        if lead_keys is None:
            return 1.0
        if self._profiles[name].type == "date":
            return 0.0
        keys = id_keys(id_text(self._table.column(name).slice(0, 200_000), name))
        known = pc.mean(pc.is_in(keys, value_set=lead_keys).cast(pa.float64())).as_py() or 0.0
        return float(np.ceil(10 * known) / 10)

    def _section(self) -> str:
        return "activity_columns" if self._what == "activities" else "stage_columns"
