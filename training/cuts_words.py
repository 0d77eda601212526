"""The choices of a cut as a table for people."""

from __future__ import annotations

from collections.abc import Iterator

from qualify.evaluate import Metric
from qualify.explain.catalogue import Catalogue
from training.cut_choices import Choice, Cuts, yaml_lines
from training.plots.texts import report_texts
from training.report.numbers import count, percent

__all__ = ["lines_of"]


def lines_of(cuts: Cuts, language: str = "en") -> Iterator[str]:
    """Yield what was looked at, a block of choices by model and by rules, and what to write."""
    texts = report_texts(language)
    yield texts.say(
        "cuts.leads", version=cuts.version, leads=count(cuts.leads), positives=count(cuts.positives)
    )
    if cuts.learned:
        yield texts["cuts.learned"]
    if cuts.weeks is None:
        yield texts["cuts.undated"]
    for by in ("model", "rules"):
        yield ""
        yield texts[f"cuts.{by}"]
        yield "  " + " | ".join(_heads(cuts, texts))
        for place, choice in enumerate(cuts.choices):
            if choice.by == by:
                yield _line(choice, cuts, _mark(place, cuts, texts))
    yield ""
    written = yaml_lines(cuts)
    if not written:
        yield texts["cuts.wish"]
        return
    yield texts["cuts.write"]
    yield "capacity:"
    yield from (f"  {key}: {value}" for key, value in written.items())


def _heads(cuts: Cuts, texts: Catalogue) -> list[str]:
    unit = "all" if cuts.weeks is None else "week"
    keys = ["threshold", "share", f"worked.{unit}", f"found.{unit}", "rate", "recall", "wins"]
    return [texts[f"cuts.{key}"] for key in [*keys, *(["net"] if cuts.wish.value is not None else [])]]


def _line(choice: Choice, cuts: Cuts, mark: str) -> str:
    cells = [
        f"{choice.threshold:g}" if choice.by == "rules" else percent(choice.threshold, 1),
        percent(choice.share, 1), f"{choice.worked:,.1f}", _number(choice.found), _percent(choice.rate),
        _percent(choice.recall), _number(choice.wins),
    ]  # fmt: skip
    if choice.net is not None and cuts.wish.value is not None:
        cells.append(_number(choice.net))
    return "  " + " | ".join(cells) + (f"   <- {mark}" if mark else "")


def _mark(place: int, cuts: Cuts, texts: Catalogue) -> str:
    marks = [
        texts[key]
        for key, at in (("cuts.chosen", cuts.chosen), ("cuts.present", cuts.present))
        if at == place
    ]
    return ", ".join(marks)


def _number(metric: Metric) -> str:
    return f"{metric.value:,.1f} ({metric.low:,.1f} … {metric.high:,.1f})"


def _percent(metric: Metric) -> str:
    if metric.as_dict()["value"] is None:
        return "–"
    return f"{percent(metric.value, 1)} ({percent(metric.low, 1)} … {percent(metric.high, 1)})"
