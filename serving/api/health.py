"""`/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from fastapi import APIRouter, Depends
from starlette.responses import Response

from qualify.errors import LedgerUnavailable
from serving.access import require
from serving.api.answers import problems
from serving.api.metrics import CONTENT_TYPE
from serving.runtime import Runtime

__all__ = ["health_routes"]


def health_routes(runtime: Runtime) -> APIRouter:
    """Return the calls that tell how the service is."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Tell that the process lives."""
        return {"status": "alive"}

    @router.get("/readyz", responses={503: {"description": "Not ready."}})
    def readyz() -> Response:
        """Tell whether the model and the ledger are ready. Without its ledger the service goes on scoring."""
        told, ready = _state(runtime)
        return Response(
            orjson.dumps(told), 200 if ready else 503, {"Cache-Control": "no-store"}, "application/json"
        )

    @router.get(
        "/metrics",
        dependencies=[Depends(require("read"))],
        responses=problems(401, 403),
        response_class=Response,
    )
    def metrics() -> Response:
        """Return the figures of the service as Prometheus reads them."""
        return Response(
            runtime.metrics.text(runtime.models, runtime.writer), headers={"Content-Type": CONTENT_TYPE}
        )

    return router


def _state(runtime: Runtime) -> tuple[dict[str, Any], bool]:
    ledger, ready = _ledger_state(runtime)
    models = runtime.models
    model = {
        "name": models.name,
        "version": models.version,
        "scorecard_version": models.scorer.scorecard.version,
        "loaded_at": models.loaded_at,
        "refused": asdict(models.refused) if models.refused else None,
    }
    waiting = {"rows": runtime.writer.lag_rows}
    return {
        "status": "ready" if ready else "not ready",
        "model": model,
        "ledger": ledger,
        "spool": waiting,
    }, ready


def _ledger_state(runtime: Runtime) -> tuple[dict[str, Any], bool]:
    try:
        seconds = runtime.ledger.ping()
    except LedgerUnavailable:
        return {"status": "away"}, False
    return {"status": "there", "ping_ms": round(seconds * 1e3, 2)}, True
