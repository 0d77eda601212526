"""Alerts and the audit log, for admins."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from serving.pages.flash import Flash
from serving.pages.routing import PageRoute, Ruling

__all__ = ["admin_routes"]

STATUSES = ("all", "waiting", "sent", "dead")
_SHOWN = 200


def admin_routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)

    @router.get("/alerts")
    def alerts(visit: Ruling, status: Literal["all", "waiting", "sent", "dead"] = "all") -> Response:
        found = visit.site.runtime.ledger.alerts(None if status == "all" else status, limit=_SHOWN)
        shown: dict[str, Any] = {"alerts": found, "chosen": status, "statuses": STATUSES}
        return visit.page("alerts", here="alerts", **shown)

    @router.post("/alerts/{alert_id}/resend")
    def resend(visit: Ruling, alert_id: str) -> Response:
        alert = visit.site.runtime.ledger.resend(alert_id)
        visit.site.runtime.ledger.audit(visit.actor.name, "resend_alert", alert.lead_id, alert.webhook)
        return visit.see_other("/alerts", Flash("resent"))

    @router.get("/audit")
    def audit(visit: Ruling, lead: Annotated[str, Query(max_length=500)] = "") -> Response:
        log = visit.site.runtime.ledger.audit_log(lead_id=lead.strip() or None, limit=_SHOWN)
        return visit.page("audit", here="audit", log=log, lead=lead.strip())

    return router
