"""The pages that sales and marketing open: queue, lead, grid, figures, model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fastapi.staticfiles import StaticFiles

if TYPE_CHECKING:
    from fastapi import FastAPI

    from serving.runtime import Runtime

__all__ = ["install"]

STATIC = Path(__file__).parent / "static"


def install(app: FastAPI, runtime: Runtime) -> None:
    """Put the pages and their static files into the application.

    Parameters
    ----------
    app
        The service; `serving.access` is installed in it already.
    runtime
        Configuration, ledger and model in use.
    """
    app.state.pages_runtime = runtime
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
