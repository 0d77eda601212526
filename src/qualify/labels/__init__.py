"""Outcome within a horizon, maturity, snapshots, and audits of leakage and provenance."""

from qualify.labels.audit import Suspicion, audit_columns, excluded_columns

__all__ = ["Suspicion", "audit_columns", "excluded_columns"]
