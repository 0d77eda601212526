"""Answers of sales joined with the CRM: two clocks, precedence, and what waits."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from qualify.config import StageOrder, Target, Training
from qualify.labels.snapshots import stage_label
from qualify.leads.tables import NO_TIME, Column, LeadTables
from tests.decide.funnels import answers, day, funnel
from training.answers import join_answers

ORDER = StageOrder(order=("Inquiry", "SAL", "SQL", "Recycled", "Won", "Lost"), closed=("Won", "Lost"))
CONFIG = SimpleNamespace(
    flat=False, stages=ORDER, targets=(Target(name="sql", stage="SQL", within_days=30),), training=Training()
)


def believing(whom: str, config: SimpleNamespace = CONFIG) -> SimpleNamespace:
    return SimpleNamespace(**vars(config) | {"training": Training(conflicts=whom)})


def entries(tables: LeadTables, lead: int) -> list[tuple[str, float, float]]:
    """Stage, day entered and day known of one lead, in their order."""
    stages, zero = tables.stages, int(day(0).timestamp() * 1e6)
    span = slice(int(stages.offsets[lead]), int(stages.offsets[lead + 1]))
    return [
        (stages.stages[code], (at - zero) / 86.4e9, (known - zero) / 86.4e9)
        for code, at, known in zip(
            stages.stage[span], stages.entered_at[span], stages.known_at[span], strict=True
        )
    ]


def crm(*rows: tuple) -> LeadTables:
    """The given stages, and a last record on day 100, up to which the tables reach."""
    return funnel("abz", [("a", "Inquiry", 0), ("b", "Inquiry", 0), *rows, ("z", "Inquiry", 100)])


def test_without_a_ledger_nothing_changes() -> None:
    tables = crm()
    joined = join_answers(CONFIG, tables, None)
    assert (joined.given, joined.used) == (0, 0)
    assert joined.tables.stages is tables.stages


def test_an_answer_is_a_stage_entered_and_known_when_it_was_given() -> None:
    joined = join_answers(CONFIG, crm(("a", "SQL", 20)), answers(("a", "accepted", 10), ("b", "won", 12)))
    assert entries(joined.tables, 0) == [("Inquiry", 0, 0), ("SAL", 10, 10), ("SQL", 20, 20)]
    assert entries(joined.tables, 1) == [("Inquiry", 0, 0), ("Won", 12, 12)]
    assert entries(joined.tables, 2) == [("Inquiry", 100, 100)]
    assert (joined.given, joined.used) == (2, 2)


def test_an_answer_becomes_a_label() -> None:
    target = Target(name="win", stage="Won", within_days=30)
    joined = join_answers(CONFIG, crm(), answers(("b", "won", 12)))
    zero = int(day(0).timestamp() * 1e6)
    rows, as_of = np.array([0, 1]), np.full(2, zero)
    label = stage_label(joined.tables, target, rows, as_of, zero + int(100 * 86.4e9))
    assert label.tolist() == [0.0, 1.0]


def test_what_the_crm_says_too_stands_as_it_is() -> None:
    joined = join_answers(CONFIG, crm(("a", "Won", 20)), answers(("a", "won", 15)))
    assert entries(joined.tables, 0) == [("Inquiry", 0, 0), ("Won", 20, 20)]
    assert (joined.known, joined.used) == (1, 0)


@pytest.mark.parametrize(("answered", "believed", "used"), [(15, "crm", 0), (25, "answer", 1)])
def test_the_crm_is_believed_unless_the_answer_is_later(answered: int, believed: str, used: int) -> None:
    joined = join_answers(CONFIG, crm(("a", "Lost", 20)), answers(("a", "won", answered)))
    (conflict,) = joined.conflicts
    assert (conflict.lead_id, conflict.stage, conflict.believed) == ("a", "Lost", believed)
    assert joined.used == used


@pytest.mark.parametrize(("whom", "believed"), [("crm", "crm"), ("sales", "answer")])
@pytest.mark.parametrize("answered", [15, 25])
def test_who_is_believed_can_be_said(whom: str, believed: str, answered: int) -> None:
    joined = join_answers(believing(whom), crm(("a", "Lost", 20)), answers(("a", "won", answered)))
    assert [each.believed for each in joined.conflicts] == [believed]
    assert ("Won" in [name for name, _, _ in entries(joined.tables, 0)]) == (believed == "answer")


def test_late_recording_counts_for_precedence() -> None:
    """The CRM heard of the loss on day 40: an answer of day 30 is older than that."""
    joined = join_answers(CONFIG, crm(("a", "Lost", 20, None, 40)), answers(("a", "won", 30)))
    assert joined.conflicts[0].believed == "crm"


def test_sent_back_and_won_later_is_no_contradiction() -> None:
    joined = join_answers(CONFIG, crm(("a", "Won", 20)), answers(("a", "rejected", 5)))
    assert joined.conflicts == ()
    assert [name for name, _, _ in entries(joined.tables, 0)] == ["Inquiry", "Recycled", "Won"]


def test_answers_later_than_the_tables_wait() -> None:
    """With them the tables would seem to reach further than they do, and every other lead would look lost."""
    joined = join_answers(CONFIG, crm(), answers(("a", "won", 101), ("b", "won", 99)))
    assert (joined.late, joined.used) == (1, 1)
    assert entries(joined.tables, 0) == [("Inquiry", 0, 0)]


def test_undone_answers_and_unknown_leads_teach_nothing() -> None:
    joined = join_answers(CONFIG, crm(), answers(("a", "won", 9, None, True), ("nobody", "won", 9)))
    assert (joined.given, joined.used) == (0, 0)


def test_a_verdict_without_a_stage_is_counted() -> None:
    bare = SimpleNamespace(**vars(CONFIG) | {"stages": StageOrder(order=("SQL",))})
    joined = join_answers(
        bare, funnel("az", [("a", "SQL", 1), ("z", "SQL", 99)]), answers(("a", "recycled", 3))
    )
    assert joined.unmapped == {"recycled": 1}
    assert joined.as_json()["used"] == 0


def test_flat_labels_are_filled_and_never_overwritten() -> None:
    tables = funnel("abcd")
    label = Column("category", np.array([0, 1, -1, -1], dtype=np.int32), ("no", "yes"))
    tables = LeadTables(
        tables.lead_id,
        np.full(4, NO_TIME),
        {"won": label},
        tables.activities,
        tables.stages,
        tables.source_row,
    )
    target = Target(name="won", column="won", positive="yes")
    config = SimpleNamespace(flat=True, targets=(target,), training=Training())
    said: pa.Table = answers(("a", "won", 1), ("b", "won", 1), ("c", "won", 1), ("d", "rejected", 1))
    joined = join_answers(config, tables, said)
    assert joined.tables.columns["won"].values.tolist() == [0, 1, 1, 0]
    assert (joined.used, joined.known) == (2, 1)
    assert [(c.lead_id, c.believed) for c in joined.conflicts] == [("a", "crm")]
    assert label.values.tolist() == [0, 1, -1, -1]
    over = join_answers(believing("sales", config), tables, said)
    assert over.tables.columns["won"].values.tolist() == [1, 1, 1, 0]
    assert (over.used, [(c.lead_id, c.believed) for c in over.conflicts]) == (3, [("a", "answer")])


@pytest.mark.parametrize(("believed", "codes"), [("crm", [-1, -1, 0]), ("sales", [0, -1, 0])])
def test_an_empty_label_that_says_no_is_an_outcome(believed: str, codes: list[int]) -> None:
    tables = replace(
        funnel("abc"), columns={"won": Column("category", np.array([-1, -1, 0], np.int32), ("x",))}
    )
    target = Target(name="won", column="won", positive="x", negative=("",))
    config = SimpleNamespace(flat=True, targets=(target,), training=Training(conflicts=believed))
    joined = join_answers(config, tables, answers(("a", "won", 1), ("b", "lost", 1), ("c", "won", 1)))
    assert joined.tables.columns["won"].values.tolist() == codes
    assert [(c.lead_id, c.believed) for c in joined.conflicts] == [
        ("a", "answer" if believed == "sales" else "crm")
    ]
    assert (joined.known, joined.unmapped) == (2, {})
