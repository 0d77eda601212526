"""The figures that Prometheus collects."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

if TYPE_CHECKING:
    from serving.api.writer import Writer
    from serving.model_slot import ModelSlot

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counters and histograms of one running service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        on = self.registry
        self.seconds = Histogram(
            "qualify_request_seconds", "Time to answer.", ("route", "method", "status"),
            buckets=_SECONDS, registry=on,
        )  # fmt: skip
        self.scores = Counter("qualify_scores", "Leads scored.", ("band",), registry=on)
        self.rejects = Counter("qualify_rejects", "Lead documents not scored.", ("code",), registry=on)
        self.stored = Counter("qualify_ledger_rows", "What became of rows.", ("result",), registry=on)
        self.ledger_up = Gauge("qualify_ledger_up", "Whether the last write went well.", registry=on)
        self.lag_rows = Gauge("qualify_ledger_lag_rows", "Rows that wait for the ledger.", registry=on)
        self.lag_seconds = Gauge("qualify_ledger_lag_seconds", "How long the oldest waits.", registry=on)
        self.spool_bytes = Gauge("qualify_spool_bytes", "Size of what waits on the disk.", registry=on)
        names = ("version", "scorecard_version", "name")
        self.model = Gauge("qualify_model_info", "The model in use.", names, registry=on)
        self.model_loaded = Gauge("qualify_model_loaded_seconds", "In use since (Unix time).", registry=on)
        self._answered: dict[tuple[str, str, int], Histogram] = {}
        self._scored: dict[str, Counter] = {}
        self.swaps = Gauge("qualify_model_swaps", "Models taken into use since the start.", registry=on)
        self.refused = Gauge("qualify_model_refused", "Models refused since the start.", registry=on)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer; which figures it goes into is looked up once a route, method and status."""
        figures = self._answered.get((route, method, status))
        if figures is None:
            figures = self._answered[route, method, status] = self.seconds.labels(route, method, status)
        figures.observe(seconds)

    def scored(self, band: str) -> None:
        """Count a score of a band."""
        count = self._scored.get(band)
        if count is None:
            count = self._scored[band] = self.scores.labels(band)
        count.inc()

    def text(self, models: ModelSlot, writer: Writer) -> bytes:
        """Return all figures as Prometheus reads them."""
        self.lag_rows.set(writer.lag_rows)
        self.lag_seconds.set(writer.lag_seconds(time.time()))
        self.spool_bytes.set(writer.spool.size())
        self.model.clear()
        self.model.labels(models.version, models.scorer.scorecard.version, models.name).set(1)
        self.model_loaded.set(models.loaded_at.timestamp())
        self.swaps.set(models.swaps)
        self.refused.set(models.refusals)
        return generate_latest(self.registry)
