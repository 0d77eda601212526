"""What is left out, told and written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from qualify.leads.rejects import Rejects, note_rows, rejected


def test_counts_put_leads_and_notes_together() -> None:
    frame = rejected(["a", None], [3, 5], "missing_id", ["x", "y"])
    found = Rejects(frame, tuple(note_rows("activity_bad_time", np.arange(9), "unread")))
    assert found.counts() == {"missing_id": 2, "activity_bad_time": 9}
    assert found.lines() == [
        "missing_id: 2 rows of leads",
        "activity_bad_time: 9: unread (rows 0, 1, 2 ...)",
    ]
    assert len(found) == 2
    assert found.joined(Rejects()).joined(found).counts() == {"missing_id": 4, "activity_bad_time": 18}


def test_no_rows_give_no_note() -> None:
    assert note_rows("x", np.empty(0), "nothing") == []


def test_the_file_has_the_named_columns(tmp_path: Path) -> None:
    out = tmp_path / "s.parquet.rejects.csv"
    Rejects(rejected(["a,b"], [7], "duplicate_id", ['says "hi"'])).write_csv(out)
    read = pd.read_csv(out)
    assert read.to_dict("records") == [
        {"lead_id": "a,b", "row": 7, "code": "duplicate_id", "message": 'says "hi"'}
    ]
    assert list(tmp_path.iterdir()) == [out]


def test_no_rejects_still_write_a_header(tmp_path: Path) -> None:
    Rejects().write_csv(tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_text() == "lead_id,row,code,message\n"
