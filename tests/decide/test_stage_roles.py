"""Which stage plays which part: by the names that companies give to stages, in either language."""

from __future__ import annotations

import pytest

from qualify.config import StageOrder, Target
from qualify.decide.stage_roles import find_roles, find_sql_stage
from qualify.rules import Scorecard
from qualify.rules.default import default_scorecard

NAMED = {
    "mql": ("MQL", "Marketing Qualified Lead", "marketing-qualified"),
    "accepted": ("SAL", "Sales accepted lead", "営業受入"),
    "meeting": ("Meeting booked", "discovery_call", "アポイント"),
    "sql": ("SQL", "sales/qualified", "案件化"),
    "won": ("Won", "CLOSED-WON", "受注", "成約"),
    "lost": ("Lost", "closed lost", "失注"),
    "rejected": ("Rejected", "Disqualified", "対象外"),
    "recycled": ("Recycled", "Nurturing", "差し戻し"),
}


@pytest.mark.parametrize(("role", "name"), [(role, name) for role, names in NAMED.items() for name in names])
def test_a_part_is_known_by_its_usual_names(role: str, name: str) -> None:
    assert find_roles(StageOrder(order=("Step one", name))) == {role: name}


def test_what_the_configuration_says_is_taken_as_it_is() -> None:
    stages = StageOrder(order=("MQL", "SQL", "Qualified"), roles={"sql": "Qualified"})
    assert find_roles(stages) == {"sql": "Qualified", "mql": "MQL"}


def test_a_stage_plays_one_part_only() -> None:
    assert find_roles(StageOrder(order=("MQL", "Won"), roles={"sql": "Won"})) == {"sql": "Won", "mql": "MQL"}


def card_of(*stages: tuple[str, tuple[str, ...]]) -> Scorecard:
    card = default_scorecard()
    some = card.stages[0]
    made = tuple(some.model_copy(update={"id": name, "names": names}) for name, names in stages)
    return card.model_copy(update={"stages": made})


def test_the_scorecards_sql_is_found_by_what_the_company_calls_it() -> None:
    assert find_sql_stage(default_scorecard(), StageOrder()) == "SQL"
    own = card_of(("lead", ()), ("deal", ("商談",)), ("sql", ()))
    assert find_sql_stage(own, StageOrder(roles={"sql": "商談"})) == "deal"
    assert find_sql_stage(own, StageOrder(order=("Visit",), roles={"sql": "Visit"})) == "sql"
    target = Target(name="t", stage="商談", within_days=30)
    assert find_sql_stage(card_of(("deal", ("商談",))), StageOrder(), [target]) == "deal"
    assert find_sql_stage(card_of(("lead", ())), StageOrder()) is None
