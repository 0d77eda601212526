import numpy as np
import pytest

from qualify.config import ColumnSpec, Label
from qualify.errors import ConfigError
from qualify.rules import Scorecard, draft_scorecard, evaluate, lint
from qualify.rules.bounds import best_total
from tests.rules.build import column, tables

N = 2000


def drafted(columns, outcome, rows=None, specs=None, before="2026-04-01"):
    data = tables(*[[]] * len(outcome), columns=columns)
    types = {name: "number" if c.kind == "number" else "category" for name, c in columns.items()}
    specs = specs or {name: ColumnSpec(type=kind) for name, kind in types.items()}
    rows = np.arange(len(outcome)) if rows is None else rows
    return draft_scorecard(data, np.asarray(outcome, dtype=float), rows, specs, before), data


def world(seed=0):
    """Visits and channel tell the outcome, noise does not; `twin` is the channel under another name."""
    rng = np.random.default_rng(seed)
    visits = np.where(rng.random(N) < 0.3, 0, rng.poisson(6, N)).astype(float)
    channel = rng.choice(["fair", "search", "mail"], N)
    logit = -2 + 0.3 * visits + np.select([channel == "fair", channel == "mail"], [1.5, -1.0])
    outcome = (rng.random(N) < 1 / (1 + np.exp(-logit))).astype(float)
    columns = {
        "visits": column(*visits),
        "channel": column(*channel),
        "twin": column(*np.char.add("t-", channel)),
        "noise": column(*rng.choice(["a", "b", "c"], N)),
        "noise number": column(*rng.normal(size=N)),
    }
    return columns, outcome


def test_finds_what_tells_and_leaves_noise():
    card, data = drafted(*world())
    assert {rule.column for rule in card.rules} == {"visits", "channel"}
    assert lint(card) == []
    assert lint(card, data) == []


def test_points_by_hand():
    # 100 leads each, 30 % and 10 % positive. 20 average leads (20 %) are added to each: 34 and 14 of 120.
    # Log-odds above the average: ln(34/86) + ln 4 = .4583 and ln(14/106) + ln 4 = -.6381.
    # The best has 100 points, so the other -139.
    values = ["yes"] * 100 + ["no"] * 100
    outcome = [1] * 30 + [0] * 70 + [1] * 10 + [0] * 90
    card, _ = drafted({"x": column(*values)}, outcome)
    table = {row.is_[0]: row.points for row in card.rules[0].table}
    assert table == {"yes": 100, "no": -139}


def test_points_are_whole_and_the_best_lead_has_about_100():
    card, _ = drafted(*world())
    assert all(row.points == round(row.points) for rule in card.rules for row in rule.table)
    assert best_total(card) == pytest.approx(100, abs=len(card.rules))


def test_bands_cut_at_the_capacity_shares():
    columns, outcome = world()
    card, data = drafted(
        columns | {"fine": column(*(outcome + np.random.default_rng(1).normal(0, 2, N)))}, outcome
    )
    band = evaluate(card, data, np.arange(N), np.zeros(N, dtype=np.int64)).band
    assert [(band <= at).mean() for at in range(3)] == pytest.approx([0.1, 0.3, 0.6], abs=0.08)


