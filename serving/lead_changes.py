"""What changed about a lead's chance, and what could: the scorer behind `qualify.explain`'s questions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import expit

from qualify.explain.moved import Judge, Moved, split_change
from qualify.explain.what_if import Change, plausible_edits, smallest_changes
from qualify.explain.words import phrasebook
from qualify.leads.tables import FloatArray, IntArray, LeadTables
from qualify.leads.variants import one_lead
from qualify.rules import Scorecard
from qualify.scorer import Scorer


def explain_change(
    scorer: Scorer,
    lead: LeadTables,
    since: int,
    until: int,
    language: str,
    *,
    earlier: LeadTables | None = None,
    then: tuple[Scorer, LeadTables] | None = None,
) -> Moved:
    """Split the change of a lead's chance between two moments (see :mod:`qualify.explain.moved`).

    Parameters
    ----------
    lead
        The lead alone (`qualify.leads.variants.one_lead`).
    earlier
        The same lead with its attributes of then, read for the model of then.
    then
        The model of then and the lead as read for it; None: the same model.
    """
    book = phrasebook(language, scorer.parts.schema.data.timezone)
    now = _judge(scorer)
    if then is None or then[0].version == scorer.version:
        return split_change(lead, since, until, now=now, book=book, earlier=earlier)
    # The later model reads the lead by its own schema; it is asked for the last link of the chain only.
    final = replace(now, score=lambda _, moments: log_odds(scorer, lead, moments))
    between = _with_rules_of(scorer, then[0])
    return split_change(
        then[1], since, until, now=final, book=book, earlier=earlier, then=_judge(then[0]),
        between=None if between is None else _judge(between),
    )  # fmt: skip


def suggest_changes(
    scorer: Scorer, tables: LeadTables, row: int, moment: int, language: str
) -> tuple[Change, ...] | None:
    """Return what would have to be so for the next band (see :mod:`qualify.explain.what_if`).

    None where the model knows of nothing that the team can bring about.
    """
    parts, book, lead = scorer.parts, phrasebook(language), one_lead(tables, row)

    def chance(variants: LeadTables) -> FloatArray:
        found: FloatArray = expit(log_odds(scorer, variants, np.full(len(variants), moment)))
        return found

    edits = plausible_edits(lead, parts.plan, parts.schema.columns, parts.evidence, book)
    return None if not edits else smallest_changes(lead, moment, edits, parts.bands, chance, book)


def log_odds(scorer: Scorer, tables: LeadTables, moments: IntArray) -> FloatArray:
    """Return the calibrated log-odds of every lead at its moment."""
    found = scorer.explain_rows(tables, np.arange(len(tables)), moments)
    return scorer.parts.targets[0].calibration.log_odds(found.prediction.log_odds)


def _judge(scorer: Scorer) -> Judge:
    return Judge(
        lambda tables, moments: log_odds(scorer, tables, moments), scorer.version, scorer.scorecard.version
    )


def _with_rules_of(later: Scorer, earlier: Scorer) -> Scorer | None:
    """Return the earlier model with the later rules; None where it knows rules that are gone."""
    card: Scorecard = later.scorecard
    rules, groups = {rule.id for rule in card.rules}, {group.id for group in card.groups}
    plan = earlier.parts.plan
    if card.version == earlier.scorecard.version:
        return None
    if not ({rule for rule, _ in plan.rules} <= rules and set(plan.rule_groups) <= groups):
        return None
    return Scorer(replace(earlier.parts, scorecard_text=later.parts.scorecard_text), earlier.version)
