"""K001 to K013: rules and stages of the scorecard that cannot do what they say on these tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qualify.leads.tables import LeadTables
from qualify.rules import Finding as Flaw
from qualify.rules import Scorecard, lint
from training.checks.finding import Finding, Level
from training.data import Loaded

__all__ = ["check_scorecard", "notes_line"]

_WARNINGS = frozenset({"K001", "K011"})
"""A band or a stage that no lead gets to: sales would wait for leads that never come."""
_LACKING = frozenset({"K002", "K003"})
_STAGE = "K013"


def check_scorecard(loaded: Loaded) -> Iterator[Finding]:
    """Say what is wrong with the scorecard although it can be read (`qualify.rules.lint`)."""
    flaws = lint(loaded.scorecard, loaded.tables)
    for each in flaws:
        if each.code != _STAGE:
            level: Level = "warning" if each.code in _WARNINGS else "note"
            yield Finding(each.code, level, each.rule_id, each.message)
    yield from _unknown_stages([each for each in flaws if each.code == _STAGE])


def _unknown_stages(flaws: Sequence[Flaw]) -> Iterator[Finding]:
    """Tell of all stages in one line: a scorecard without stages of its own would get a line for each."""
    if len(flaws) == 1:
        yield Finding(_STAGE, "note", flaws[0].rule_id, flaws[0].message)
    elif flaws:
        names = ", ".join(repr(each.rule_id.removeprefix("stage:")) for each in flaws)
        yield Finding(
            _STAGE, "note", "stages", f"the scorecard does not know {len(flaws)} of the stages: {names}"
        )


def notes_line(card: Scorecard, tables: LeadTables) -> str | None:
    """Return one line on how much `check` has to say about a scorecard; None: nothing."""
    flaws = lint(card, tables)
    lacking = {each.rule_id for each in flaws if each.code in _LACKING}
    # All unknown stages are one note, as `check_scorecard` tells them.
    others = len(
        {(each.code, each.rule_id if each.code != _STAGE else "") for each in flaws}
        - {(each.code, each.rule_id) for each in flaws if each.code in _LACKING}
    )
    told = []
    if lacking:
        rules = "rule is" if len(lacking) == 1 else "rules are"
        told.append(f"{len(lacking)} {rules} about columns or activities that these tables lack")
    if others:
        more = "more " if lacking else ""
        told.append(f"{others} {more}{'note' if others == 1 else 'notes'}")
    return f"scorecard: {' and '.join(told)}; `qualify check` says which" if told else None
