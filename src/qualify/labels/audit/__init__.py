"""Leak audit: which columns of a lead table were filled in after, or because of, the outcome."""

from qualify.labels.audit.run import audit_columns
from qualify.labels.audit.suspicion import TITLES, Suspicion, excluded_columns

__all__ = ["TITLES", "Suspicion", "audit_columns", "excluded_columns"]
