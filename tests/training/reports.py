"""Made-up reports for the tests: a funnel of which the truth is known."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np

from qualify.evaluate import Metric, compute_metrics
from training.population import Population, WorkedCount
from training.report import (
    AuditFinding,
    Driver,
    ExcludedColumn,
    Finding,
    JudgedRows,
    Period,
    PointPair,
    ReportData,
)
from training.segments import WHOLE, Segment

NOTHING = Metric(float("nan"), float("nan"), float("nan"))
SEGMENTS = (
    Segment(WHOLE, None, 600, 120, 0.21, Metric(0.2, 0.17, 0.23), Metric(0.8, 0.76, 0.84),
            Metric(0.41, 0.38, 0.44), enough=True),
    Segment("Country <i>", "India", 310, 61, 0.3, Metric(0.21, 0.17, 0.26), Metric(0.79, 0.74, 0.84),
            Metric(0.4123, 0.38, 0.45), enough=True),
    Segment("Country <i>", "Nepal", 150, 30, 0.2, Metric(0.2, 0.14, 0.26), Metric(0.77, 0.7, 0.85),
            Metric(0.42, 0.36, 0.48), enough=True),
    Segment("Country <i>", "Bhutan", 12, 2, float("nan"), NOTHING, NOTHING, NOTHING, enough=False),
    Segment("Country <i>", None, 9, 1, float("nan"), NOTHING, NOTHING, NOTHING, enough=False),
    Segment("Form", "B", 7, 1, float("nan"), NOTHING, NOTHING, NOTHING, enough=False),
)  # fmt: skip
POPULATION = Population(
    leads=12_345, of_leads=50_000, positives=1_234, negatives=8_000, young=3_000, unworked=111, untold=0,
    worked=(WorkedCount(True, 4_000, 3_900, 1_200), WorkedCount(False, 8_345, 5_334, 34)),
)  # fmt: skip
FINDINGS = (
    AuditFinding("S003", "warning", "campaign", "categories that earlier leads did not have",
                 "35% of the later leads have <b>new</b> ones.", "Map `data.x` to one name."),
    AuditFinding("Q003", "note", "form", "a column has one value only", "Every lead has it.",
                 "Leave it out."),
)  # fmt: skip


VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """Collects elements and texts, and fails on tags that do not match."""

    def __init__(self, html):
        super().__init__()
        self.open, self.found, self.texts = [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.texts))


def make_report(language="en", rows=600, **changes):
    """A report on `rows` leads; `changes` replace single parts."""
    rng = np.random.default_rng(0)
    views = rng.poisson(2.0, rows).astype(float)
    days = np.where(rng.random(rows) < 0.3, np.nan, rng.exponential(20.0, rows))
    sources = np.array(["Web search", "Event", "Partner <b>x</b>", None], dtype=object)[
        rng.integers(0, 4, rows)
    ]
    by_source = {"Web search": 0.0, "Event": 0.7, "Partner <b>x</b>": -0.5, None: 0.1}
    effects = np.column_stack(
        [
            0.6 * np.log1p(views) - 0.6,
            np.where(np.isnan(days), -0.4, 0.5 - np.nan_to_num(days) / 40),
            [by_source[word] for word in sources],
        ]
    )
    z = effects.sum(axis=1) - 1.6
    label = (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(float)
    parts = {
        "name": "qualify", "version": "7", "written": "2026-03-01 09:00 UTC", "target": "SQL within 60 days",
        "verdict": "model", "reasons": ("the model has skill beyond noise",),
        "whole": Period("2024-01-02", "2026-01-31", 12_345, 40_000, 1_234),
        "earlier": Period("2024-01-02", "2025-08-31", 9_876, 32_000, 1_000),
        "later": Period("2025-09-01", "2026-01-31", 2_469, 8_000, 234),
        "judged": judged_rows(label, z, views), "capacity_share": 0.1,
        "drivers": (
            Driver("Pricing page", effects[:, 0], views, rule_points=np.minimum(views, 3) * 8),
            Driver("Days since the last activity", effects[:, 1], days),
            Driver("Lead source", effects[:, 2], sources),
        ),
        "points": (PointPair("Product demo requested", 9.2, 10), PointPair("Industry", float("nan"), 8)),
        "excluded": (ExcludedColumn("Tags", "L007", "94% of tagged leads convert, 12% of the others."),),
        "drift": (Finding("Lead source", "Events: 4% in training, 19% now."),),
        "limits": ("Only the top third was ever called.",),
        "versions": {"Scorecard": "2026-02 (a1b2c3)", "LightGBM": "4.7.0"},
        "language": language, "population": POPULATION, "findings": FINDINGS, "segments": SEGMENTS,
    }  # fmt: skip
    return ReportData(**{**parts, **changes})


def judged_rows(label, z, views):
    """Four scorers on the same rows."""
    rng = np.random.default_rng(1)
    points = 10 * views + rng.normal(0, 10, len(z))
    log_odds = {
        "model": z,
        "rules": (points - 45) / 15,
        "bayes": 2 * z + 1.5 + rng.normal(0, 1, len(z)),
        "linear": z + rng.normal(0, 0.4, len(z)),
    }
    probabilities = {name: 1 / (1 + np.exp(-each)) for name, each in log_odds.items()}
    metrics = {
        name: compute_metrics(label, p, bootstrap=40, score=points if name == "rules" else None)
        for name, p in probabilities.items()
    }
    rows = np.arange(len(z))
    return JudgedRows(label, np.ones(len(z)), rows, probabilities, metrics, {"rules": points})
