"""Q006 and Q007: values that stand for a missing one, and records that stand for no lead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from qualify.features.zones import zone_offsets
from qualify.labels.audit.cells import EMPTY_WORDS
from qualify.leads.sentinels import numeric_sentinel, word_placeholders
from qualify.leads.tables import NO_TIME, Column, FloatArray, IntArray
from training.checks.finding import Finding, Level
from training.checks.person import plain, plain_address
from training.checks.repeats import MOST_ALIKE
from training.data import Loaded

FEWEST, FEWEST_SHARE = 5, 0.002
MATTERS = 0.02
"""From this share of the leads on a placeholder is a warning."""

_SPIKE, _SPIKE_SHARE = 10.0, 0.01
_FEW_NUMBERS = 20
_NINES = re.compile(r"-?9{3,}|-1|-9{2,}|12345(67?8?9?)?|1{4,}")
_DAYS = np.array(
    ["0001-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1900-01-02", "1901-01-01", "1970-01-01",
     "2099-12-31", "2999-12-31", "9999-12-31"], dtype="M8[D]",
).astype(np.int64)  # fmt: skip
_DAY = 86_400_000_000
_TEST_ADDRESS = re.compile(
    r"(test|dummy|fake|asdf\w*|qwert\w*|noreply|no-reply|none|null|nobody|xxx+|aaa+|abc|a|foo|sample)\d*@.*|"
    r".*@(test|example|dummy|fake|localhost|invalid|mailinator|asdf\w*|abc|xxx+|aaa+)(\.\w+)+"
)
_TEST_WORD = re.compile(r"(test|dummy|fake|asdf\w*|qwerty|xxx+|テスト|ダミー|てすと)([ _.-]?\w{0,8})?")


def check_placeholders(loaded: Loaded, personal: Mapping[str, Column]) -> Iterator[Finding]:
    """Look at every column in use for placeholders, and at the personal ones too for test records."""
    zone = loaded.config.data.timezone
    columns = {name: loaded.tables.columns[name] for name in loaded.used}
    for name, column in columns.items():
        yield from _of_column(name, column, zone)
    for name, column in {**columns, **personal}.items():
        if column.kind in ("category", "text"):
            yield from _test_records(name, column)
    created = loaded.tables.created_at
    if loaded.config.data.created_at is not None and (found := _odd_days(created, zone)):
        yield _placeholder(loaded.config.data.created_at, *found, len(created))


def _of_column(name: str, column: Column, zone: str) -> Iterator[Finding]:
    leads = len(column.values)
    if column.kind == "number":
        found = _odd_number(column.values[~np.isnan(column.values)].astype(np.float64))
    elif column.kind == "date":
        found = _odd_days(column.values.astype(np.int64), zone)
    else:
        found = _odd_word(column)
    if found:
        yield _placeholder(name, *found, leads)


def _placeholder(name: str, value: str, count: int, leads: int) -> Finding:
    level: Level = "warning" if count >= MATTERS * leads else "note"
    return Finding(
        "Q006", level, name, f"{count:,} leads ({count / leads:.1%}) have “{value}”, which says nothing",
        mend=f'add "{value}" to `columns.{name}.missing`',
    )  # fmt: skip


def _least(leads: int) -> float:
    return max(FEWEST, FEWEST_SHARE * leads)


def _odd_word(column: Column) -> tuple[str, int] | None:
    """Return the most frequent word that says that nothing was filled in."""
    counts = np.bincount(column.codes + 1, minlength=len(column.vocabulary) + 1)[1:]
    frequent = [int(k) for k in np.flatnonzero(counts >= _least(len(column.codes)))]
    words = [column.vocabulary[k] for k in frequent]
    empty = {*word_placeholders(words), *(word for word in words if plain(word) in _SURELY_EMPTY)}
    held = [(int(counts[k]), column.vocabulary[k]) for k in frequent if column.vocabulary[k] in empty]
    return max(held)[::-1] if held else None


_SURELY_EMPTY = EMPTY_WORDS - {"none", "なし", "無し"}
"""None may be an answer: of how many children, or which product."""


def _odd_number(values: FloatArray) -> tuple[str, int] | None:
    """Return a number at the edge that stands for a missing one, or one that is far too frequent."""
    distinct, counts = np.unique(values, return_counts=True)
    edge = numeric_sentinel(distinct, counts)
    if edge is not None:
        return f"{edge:g}", int(counts[distinct == edge][0])
    if len(distinct) < _FEW_NUMBERS:
        return None
    usual = max(float(np.quantile(counts, 0.9)), 1.0)
    spikes = np.flatnonzero(counts >= max(_SPIKE * usual, _SPIKE_SHARE * len(values), FEWEST))
    written = [(int(counts[k]), f"{distinct[k]:.0f}") for k in spikes if distinct[k] == round(distinct[k])]
    held = [each for each in written if _NINES.fullmatch(each[1])]
    return max(held)[::-1] if held else None


def _odd_days(times: IntArray, zone: str) -> tuple[str, int] | None:
    """Return a day of the zone's calendar with which computers begin or end to count."""
    given = times[times != NO_TIME]
    given = given + zone_offsets(given, zone)
    days, counts = np.unique(given // _DAY, return_counts=True)
    odd = np.flatnonzero(np.isin(days, _DAYS) & (counts >= FEWEST))
    if not len(odd):
        return None
    top = odd[np.argmax(counts[odd])]
    return str(days[top].astype("M8[D]")), int(counts[top])


def _test_records(name: str, column: Column) -> Iterator[Finding]:
    leads = len(column.codes)
    counts = np.bincount(column.codes + 1, minlength=len(column.vocabulary) + 1)[1:]
    seen = [int(k) for k in np.flatnonzero(counts)]
    address = [plain_address(column.vocabulary[k]) for k in seen]
    mostly_addresses = sum(map(bool, address)) > 0.5 * len(seen)
    if mostly_addresses:
        held = [k for k, each in zip(seen, address, strict=True) if _TEST_ADDRESS.fullmatch(each)]
        shared = [k for k, each in zip(seen, address, strict=True) if each and counts[k] > MOST_ALIKE]
    else:
        held = [k for k in seen if _TEST_WORD.fullmatch(plain(column.vocabulary[k]))]
        shared = []
    tests, office = int(counts[held].sum()), int(counts[[k for k in shared if k not in held]].sum())
    if tests + office < FEWEST:
        return
    level: Level = "warning" if tests + office >= MATTERS * leads else "note"
    more = f"; {office:,} share an address with more than {MOST_ALIKE - 1} others" if office else ""
    yield Finding("Q007", level, name, f"{tests:,} leads ({tests / leads:.1%}) look like test records{more}")
