"""What a backtest says on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qualify.evaluate import Metric
from training.tried import Backtest, Tried
from training.wins import AGAINST, Wins

__all__ = ["lines_of"]

_SHOWN = {"auc": "AUC", "log_loss": "log-loss", "precision_at_capacity": "hits at capacity"}
_ORDERS = ("model", *AGAINST)
_NONE = "\u2013"


def lines_of(found: Backtest) -> list[str]:
    """Return the figures as tables for people: how the model did, and how many wins each order finds."""
    heads = "".join(f"{title:>24}" for title in _SHOWN.values())
    lines = [f"{'origin':>14}{'leads':>8}{'base':>7}  {'':7}{heads}"]
    for tried in found.tried:
        lines += _rows_of(tried)
    lines += [f"{name:>14}  left out: {why}" for name, why in found.skipped.items()]
    # An order without probabilities has no log-loss to be compared by.
    rivals = [
        name
        for name, figures in found.tried[0].metrics.items()
        if name != "model" and np.isfinite(figures["log_loss"].value)
    ]
    won = {name: sum(_lower_loss(tried, name) for tried in found.tried) for name in rivals}
    lines.append(
        f"of {len(found.tried)} origins the model had the lower log-loss at "
        + ", ".join(f"{count} against {name}" for name, count in won.items())
    )
    return [*lines, "", *_wins_lines(found)]


def _rows_of(tried: Tried) -> Iterator[str]:
    first = f"{tried.origin:>14}{tried.rows:>8,}{tried.positives / tried.rows:>7.1%}"
    for name, figures in tried.metrics.items():
        cells = "".join(f"{_cell(figures[figure]):>24}" for figure in _SHOWN)
        yield f"{first if name == 'model' else '':29}  {name:7}{cells}"


def _cell(metric: Metric) -> str:
    if not np.isfinite(metric.value):
        return _NONE
    return f"{metric.value:.4f} ({metric.low:.3f}-{metric.high:.3f})"


def _lower_loss(tried: Tried, rival: str) -> bool:
    return tried.metrics["model"]["log_loss"].value < tried.metrics[rival]["log_loss"].value


def _wins_lines(found: Backtest) -> Iterator[str]:
    share = found.tried[0].queue.share
    yield f"wins (target {found.target}) found by calling the first {share:.0%} of the open leads at each"
    yield "origin, in the order of the model, of the points, of arrival (longest waiting first), newest first"
    rows = [*((tried.origin, tried.wins) for tried in found.tried), ("all origins", found.wins)]
    wide = 2 + max(17, *(len(_signed(wins.ahead[name])) for _, wins in rows for name in AGAINST))
    yield (
        f"{'origin':>14}{'called':>8}{'of wins':>9}"
        + "".join(f"{name:>9}" for name in _ORDERS)
        + "".join(f"{f'model - {name}':>{wide}}" for name in AGAINST)
    )
    for name, wins in rows:
        yield _wins_row(name, wins, wide)
    if found.wins.by_week:
        yield "the same by weeks after the origin, all origins together"
        weeks = zip(*(found.wins.by_week[name] for name in _ORDERS), strict=True)
        for week, counts in enumerate(weeks, start=1):
            yield f"{f'week {week}':>14}{'':17}" + "".join(f"{count:>9,.1f}" for count in counts)


def _wins_row(name: str, wins: Wins, wide: int) -> str:
    counts = "".join(f"{wins.found[order]:>9,.1f}" for order in _ORDERS)
    ahead = "".join(f"{_signed(wins.ahead[order]):>{wide}}" for order in AGAINST)
    return f"{name:>14}{wins.called:>8,.0f}{wins.possible:>9,.0f}{counts}{ahead}"


def _signed(metric: Metric) -> str:
    if not np.isfinite(metric.low + metric.high):
        return f"{metric.value:+.1f}"
    return f"{metric.value:+.1f} ({metric.low:+.1f} to {metric.high:+.1f})"
