"""What an alert says, in the form that its receiver takes. No name and no mail address is in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from qualify.ledger import AlertRecord

__all__ = ["Alert", "alert_of", "render"]

_REASONS = 3
_ADDRESS = re.compile(r"[^\s@<>()]+@(?=[^\s@<>()]+)")
_HEADLINES = {
    ("band_a", "en"): "Lead {lead} has passed into band A",
    ("sql", "en"): "Lead {lead} now meets the criteria for sales",
    ("band_a", "ja"): "リード {lead} がバンド A に入りました",
    ("sql", "ja"): "リード {lead} が SQL の条件を満たしました",
}
_FIGURES = {"en": "Probability {probability:.0%}, score {score} of 100, band {band}",
            "ja": "確率 {probability:.0%}、スコア {score}/100、バンド {band}"}  # fmt: skip
_OPEN = {"en": "Open the lead", "ja": "リードを開く"}
# https://learn.microsoft.com/dynamics365/sales/populate-predictive-scores
_GRADES = {"A": 0, "B": 1, "C": 2, "D": 3}
_TREND_NOT_KNOWN = 3
_SLACK_TEXT = 2900


@dataclass(frozen=True, slots=True)
class Alert:
    """What all templates draw from.

    Parameters
    ----------
    id
        The same for every attempt, so that a receiver knows a repetition.
    kind
        ``band_a`` or ``sql``.
    reasons
        Three sentences, mail addresses masked.
    link
        The lead's page; None where the service's address is not configured.
    facts
        Further fields of the score.
    """

    id: str
    kind: str
    lead_id: str
    probability: float
    score: int
    band: str
    reasons: tuple[str, ...]
    link: str | None
    language: str
    facts: Mapping[str, Any]

    @property
    def headline(self) -> str:
        """What happened, in one sentence."""
        return _HEADLINES[self.kind, self.language].format(lead=self.lead_id)

    @property
    def figures(self) -> str:
        """Probability, score and band in one line."""
        return _FIGURES[self.language].format(probability=self.probability, score=self.score, band=self.band)


def alert_of(record: AlertRecord, public_url: str | None, language: str) -> Alert:
    """Take from a message of the outbox what may leave the house.

    Parameters
    ----------
    record
        The message.
    public_url
        Address of the pages.
    language
        ``en`` or ``ja``.
    """
    score = record.payload
    told = [masked(str(reason["text"])) for reason in list(score.get("reasons") or ())[:_REASONS]]
    page = f"{public_url.rstrip('/')}/leads/{quote(record.lead_id, safe='')}" if public_url else None
    names = ("as_of", "recommended_stage", "rule_points", "rule_band", "model_version", "scorecard_version")
    return Alert(
        record.id, record.kind, record.lead_id, float(score["probability"]), int(score["score"]),
        str(score["band"]), tuple(told), page, language, {name: score.get(name) for name in names},
    )  # fmt: skip


def masked(text: str) -> str:
    """Hide the person's part of mail addresses.

    Examples
    --------
    >>> masked("Wrote from ada@example.com today")
    'Wrote from …@example.com today'
    """
    return _ADDRESS.sub("…@", text)


def render(template: str, alert: Alert) -> dict[str, Any]:
    """Return the body of an alert.

    Parameters
    ----------
    template
        Name of the form, as in `service.alerts.webhooks`.
    """
    return _TEMPLATES[template](alert)


def _json(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id, "type": f"lead.{alert.kind}", "lead_id": alert.lead_id, "band": alert.band,
        "probability": alert.probability, "score": alert.score, "reasons": list(alert.reasons),
        "link": alert.link, "headline": alert.headline, **alert.facts,
    }  # fmt: skip


def _slack(alert: Alert) -> dict[str, Any]:
    reasons = "\n".join(f"• {_escaped(reason)}" for reason in alert.reasons)
    link = f"\n<{alert.link}|{_OPEN[alert.language]}>" if alert.link else ""
    text = f"*{_escaped(alert.headline)}*\n{_escaped(alert.figures)}\n{reasons}"[:_SLACK_TEXT] + link
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return {"text": _escaped(alert.headline), "blocks": [section]}


def _hubspot(alert: Alert) -> dict[str, Any]:
    """Body of `POST /crm/v3/objects/contacts/batch/upsert`."""
    properties = {f"qualify_{name}": value for name, value in _crm_fields(alert).items()}
    return {"inputs": [{"idProperty": "qualify_lead_id", "id": alert.lead_id, "properties": properties}]}


def _salesforce(alert: Alert) -> dict[str, Any]:
    """Body of `POST /services/data/v60.0/composite`: an upsert by an external id."""
    fields = {f"Qualify_{name.title()}__c": value for name, value in _crm_fields(alert).items()}
    place = f"/services/data/v60.0/sobjects/Lead/Qualify_Lead_Id__c/{quote(alert.lead_id, safe='')}"
    request = {"method": "PATCH", "url": place, "referenceId": "lead", "body": fields}
    return {"allOrNone": True, "compositeRequest": [request]}


def _dynamics365(alert: Alert) -> dict[str, Any]:
    """Body of `POST /api/data/v9.0/msdyn_predictivescores`; the lead's id is its GUID there."""
    return {
        "msdyn_score": alert.score, "msdyn_grade": _GRADES[alert.band],
        "msdyn_scoretrend": _TREND_NOT_KNOWN, "msdyn_entityid": alert.lead_id, "msdyn_entitytype": "lead",
    }  # fmt: skip


def _crm_fields(alert: Alert) -> dict[str, Any]:
    return {
        "band": alert.band, "probability": alert.probability, "score": alert.score,
        "reasons": "\n".join(alert.reasons), "link": alert.link, "alert": alert.kind,
        "scored_at": alert.facts["as_of"],
    }  # fmt: skip


def _escaped(text: str) -> str:
    """Take their meaning from the characters that Slack reads as markup or as a call to a channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_TEMPLATES: Mapping[str, Callable[[Alert], dict[str, Any]]] = {
    "json": _json, "slack": _slack, "hubspot": _hubspot, "salesforce": _salesforce,
    "dynamics365": _dynamics365,
}  # fmt: skip
