"""What single rows may say: mails and machines, sales' selection, the path through the stages."""

import numpy as np
import pandas as pd
import pytest

from qualify.simulate.activities import Activities, first_stop
from qualify.simulate.arrays import DAY, NEVER, select
from qualify.simulate.outcomes import count_hands, work_chance
from qualify.simulate.stage_table import reach_points
from qualify.simulate.streams import CODES, MAIL_REACTIONS, rates_for
from qualify.simulate.tables import CURVE, MQL_POINTS, SCANNER, STREAMS
from tests.simulate.funnels import frame, funnel

SECOND = DAY // 86_400
BIG = (20_000, 4)


def activities_of(*rows: tuple[int, str, int]) -> Activities:
    """Rows of (lead, type, time), known at once."""
    lead, types, time = zip(*rows, strict=True)
    when = np.array(time)
    return Activities(np.array(lead), np.array([CODES[name] for name in types]), when, when, when < 0)


def test_nothing_goes_by_mail_after_an_unsubscribe():
    made = funnel().history.activities
    mail = np.isin(made.code, (CODES["email_sent"], *MAIL_REACTIONS)) & ~made.scanner
    stop = first_stop(made, 3000)
    assert (stop < NEVER).mean() > 0.05
    assert (made.occurred[mail] <= stop[made.lead[mail]]).all()


def test_people_wait_and_machines_do_not():
    made = funnel().history.activities
    sent = select(made, made.code == CODES["email_sent"])
    order = np.lexsort((sent.occurred, sent.lead))
    keys = sent.lead[order] * NEVER_SPAN + sent.occurred[order] - BASE
    reacts = select(made, np.isin(made.code, MAIL_REACTIONS))
    mine = reacts.lead * NEVER_SPAN + reacts.occurred - BASE
    gap = mine - keys[np.searchsorted(keys, mine, side="right") - 1]
    assert gap[reacts.scanner].max() <= SCANNER["seconds"] * SECOND
    assert gap[~reacts.scanner].min() > SCANNER["window"] * SECOND


BASE = 1_700_000_000_000_000
NEVER_SPAN = 1 << 47  # more than the microseconds of the simulated months


def test_machines_work_for_some_companies_only():
    made = funnel(*BIG)
    scanned = np.unique(made.history.activities.lead[made.history.activities.scanner])
    share = len(scanned) / 20_000
    assert 0.06 < share < SCANNER["companies"] * 1.3
    addresses = frame(made.leads).email.iloc[scanned]
    assert not addresses.str.endswith(("gmail.com", "outlook.com", "icloud.com", "hotmail.com")).any()


@pytest.mark.parametrize("name", ["pricing_view", "site_visit", "demo_request", "followup_reply"])
def test_counts_follow_the_table(name):
    made = funnel(*BIG)
    history = made.history
    early = np.flatnonzero(history.created < made.settings.end - 350 * DAY)
    of_type = history.activities.lead[history.activities.code == CODES[name]]
    counts = np.bincount(of_type, minlength=20_000)[early]
    stream = STREAMS[CODES[name]]
    intent = 1 / (1 + np.exp(-history.scores.intent[early]))
    expected = (intent * stream.warm + (1 - intent) * stream.cold).mean()
    assert counts.mean() == pytest.approx(expected, rel=0.1)


def test_rates_scale_with_the_activities_wanted():
    np.testing.assert_allclose(rates_for(49.0).warm, 2 * rates_for(25.0).warm)
    np.testing.assert_allclose(rates_for(49.0).evidence, rates_for(25.0).evidence)


def test_hands_are_counted_on_day_one_only():
    made = activities_of(
        (0, "demo_request", 5), (0, "pricing_view", DAY), (0, "pricing_view", DAY + 1), (0, "blog_view", 9),
        (1, "call_booked", 7),
    )  # fmt: skip
    created = np.array([0, 0])
    assert count_hands(made, created, np.array([3 * DAY, 3 * DAY])).tolist() == [2, 1]
    assert count_hands(made, created, np.array([6, 6])).tolist() == [1, 0]


def test_sales_curve_by_hand():
    raised, cap = CURVE["raised"], CURVE["cap"]
    chance = work_chance(np.zeros(4), np.array([0, 1, cap, cap + 5]), 0.0)
    np.testing.assert_allclose(chance[:2], [0.5, 1 / (1 + np.exp(-raised))])
    assert chance[2] == chance[3]
    assert work_chance(np.zeros(1), np.array([0]), np.inf)[0] == 1


