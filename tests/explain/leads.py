"""Explanations of made-up leads, in both languages."""

from datetime import UTC, datetime, timedelta

import numpy as np

from qualify.explain.lead import CardLine, Event, Explanation
from qualify.explain.reasons import build_reasons
from qualify.explain.words import phrasebook
from qualify.features.fields import Field
from tests.explain.examples import COUNTRY, NEVER, PRICING, SECONDS, texts, views

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)

DEMO = Field("activity:demo_request", "activity", "demo_request", "engagement")
TITLE = Field("column:job_title", "job_title", "job_title", "fit")
WEBINAR = Field("activity:webinar_attended", "activity", "webinar_attended", "engagement")

_TOLD = (
    (PRICING, views((4, 6, 9, 0.2)), 0.83),
    (DEMO, views((1, 1, 1, 2.0)), 0.71),
    (TITLE, {"rank": texts("head"), "department": texts("sales")}, 0.42),
    (COUNTRY, {"value": texts(None)}, -0.34),
    (SECONDS, {"value": np.array([1279.0])}, 0.21),
    (WEBINAR, views((0, 0, 0, NEVER)), -0.12),
)


def make_reasons(language, told=_TOLD):
    fields = [field for field, _, _ in told]
    sizes = np.array([[size for _, _, size in told]])
    return build_reasons(fields, sizes, lambda j, rows: told[j][1], phrasebook(language), len(told)).row(0)


def make_lead(language="en", **changes):
    """Return the explanation of a promising lead; `changes` replace its parts."""
    book = phrasebook(language)
    english = language == "en"
    parts = {
        "lead_id": "L-000123",
        "name": "Aoki Precision Works, Ms. Tanaka" if english else "青木精機株式会社 田中様",
        "as_of": NOW,
        "probability": 0.4237,
        "probability_low": 0.31,
        "probability_high": 0.548,
        "score": 96,
        "band": "A",
        "rank": 3,
        "fit": 0.29,
        "engagement": 1.42,
        "base_value": -1.82,
        "rule_points": 47.5,
        "rule_band": "C",
        "recommended_stage": "SQL",
        "disagreement": "model_higher",
        "target": "becomes an SQL within 60 days" if english else "60日以内にSQLになる",
        "reasons": make_reasons(language),
        "other": -0.09,
        "card": (
            CardLine(
                "Pricing page view" if english else "価格ページの閲覧",
                book.event("pricing_view") + " × 4",
                24.0,
            ),
            CardLine("Demo request" if english else "製品デモリクエスト", "1", 9.5),
            CardLine("Industry" if english else "業種", "Manufacturing" if english else "製造業", 9.0),
            CardLine("Student address" if english else "学生のアドレス", "–", 0.0),
            CardLine("Role" if english else "役職", "Head of sales" if english else "営業部長", 5.0),
        ),
        "timeline": (
            Event(NOW - timedelta(hours=5), book.event("pricing_view", "/pricing")),
            Event(NOW - timedelta(days=2), book.event("demo_request")),
            Event(NOW - timedelta(days=2, hours=1), book.event("pricing_view", "/pricing/enterprise")),
            Event(NOW - timedelta(days=9), book.event("email_open", "Newsletter June")),
            Event(NOW - timedelta(days=40), book.stage_entered("Inquiry")),
        ),
        "facts": (
            ("Company" if english else "会社", "Aoki Precision Works" if english else "青木精機株式会社"),
            ("Industry" if english else "業種", "Manufacturing" if english else "製造業"),
            ("Employees" if english else "従業員数", "620"),
        ),
        "stage": "MQL",
        "model_version": "3",
        "scorecard_version": "2026-04-1a2b3c",
    }
    return Explanation(**{**parts, **changes})
