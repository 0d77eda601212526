"""The tables of a drafted scorecard, worked by hand: which values are taken together, and in which words."""

import datetime as dt

import numpy as np
import pytest

from qualify.config import ColumnSpec, Label
from qualify.rules import Scorecard, draft_scorecard, evaluate
from qualify.rules.buckets import propose_rows
from tests.rules.build import column, tables

NUMBER, CATEGORY = ColumnSpec(type="number"), ColumnSpec(type="category")
MISSING, OTHER = {"missing": True}, {"otherwise": True}
DAY = dt.date(2026, 7, 1)
FROM = "Drafted from data before 2026-04-01"


def rows_of(values, spec=NUMBER, least=20, rows=None):
    """The proposed conditions as they stand in the file."""
    rows = np.arange(len(values)) if rows is None else rows
    found = propose_rows(column(*values), spec, rows, least)
    assert all(row.points == 0 for row in found)
    dumped = [r.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True) for r in found]
    return [
        {key: list(v) if isinstance(v, tuple) else v for key, v in row.items() if key != "points"}
        for row in dumped
    ]


def drafted(columns, outcome, specs=None, before="2026-04-01"):
    specs = specs or {name: NUMBER if c.kind == "number" else CATEGORY for name, c in columns.items()}
    data = tables(*[[]] * len(outcome), columns=columns)
    rows = np.arange(len(outcome))
    return draft_scorecard(data, np.asarray(outcome, dtype=float), rows, specs, before, DAY)


def shares(**won):
    """100 leads of each value, of which so many have the outcome."""
    values = [name for name in won for _ in range(100)]
    return values, [float(i < won[name]) for name in won for i in range(100)]


def test_categories_by_number_of_leads_then_by_name():
    values = ["b"] * 20 + ["a"] * 20 + ["rare"] * 19 + ["most"] * 30 + [None] * 9
    expected = [{"is": ["most"]}, {"is": ["a"]}, {"is": ["b"]}, MISSING, OTHER]
    assert rows_of(values, CATEGORY) == expected
    assert rows_of(values, CATEGORY, rows=np.arange(40)) == [{"is": ["a"]}, {"is": ["b"]}, MISSING, OTHER]


def test_at_most_eight_categories():
    values = [f"c{i}" for i in range(10) for _ in range(40 - i)]
    assert rows_of(values, CATEGORY) == [*({"is": [f"c{i}"]} for i in range(8)), MISSING, OTHER]


def test_few_numbers_are_named():
    values = [0.0] * 20 + [1.0] * 20 + [2.5] * 20 + [3.0] * 19
    assert rows_of(values) == [{"is": [0]}, {"is": [1]}, {"is": [2.5]}, MISSING]
    six, seven = (rows_of([float(i) for i in range(n) for _ in range(30)]) for n in (6, 7))
    assert six == [*({"is": [i]} for i in range(6)), MISSING]
    assert "from" in seven[1]


def test_many_numbers_are_cut_into_fifths():
    values = [float(i) for i in range(100)]
    assert rows_of(values) == [
        {"below": 20}, {"from": 20, "below": 40}, {"from": 40, "below": 60}, {"from": 60, "below": 80},
        {"from": 80}, MISSING,
    ]  # fmt: skip
    assert rows_of([*values, None, None]) == rows_of(values)


def test_a_lowest_value_of_many_leads_stands_alone():
    """Of 100 leads so many have 0, and the others each a number of their own."""

    def found(zeros):
        return rows_of([0.0] * zeros + [float(i) for i in range(1, 101 - zeros)])

    assert found(15)[:2] == [{"below": 1}, {"from": 1, "below": 6}]
    assert found(14)[0] == {"below": 7}


def test_borders_have_three_digits():
    values = [1000.0 + 7.77 * i for i in range(100)]
    assert [row["from"] for row in rows_of(values)[1:-1]] == [1160, 1310, 1470, 1620]
    assert rows_of([0.001234 * i for i in range(100)])[0] == {"below": 0.0247}


@pytest.mark.parametrize("values", [[5.0] * 50, [None] * 50])
def test_a_number_that_never_differs_says_only_whether_it_is_there(values):
    assert rows_of(values) == [MISSING]


@pytest.mark.parametrize("kind", ["id", "text", "date"])
def test_what_is_no_category_has_no_rows(kind):
    assert rows_of(["a"] * 50, ColumnSpec(type=kind)) == []


def test_titles_and_addresses_have_fixed_rows():
    ranks = ("owner", "executive", "head", "manager", "lead", "staff", "assistant", "student")
    assert rows_of(["x"], ColumnSpec(type="job_title")) == [{"rank": [rank]} for rank in ranks]
    kinds = ("company", "free", "education")
    assert rows_of(["x"], ColumnSpec(type="email")) == [{"email_kind": [kind]} for kind in kinds]


def test_a_yes_or_no_is_called_so_in_the_rationale():
    """The table holds it as 1 and 0."""
    outcome = [1.0] * 30 + [0.0] * 70 + [1.0] * 10 + [0.0] * 90
    local = column(*[1] * 100, *[0] * 100)
    (made,) = drafted({"Local": local}, outcome, {"Local": ColumnSpec(type="boolean")}).content()["rules"]
    assert made["rationale"] == f"{FROM}: positives of leads, no: 10 of 100; yes: 30 of 100."
    assert [row["is"] for row in made["table"]] == [[1], [0]]


