"""Which fields are told as one reason."""

from __future__ import annotations

from qualify.features.fields import Field
from qualify.features.plan import FeaturePlan
from qualify.features.topics import activity_topic, rule_topic, topic_positions
from qualify.rules import default_scorecard

RULES = {rule.id: rule for rule in default_scorecard().rules}


def test_kinds_of_one_thing_share_a_topic():
    assert activity_topic("webinar_attended") == activity_topic("webinar_registered") == "topic:webinar"
    assert activity_topic("email_open") == activity_topic("email_click") != activity_topic("social_share")
    assert activity_topic("pricing_view") is None
    assert activity_topic("Nabellen offertes") is None


def test_a_rule_belongs_to_the_activities_it_gives_points_for():
    assert rule_topic(RULES["high_open_rate"]) == "topic:email"
    assert rule_topic(RULES["registered_only"]) == "topic:webinar"
    assert rule_topic(RULES["trial_silence"]) == "activity:trial_signup"
    assert rule_topic(RULES["pricing_view"]) == "activity:pricing_view"
    assert rule_topic(RULES["industry"]) is None


def test_a_rule_about_several_things_has_no_topic():
    rule = RULES["pricing_view"]
    several = rule.of.model_copy(update={"types": ("pricing_view", "blog_view")})
    any_type = rule.of.model_copy(update={"types": ("*_view",)})
    assert rule_topic(rule.model_copy(update={"of": several})) is None
    assert rule_topic(rule.model_copy(update={"of": any_type})) is None


def test_topics_are_numbered_as_they_appear():
    def field(name, topic=None):
        return Field(name, "number", name, "fit", None, topic)

    assert topic_positions([field("a"), field("b", "t"), field("c"), field("d", "t")]).tolist() == [
        0,
        1,
        2,
        1,
    ]
    # A topic may be called like a field, and then is that field's.
    assert topic_positions([field("a"), field("b", "a")]).tolist() == [0, 0]
    assert topic_positions([]).tolist() == []


def test_a_plan_without_topics_of_rules_has_all_fields():
    plan = FeaturePlan(
        (), ("email_open",), (False,), (), "UTC", False, (),
        rules=(("email_open", "activity:email_open"), ("high_open_rate", None)),
        rule_labels=(None, None), rule_groups=("engagement",),
    )  # fmt: skip
    topics = {field.name: field.topic for field in plan.fields}
    assert topics["activity:email_open"] == "topic:email"
    assert topics["rule:high_open_rate"] is None
