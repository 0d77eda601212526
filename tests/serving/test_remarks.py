"""What is said of an order that can be carried out, but may not be what was meant."""

from __future__ import annotations

from dataclasses import replace

from qualify.model.evidence import FieldGroups, Group
from qualify.scorer import Scorer
from serving.batch import Sources
from serving.remarks import tables_not_given

ALONE = Sources("leads.csv")
STAGED = Sources("leads.csv", stages="stages.csv")


def flat(scorer: Scorer, *fields: str) -> Scorer:
    """The model as if its label were a column, and its past leads had differed in these fields alone."""
    parts = scorer.parts
    assert parts.evidence is not None
    groups = {name: FieldGroups((), {"0": Group(40, 10)}) for name in fields}
    return Scorer(
        replace(
            parts,
            schema=replace(parts.schema, flat=True),
            evidence=replace(parts.evidence, fields=groups),
        ),
        scorer.version,
    )


def test_activities_that_a_label_without_a_time_left_unseen_are_not_missed(world):
    """They stand in the plan, for the table holds them; but at no moment of training was there one."""
    kind = world.scorer.parts.plan.activity_types[0]
    assert tables_not_given(flat(world.scorer, "age"), STAGED) == ()
    assert tables_not_given(flat(world.scorer, "age", f"activity:{kind}"), STAGED) == ("activities",)


def test_a_funnel_misses_what_is_not_given(world):
    assert tables_not_given(world.scorer, ALONE) == ("activities", "stages")
    assert tables_not_given(world.scorer, STAGED) == ("activities",)
