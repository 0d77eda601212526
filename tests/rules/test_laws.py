"""Laws that hold for every set of activities."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.build import act, activity, card, column, rule, score, tables, trigger

TYPES = ("visit", "blog", "demo", "trial", "sent")
TOPICS = (None, "/pricing", "/pricing/plans", "/blog/a")

# Whole quarters of a day, so that ties and window borders occur.
ACTIVITY = st.builds(
    act,
    st.sampled_from(TYPES),
    st.integers(0, 480).map(lambda quarter: quarter / 4),
    st.sampled_from(TOPICS),
    st.sampled_from([np.nan, 0.0, 30.0, 90.0]),
    st.one_of(st.none(), st.integers(0, 480).map(lambda quarter: quarter / 4)),
)
LEAD = st.lists(ACTIVITY, max_size=12)

POSITIVE = card(
    activity("each", points=3, most=2, window_days=30, ages={"half_life_days": 9}),
    activity("line", types="blog", points=2, cap=5, ages={"linear_days": 50}),
    rule("activity", "priced", of={"types": "*", "topics": "/pricing*", "value_from": 20}, points=1, most=3),
    rule("count", "often", of={"types": "visit"}, window_days=40, ages={"half_life_days": 20},
         steps=[{"at_least": 1, "points": 1}, {"at_least": 3, "points": 4}]),
    rule("count", "different", of={"types": "*"}, distinct_topics=True, steps=[{"at_least": 2, "points": 5}]),
)  # fmt: skip
EVERY = card(
    activity("each", points=3, most=2, window_days=30, ages={"half_life_days": 9}, cap=5),
    rule("ratio", "share", of={"types": "blog"}, among={"types": "sent"}, at_least=0.5, points=6,
         replaces=["each"]),
    rule("silence", "quiet", after={"types": "trial"}, nothing_of={"types": "*", "not_types": "sent"},
         for_days=10, points=-9, ages={"linear_days": 60}),
    rule("count", "different", of={"types": "*"}, distinct_topics=True, steps=[{"at_least": 2, "points": 5}]),
    rule("attribute", "size", column="size",
         table=[{"from": 50, "points": 7}, {"missing": True, "points": 1}]),
    triggers=[trigger(window_days=20)],
    stages=[
        {"id": "New", "label": {"en": "n", "ja": "n"}, "enter": {"always": True}},
        {"id": "SQL", "label": {"en": "s", "ja": "s"}, "enter": {"points_at_least": 8}},
    ],
)  # fmt: skip
RULES = [
    activity("wrote", types="sent", points=1),
    activity("each", points=3, most=2, window_days=30),
    rule("silence", "unanswered", after={"types": "trial"}, nothing_of={"types": "demo"},
         despite={"types": "sent"}, for_days=10, at_most=2, points=-9),
    rule("ratio", "share", of={"types": "blog"}, among={"types": "sent"}, at_least=0.5, points=6),
    rule("count", "trials", of={"types": "trial"}, steps=[{"at_least": 2, "points": 5}]),
    rule("count", "topics", of={"types": "demo"}, distinct_topics=True, steps=[{"at_least": 2, "points": 4}]),
]  # fmt: skip
TURNED = [card(*RULES[k:], *RULES[:k]) for k in range(len(RULES))]


def everything(result):
    parts = (result.points, result.whole, result.triggered, result.total[:, None], result.band[:, None])
    return np.hstack([*parts, result.stage[:, None]]).tolist()


@given(LEAD, ACTIVITY)
def test_another_activity_never_takes_points_away(lead, more):
    data = tables(lead, [*lead, more])
    before, after = score(POSITIVE, data).points
    assert (after >= before - 1e-12).all()


@given(LEAD, st.randoms(use_true_random=False))
def test_the_order_of_the_input_has_no_effect(lead, random):
    shuffled = random.sample(lead, len(lead))
    one, other = everything(score(EVERY, tables(lead, shuffled, columns={"size": column(60, 60)})))
    assert one == other


@given(LEAD, LEAD, st.integers(0, 480))
def test_what_happens_later_does_not_change_points(lead, more, quarter):
    now = quarter / 4
    later = [(kind, at + 1, topic, value, max(known, at) + 1) for kind, at, topic, value, known in more]
    later = [a for a in later if a[4] > now * 86_400_000_000]
    data = tables(lead, lead + later, columns={"size": column(60, 60)})
    one, other = everything(score(EVERY, data, days=[now, now]))
    assert one == other


@given(st.lists(LEAD, min_size=1, max_size=5), st.data())
def test_other_leads_have_no_effect(leads, data):
    at = data.draw(st.integers(0, len(leads) - 1))
    sizes = [60.0] * len(leads)
    among = everything(score(EVERY, tables(*leads, columns={"size": column(*sizes)})))[at]
    alone = everything(score(EVERY, tables(leads[at], columns={"size": column(60.0)})))[0]
    assert among == alone


@given(st.lists(LEAD, min_size=1, max_size=5))
def test_the_parts_add_up(leads):
    result = score(EVERY, tables(*leads, columns={"size": column(*[None] * len(leads))}))
    assert np.allclose(result.points.sum(axis=1), result.total, atol=1e-9)
    assert np.allclose(sum(result.group_points.values()), result.total, atol=1e-9)


@given(LEAD)
def test_where_a_rule_stands_on_the_card_has_no_effect(lead):
    told = []
    for turned in TURNED:
        result = score(turned, tables(lead))
        told.append(dict(zip(result.rule_ids, result.points[0].tolist(), strict=True)))
    assert all(each == told[0] for each in told)
