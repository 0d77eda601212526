"""The scorecard that ships with the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from qualify.rules.scorecard import Scorecard


@cache
def default_scorecard() -> Scorecard:
    """Return the scorecard to start from; its comments say what was decided and why."""
    resource = files("qualify.rules").joinpath("default.yaml")
    return Scorecard.parse(resource.read_text(encoding="utf-8"), where="the default scorecard")
