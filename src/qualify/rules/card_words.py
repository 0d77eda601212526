"""What a rule found about one lead, in English and Japanese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from qualify.config import Label
from qualify.leads.durations import seconds_each, two_largest
from qualify.leads.local_times import write_day
from qualify.leads.tables import (
    MICROSECONDS_A_DAY,
    NO_TIME,
    Activities,
    BoolArray,
    Column,
    IntArray,
    LeadTables,
)
from qualify.leads.units import with_unit
from qualify.rules.addresses import email_domain
from qualify.rules.kinds import AttributeRule, CountRule, RatioRule, Rule, SilenceRule
from qualify.rules.measures import selected_topics, selected_types
from qualify.rules.schema import Condition, Selector
from qualify.rules.vocabulary import folded

_UNKNOWN = Label(en="not known", ja="不明")
_NOTHING = Label(en="none", ja="なし")
_IN_JAPANESE = {"d": "日", "h": "時間", "min": "分", "s": "秒"}
_YES, _NO = Label(en="yes", ja="はい"), Label(en="no", ja="いいえ")


def found_words(
    rule: Rule, tables: LeadTables, lead: int, as_of: int, unknown: bool, timezone: str = "UTC"
) -> Label:
    """Say what `rule` found about one lead as of a time (microseconds); days are those of the time zone."""
    if unknown:
        return _UNKNOWN
    if isinstance(rule, AttributeRule):
        return value_words(rule.table, tables.columns[rule.column], lead, timezone)
    acts = tables.activities
    if isinstance(rule, SilenceRule):
        return _silence(rule, acts, lead, as_of)
    at = _positions(rule.of, acts, lead, as_of, rule.window_days)
    if isinstance(rule, RatioRule):
        among = len(_positions(rule.among, acts, lead, as_of, rule.window_days))
        return Label(en=f"{len(at)} of {among}", ja=f"{among}件中{len(at)}件") if among else _NOTHING
    if isinstance(rule, CountRule) and rule.distinct_topics:
        return _topics(acts, at)
    return _often(acts.occurred_at[at], as_of)


class Occurred(NamedTuple):
    """How often and when something happened, in words, and the activity types that it was."""

    words: Label
    types: tuple[str, ...]


def occurred(
    selector: Selector, acts: Activities, lead: int, as_of: int, window: float | None, distinct: bool = False
) -> Occurred:
    """Say how often one lead did what is meant as of a time (microseconds), or about how many topics."""
    at = _positions(selector, acts, lead, as_of, window)
    types = tuple(dict.fromkeys(acts.types[code] for code in acts.type[at].tolist()))
    return Occurred(_topics(acts, at) if distinct else _often(acts.occurred_at[at], as_of), types)


def value_words(conditions: Iterable[Condition], column: Column, lead: int, timezone: str = "UTC") -> Label:
    """Say the value of one lead; of an address that is read as one, only its domain.

    Parameters
    ----------
    conditions
        What is asked of the column: whether it is read as an address.
    column
        One value a lead: a code of `vocabulary`, microseconds since 1970 (UTC) of a date, or a number.
    lead
        Position in `column`.
    timezone
        Whose days dates are: the zone in which the column was read.

    Returns
    -------
    Label
        The value as it stands, a number with its unit, a date as ISO 8601; the words for "not given" where
        there is none.
    """
    value = column.values[lead]
    if column.kind in {"category", "text"}:
        text = column.vocabulary[int(value)] if value >= 0 else None
        # An address is a person's; its domain is enough to see why the rule holds.
        text = email_domain(text) or text if text and _reads_addresses(conditions) else text
    elif column.kind == "date":
        there = int(value) != NO_TIME
        text = write_day(int(value), timezone) if there else None
    else:
        return _NOTHING if np.isnan(value) else _number_words(column, float(value))
    return _NOTHING if text is None else Label(en=text, ja=text)


def _number_words(column: Column, value: float) -> Label:
    if column.yes_no:
        return _YES if value else _NO
    if column.unit is None:
        text = f"{value:,.12g}"
        return Label(en=text, ja=text)
    seconds = seconds_each(column.unit)
    if seconds is None or value < 0:
        text = with_unit(f"{round(value, 2):,.12g}", column.unit)
        return Label(en=text, ja=text)
    parts = [(f"{round(n, 2):,.12g}", unit) for unit, n in two_largest(value * seconds)]
    return Label(
        en=" ".join(f"{n} {unit}" for n, unit in parts),
        ja="".join(f"{n}{_IN_JAPANESE[unit]}" for n, unit in parts),
    )


def _positions(selector: Selector, acts: Activities, lead: int, as_of: int, window: float | None) -> IntArray:
    """Return the positions of the activities that are meant and known, oldest first."""
    at = np.arange(acts.offsets[lead], acts.offsets[lead + 1])
    if not len(at):
        return at
    meant: BoolArray = selected_types(selector, [folded(name) for name in acts.types])[acts.type[at]]
    meant &= selected_topics(selector, [folded(name) for name in acts.topics])[acts.topic[at] + 1]
    meant &= (acts.known_at[at] <= as_of) & (acts.occurred_at[at] <= as_of)
    if window is not None:
        meant &= as_of - acts.occurred_at[at] <= round(window * MICROSECONDS_A_DAY)
    if selector.value_from is not None:
        meant &= acts.value[at] >= selector.value_from
    if selector.value_below is not None:
        meant &= acts.value[at] < selector.value_below
    return at[meant]


def _topics(acts: Activities, at: IntArray) -> Label:
    different = len(np.unique(acts.topic[at][acts.topic[at] >= 0]))
    return Label(en=f"{different} different", ja=f"{different}種類") if different else _NOTHING


def _often(occurred_at: IntArray, as_of: int) -> Label:
    if not len(occurred_at):
        return _NOTHING
    times = len(occurred_at)
    ago = _ago(as_of - int(occurred_at[-1]))
    often = "once" if times == 1 else f"{times} times"
    last = "" if times == 1 else "last "
    return Label(en=f"{often}, {last}{ago.en}", ja=f"{times}回、{'' if times == 1 else '直近は'}{ago.ja}")


def _silence(rule: SilenceRule, acts: Activities, lead: int, as_of: int) -> Label:
    after = _positions(rule.after, acts, lead, as_of, None)
    replies = _positions(rule.nothing_of, acts, lead, as_of, None)
    if not len(after):
        return _NOTHING
    start = int(acts.occurred_at[after[-1]])
    if len(replies) and acts.occurred_at[replies[-1]] > start:
        return Label(en="not silent", ja="その後も活動あり")
    ago = _ago(as_of - start)
    return Label(en=f"nothing since, {ago.en}", ja=f"{ago.ja}から反応なし")


def _ago(microseconds: int) -> Label:
    days = microseconds // MICROSECONDS_A_DAY
    if days == 0:
        return Label(en="within the last 24 hours", ja="24時間以内")
    return Label(en="1 day ago" if days == 1 else f"{days} days ago", ja=f"{days}日前")


def _reads_addresses(conditions: Iterable[Condition]) -> bool:
    return any(condition.given & {"email_kind", "domain"} for condition in conditions)
