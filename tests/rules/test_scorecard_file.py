import json

import pytest

from qualify.errors import ConfigError
from qualify.rules import Scorecard, columns_used, default_scorecard, rule_field
from qualify.rules.load import dump_yaml
from tests.rules.build import WORDS, activity, card, content, rule, stage, trigger


def parse(**changes):
    return Scorecard.parse(dump_yaml(content(activity()) | changes), where="card.yaml")


def edited(old, new):
    text = dump_yaml(content(activity()))
    assert old in text
    return text.replace(old, new, 1)


def refused(text, *, match):
    with pytest.raises(ConfigError, match=match) as caught:
        Scorecard.parse(text, where="card.yaml")
    return str(caught.value)


def test_a_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(ConfigError, match=r"(?s)scorecard is missing.*qualify init"):
        Scorecard.load(tmp_path / "none.yaml")


def test_load_is_parse(tmp_path):
    path = tmp_path / "card.yaml"
    path.write_text(default_scorecard().to_text(), encoding="utf-8")
    assert Scorecard.load(path) == default_scorecard()


def test_comments_survive_and_do_not_change_the_version():
    text = "# agreed in May\n" + dump_yaml(content(activity()))
    read = Scorecard.parse(text, where="card.yaml")
    assert read.to_text() == text
    assert read.version == parse().version


def test_changed_content_is_written_anew():
    read = Scorecard.parse("# comment\n" + dump_yaml(content(activity())), where="card.yaml")
    changed = read.model_copy(update={"score_fresh_days": 3.0})
    again = Scorecard.parse(changed.to_text(), where="card.yaml")
    assert again.score_fresh_days == 3
    assert again.version == changed.version != read.version


def test_version_tells_points_apart():
    one, other = parse(), Scorecard.parse(edited("points: 8", "points: 9"), where="card.yaml")
    assert one.version.startswith("1+")
    assert len(one.version) == len("1+") + 8
    assert one.version != other.version


def test_the_written_file_reads_back():
    full = card(
        activity(ages={"half_life_days": 3}, most=2, cap=3, window_days=9),
        rule("attribute", "a", column="業種 [1]: x", table=[{"is": ["no", "007", 5, True], "points": -1.5}]),
        triggers=[trigger()],
        stages=[stage("SQL", enter={"all": [{"points_at_least": 3}, {"not": {"rule": "a"}}]})],
    )
    assert Scorecard.parse(full.to_text(), where="x").content() == full.content()
    assert Scorecard.parse(full.to_text(), where="x").rules[1].table[0].is_ == ("no", "007", 5, True)


def test_an_unknown_key_is_named_with_its_line_and_a_guess():
    text = edited("points: 8", "pionts: 8")
    line = text.splitlines().index(next(row for row in text.splitlines() if "pionts" in row)) + 1
    message = refused(text, match="pionts")
    assert f"card.yaml, line {line}" in message
    assert "Did you mean 'points'" in message


def test_a_missing_key_is_named():
    without = "".join(row for row in dump_yaml(content(activity())).splitlines(True) if "points" not in row)
    assert "card.yaml, line" in refused(without, match=r"rules\.0\.points`: Field required")


@pytest.mark.parametrize(("wrong", "more"), [(1, ""), (2, " (and 1 more)"), (3, " (and 2 more)")])
def test_the_first_mistake_is_told_and_the_others_are_counted(wrong, more):
    rules = [activity(f"r{i}", points="many" if i < wrong else 8) for i in range(4)]
    message = refused(dump_yaml(content(*rules)), match=r"rules\.0")
    assert message.splitlines()[0].count("(and ") == bool(more)
    assert more in message.splitlines()[0]


def test_bad_yaml_is_told_with_its_line():
    assert "line 2" in refused("version: 1\nrules: [", match="not valid YAML")


