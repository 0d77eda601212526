"""Where model and rules agree, where they part, and who was right."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from serving.access import may_see
from serving.pages.filters import DISAGREEMENTS, Filters
from serving.pages.pictures import interval_bar

if TYPE_CHECKING:
    from qualify.decide.agreement import Agreement, AgreementCell
    from qualify.decide.figure import Figure
    from qualify.rules import Scorecard
    from serving.pages.comparison import Comparison, LeftOut
    from serving.pages.run_record import RunRecord
    from serving.pages.site import Visit
    from serving.pages.words import Words

__all__ = ["show_agreement"]

BANDS = ("A", "B", "C", "D")
_MOST_LEADS = 20


def show_agreement(visit: Visit, found: Comparison, run: RunRecord | None) -> dict[str, Any]:
    """Gather what the template of the agreement shows."""
    now, words = found.now, visit.words
    return {
        "leads": now.leads,
        "summary": [] if not now.leads else _summary(now, words),
        "rows": [(band, _row(band, now, words)) for band in BANDS],
        "bands": BANDS,
        "ways": [
            (words.text(f"disagreement.{side}"), words.counted("grid.leads", _apart(now, side)),
             Filters(disagreement=side, answered="all").link())
            for side in DISAGREEMENTS
        ],
        "outcomes": [] if found.past is None else _outcomes(found.past, words),
        "past_text": words.text(f"agreement.past_text.{found.told_by}"),
        "unread": found.told_by == "unread",
        "left_out": _left_out(found.left_out, words),
        "known": _known(visit, found.past),
        "points": run is not None and "points" in run.pictures,
        "written": _written(visit.site.runtime.models.scorer.scorecard, words),
    }  # fmt: skip


def _left_out(left: LeftOut, words: Words) -> list[str]:
    """Say how many leads are not compared, a sentence for each reason."""
    other = words.counted("agreement.left_out.other_version", left.other_version)
    learned = words.counted("agreement.left_out.learned", left.learned)
    return [*([other] if left.other_version else []), *([learned] if left.learned else [])]


def _written(card: Scorecard, words: Words) -> list[dict[str, str]]:
    """Return what each rule and trigger was meant for, by whom and when it was last decided."""
    clean = words.book.clean
    return [
        {
            "label": clean(rule.label.ja if words.language == "ja" else rule.label.en),
            "rationale": rule.rationale,
            "owner": clean(rule.owner),
            "date": words.day(datetime.combine(rule.date, time(12), ZoneInfo(words.timezone))),
        }
        for rule in (*card.rules, *card.triggers)
    ]


def _summary(now: Agreement, words: Words) -> list[str]:
    same = words.share(now.same_band)
    return [words.text("agreement.same", share=same, leads=words.number(now.leads))]


def _apart(now: Agreement, side: str) -> int:
    """Count the leads whose bands differ by two or more to one side."""
    sign = 1 if side == "model_higher" else -1
    steps = {band: place for place, band in enumerate(BANDS)}
    return sum(cell.leads for cell in now.cells if sign * (steps[cell.rule_band] - steps[cell.band]) >= 2)


def _row(band: str, now: Agreement, words: Words) -> list[dict[str, Any]]:
    return [_cell(cell, now, words) for cell in now.cells if cell.band == band]


def _cell(cell: AgreementCell, now: Agreement, words: Words) -> dict[str, Any]:
    share = cell.leads / now.leads if now.leads else 0.0
    steps = abs(BANDS.index(cell.band) - BANDS.index(cell.rule_band))
    return {
        "leads": words.number(cell.leads) if cell.leads else words.text("none"),
        "mean": words.percent(cell.probability) if cell.leads else "",
        "apart": steps >= 2 and cell.leads > 0,
        "shade": 0 if not cell.leads else 1 + sum(share >= step for step in (0.02, 0.05, 0.1, 0.25)),
    }


def _outcomes(past: Agreement, words: Words) -> list[dict[str, Any]]:
    """Return the share that reached the target, by who rated the leads higher."""
    labels = {"model_higher": "model_higher", "rules_higher": "rules_higher", "none": "none_apart"}
    return [
        _outcome(words.text(f"agreement.{label}"), past.outcomes[name], words)
        for name, label in labels.items()
    ]


def _outcome(label: str, figure: Figure, words: Words) -> dict[str, Any]:
    value, low, high = figure.value, figure.low, figure.high
    counted = {"n": words.number(figure.numerator), "of": words.number(figure.denominator)}
    told = value is not None and low is not None and high is not None
    return {
        "label": label,
        "value": words.share(value) if told else words.text("agreement.unknown"),
        "interval": words.text("interval", low=words.share(low), high=words.share(high)) if told else "",
        "counted": words.text("agreement.of", **counted) if told else "",
        "open": words.counted("agreement.open", figure.immature),
        "bar": interval_bar(low or 0.0, high or 0.0, value or 0.0) if told else "",
    }  # fmt: skip


def _known(visit: Visit, past: Agreement | None) -> list[dict[str, Any]]:
    """Return the leads on which both differed and with known outcome, as far as the reader may see."""
    if past is None:
        return []
    known = [lead for lead in past.differing if lead.reached is not None]
    shown = []
    for lead in known:
        record = visit.site.runtime.ledger.lead(lead.lead_id)
        if record is not None and may_see(visit.actor, record.facts.owner):
            name = record.facts.name or record.facts.company or lead.lead_id
            shown.append({"lead": lead, "name": visit.words.book.clean(name)})
        if len(shown) == _MOST_LEADS:
            break
    return shown
