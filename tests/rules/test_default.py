import re

import numpy as np
import pytest

from qualify.rules import columns_used, default_scorecard, lint
from qualify.rules.bounds import best_total
from tests.rules.build import act, column, score, tables

TYPES = (
    "demo_request pricing_view contact_form document_download site_visit product_view blog_view email_sent "
    "email_open email_click webinar_registered webinar_attended social_comment social_share followup_reply "
    "trial_signup call_booked unsubscribe cart_abandoned"
).split()
BEST = {
    "industry": column("manufacturing"),
    "employees": column(500.0),
    "job_title": column("CIO"),
    "region": column("東京都"),
    "revenue_jpy": column(5e9),
    "email": column("a@example.co.jp"),
}
FRESH = 100


def best_lead():
    once = (
        "demo_request pricing_view contact_form document_download blog_view trial_signup "
        "social_comment social_share followup_reply"
    )
    did = [act(kind, FRESH) for kind in once.split()]
    did += [act("site_visit", FRESH)] * 6 + [act("webinar_attended", FRESH)] * 3
    return did + [act("email_sent", FRESH)] * 4 + [act("email_open", FRESH)] * 2


def told(pattern):
    return float(re.search(pattern, default_scorecard().to_text())[1])


def test_it_lints_clean():
    assert lint(default_scorecard()) == []


def test_the_best_possible_lead_is_what_the_comment_says():
    result = score(default_scorecard(), tables(best_lead(), columns=BEST))
    assert result.total.tolist() == [told(r"freshest, has (\d+) points")] == [141]


def test_the_best_with_repeats_is_what_the_comment_says():
    again = [
        act(kind, FRESH) for kind in ("pricing_view", "document_download", "document_download", "blog_view")
    ]
    result = score(default_scorecard(), tables(best_lead() + again, columns=BEST))
    assert result.total.tolist() == [told(r"repeats a lead reaches (\d+)")] == [147]
    assert best_total(default_scorecard()) == 147


def test_behaviour_and_attributes_alone_are_what_the_comment_says():
    # Two mails opened of two: too few for the open rate, so that the open itself counts.
    behaviour = {
        "demo_request",
        "pricing_view",
        "contact_form",
        "document_download",
        "blog_view",
        "trial_signup",
    }
    did = (
        [act(kind, FRESH) for kind in sorted(behaviour)]
        + [act("site_visit", FRESH)] * 6
        + [act("email_open", FRESH)]
    )
    with_trial, without = (
        score(default_scorecard(), tables(d, columns=BEST)).total[0]
        for d in (did, [a for a in did if a[0] != "trial_signup"])
    )
    assert with_trial == told(r"= (\d+); without the trial")
    assert without == told(r"without the trial (\d+)")


@pytest.mark.parametrize("column_name", sorted(BEST))
def test_columns_are_the_agreed_ones(column_name):
    assert column_name in columns_used(default_scorecard())


def test_only_agreed_activity_types():
    named = set(re.findall(r"types: \[?([a-z_, ]+)", default_scorecard().to_text()))
    words = {word for group in named for word in re.split(r"[ ,]+", group) if word}
    assert words <= set(TYPES)
    assert {"demo_request", "call_booked", "cart_abandoned", "product_view"} <= words


def test_every_rule_has_both_languages_and_a_reason():
    for rule in default_scorecard().rules:
        assert not rule.label.untranslated
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", rule.label.ja)
        assert len(rule.rationale) > 20


def test_points_lie_within_the_agreed_ranges():
    agreed = {
        "demo_request": (9, 10), "pricing_view": (8, 9), "contact_form": (7, 8), "document_download": (6, 7),
        "blog_view": (3, 5), "email_open": (2, 4), "first_visit": (1, 3), "social_reaction": (9, 10),
        "followup_reply": (7, 8), "brand_share": (6, 7), "high_open_rate": (5, 6), "registered_only": (3, 4),
        "single_download": (2, 3),
    }  # fmt: skip
    for rule_id, (low, high) in agreed.items():
        assert low <= default_scorecard().rule(rule_id).points <= high
    for rule_id, (low, high) in {"frequent_visits": (4, 6), "several_webinars": (8, 9)}.items():
        assert all(low <= step.points <= high for step in default_scorecard().rule(rule_id).steps)


def stage_of(did, **changes):
    card = default_scorecard()
    code = score(card, tables(did, columns=BEST | changes)).stage[0]
    return card.stage_names[code]


def test_a_demo_request_is_an_sql_only_with_authority():
    demo = [act("demo_request", 99)]
    assert stage_of(demo) == "SQL"
    assert stage_of(demo, job_title=column("Sales Rep")) != "SQL"
    assert stage_of(demo, job_title=column("CIO"), industry=column("retail"), employees=column(9.0),
                    revenue_jpy=column(1e7), region=column("Fukui")) != "SQL"  # fmt: skip


@pytest.mark.parametrize("kind", ["trial_signup", "call_booked", "contact_form"])
def test_direct_triggers(kind):
    nobody = {name: column(None) for name in BEST}
    card = default_scorecard()
    assert card.stage_names[score(card, tables([act(kind, 99)], columns=nobody)).stage[0]] == "SQL"


def test_downloads_and_opens_count_once():
    card = default_scorecard()
    lone = [act("document_download", 80)]
    opens = [act("email_sent", 99)] * 4 + [act("email_open", 99)] * 4
    result = score(card, tables(lone, opens))
    by_id = dict(zip(card.rule_ids, result.points.T.tolist(), strict=True))
    assert (by_id["document_download"][0], by_id["email_open"][1]) == (0, 0)
    assert 0 < by_id["single_download"][0] <= 3
    assert by_id["high_open_rate"][1] == pytest.approx(6 * 0.5 ** (1 / 30))


def test_caution():
    card = default_scorecard()
    quiet = [act("trial_signup", 70), act("email_sent", 75)]
    rows = tables(quiet, [act("unsubscribe", 1)], [], [], columns={
        "email": column(None, None, "a@rivalscore.example", "s@u.ac.jp"),
        "job_title": column(None, None, None, "Student"),
    })  # fmt: skip
    assert score(card, rows).group_points["caution"].tolist() == [-15, -20, -50, -10]


def test_it_can_be_laid_over_a_foreign_table():
    result = score(
        default_scorecard(), tables([act("W_call", 99)], [], columns={"AMOUNT_REQ": column(1.0, 2.0)})
    )
    assert result.unknown.all()
    assert not result.points.any()
    assert result.band.tolist() == [3, 3]
    assert np.array(default_scorecard().stage_names)[result.stage].tolist() == ["Inquiry", "Inquiry"]
