import pytest

from tests.rules.build import card, column, dates, rule, score, stage, tables


def attribute(table, values, **rest):
    """Points and unknown marks of one attribute rule over one column."""
    data = tables(*[[]] * len(values), columns={"x": rest.pop("as_column", column)(*values)})
    result = score(card(rule("attribute", column="x", table=table, **rest)), data)
    return result.points[:, 0].tolist(), result.unknown[:, 0].tolist()


def test_ranges_include_their_lower_end():
    table = [{"from": 500, "points": 10}, {"from": 50, "below": 500, "points": 5}, {"below": 50, "points": 2}]
    assert attribute(table, (500, 499.9, 50, 49)) == ([10, 5, 5, 2], [False] * 4)


def test_missing_is_unknown_without_a_row_for_it():
    assert attribute([{"from": 1, "points": 3}], (2, None)) == ([3, 0], [False, True])
    with_row = [{"from": 1, "points": 3}, {"missing": True, "points": 1}]
    assert attribute(with_row, (2, None)) == ([3, 1], [False, False])
    assert attribute([{"is": "a", "points": 3}, {"missing": True, "points": 1}], ("a", None)) == (
        [3, 1],
        [False, False],
    )


def test_no_row_holds_is_known_and_zero():
    assert attribute([{"is": "a", "points": 3}], ("b",)) == ([0], [False])


def test_words_without_regard_to_case_and_width():
    table = [
        {"is": ["IT", "製造業"], "points": 10},
        {"like": "retail*", "points": 2},
        {"otherwise": True, "points": 5},
    ]
    assert attribute(table, ("ＩＴ", "it ", "製造業", "Retail trade", "media"))[0] == [10, 10, 10, 2, 5]


def test_the_first_row_that_holds_decides():
    assert attribute([{"from": 10, "points": 1}, {"from": 5, "points": 2}], (12, 7)) == (
        [1, 2],
        [False, False],
    )


def test_numbers_in_text_are_read_and_others_are_unknown():
    table = [{"from": 500, "points": 10}, {"otherwise": True, "points": 5}]
    assert attribute(table, ("1,200", "５０", "many", "nan")) == ([10, 5, 0, 0], [False, False, True, True])


def test_numbers_can_be_named():
    assert attribute([{"is": [1, 2], "points": 4}], (1, 3)) == ([4, 0], [False, False])
    assert attribute([{"is": True, "points": 4}], (1.0, 0.0)) == ([4, 0], [False, False])
    assert attribute([{"is": 7, "points": 4}], ("7", "8")) == ([4, 0], [False, False])


@pytest.mark.parametrize("row", [{"like": "a*"}, {"rank": "head"}, {"domain": "x.com"}, {"is": "a"}])
def test_a_number_column_is_unreadable_as_words(row):
    assert attribute([row | {"points": 1}], (1.0,)) == ([0], [True])


def test_titles_by_rank_and_department():
    table = [
        {"rank": ["head", "manager"], "department": ["sales", "it"], "points": 9},
        {"rank": ["staff"], "points": 2},
        {"otherwise": True, "points": 4},
    ]
    titles = ("Head of Sales", "情報システム部長", "HR Manager", "Sales Rep", "xyz", None)
    assert attribute(table, titles) == ([9, 9, 4, 2, 0, 0], [False] * 4 + [True] * 2)


def test_addresses_by_kind_and_domain():
    table = [
        {"domain": ["*rival.example"], "points": -50},
        {"email_kind": ["education", "free"], "points": -10},
    ]
    addresses = ("a@jp.rival.example", "b@x.ac.jp", "c@gmail.com", "d@acme.co.jp", "none")
    assert attribute(table, addresses) == ([-50, -10, -10, 0, 0], [False] * 4 + [True])


def test_dates_are_days_before_the_score():
    table = [{"below": 30, "points": 5}, {"from": 30, "points": 1}]
    assert attribute(table, (71, 70, None), as_column=dates) == ([5, 1, 0], [False, False, True])


def test_an_absent_column_is_unknown():
    result = score(card(rule("attribute", column="y", table=[{"is": "a", "points": 3}])), tables([], []))
    assert result.points.tolist() == [[0], [0]]
    assert result.unknown.tolist() == [[True], [True]]


def test_cap_of_an_attribute():
    assert attribute([{"is": "a", "points": 30}], ("a",), cap=12)[0] == [12]


def test_unknown_neither_opens_a_stage_nor_its_opposite():
    has = {"attribute": {"column": "x", "is": "a"}}
    rules = rule("attribute", column="x", table=[{"is": "a", "points": 3}])
    plain = card(rules, stages=[stage("S", enter=has)])
    opposite = card(rules, stages=[stage("S", enter={"not": has})])
    data = tables([], [], [], columns={"x": column("a", "b", None)})
    assert score(plain, data).stage.tolist() == [0, -1, -1]
    assert score(opposite, data).stage.tolist() == [-1, 0, -1]
    assert score(opposite, tables([])).stage.tolist() == [-1]
