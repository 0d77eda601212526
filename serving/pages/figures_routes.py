"""The pages of figures: KPI, agreement of rules and model, the model in use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter
from starlette.responses import Response

from qualify.errors import ConfigError
from serving.figures import project_kpis, source_column
from serving.pages.agreement_page import show_agreement
from serving.pages.comparison import Comparison, compare
from serving.pages.kept import Kept
from serving.pages.kpi_page import kpi_csv, show_kpis
from serving.pages.model_page import show_model
from serving.pages.routing import PageRoute, Reading
from serving.pages.run_record import RunRecord, find_run, read_picture

if TYPE_CHECKING:
    from qualify.config import Config
    from qualify.decide.kpi import KpiTable
    from serving.runtime import Runtime

__all__ = ["figures_routes"]

By = Literal["source", "month"]
_FRESH_SECONDS = 300.0
_DAY = 86_400


def figures_routes() -> APIRouter:
    """Return the routes; figures are counted anew after five minutes."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)
    _add_kpis(router)
    _add_models(router)
    return router


def _add_kpis(router: APIRouter) -> None:
    """Add the key figures, as a page and as a file."""
    tables: Kept[KpiTable] = Kept(_FRESH_SECONDS)

    def figures(runtime: Runtime, config: Config, by: By | None) -> KpiTable:
        return tables.get(by, lambda: _count(runtime, config, by))

    @router.get("/kpi")
    def kpi(visit: Reading, by: By | None = None) -> Response:
        config = visit.site.runtime.config
        if config is None:
            return visit.page("kpi", here="kpi", sections=[])
        shown = show_kpis(visit, figures(visit.site.runtime, config, by))
        return visit.page("kpi", here="kpi", by=by or "all", ways=_ways(config), **shown)

    @router.get("/kpi.csv")
    def kpi_file(visit: Reading, by: By | None = None) -> Response:
        config = visit.site.runtime.config
        if config is None:
            return visit.page("kpi", status=404, here="kpi", sections=[])
        text = kpi_csv(figures(visit.site.runtime, config, by), visit.words.language)
        return Response(
            text, media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="kpi.csv"', "Cache-Control": "no-store"},
        )  # fmt: skip


def _add_models(router: APIRouter) -> None:
    """Add what is said of the model in use, and where the rules differ from it."""
    comparisons: Kept[Comparison] = Kept(_FRESH_SECONDS)
    runs: Kept[RunRecord | None] = Kept(_FRESH_SECONDS)

    def run_of(runtime: Runtime) -> RunRecord | None:
        return runs.get(runtime.models.name, lambda: find_run(runtime))

    @router.get("/agreement")
    def agreement(visit: Reading) -> Response:
        version = visit.site.runtime.models.scorer.version  # a comparison is about the one in use
        found = comparisons.get(version, lambda: compare(visit.site.runtime, visit.now))
        shown = show_agreement(visit, found, run_of(visit.site.runtime))
        return visit.page("agreement", here="agreement", **shown)

    @router.get("/model")
    def model(visit: Reading) -> Response:
        return visit.page("model", here="model", **show_model(visit, run_of(visit.site.runtime)))

    @router.get("/model/pictures/{name}.png")
    def picture(visit: Reading, name: str) -> Response:
        run = run_of(visit.site.runtime)
        found = read_picture(run, name) if run is not None else None
        if found is None:
            return Response(status_code=404)
        return Response(found, media_type="image/png", headers={"Cache-Control": f"private, max-age={_DAY}"})


def _count(runtime: Runtime, config: Config, by: By | None) -> KpiTable:
    return project_kpis(config, runtime.folder, runtime.ledger.answers(), now=datetime.now(UTC), by=by)


def _ways(config: Config) -> list[str]:
    """Return how the figures can be grouped; by source only where a column holds it."""
    try:
        source_column(config)
    except ConfigError:
        return ["all", "month"]
    return ["all", "source", "month"]
