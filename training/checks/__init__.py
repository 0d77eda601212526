"""Checks of a company's own data: one module a concern, codes that never change their meaning."""

from __future__ import annotations

from training.checks.codes import CODES
from training.checks.finding import Finding, Level

__all__ = ["CODES", "Finding", "Level"]
