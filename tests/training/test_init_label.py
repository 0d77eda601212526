"""What `init` makes of labels with many values, and of tables whose ids are not plain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qualify.errors import DataError, UserError
from tests.training.test_init import write
from training.init import Request, propose
from training.initial.rare import share_of_negatives


def labelled(tmp_path: Path, labels: list[str]) -> str:
    return write(tmp_path / "t.csv", [{"id": k, "x": k % 7, "y": each} for k, each in enumerate(labels)])


def test_spellings_are_one_value_and_told(tmp_path: Path) -> None:
    leads = labelled(tmp_path, ["Won", "won ", "Lost", "Lost", "LOST"] * 12)
    found = propose(Request(leads=leads, target="y"), tmp_path)
    (target,) = found.config.targets
    assert (target.positive, target.negative, target.open) == ("Won", None, None)
    assert "target y: 24 of 60 rows (40.0%); written 'Won', 'won'" in found.lines
    assert not any("differ from others" in line for line in found.lines)


@pytest.mark.parametrize(
    ("labels", "named", "positive", "negative", "still_open", "known"),
    [
        (["成約", "失注", "対応中"], {}, "成約", ("失注",), ("対応中",), "20 of 40"),
        (["Qualified", "Disqualified", "lost"], {}, "Qualified", ("Disqualified", "lost"), None, "20 of 60"),
        (
            ["Qualified", "Disqualified", "Recycled", "Open"], {"open": ("Open",)},
            "Qualified", ("Disqualified", "Recycled"), ("Open",), "15 of 45",
        ),
        (
            ["Gold", "Silver", "Tin"], {"positive": "Gold", "negative": ("Tin",)},
            "Gold", ("Tin",), ("Silver",), "20 of 40",
        ),
        (["x", ""], {"negative": ("",)}, "x", ("",), None, "30 of 60"),
        (["Won", "Lost", ""], {"negative": ("",)}, "Won", ("Lost", ""), None, "20 of 60"),
        (
            ["Won", "Lost", "Open", "Recycled"], {"open": ("Recycled",)},
            "Won", ("Lost",), ("Open", "Recycled"), "15 of 30",
        ),
        (
            ["Won", "Lost", "Open", "Recycled"], {"negative": ("Recycled",)},
            "Won", ("Lost", "Recycled"), ("Open",), "15 of 45",
        ),
    ],
)  # fmt: skip
def test_values_of_a_pipeline_are_sorted(
    tmp_path: Path, labels: list[str], named: dict[str, Any], positive: str,
    negative: tuple[str, ...], still_open: tuple[str, ...] | None, known: str,
) -> None:  # fmt: skip
    leads = labelled(tmp_path, labels * (60 // len(labels)))
    found = propose(Request(leads=leads, target="y", **named), tmp_path)
    (target,) = found.config.targets
    assert (target.positive, set(target.negative or ()), target.open) == (positive, set(negative), still_open)
    assert any(f": {known} rows" in line for line in found.lines)


@pytest.mark.parametrize(
    ("labels", "named", "match"),
    [
        (
            ["Qualified", "Disqualified", "Recycled", "Open"], {},
            r"4 values[\s\S]*--open 'Open'[\s\S]*not clear what 'Recycled' means",
        ),
        (["Won", "Customer", "Lost"], {}, r"3 values"),
        (["x", ""], {}, r"one value only[\s\S]*empty: 30[\s\S]*add --negative ''"),
        (["2026-01-02", "2026-02-03", "2026-02-04", ""], {}, r"holds dates[\s\S]*--target-stage"),
        (["Won", "Lost", "Open"], {"negative": ("Lots",)}, r"named does not occur[\s\S]*Lots"),
        (["Won", "Lost", "Open"], {"negative": ("Lost",), "open": ("lost",)}, r"two meanings"),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_asked(tmp_path: Path, labels: list[str], named: Any, match: str) -> None:
    leads = labelled(tmp_path, labels * (60 // len(labels)))
    with pytest.raises(UserError, match=match):
        propose(Request(leads=leads, target="y", **named), tmp_path)


def test_events_that_name_leads_by_their_address(tmp_path: Path) -> None:
    days = [f"2026-01-{1 + k % 28:02d}" for k in range(40)]
    leads = [{"lead_id": f"L{k}", "email": f"p{k}@x.jp", "created_at": days[k]} for k in range(40)]
    acts = [{"email": f"p{k}@x.jp", "type": "visit", "time": days[k]} for k in range(40)]
    stages = [{"lead_id": f"L{k}", "stage": "SQL", "entered_at": days[k]} for k in range(0, 40, 2)]
    request = Request(
        leads=write(tmp_path / "l.csv", leads), activities=write(tmp_path / "a.csv", acts),
        stages=write(tmp_path / "s.csv", stages), target_stage="SQL", within_days=3,
    )  # fmt: skip
    with pytest.raises(UserError, match=r"names the leads by their 'email'[\s\S]*leads\[\[ID, 'email'"):
        propose(request, tmp_path)
    timeless = [{"lead_id": f"L{k}", "type": "visit"} for k in range(40)]
    write(tmp_path / "a.csv", timeless)  # the ids are there: something else is wrong
    with pytest.raises(DataError, match="occurred_at"):
        propose(request, tmp_path)
    write(tmp_path / "a.csv", [{**act, "email": f"q{k}@x.jp"} for k, act in enumerate(acts)])
    with pytest.raises(DataError, match="holds ids of the table of leads"):
        propose(request, tmp_path)


def test_rows_of_one_lead_are_told_and_its_id_is_no_attribute(tmp_path: Path) -> None:
    rows = [
        {"Lead Id": f"M{k // 2}", "Campaign": "ab"[k % 2], "size": k // 2 % 9, "Converted": int(k % 10 < 2)}
        for k in range(200)
    ]
    found = propose(Request(leads=write(tmp_path / "t.csv", rows), target="Converted"), tmp_path)
    assert found.config.exclude["Lead Id"].code == "C007"
    assert found.config.columns["Lead Id"].type == "id"
    assert any("200 rows hold 100 different ones" in line for line in found.lines)


def test_a_rare_outcome_of_a_large_table_is_learned_from_whole(tmp_path: Path) -> None:
    rows = [f"{k},{k % 5},{'yes' if k % 300 == 7 else 'no'}" for k in range(130_000)]
    for name, kept, share in (("large", rows, 0.9), ("small", rows[:9_000], 1.0)):
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(["id,kind,won", *kept]) + "\n", encoding="utf-8")
        found = propose(Request(str(path), target="won"), tmp_path)
        assert found.config.training.negatives == share
        assert ("all leads with it are learned from" in found.text) is (share < 1)


@pytest.mark.parametrize("pair", [("Contacted", "Not contacted"), ("New", "Dead"), ("Pending", "Junk")])
def test_a_word_for_open_says_nothing_of_the_other_value(tmp_path: Path, pair: tuple[str, str]) -> None:
    with pytest.raises(UserError, match=r"says which is the good outcome[\s\S]*--positive"):
        propose(Request(leads=labelled(tmp_path, list(pair) * 30), target="y"), tmp_path)


def test_an_empty_cell_is_never_the_good_outcome(tmp_path: Path) -> None:
    leads = labelled(tmp_path, ["Won", "Lost", ""] * 20)
    with pytest.raises(UserError, match="The positive value does not occur"):
        propose(Request(leads=leads, target="y", positive=""), tmp_path)


@pytest.mark.parametrize(("known", "with_it"), [(3_000_000, 135_000), (12_000_000, 12_000)])
def test_a_share_of_negatives_is_never_nothing(known: int, with_it: int) -> None:
    assert share_of_negatives(np.repeat([1.0, 0.0], [with_it, known - with_it])) == 1.0


@pytest.mark.parametrize("word", ["NULL", "n/a", "不明"])
def test_a_word_for_a_missing_value_is_no_answer(tmp_path: Path, word: str) -> None:
    leads = labelled(tmp_path, ["TRUE", word, word] * 20)
    with pytest.raises(UserError, match=f"one value only(.|\n)*--negative '{word}'"):
        propose(Request(leads=leads, target="y"), tmp_path)
    (target,) = propose(Request(leads=leads, target="y", negative=(word,)), tmp_path).config.targets
    assert (target.positive, target.negative) == ("TRUE", (word,))


def test_none_beside_yes_is_an_answer(tmp_path: Path) -> None:
    found = propose(Request(leads=labelled(tmp_path, ["Won", "none", "none"] * 20), target="y"), tmp_path)
    assert any("20 of 60 rows" in line for line in found.lines)


@pytest.mark.parametrize(
    ("good", "bad"),
    [("Enrolled", "Not enrolled"), ("入学", "未入学"), ("Funded", "unfunded"), ("Vertrag", "kein Vertrag")],
)
def test_a_value_beside_its_own_denial_is_the_good_one(tmp_path: Path, good: str, bad: str) -> None:
    found = propose(Request(leads=labelled(tmp_path, [good, bad, bad] * 40), target="y"), tmp_path)
    assert found.config.targets[0].positive == good
    assert "40 of 120 rows" in "\n".join(found.lines)


@pytest.mark.parametrize("pair", [("churned", "not churned"), ("alpha", "beta"), ("解約", "未解約")])
def test_what_nobody_hopes_for_and_plain_words_are_asked(tmp_path: Path, pair: tuple[str, str]) -> None:
    with pytest.raises(UserError, match=r"says which is the good outcome[\s\S]*--positive"):
        propose(Request(leads=labelled(tmp_path, list(pair) * 60), target="y"), tmp_path)
