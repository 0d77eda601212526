"""Whose outcomes are known, as the report says it."""

from __future__ import annotations

from qualify.explain.catalogue import Catalogue
from training.report.numbers import count, percent
from training.selection import BandCount, Selection

__all__ = ["selection_rows", "selection_text"]


def selection_text(found: Selection | None, texts: Catalogue) -> str:
    """Say how outcomes were weighted and what the weights leave of the rows; empty without a lot."""
    if found is None:
        return ""
    return texts.say(
        "selection.text", share=percent(found.share), clip=f"{found.clip:g}", rows=count(found.rows),
        effective=count(round(found.effective_rows)), judged_rows=count(found.judged_rows),
        judged_effective=count(round(found.judged_effective_rows)),
    )  # fmt: skip


def selection_rows(found: Selection | None, texts: Catalogue) -> list[list[str]]:
    """Return band, leads, to be worked by score, by lot, on sales' own, with an outcome, their share."""
    return [] if found is None else [_row(band, texts) for band in found.bands]


def _row(band: BandCount, texts: Catalogue) -> list[str]:
    counts = (band.leads, band.selected, band.picked, band.own, band.with_outcome)
    known = percent(band.with_outcome / band.leads)
    return [band.band or texts["selection.before"], *(count(each) for each in counts), known]
