"""What `init` says to a user who names no outcome, or whose activities have no kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qualify.errors import DataError, UserError
from tests.training.test_init import write
from training.init import Request, propose

ROWS = 60


def leads(tmp_path: Path, **columns: list[Any]) -> str:
    rows = [{"id": f"L{k}", **{n: v[k % len(v)] for n, v in columns.items()}} for k in range(ROWS)]
    return write(tmp_path / "leads.csv", rows)


def refusal(request: Request, tmp_path: Path) -> UserError:
    with pytest.raises(UserError, match="not clear") as raised:
        propose(request, tmp_path)
    assert "--target COLUMN" in str(raised.value.expected)
    return raised.value


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"Converted": ["TRUE", "FALSE", "FALSE"]}, "'Converted' (FALSE: 40, TRUE: 20)"),
        ({"商談結果": ["受注", "失注", "失注"]}, "'商談結果' (失注: 40, 受注: 20)"),
        ({"End": ["Won", "Lost", "Open"]}, "'End' (Lost: 20, Open: 20, Won: 20)"),
        ({"Lead Status": ["a", "b", "c", "d"]}, "'Lead Status' (a: 15, b: 15, c: 15, …)"),
    ],
)
def test_columns_that_may_be_meant_are_named_with_their_values(
    tmp_path: Path, columns: dict[str, list[str]], told: str
) -> None:
    more = {"Do Not Email": ["No", "Yes"], "source": ["web", "fair"], "size": [str(k) for k in range(60)]}
    error = refusal(Request(leads=leads(tmp_path, **more, **columns)), tmp_path)
    assert error.mend == f"in the table of leads {told} may be it (--target)"


def test_where_nothing_looks_like_an_outcome_it_is_said_what_to_bring(tmp_path: Path) -> None:
    error = refusal(Request(leads=leads(tmp_path, source=["web", "fair"])), tmp_path)
    assert (
        error.mend == "name the column that says how a lead ended, or bring a table of stages with --stages"
    )


def test_stages_are_named_by_their_frequency(tmp_path: Path) -> None:
    rows = [
        {"id": f"L{k}", "stage": stage, "entered_at": f"2026-01-{1 + k % 20:02d}"}
        for k in range(ROWS) for stage in ("MQL", *(["SQL"] if k % 3 == 0 else []))
    ]  # fmt: skip
    given = Request(leads=leads(tmp_path, source=["web"]), stages=write(tmp_path / "stages.csv", rows))
    assert refusal(given, tmp_path).mend == "one of the stages (MQL: 60, SQL: 20; --target-stage)"


def test_activities_whose_kind_never_repeats_are_refused_with_the_reason(tmp_path: Path) -> None:
    rows = [
        {"id": f"L{k}", "activity": f"saw page {k}", "at": f"2026-01-{1 + k % 20:02d}"} for k in range(60)
    ]
    given = Request(
        leads=leads(tmp_path, won=["yes", "no"]), activities=write(tmp_path / "acts.csv", rows), target="won"
    )
    with pytest.raises(DataError, match="can be its type") as raised:
        propose(given, tmp_path)
    assert raised.value.got == "'activity' holds 60 different values in 60 rows"
    assert "few values repeat" in str(raised.value.expected)