@pytest.mark.parametrize("text", ["", "- 1", "just words"])
def test_not_a_mapping(text):
    refused(text, match="empty or not a mapping")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"bands": content(activity())["bands"][::-1]}, "A, B, C and D"),
        ({"bands": [b | {"from": 1} for b in content(activity())["bands"]]}, "falling `from`"),
        ({"rules": [activity(), activity()]}, "twice: r"),
        ({"rules": [activity(group="other")], "groups": [{"id": "g", "label": WORDS}]}, "no group `other`"),
        ({"rules": [activity(points=float("inf"))]}, "finite"),
        ({"rules": [activity(ages={"half_life_days": 1, "linear_days": 1})]}, "either `half_life_days`"),
        ({"rules": [activity(replaces=["x"])]}, "no rule `x`"),
        (
            {"rules": [activity("a", replaces=["b"]), activity("b", replaces=["c"]), activity("c")]},
            "no chains",
        ),
        ({"rules": [activity("Upper Case")]}, "match pattern"),
        ({"rules": [activity(rationale="")]}, "at least 1 character"),
        ({"rules": [activity(label={})]}, "needs `en`, `ja`"),
        ({"rules": [rule("attribute", column="x", table=[])]}, "at least 1 item"),
        ({"rules": [rule("attribute", column="x", table=[{"points": 1}])]}, "either a condition or"),
        (
            {"rules": [rule("attribute", column="x", table=[{"from": 2, "below": 1, "points": 1}])]},
            "less than",
        ),
        (
            {"rules": [rule("attribute", column="x", table=[{"missing": True, "is": 1, "points": 1}])]},
            "alone",
        ),
        (
            {
                "rules": [
                    rule(
                        "attribute",
                        column="x",
                        table=[{"otherwise": True, "points": 1}, {"is": 1, "points": 1}],
                    )
                ]
            },
            "last row",
        ),
        (
            {"rules": [rule("count", of={"types": "a"}, steps=[{"at_least": 2, "points": 1}] * 2)]},
            "must rise",
        ),
        ({"rules": [rule("wish")]}, "does not match any of the expected tags"),
        ({"triggers": [trigger(stage="Nowhere")]}, "no stage `Nowhere`"),
        ({"stages": [stage("S", enter={"rule": "x"})]}, "no rule `x`"),
        ({"stages": [stage("S", enter={"trigger": "x"})]}, "no trigger `x`"),
        ({"stages": [stage("S", enter={"group_points": {"group": "x", "at_least": 1}})]}, "no group `x`"),
        ({"stages": [stage("S", enter={"rule": "r", "always": True})]}, "exactly one test"),
        ({"stages": [stage("S", enter={"attribute": {"column": "x"}})]}, "needs a condition"),
        ({"stages": [stage("S", reenters_at="T")]}, "no stage `T`"),
        ({"stages": [stage("S", rest_days=3)]}, "needs `reenters_at`"),
        ({"stages": [stage("S", closed=True, reenters_at="S")]}, "closed stage"),
        ({"stages": [stage("S", names=["T"]), stage("T")]}, "twice: T"),
        ({"format": 2}, "Input should be 1"),
        ({"score_fresh_days": 0}, "greater than 0"),
    ],
)
def test_what_is_refused(changes, match):
    refused(dump_yaml(json.loads(json.dumps(content(activity()) | changes))), match=match)


def test_one_label_fills_the_other():
    one = card(activity(label={"ja": "訪問"}))
    assert (one.rules[0].label.en, one.rules[0].label.ja) == ("訪問", "訪問")


def test_rule_by_id():
    assert card(activity()).rule("r").id == "r"
    with pytest.raises(ConfigError, match=r"(?s)no rule `rr`.*Did you mean 'r'"):
        card(activity(), activity("other", types="x")).rule("rr")


def test_what_a_rule_is_about():
    about = {r.id: rule_field(r) for r in default_scorecard().rules}
    assert about["pricing_view"] == "activity:pricing_view"
    assert about["frequent_visits"] == "activity:site_visit"
    assert about["industry"] == "column:industry"
    assert about["high_open_rate"] is None
    assert about["single_download"] is None
    assert rule_field(card(activity(types="*_view")).rules[0]) is None
    assert rule_field(card(activity(types=["a", "b"])).rules[0]) is None


def test_columns_used_by_rules_and_criteria():
    has = {"attribute": {"column": "source", "is": "fair"}}
    both = card(
        rule("attribute", column="industry", table=[{"is": "a", "points": 1}]),
        stages=[stage("S", enter={"any": [has, {"not": has}]})],
    )
    assert columns_used(both) == ("industry", "source")


def test_labels_by_place():
    labels = card(activity(), triggers=[trigger(stage="S")], stages=[stage("S")]).labels()
    assert list(labels) == [
        "rule:r",
        "group:g",
        "trigger:t",
        "stage:S",
        "band:A",
        "band:B",
        "band:C",
        "band:D",
    ]


def test_a_default_that_is_written_out_changes_nothing():
    spelled = activity(cap=None, most=None, window_days=None, ages=None, replaces=[])
    assert card(spelled).version == card(activity()).version
    assert card(spelled).content() == card(activity()).content()


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"groups": [{"id": "g", "label": WORDS}] * 2}, "groups must differ; twice: g"),
        ({"rules": [activity(), activity()]}, "rules must differ; twice: r"),
        (
            {"triggers": [trigger(stage="S")] * 2, "stages": [stage("S")]},
            "triggers must differ; twice: t",
        ),
        ({"stages": [stage("S"), stage("S")]}, "stage ids and names must differ; twice: S"),
    ],
)
def test_names_are_given_once(changes, match):
    refused(dump_yaml(json.loads(json.dumps(content(activity()) | changes))), match=match)


def test_the_version_of_a_content_never_changes():
    """Scores of years carry it: a program that knows more keys gives the same file the same version."""
    assert card(activity(), activity("b", types="blog", points=-2.5, most=3)).version == "1+bf300e1e"


def test_a_stage_may_carry_its_own_id_among_its_names():
    assert card(activity(), stages=[stage("S", names=["S", "T"])]).stage_names == ("S",)
