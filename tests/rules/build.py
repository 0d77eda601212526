"""Valid tables and scorecards in a few words; times are days, and scores are made on day 100."""

from __future__ import annotations

import numpy as np

from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, Activities, Column, LeadTables, Stages
from qualify.rules import Scorecard, evaluate

NOW = 100.0


def micros(day):
    return round(day * MICROSECONDS_A_DAY)


def act(type_, day, topic=None, value=np.nan, known=None):
    """One activity; `known` is the day on which the CRM heard of it."""
    return type_, micros(day), topic, value, micros(day if known is None else max(day, known))


def _codes(words):
    vocabulary = sorted({word for word in words if word is not None})
    return tuple(vocabulary), np.array(
        [-1 if w is None else vocabulary.index(w) for w in words], dtype=np.int32
    )


def _offsets(lists):
    return np.cumsum([0, *map(len, lists)]).astype(np.int64)


def activities(*leads):
    """Activities of each lead, in any order; ties keep the order in which they are given."""
    rows = [row for lead in leads for row in sorted(lead, key=lambda a: a[1])]
    types, type_codes = _codes([row[0] for row in rows])
    topics, topic_codes = _codes([row[2] for row in rows])
    return Activities(
        offsets=_offsets(leads),
        type=type_codes,
        types=types,
        occurred_at=np.array([row[1] for row in rows], dtype=np.int64),
        known_at=np.array([row[4] for row in rows], dtype=np.int64),
        topic=topic_codes,
        topics=topics,
        value=np.array([row[3] for row in rows], dtype=np.float64),
    )


def stages(*leads):
    """Stages of each lead: (stage, day) or (stage, day, day on which the CRM knew)."""
    rows = [row for lead in leads for row in lead]
    names, codes = _codes([row[0] for row in rows])
    return Stages(
        offsets=_offsets(leads),
        stage=codes,
        stages=names,
        entered_at=np.array([micros(row[1]) for row in rows], dtype=np.int64),
        known_at=np.array([micros(row[-1]) for row in rows], dtype=np.int64),
        reason=np.full(len(rows), -1, dtype=np.int32),
    )


def column(*values):
    """A number column, or a category column when a value is text; None is missing."""
    if any(isinstance(value, str) for value in values):
        vocabulary, codes = _codes(values)
        return Column("category", codes, vocabulary)
    return Column("number", np.array([np.nan if v is None else v for v in values], dtype=np.float64))


def dates(*days):
    return Column("date", np.array([NO_TIME if d is None else micros(d) for d in days], dtype=np.int64))


def tables(*leads, columns=None, stages_of=None):
    """One lead a positional argument: the list of its activities."""
    count = len(leads)
    return LeadTables(
        lead_id=np.array([f"L{i}" for i in range(count)], dtype=object),
        created_at=np.zeros(count, dtype=np.int64),
        columns=columns or {},
        activities=activities(*leads),
        stages=stages(*stages_of) if stages_of else Stages.none(count),
        source_row=np.arange(count),
    )


WORDS = {"en": "label", "ja": "ラベル"}


def rule(kind, id_="r", group="g", **rest):
    about = {"rationale": "why", "owner": "marketing", "date": "2026-07-01", "label": WORDS}
    return about | {"kind": kind, "id": id_, "group": group} | rest


def activity(id_="r", types="visit", points=8.0, **rest):
    return rule("activity", id_, of={"types": types}, points=points, **rest)


def trigger(id_="t", types="trial", stage="SQL", **rest):
    about = {"rationale": "why", "owner": "sales", "date": "2026-07-01", "label": WORDS}
    return about | {"id": id_, "of": {"types": types}, "stage": stage} | rest


def stage(id_, **rest):
    return {"id": id_, "label": WORDS} | rest


def content(*rules, **rest):
    groups = dict.fromkeys(r["group"] for r in rules)
    cuts = (100, 60, 30)
    return {
        "version": "1",
        "label": WORDS,
        "score_fresh_days": 7,
        "bands": [{"id": "ABCD"[i], "label": WORDS} | ({"from": cuts[i]} if i < 3 else {}) for i in range(4)],
        "groups": [{"id": g, "label": WORDS} for g in groups],
        "rules": list(rules),
    } | rest


def card(*rules, **rest):
    return Scorecard.model_validate(content(*rules, **rest))


def score(scorecard, data, days=None, rows=None):
    """Evaluate each lead once, on day 100 or on the days given."""
    rows = np.arange(len(data)) if rows is None else np.asarray(rows)
    days = np.full(len(rows), NOW) if days is None else np.asarray(days, dtype=float)
    return evaluate(scorecard, data, rows, np.array([micros(day) for day in days], dtype=np.int64))


def points(scorecard, *leads, rule_id="r", **rest):
    """Points of one rule for leads that are lists of activities."""
    result = score(scorecard, tables(*leads, **rest))
    return result.points[:, result.rule_ids.index(rule_id)].tolist()
