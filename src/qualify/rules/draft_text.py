"""The file of a drafted scorecard: tables, labels and where everything comes from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qualify.rules.schema import TableRow

if TYPE_CHECKING:
    from qualify.rules.draft import Drafted

_GROUPS = {
    "fit": {"en": "Attributes", "ja": "属性"},
    "engagement": {"en": "Engagement", "ja": "エンゲージメント"},
    "history": {"en": "History", "ja": "経緯"},
}
_BANDS = (
    ("A", "Call first", "最優先"),
    ("B", "Call next", "優先"),
    ("C", "Nurture", "ナーチャリング"),
    ("D", "Wait", "様子見"),
)
_STAGES = (
    ("Inquiry", "Inquiry", "問い合わせ"),
    ("MQL", "Marketing qualified lead", "マーケティング認定リード(MQL)"),
    ("SQL", "Sales qualified lead", "営業認定リード(SQL)"),
)


HEADER = """\
# A draft: nobody has agreed to these rules yet. Go through them, change what you know better, give each an
# owner, and raise `version`. What they were drafted from stands in each rationale.
#
# Points are log-odds above the average lead, scaled so that the best possible lead has about 100. A value
# that is not in a table has 0 points: nothing is known, so the lead is an average one. The bands cut the
# leads of that time at 10, 30 and 60 %.
"""


def card_content(columns: Sequence[Drafted], drafted_before: str, date: dt.date) -> dict[str, Any]:
    """Return the content of the file; bands and stages have provisional cuts."""
    groups = dict.fromkeys(column.spec.group for column in columns)
    return {
        "format": 1,
        "version": "draft",
        "drafted_before": drafted_before,
        "label": {
            "en": f"Drafted from data before {drafted_before}",
            "ja": f"{drafted_before}より前のデータによる草案",
        },
        "score_fresh_days": 30,
        "bands": [
            {"id": key, "label": {"en": en, "ja": ja}} | ({"from": 3 - at} if at < 3 else {})
            for at, (key, en, ja) in enumerate(_BANDS)
        ],
        "groups": [{"id": group, "label": _GROUPS[group]} for group in groups],
        "rules": [_rule(column, at, drafted_before, date) for at, column in enumerate(columns)],
        "stages": [
            {"id": key, "label": {"en": en, "ja": ja}, "enter": {"always": True}} for key, en, ja in _STAGES
        ],
    }


def _rule(column: Drafted, at: int, drafted_before: str, date: dt.date) -> dict[str, Any]:
    given = column.spec.label
    words = {"en": given.en, "ja": given.ja} if given else {"en": column.column, "ja": column.column}
    return {
        "id": _identifier(column.column, at),
        "kind": "attribute",
        "label": words,
        "group": column.spec.group,
        "column": column.column,
        "table": _table(column),
        "rationale": _rationale(column, drafted_before),
        "owner": "nobody yet (drafted from data)",
        "date": date.isoformat(),
    }


def _identifier(name: str, at: int) -> str:
    """Make an id that can be typed, whatever the column is called; the number keeps it unique."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    return f"column_{at + 1}_{plain}"[:60].rstrip("_")


def _table(column: Drafted) -> list[dict[str, Any]]:
    """Put categories of equal points into one row, best first; neighbouring ranges of equal points too."""
    pairs = list(zip(column.rows, column.odds.tolist(), strict=True))
    names: dict[float, list[Any]] = {}
    rest: list[dict[str, Any]] = []
    for row, points in pairs:
        if row.given == {"is_"}:
            names.setdefault(points, []).extend(row.is_ or ())
        else:
            condition = row.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"points"})
            rest.append(condition | {"points": points})
    top = [{"is": values, "points": points} for points, values in sorted(names.items(), reverse=True)]
    return top + _joined(rest)


def _joined(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for row in rows:
        last = out[-1] if out else {}
        if "from" in row and last.get("below") == row["from"] and last["points"] == row["points"]:
            out[-1] = {key: v for key, v in last.items() if key != "below"} | {
                key: v for key, v in row.items() if key != "from"
            }
        elif {"rank", "email_kind"} & row.keys() & last.keys() and last["points"] == row["points"]:
            key = next(iter({"rank", "email_kind"} & row.keys()))
            out[-1] = last | {key: [*last[key], *row[key]]}
        else:
            out.append(row)
    # Ranges that were all joined leave a row without a bound: any value that is there.
    out = [row if row.keys() > {"points"} else {"otherwise": True} | row for row in out]
    return sorted(out, key=lambda row: "otherwise" in row)


def _rationale(column: Drafted, drafted_before: str) -> str:
    rows = zip(column.rows, column.leads.tolist(), column.positives.tolist(), strict=True)
    said = _yes_no if column.spec.type == "boolean" else _name
    counts = "; ".join(f"{said(row)}: {won} of {leads}" for row, leads, won in rows)
    return f"Drafted from data before {drafted_before}: positives of leads, {counts}."


def _yes_no(row: TableRow) -> str:
    """Name a row about a yes or no, which the table holds as 1 and 0."""
    return ", ".join("yes" if value else "no" for value in row.is_) if row.is_ else _name(row)


def _name(row: TableRow) -> str:
    if row.missing or row.otherwise:
        return "missing" if row.missing else "other"
    low, high = row.from_, row.below
    if low is not None or high is not None:
        return (
            f"below {high:,.12g}"
            if low is None
            else f"from {low:,.12g}"
            if high is None
            else f"{low:,.12g} to {high:,.12g}"
        )
    return ", ".join(map(str, row.is_ or row.rank or row.email_kind or ()))
