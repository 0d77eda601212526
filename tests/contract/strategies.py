"""Whole projects as strangers bring them: files and command lines, drawn by hypothesis."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.contract.scorecards import TYPES, scorecards

__all__ = ["Project", "column_names", "projects"]

# Local times, as exports have them.
_DAY_ZERO, _EPOCH, _FIRST = map(datetime.fromisoformat, ("1899-12-30", "1970-01-01", "2025-01-06T09:00"))
TOPICS = ("/pricing", "/blog/ü", "資料", None)


@dataclass(frozen=True)
class Project:
    """What a person would have in a folder and type.

    Parameters
    ----------
    files
        Content by name.
    init, score
        Words after ``qualify init`` and ``qualify score``.
    edits
        What is replaced in `qualify.yaml` after `init`.
    rows
        Rows of the table of leads, the bad ones included.
    scorecard
        Content of a scorecard in place of the proposed one, or None.
    """

    files: dict[str, bytes] = field(repr=False)
    init: tuple[str, ...]
    score: tuple[str, ...]
    edits: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    scorecard: dict[str, Any] | None = None


# Characters that break naive writers of YAML, CSV, SQL, HTML, paths and formulas.
_ODD_NAMES = (
    "a: b", "yes", "null", "#1", "- x", "it's", 'say "hi"', "a\nb", "<b>x</b>", "=1+1", "%s %d {x}", "\\n",
    "emp{loyees}", "名前と会社", "é̀", "😀", "  padded ", "a.b", "lead_id ", "x" * 300, "0", "~", "!tag",
    "&a", "*a", "[x]", "{x}", "`x`", "p_won", "rank", "score", "__index__", "None", "NaN", "type", "as_of",
    "\u00a0", "a,b;c|d",
)  # fmt: skip


def column_names() -> st.SearchStrategy[str]:
    """Names of columns: odd ones, empty ones and any text."""
    text = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
    return st.one_of(st.sampled_from(_ODD_NAMES), text, st.sampled_from(["Industry", "visits", "売上", ""]))


Maker = Callable[[np.random.Generator, np.ndarray, "list[datetime]"], "list[str]"]


def _numbers(style: Callable[[float], str]) -> Maker:
    return lambda rng, z, days: [style(float(v)) for v in np.exp(rng.normal(z, 2.0) + 4)]


def _choice(*words: str) -> Maker:
    return lambda rng, z, days: [words[int(k)] for k in rng.integers(0, len(words), len(z))]


def _told(*words: str) -> Maker:
    """Words that depend on the outcome."""
    return lambda rng, z, days: [
        words[int(k)] for k in np.clip((z + rng.normal(size=len(z))) * 2, 0, len(words) - 1)
    ]


def _dates(style: str, shift: int) -> Maker:
    return lambda rng, z, days: [
        (day + timedelta(days=int(rng.integers(0, shift + 1)))).strftime(style) for day in days
    ]


def _european(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


MAKERS: dict[str, Maker] = {
    "numbers": _numbers(lambda v: f"{v:.3g}"),
    "grouped": _numbers(lambda v: f"{v:,.2f}"),
    "european": _numbers(_european),
    "points": _numbers(lambda v: f"{int(v):,}".replace(",", ".")),
    "yen": _numbers(lambda v: f"￥{int(v):,}-"),
    "percent": _numbers(lambda v: f"{v % 100:.1f} %"),
    "wide": _numbers(lambda v: str(int(v)).translate({48 + k: 0xFF10 + k for k in range(10)})),
    "huge": _numbers(lambda v: f"{v:.3f}e{int(v) % 300}"),
    "mixed numbers": _choice("1", "2,5", "-", "1.000", "n/a", "∞", "inf", "nan", "-0", "1e400", "٣"),
    "words": _told("low", "Middle", "HIGH"),
    "odd words": _choice("", " ", "a,b", "x;y", '"', "'", "<i>", "=c()", "NULL", "東京", "a\nb", "\tt", "😀"),
    "yes": _told("no", "yes"),
    "maru": _choice("○", "×", "", "◯"),
    "iso": _dates("%Y-%m-%d", 0),
    "later": _dates("%d.%m.%Y %H:%M", 40),
    "slashed": _dates("%m/%d/%Y", 3),
    "never": _choice("9999-12-31", "0001-01-01", "2026-01-01", ""),
    "mail": lambda rng, z, days: [f"p{k}@ex{k % 7}.co.jp" for k in range(len(z))],
    "title": _choice("CEO", "営業部長", "IT Manager", "Assistant", "学生"),
    "text": lambda rng, z, days: [
        f'He said: call, me;\n<b>{k}</b> tomorrow & bring the "report" no {k}' for k in range(len(z))
    ],
    "unique": lambda rng, z, days: [f"{k:08x}" for k in rng.integers(0, 1 << 32, len(z))],
    "constant": _choice("same"),
    "empty": _choice(""),
    "count": lambda rng, z, days: [str(int(v)) for v in rng.poisson(np.exp(z / 2))],
}  # fmt: skip

_CREATED = {
    "iso": "%Y-%m-%d %H:%M:%S",
    "zoned": "%Y-%m-%dT%H:%M:%S+09:00",
    "day first": "%d/%m/%Y %H:%M",
    "month first": "%m/%d/%Y",
    "japanese": "%Y年%m月%d日",
    "dotted": "%d.%m.%Y",
    "serial": "",
    "epoch": "",
    "era": "",
}


def _created(days: list[datetime], style: str) -> list[str]:
    if style == "serial":
        return [f"{(day - _DAY_ZERO) / timedelta(days=1):.4f}" for day in days]
    if style == "epoch":
        return [str(int((day - _EPOCH) / timedelta(milliseconds=1))) for day in days]
    if style == "era":
        return [f"令和{day.year - 2018}年{day.month}月{day.day}日" for day in days]
    return [day.strftime(_CREATED[style]) for day in days]


_IDS: dict[str, Callable[[int], str]] = {
    "plain": lambda k: f"L{k:05}",
    "zeros": lambda k: f"{k:06}",
    "floats": lambda k: f"{k + 1}.0",
    "wide": lambda k: f"００Ｑ{k}",
    "quoted": lambda k: f"'{k}\"<i>",
}
_LABELS = (
    ("yes", "no"),
    ("1", "0"),
    ("won", "lost"),
    ("成約", "失注"),
    ("TRUE", "FALSE"),
    ("1.0", "0.0"),
    ("○", "×"),
)


@st.composite
def projects(draw: st.DrawFn, most_rows: int = 260) -> Project:
    """A project; most are fit for a model, some are too small, odd or wrong."""
    rows = draw(st.sampled_from([most_rows] * 6 + [60, 12, 2, 1, 0]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    z = rng.normal(size=rows)
    days = [_FIRST + timedelta(hours=int(31 * k), minutes=int(rng.integers(60))) for k in range(rows)]
    won = rng.random(rows) < 1 / (1 + np.exp(-1.5 * z))
    staged = rows > 20 and draw(st.booleans())
    columns: list[tuple[str, list[str]]] = []
    named = staged or draw(st.integers(0, 5)) > 0
    ids = _spoiled(draw, rng, [_IDS[draw(st.sampled_from(sorted(_IDS)))](k) for k in range(rows)])
    if named:
        columns.append((draw(st.sampled_from(["lead_id", "Lead ID", "id", "リードID", "Contact ID"])), ids))
    if staged or draw(st.integers(0, 4)) > 0:
        style = draw(st.sampled_from(sorted(_CREATED)))
        written = _created(days, style)
        columns.append(
            (draw(st.sampled_from(["created_at", "Create Date", "作成日"])), _spoiled(draw, rng, written))
        )
    for kind in draw(st.lists(st.sampled_from(sorted(MAKERS)), max_size=6)):
        columns.append((draw(column_names()), MAKERS[kind](rng, z, days)))
    init, files = ["--leads", "leads.csv"], {}
    if staged:
        init += [
            "--target-stage",
            "SQL",
            "--within-days",
            draw(st.sampled_from(["30", "90"])),
            "--stages",
            "stages.csv",
        ]
        files["stages.csv"] = _events(rng, ids, days, won, draw(st.integers(0, 30)))
    else:
        good, bad = draw(st.sampled_from(_LABELS))
        label = [good if each else bad for each in won]
        for k in rng.integers(0, max(rows, 1), draw(st.integers(0, 10)) if rows else 0):
            label[k] = ""
        columns.insert(draw(st.integers(0, len(columns))), ("outcome", label))
        init += ["--target", "outcome"]
    if named and draw(st.booleans()):
        init += ["--activities", "activities.csv"]
        files["activities.csv"] = _activities(rng, ids, days, z, draw(st.integers(0, 12)))
    if columns and draw(st.integers(0, 9)) == 0:
        init += ["--timezone", "Asia/Tokyo"]
    files["leads.csv"], count = _file(draw, columns, rows)
    return Project(files, tuple(init), _score(draw), _edits(draw), count, draw(st.none() | scorecards()))


def _spoiled(draw: st.DrawFn, rng: np.random.Generator, values: list[str]) -> list[str]:
    """Return the values with a few of them missing, repeated, or nonsense."""
    if len(values) < 20 or draw(st.booleans()):
        return values
    values = list(values)
    for k in rng.integers(1, len(values), 5):
        values[k] = draw(st.sampled_from(["", values[0], "合計", "9999-12-31", "soon", " "]))
    return values


def _events(
    rng: np.random.Generator, ids: list[str], days: list[datetime], won: np.ndarray, odd: int
) -> bytes:
    lines = [["lead_id", "stage", "entered_at"]]
    for lead, day, good in zip(ids, days, won, strict=True):
        lines.append([lead, "New", day.isoformat()])
        if good:
            lines.append([lead, "SQL", (day + timedelta(days=int(rng.integers(1, 25)))).isoformat()])
        elif rng.random() < 0.5:
            lines.append([lead, "Lost; closed", (day + timedelta(days=int(rng.integers(1, 60)))).isoformat()])
    return _csv(_with_odd(rng, lines, odd))


def _activities(
    rng: np.random.Generator, ids: list[str], days: list[datetime], z: np.ndarray, odd: int
) -> bytes:
    lines = [["lead_id", "type", "occurred_at", "topic"]]
    for lead, day, inclined in zip(ids, days, z, strict=True):
        for _ in range(int(rng.poisson(np.exp(inclined / 2)))):
            kind = TYPES[int(rng.integers(len(TYPES)))]
            at = day + timedelta(hours=float(rng.normal(30, 40)))
            lines.append([lead, kind, at.isoformat(), TOPICS[int(rng.integers(len(TOPICS)))] or ""])
    return _csv(_with_odd(rng, lines, odd))


def _with_odd(rng: np.random.Generator, lines: list[list[str]], odd: int) -> list[list[str]]:
    """Add events that nothing can be done with: of nobody, at no time, of no kind, long before and after."""
    strange = (["nobody", "New"], ["", "New"], ["{}", ""], ["{}", "New", "soon"], ["{}", "SQL", "9999-12-31"],
               ["{}", "New", "1970-01-01"], ["{}", "a\nb", "2025-03-01T00:00:00Z"])  # fmt: skip
    for _ in range(odd if len(lines) > 1 else 0):
        lead = lines[int(rng.integers(1, len(lines)))][0]
        given = [each.format(lead) for each in strange[int(rng.integers(len(strange)))]]
        full = [*given, *lines[1][len(given) : 3], *[""] * (len(lines[0]) - 3)]
        lines.append(full)
    return lines


def _csv(lines: list[list[str]], delimiter: str = ",", end: str = "\n") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(lines)
    return text.getvalue().encode()


def _file(draw: st.DrawFn, columns: list[tuple[str, list[str]]], rows: int) -> tuple[bytes, int]:
    """Write the table of leads in some dialect; also return how many rows it has."""
    lines = [[name for name, _ in columns], *([values[k] for _, values in columns] for k in range(rows))]
    count = rows
    if rows > 20 and len(columns) > 2 and draw(st.booleans()):
        lines.insert(int(rows / 2), ["ragged"] * (len(columns) + 1))
        count += 1
    text = _csv(lines, draw(st.sampled_from(",;\t|")), draw(st.sampled_from(["\n", "\r\n", "\r"]))).decode()
    if len(columns) > 3:
        text = draw(st.sampled_from(["", "", "Leads of April\n\n", "sep=,\n"])) + text
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp932"]))
    return text.encode(encoding, "replace"), count


def _score(draw: st.DrawFn) -> tuple[str, ...]:
    as_of = draw(st.sampled_from([None, None, "created+7d", "2025-09-01", "2031-01-01T00:00:00+09:00"]))
    words = ["--reasons", str(draw(st.integers(0, 5))), "--language", draw(st.sampled_from(["en", "ja"]))]
    return tuple(words if as_of is None else [*words, "--as-of", as_of])


def _edits(draw: st.DrawFn) -> dict[str, str]:
    edits = {"  bags: 4": "  bags: 2", "  threads: 2": "  threads: 1"}
    choices = {
        "  test_share: 0.2": ["  test_share: 0.4", "  test_share: 0.05"],
        "  snapshots_per_lead: 8": ["  snapshots_per_lead: 1", "  snapshots_per_lead: 3"],
        "  share: 0.2": ["  share: 0.01", "  share: 1.0"],
        "  day_first: false": ["  day_first: true"],
    }
    for old, new in choices.items():
        chosen = draw(st.sampled_from([old, old, old, *new]))
        edits[old] = chosen
    return edits