def test_only_the_given_rows_are_looked_at():
    columns, outcome = world()
    rows = np.arange(N // 2)
    other = outcome.copy()
    other[N // 2 :] = 1 - other[N // 2 :]
    assert drafted(columns, outcome, rows)[0] == drafted(columns, other, rows)[0]
    assert drafted(columns, outcome, rows)[0] != drafted(columns, outcome)[0]


def test_outcomes_that_are_not_known_are_left_out():
    columns, outcome = world()
    half = outcome.copy()
    half[N // 2 :] = np.nan
    assert drafted(columns, half)[0] == drafted(columns, outcome, np.arange(N // 2))[0]


def test_the_rationale_says_from_what():
    card, _ = drafted(*world())
    for rule in card.rules:
        assert rule.rationale.startswith("Drafted from data before 2026-04-01: ")
        assert " of " in rule.rationale
        assert "nobody" in rule.owner
    assert "# A draft" in card.to_text()


def test_the_text_reads_back_the_same():
    card, _ = drafted(*world())
    again = Scorecard.parse(card.to_text(), where="x")
    assert again == card
    assert again.version == card.version


def test_missing_values_get_a_row_when_they_are_many():
    rng = np.random.default_rng(3)
    there = rng.random(N) < 0.5
    outcome = (rng.random(N) < np.where(there, 0.6, 0.1)).astype(float)
    card, data = drafted({"phone": column(*np.where(there, "x", None))}, outcome)
    result = evaluate(card, data, np.arange(N), np.zeros(N, dtype=np.int64))
    assert not result.unknown.any()
    assert result.total[there].min() > result.total[~there].max()


def test_titles_and_addresses_become_ranks_and_kinds():
    rng = np.random.default_rng(4)
    boss = rng.random(N) < 0.5
    outcome = (rng.random(N) < np.where(boss, 0.7, 0.2)).astype(float)
    titles = np.where(boss, np.where(rng.random(N) < 0.5, "部長", "Head of Sales"), "担当")
    mail = np.where(rng.random(N) < np.where(boss, 0.9, 0.3), "a@acme.co.jp", "b@gmail.com")
    specs = {
        "役職": ColumnSpec(type="job_title", label=Label(en="Title", ja="役職")),
        "mail": ColumnSpec(type="email"),
    }
    card, _ = drafted({"役職": column(*titles), "mail": column(*mail)}, outcome, specs=specs)
    by_column = {rule.column: rule for rule in card.rules}
    assert {row.rank for row in by_column["役職"].table} == {("head",), ("staff",)}
    assert {row.email_kind for row in by_column["mail"].table} == {("company",), ("free",)}
    assert by_column["役職"].label.en == "Title"


def test_columns_that_fit_no_table_are_passed_over():
    columns, outcome = world()
    specs = {
        "visits": ColumnSpec(type="number"),
        "channel": ColumnSpec(type="text"),
        "gone": ColumnSpec(type="number"),
    }
    assert {rule.column for rule in drafted(columns, outcome, specs=specs)[0].rules} == {"visits"}


def test_groups_follow_the_columns_meaning():
    columns, outcome = world()
    specs = {
        "visits": ColumnSpec(type="number", group="engagement"),
        "channel": ColumnSpec(type="category", group="history"),
    }
    card, _ = drafted(columns, outcome, specs=specs)
    assert {rule.column: rule.group for rule in card.rules} == {"visits": "engagement", "channel": "history"}


@pytest.mark.parametrize("outcome", [np.zeros(50), np.ones(50), np.full(50, np.nan)])
def test_one_outcome_only_is_refused(outcome):
    with pytest.raises(ConfigError, match="only one outcome"):
        drafted({"x": column(*range(50))}, outcome)


def test_noise_alone_is_refused():
    # Every value has the same share of positives.
    with pytest.raises(ConfigError, match="no column tells the outcomes apart"):
        drafted({"x": column(*["a", "b"] * 100)}, [0, 0, 1, 1] * 50)


def test_a_spike_at_the_lowest_value_gets_a_range_of_its_own():
    # 30 % of the leads have no visits at all.
    card, _ = drafted(*world())
    visits = next(rule for rule in card.rules if rule.column == "visits")
    assert (visits.table[0].from_, visits.table[0].below) == (None, 1)


def test_ranges_meet_without_gaps():
    card, _ = drafted(*world())
    ranges = [
        row for row in next(rule for rule in card.rules if rule.column == "visits").table if not row.missing
    ]
    assert [a.below for a in ranges[:-1]] == [b.from_ for b in ranges[1:]]
    assert ranges[-1].below is None