def test_the_file_of_one_column_by_hand():
    """30 and 10 of 100 won; see `test_points_by_hand` for the points."""
    values, outcome = shares(yes=30, no=10)
    spec = ColumnSpec(type="category", label=Label(en="Asked", ja="質問"), group="history")
    card = drafted({"Has asked?": column(*values)}, outcome, {"Has asked?": spec})
    content = card.content()
    (made,) = content["rules"]
    assert made == {
        "id": "column_1_has_asked", "kind": "attribute", "label": {"en": "Asked", "ja": "質問"},
        "group": "history", "column": "Has asked?", "owner": "nobody yet (drafted from data)",
        "rationale": f"{FROM}: positives of leads, no: 10 of 100; yes: 30 of 100.",
        "date": "2026-07-01", "table": [{"is": ["yes"], "points": 100.0}, {"is": ["no"], "points": -139.0}],
    }  # fmt: skip
    assert (content["version"], content["drafted_before"], content["score_fresh_days"]) == (
        "draft",
        "2026-04-01",
        30,
    )
    assert content["groups"] == [{"id": "history", "label": {"en": "History", "ja": "経緯"}}]
    assert [stage["id"] for stage in content["stages"]] == ["Inquiry", "MQL", "SQL"]
    assert content["stages"][0]["enter"] == {"always": True}
    # Half have 100 and half -139: the best tenth begins at 100, and the cuts have to fall.
    assert [band.get("from") for band in content["bands"]] == [100, 99, -139, None]
    assert [s["enter"] for s in content["stages"][1:]] == [{"points_at_least": 99}, {"points_at_least": 100}]
    assert "2026-04-01より前" in content["label"]["ja"]


def test_a_column_without_a_label_is_called_by_its_name():
    values, outcome = shares(yes=30, no=10)
    (made,) = drafted({"x": column(*values)}, outcome).rules
    assert (made.label.en, made.label.ja, made.group) == ("x", "x", "fit")


def test_values_of_equal_points_share_a_row():
    values, outcome = shares(a=40, b=10, c=40, d=10)
    card = drafted({"x": column(*values)}, outcome)
    assert [row.is_ for row in card.rules[0].table] == [("a", "c"), ("b", "d")]
    numbers = np.repeat(np.arange(100.0), 4)
    won = np.tile([1.0, 0, 0, 0], 100)
    won[numbers >= 60] = np.tile([1.0, 1, 1, 0], 40)
    (made,) = drafted({"n": column(*numbers)}, won).rules
    assert [(row.from_, row.below) for row in made.table] == [(None, 60), (60, None)]
    assert made.table[0].points < 0 < made.table[1].points
    assert "below 20: 20 of 80; 20 to 40: 20 of 80; " in made.rationale
    assert made.rationale.endswith("from 80: 60 of 80.")


def test_hardly_less_than_the_average_is_zero_and_not_minus_zero():
    # 400 of 1,000 where 1,202 of 3,000 won: a third of a point less than nothing.
    values = [name for name in "abc" for _ in range(1000)]
    outcome = [float(i < won) for won in (600, 202, 400) for i in range(1000)]
    card = drafted({"x": column(*values)}, outcome)
    points = [row.points for row in card.rules[0].table if row.is_ == ("c",)]
    assert str(points) == "[0.0]"


def test_what_is_missing_or_other_is_named_so():
    values, outcome = shares(a=50, b=10, c=30)
    values = [None if v == "c" else v for v in values] + [f"one {i}" for i in range(30)]
    card = drafted({"x": column(*values)}, [*outcome, *[1.0] * 30])
    table = [
        row.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True) for row in card.rules[0].table
    ]
    assert table[-1].keys() == {"otherwise", "points"}
    assert table[-2].keys() == {"missing", "points"}
    assert card.rules[0].rationale.endswith("missing: 30 of 100; other: 30 of 30.")


def test_the_strongest_twelve_columns_come_first():
    rng = np.random.default_rng(0)
    outcome = (np.arange(2000) % 2).astype(float)
    columns = {}
    for i in range(14):  # each tells by chance of its own, column 13 most
        tells = rng.random(2000) < 0.15 + 0.02 * i
        columns[f"c{i}"] = column(*np.where(tells, outcome, rng.integers(0, 2, 2000)).astype(float))
    card = drafted(columns, outcome)
    names = [made.column for made in card.rules]
    assert len(names) == 12
    assert names[0] in {"c13", "c12", "c11"}
    assert not {"c0"} & set(names)
    best = [max(row.points for row in made.table) for made in card.rules]
    assert np.corrcoef(best, np.arange(12))[0, 1] < -0.8


def test_chance_is_no_strength():
    """Of 60 columns that say nothing, each of five values, hardly one is drafted."""
    rng = np.random.default_rng(0)
    outcome = (rng.random(1000) < 0.2).astype(float)
    good = column(*np.where(rng.random(1000) < 0.6, outcome, 0.5))
    noise = {f"n{i}": column(*rng.choice(list("abcde"), 1000)) for i in range(60)}
    names = {made.column for made in drafted({"good": good} | noise, outcome).rules}
    assert "good" in names
    assert len(names) <= 4


def test_the_version_of_what_is_drafted_comes_from_its_content():
    values, outcome = shares(yes=30, no=10)
    one, two = (drafted({"x": column(*values)}, outcome, before=day) for day in ("2026-04-01", "2026-05-01"))
    assert one.version.startswith("draft+")
    assert one.version != two.version
    again = Scorecard.parse(one.to_text(), where="x")
    data = tables([], [], [], columns={"x": column("yes", "no", "new")})
    assert evaluate(again, data, np.arange(3), np.zeros(3, dtype=np.int64)).total.tolist() == [100, -139, 0]
