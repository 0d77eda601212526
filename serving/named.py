"""A table as the command line names it; see `qualify.leads.named`."""

from __future__ import annotations

from qualify.leads.named import named_source

__all__ = ["named_source"]
