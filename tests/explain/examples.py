"""A field of every kind with values that each make a different sentence."""

import numpy as np

from qualify.config import Label
from qualify.features.fields import Field

NEVER = float("nan")


def views(*rows):
    """(last 7 days, last 30 days, in all, days since the last) for each row."""
    names = ("count_7d", "count_30d", "count_all", "days_since")
    return {name: np.array([row[j] for row in rows], dtype=float) for j, name in enumerate(names)}


def texts(*values):
    return np.array(values, dtype=object)


def numbers(*values):
    return np.array(values, dtype=float)


PRICING = Field("activity:pricing_view", "activity", "pricing_view", "engagement")
FOREIGN = Field("activity:W_Nabellen offertes", "activity", "W_Nabellen offertes", "engagement")
COUNTRY = Field("column:Country", "category", "Country", "fit")
TOPICS = Field("column:topics", "multi_select", "topics", "fit")
SECONDS = Field(
    "column:TotalTime", "number", "TotalTime", "fit", Label(en="Total time on website", ja="サイト滞在時間")
)
SIZE = Field("column:company_size", "number", "company_size", "fit")
FOUNDED = Field("column:founded", "date", "founded", "fit")

EXAMPLES = (
    (
        PRICING,
        views(
            (4, 4, 4, 0.2), (2, 6, 9, 0.2), (0, 3, 5, 12.3), (0, 1, 1, 12.9), (0, 0, 2, 45), (0, 0, 0, NEVER),
            (0, 1, 4, 20), (1, 1, 1, 3), (0, 0, 3, NEVER), (0, 1, 1, 1.5),
        ),
    ),
    (FOREIGN, views((4, 4, 4, 0.2), (0, 0, 1, 31.5), (0, 0, 0, NEVER))),
    (COUNTRY, {"value": texts("India", None, "  New\nZealand ", "")}),
    (TOPICS, {"value": texts("fair; webinar", "製品A", None)}),
    (SECONDS, {"value": np.array([1279, np.nan, 1.2345, -0.00123, 5e9, 1279.56, -3, 0.0])}),
    (SIZE, {"value": np.array([120.0])}),
    (Field("column:do_not_email", "boolean", "do_not_email", "fit"), {"value": np.array([1, 0, np.nan])}),
    (FOUNDED, {"days_before": numbers(12.5, -3.2, 0.3, -0.3, 1, NEVER, 6372.4, 1095, -3653)}),
    (Field("column:notes", "text", "notes", "fit"), {"length": np.array([0, 1, 1200, np.nan])}),
    (Field("column:Email", "email", "Email", "fit"), {"value": texts("free", "company", "education", None)}),
    (
        Field("column:job_title", "job_title", "job_title", "fit"),
        {"rank": texts("manager", "owner", None, None), "department": texts("it", None, "sales", None)},
    ),
    (
        Field("rule:silent_trial", "rule", "silent_trial", "engagement"),
        {"points": np.array([8, 1, -5, 0, 6.47, 0.98, np.nan])},
    ),
    (Field("points", "points", "", "history"), {"points": np.array([64, 1, np.nan])}),
    (
        Field("stage", "stage", "", "history"),
        {"value": texts("MQL", "Won", "A_B", None), "days_since": numbers(12.3, NEVER, 1.0, NEVER)},
    ),
    (Field("age", "age", "", "history"), {"days": np.array([0.3, 1, 400, np.nan])}),
    (
        Field("clock", "clock", "", "history"),
        {"weekday": np.array([1, 6, np.nan]), "hour": np.array([14, 23, np.nan])},
    ),
    (
        Field("silence", "silence", "", "engagement"),
        {"days_since": np.array([23.2, 1.0, np.nan, 0.5]), "count_all": np.array([14, 1, 0, 0])},
    ),
    (Field("topics", "topics", "", "engagement"), {"distinct": np.array([0, 1, 5])}),
)  # fmt: skip


def rows_of(values):
    return len(next(iter(values.values())))
