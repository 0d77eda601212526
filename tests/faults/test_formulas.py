"""Text of strangers in CSV: no spreadsheet runs a cell, whatever column it stands in."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pyarrow as pa
import pytest

from qualify.leads.cells import plain_cell, plain_column
from qualify.leads.rejects import Rejects, rejected
from serving.batch.finish import write_rejects
from serving.sink import write_scores
from tests.ledger.lists import score_list, score_row

FORMULAS = (
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
)
WRITTEN = {text: "'" + text.replace("\r", "\n") for text in FORMULAS}
PLAIN = ("L-1", "a=b", "", " x", "東京", "1", "'=1")


def cells_of(text: str) -> list[str]:
    return [cell for row in list(csv.reader(io.StringIO(text, newline="")))[1:] for cell in row]


def is_formula(cell: str) -> bool:
    return cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} and not _number(cell)


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_a_column_is_what_its_cells_are():
    column = pd.Series([*FORMULAS, *PLAIN, None], dtype="str")
    found = plain_column(column)
    assert found.tolist()[:-1] == [plain_cell(text) for text in (*FORMULAS, *PLAIN)]
    assert found.isna().tolist()[-1]
    assert [plain_cell(text) for text in PLAIN] == list(PLAIN)
    assert not any(is_formula(plain_cell(text)) for text in FORMULAS)


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_of_a_score_list_is_a_formula(tmp_path, formula):
    texts = ("recommended_stage", "model_version", "scorecard_version")
    rows = [score_row(formula, **dict.fromkeys(texts, formula)), score_row("L-1", recommended_stage=None)]
    write_scores(score_list(*rows), str(tmp_path / "s.csv"))
    cells = cells_of((tmp_path / "s.csv").read_bytes().decode())
    assert not any(is_formula(cell) for cell in cells)
    assert cells.count(WRITTEN[formula]) == 4


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_of_the_rejects_is_a_formula(tmp_path, formula):
    frame = rejected([formula], [7], "ragged_row", [formula])
    Rejects(frame).write_csv(tmp_path / "r.csv")
    pieces = io.BytesIO()
    write_rejects(iter([pa.Table.from_pandas(frame)]), pieces)
    for text in ((tmp_path / "r.csv").read_bytes().decode(), pieces.getvalue().decode()):
        assert cells_of(text) == [WRITTEN[formula], "7", "ragged_row", WRITTEN[formula]]
