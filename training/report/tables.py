"""The report's tables: rows of texts, ready to be shown."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qualify.evaluate import METRICS, Metric, compute_gain, compute_reliability, paired_difference
from qualify.explain.catalogue import Catalogue
from training.plots.comparison import LOWER_IS_BETTER
from training.report.data import Driver, Period, ReportData
from training.report.numbers import count, percent, signed, with_interval
from training.report.stories import tell

__all__ = [
    "Cell",
    "difference_rows",
    "driver_rows",
    "gain_rows",
    "metric_rows",
    "period_rows",
    "reliability_rows",
]


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure with its interval below it; `best` is set in bold."""

    text: str
    interval: str = ""
    best: bool = False


def period_rows(data: ReportData, texts: Catalogue) -> list[list[str]]:
    """Return name, time, leads, rows, positives and share of each part of the data."""
    parts = {"whole": data.whole, "earlier": data.earlier, "later": data.later}
    return [[texts[f"data.{name}"], _time(period, texts), *_counts(period)] for name, period in parts.items()]


def _time(period: Period, texts: Catalogue) -> str:
    if not period.begins:
        return texts["date.unknown"]
    return texts.say("date.joined", begins=period.begins, ends=period.ends)


def _counts(period: Period) -> list[str]:
    share = percent(period.positives / period.leads) if period.leads else "\u2013"
    return [count(period.leads), count(period.rows), count(period.positives), share]


def metric_rows(data: ReportData, texts: Catalogue) -> list[tuple[str, str, list[Cell]]]:
    """Return each figure's name, its meaning, and a cell a scorer."""
    capacity = percent(data.capacity_share, 0)
    found = []
    for name in METRICS:
        figures = [metrics[name] for metrics in data.judged.metrics.values()]
        best = _best(name, figures)
        cells = [_cell(name, figure, texts, best=figure.value == best) for figure in figures]
        meaning = texts.say(f"metric.{name}.meaning", capacity=capacity)
        found.append((texts[f"metric.{name}"], meaning, cells))
    return found


def _best(name: str, figures: list[Metric]) -> float:
    values = [figure.value for figure in figures if math.isfinite(figure.value)]
    if len(values) < 2:
        return math.nan
    return min(values) if name in LOWER_IS_BETTER else max(values)


def _cell(name: str, metric: Metric, texts: Catalogue, *, best: bool) -> Cell:
    value, between = with_interval(name, metric)
    return Cell(value or texts["figures.not_defined"], between, best)


def difference_rows(data: ReportData, texts: Catalogue) -> list[tuple[str, Cell, str, Cell, str]]:
    """Return each baseline's name, and what the model gains on it by log-loss and by hits, with words."""
    judged = data.judged
    found = []
    for name in judged.probabilities:
        if name == "model":
            continue
        cost, hits = (_difference(data, name, metric) for metric in ("log_loss", "precision_at_capacity"))
        gain = Metric(-cost.value, -cost.high, -cost.low)
        shares = Metric(100 * hits.value, 100 * hits.low, 100 * hits.high)
        found.append(
            (
                texts[f"scorer.{name}"],
                _gain_cell(gain, 4),
                _said(gain, texts),
                _gain_cell(shares, 1),
                _said(shares, texts),
            )
        )
    return found


def _difference(data: ReportData, name: str, metric: str) -> Metric:
    judged = data.judged
    return paired_difference(
        judged.label,
        judged.probabilities["model"],
        judged.probabilities[name],
        judged.lead,
        metric,
        weight=judged.weight,
        capacity_share=data.capacity_share,
        score_a=judged.ranked_by("model"),
        score_b=judged.ranked_by(name),
        bootstrap=data.bootstrap,
        seed=data.seed,
    )


def _gain_cell(gain: Metric, decimals: int) -> Cell:
    if not math.isfinite(gain.low + gain.high):
        return Cell(signed(gain.value, decimals))
    return Cell(
        signed(gain.value, decimals), f"{signed(gain.low, decimals)} \u2026 {signed(gain.high, decimals)}"
    )


def _said(gain: Metric, texts: Catalogue) -> str:
    if gain.low > 0:
        return texts["figures.better"]
    return texts["figures.worse"] if gain.high < 0 else texts["figures.same"]


def reliability_rows(data: ReportData) -> list[list[str]]:
    """Return predicted share, observed share, its interval and the number of rows of each bin."""
    judged = data.judged
    bins = compute_reliability(
        judged.label, judged.probabilities["model"], weight=judged.weight, lead=judged.lead,
        bootstrap=data.bootstrap, seed=data.seed,
    )  # fmt: skip
    columns = (bins[name].tolist() for name in ("predicted", "observed", "low", "high", "rows"))
    return [
        [percent(predicted), percent(observed), _between(low, high), count(rows)]
        for predicted, observed, low, high, rows in zip(*columns, strict=True)
    ]


def _between(low: float, high: float) -> str:
    return f"{percent(low)}\u2013{percent(high)}" if math.isfinite(low + high) else ""


def gain_rows(data: ReportData, texts: Catalogue) -> tuple[list[str], list[list[str]]]:
    """Return the names of the scorers, and for each tenth of the leads what each scorer finds."""
    judged = data.judged
    curves = [
        compute_gain(judged.label, judged.ranked_by(name), weight=judged.weight, steps=10)
        for name in judged.probabilities
    ]
    rows = [
        [percent(step / 10, 0), *(percent(float(curve["found"].iloc[step])) for curve in curves)]
        for step in (1, 2, 3, 5)
    ]
    return [texts[f"scorer.{name}"] for name in judged.probabilities], rows


def driver_rows(drivers: tuple[Driver, ...], texts: Catalogue) -> list[tuple[str, str, str]]:
    """Return each field's name, its part of all movement, and how it moves the chance."""
    whole = sum(driver.strength for driver in drivers) or 1.0
    return [(driver.label, percent(driver.strength / whole, 0), tell(driver, texts)) for driver in drivers]
