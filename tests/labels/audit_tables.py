"""Lead tables for the audit's tests: honest columns of many kinds, into which leaks are planted."""

import numpy as np
import pandas as pd

from qualify.leads.tables import NO_TIME, Activities, Column, LeadTables, Stages

DAY = 86_400_000_000
START = int(pd.Timestamp("2024-01-01", tz="UTC").value // 1000)


def number(values):
    return Column("number", np.asarray(values, dtype=np.float64))


def date(values):
    return Column("date", np.asarray(values, dtype=np.int64))


def category(values, missing=("",), kind="category"):
    """Make a column of strings; those in `missing` are missing."""
    vocabulary = tuple(sorted({str(v) for v in values} - set(missing)))
    code = {word: i for i, word in enumerate(vocabulary)}
    return Column(kind, np.array([code.get(str(v), -1) for v in values], dtype=np.int32), vocabulary)


def lead_tables(columns, created_at=None, order=None, stages=None):
    n = len(next(iter(columns.values())).values)
    return LeadTables(
        lead_id=np.arange(n).astype(str).astype(object),
        created_at=np.full(n, NO_TIME, dtype=np.int64) if created_at is None else created_at,
        columns=columns,
        activities=Activities.none(n),
        stages=Stages.none(n) if stages is None else stages,
        source_row=np.arange(n),
        order=order,
    )


def draw_label(n, rate, seed=0):
    return (np.random.default_rng([7, seed]).random(n) < rate).astype(np.float64)


def creation_times(n):
    return START + np.arange(n, dtype=np.int64) * (400 * DAY // n)


def honest_columns(y, seed=0):
    """Return columns that real leads have: noise, strong and weak predictors, channels, forms, calendars."""
    rng = np.random.default_rng([11, seed])
    n, won = len(y), y > 0
    channel = np.where(rng.random(n) < np.where(won, 0.15, 0.01), "Referral", rng.choice(["Web", "Ads"], n))
    industry = np.where(rng.random(n) < 0.1 + 0.3 * y, "making", rng.choice(["it", "retail", "food"], n))
    occupation = np.where(rng.random(n) < np.where(won, 0.9, 0.6), rng.choice(["a", "b"], n), "")
    return {
        "noise": number(rng.normal(size=n)),
        "noise code": category(rng.integers(0, 40, n)),
        "phone number": category(np.arange(n)),
        "minutes on site": number(y * 1.19 + rng.normal(size=n)),  # AUC .80
        "visit duration": number(np.exp(y + rng.normal(size=n))),
        "downloads": number(rng.poisson(0.4 + 0.8 * y)),
        "previously insured": category(np.where(rng.random(n) < np.where(won, 0.01, 0.5), "Yes", "No")),
        "channel": category(channel),
        "industry": category(industry),
        "occupation": category(occupation),
        "marital status": category(rng.choice(["single", "married"], n)),
        "last name": category(rng.choice(["Sato", "Suzuki", "Smith"], n)),
        "最終学歴": category(rng.choice(["大学", "高校"], n)),
        "price index": number(np.arange(n) * 12 // n),
    }
