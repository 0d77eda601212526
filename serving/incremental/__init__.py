"""Runs that score only leads with news, or whose score has aged: `qualify score --changed-since`."""

from serving.incremental.run import run_changed
from serving.incremental.since import Since, parse_since

__all__ = ["Since", "parse_since", "run_changed"]