@pytest.mark.parametrize("share", [0.1, 0.33, 0.8])
def test_sales_work_the_share_wanted_and_the_hottest_first(share):
    made = funnel(*BIG, work_share=share)
    history = made.history
    worked = history.outcomes.sal < NEVER
    hands = count_hands(history.activities, history.created, history.created + DAY)
    assert worked.mean() == pytest.approx(share, abs=0.02)
    assert worked[hands >= 2].mean() > 1.2 * worked[hands == 0].mean()


def test_sales_choice_leaves_the_leads_as_they_are():
    few, all_ = funnel(*BIG, work_share=0.1), funnel(*BIG, work_share=1.0)
    assert few.leads.equals(all_.leads)
    assert few.activities.equals(all_.activities)
    assert not few.stages.equals(all_.stages)


def test_points_by_hand():
    """Points: demo 9, contact 8, product 2, mail sent 0; MQL from 20 on, by what the CRM has heard."""
    assert [STREAMS[CODES[name]].points for name in ("demo_request", "contact_form", "product_view")] == [
        9,
        8,
        2,
    ]
    assert MQL_POINTS == 20
    made = activities_of(
        (1, "product_view", 40), (1, "demo_request", 10), (1, "contact_form", 20), (1, "product_view", 30),
        (2, "demo_request", 1), (2, "demo_request", 2), (2, "email_sent", 3),
        (3, "demo_request", 50), (3, "demo_request", 60), (3, "demo_request", 70),
    )  # fmt: skip
    assert reach_points(made, 5).tolist() == [NEVER, 40, NEVER, 70, NEVER]


def test_each_lead_walks_a_possible_path():
    made = funnel(*BIG)
    entered = frame(made.stages).pivot_table(
        index="lead_id", columns="stage", values="entered_at", aggfunc="min"
    )
    created = frame(made.leads).set_index("lead_id").created_at
    assert (entered.Inquiry == created.reindex(entered.index)).all()
    order = [
        ("Inquiry", "MAL"), ("MAL", "MQL"), ("MQL", "SAL"), ("MQL", "TQL"), ("TQL", "SAL"), ("SAL", "SQL"),
        ("SQL", "Won"), ("SQL", "Lost"),
    ]  # fmt: skip
    for first, then in order:
        both = entered[[first, then]].dropna()
        assert len(both) > 100
        assert (both[first] <= both[then]).all()
    assert entered[["Won", "Lost"]].notna().all(axis=1).sum() == 0
    assert (entered.SAL - created.reindex(entered.index)).min() >= np.timedelta64(1, "D")
    assert set(frame(made.stages).stage) == {
        "Inquiry", "MAL", "MQL", "TQL", "SAL", "SQL", "Won", "Lost", "Recycled"
    }  # fmt: skip


def test_the_crm_hears_of_telemarketing_with_sal():
    stages = frame(funnel(*BIG).stages)
    known = stages.pivot_table(index="lead_id", columns="stage", values="recorded_at", aggfunc="min")
    handed = known.dropna(subset=["TQL"])
    assert 0.2 * known.SAL.notna().sum() < len(handed) < 0.3 * known.SAL.notna().sum()
    assert (handed.TQL == handed.SAL).all()


def test_reasons_say_why():
    stages = frame(funnel(*BIG).stages)
    assert stages[stages.stage.isin(["Lost", "Recycled"])].reason.notna().all()
    assert stages[stages.stage.isin(["Inquiry", "MAL", "MQL", "TQL", "SAL", "Won"])].reason.isna().all()
    by_hand = stages[stages.stage == "SQL"].reason.value_counts()
    assert set(by_hand.index) == {"entered by hand", "inbound inquiry"}
    assert by_hand.sum() < 0.2 * (stages.stage == "SQL").sum()


def test_topics_and_values_go_with_types():
    activities = frame(funnel().activities)
    views = activities[activities.type == "product_view"]
    assert views.topic.str.match(r"/products/(crm|automation|analytics|support|security|integration)").all()
    assert views.value.between(1, 86_400).all()
    assert activities[activities.type == "email_open"].topic.str.startswith("mail: ").all()
    assert activities[activities.type == "email_open"].value.isna().all()
    assert activities.topic.notna().all()
    assert activities[activities.type == "pricing_view"].topic.str.startswith("/pricing").all()


def test_a_lead_keeps_to_its_field():
    activities = frame(funnel().activities)
    views = activities[activities.type == "product_view"]
    fields = views.topic.str.extract(r"/products/(\w+)")[0]
    counts = pd.crosstab(views.lead_id, fields)
    seen = counts[counts.sum(axis=1) >= 4]
    assert len(seen) > 100
    assert (seen.max(axis=1) / seen.sum(axis=1)).mean() > 0.6
