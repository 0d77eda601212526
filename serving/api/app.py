"""The application: calls, door, pages and background work put together."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

import serving.access
import serving.alerts
import serving.pages
from serving.api.docs import install_docs
from serving.api.handoff_call import handoff_routes
from serving.api.health import health_routes
from serving.api.lead_calls import lead_routes
from serving.api.observed import Observed
from serving.api.problems import install_problems
from serving.api.score_calls import add_score_calls
from serving.runtime import Runtime

__all__ = ["create_app"]

_ABOUT = """Scores leads with a calibrated probability, a band and reasons, and keeps what sales answered.

Errors are problem documents (RFC 9457, `application/problem+json`).
"""


def create_app(runtime: Runtime, *, loopback: bool) -> FastAPI:
    """Make the service.

    Parameters
    ----------
    runtime
        Model, ledger and configuration.
    loopback
        Whether it listens on the loopback address only.
    """
    app = FastAPI(
        title="qualify", version=version("qualify"), description=_ABOUT, lifespan=_lifespan(runtime),
        docs_url=None, redoc_url=None, openapi_url=None,
        # FastAPI looks for OpenTelemetry's providers at every request. None is set up here, and its log would
        # tell messages of exceptions, which may hold a person's data; figures are told by `/metrics`.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )  # fmt: skip
    app.state.runtime = runtime
    install_problems(app)
    add_score_calls(app.router, runtime)
    for routes in (lead_routes, handoff_routes, health_routes):
        app.include_router(routes(runtime))
    install_docs(app)
    serving.access.install(app, runtime, loopback=loopback)
    serving.pages.install(app, runtime)
    # Added last, so outermost: what the door refuses is counted and has a request id too.
    app.add_middleware(Observed, metrics=runtime.metrics)
    return app


def _lifespan(runtime: Runtime):  # type: ignore[no-untyped-def]
    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        runtime.writer.start()
        threads = [runtime.models.watch(stop), *serving.alerts.watch(runtime, stop)]
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(5.0)
            runtime.writer.stop()
            runtime.close()

    return run
