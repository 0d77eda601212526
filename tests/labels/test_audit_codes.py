"""One planted leak for each code, and beside it the honest column that looks most like it."""

import numpy as np
import pytest

from qualify.labels.audit import audit_columns, excluded_columns
from qualify.leads.tables import NO_TIME, Stages
from tests.labels.audit_tables import (
    DAY,
    category,
    creation_times,
    date,
    draw_label,
    honest_columns,
    lead_tables,
    number,
)  # fmt: skip

N = 3_000
RNG = np.random.default_rng(5)
Y = draw_label(N, 0.2)
WON = Y > 0


def audit(columns, **more):
    """Audit planted columns among honest ones; return the suspicions that exclude, by column and code."""
    found = audit_columns(lead_tables({**honest_columns(Y), **columns}, **more), Y, {})
    return {(s.column, s.code): s for s in found if s.exclude}


def levels(strength, words, seed=0):
    raw = np.random.default_rng([3, seed]).normal(size=N) + strength * Y
    return category(np.array(words)[np.clip(np.round(raw + 1.5), 0, len(words) - 1).astype(int)])


def test_l001_a_number_that_decides_alone():
    found = audit({"x": number(Y * 3 + RNG.normal(size=N))})
    assert set(found) == {("x", "L001")}
    assert "AUC 0.9" in found["x", "L001"].evidence


def test_l001_two_values_that_agree_with_the_outcome_nine_times_in_ten():
    assert set(audit({"x": category(np.where(RNG.random(N) < 0.1, 1 - Y, Y))})) == {("x", "L001")}


def test_l001_a_large_group_of_winners_only():
    group = np.where(WON & (RNG.random(N) < 0.5), "gold", RNG.choice(["blue", "red"], N))
    found = audit({"x": category(group)})
    assert set(found) == {("x", "L001")}
    assert '"gold" are positive' in found["x", "L001"].evidence


def test_l001_spares_a_large_group_of_losers_only():
    group = np.where(~WON & (RNG.random(N) < 0.5), "abroad", RNG.choice(["north", "south"], N))
    assert audit({"country": category(group)}) == {}


LEAKS = [(1.0, 0.0), (0.7, 0.02), (0.4, 0.0), (0.01, 0.8), (0.98, 0.1)]
FORMS = [(0.9, 0.6), (0.3, 0.07), (0.05, 0.01), (0.5, 0.9), (1.0, 0.95)]


@pytest.mark.parametrize(("of_won", "of_lost"), LEAKS)
def test_l002_filled_in_for_one_class(of_won, of_lost):
    there = RNG.random(N) < np.where(WON, of_won, of_lost)
    found = audit({"x": number(np.where(there, RNG.normal(size=N), np.nan))})
    assert ("x", "L002") in found


@pytest.mark.parametrize(("of_won", "of_lost"), FORMS)
def test_l002_spares_form_fields_that_the_eager_fill_in(of_won, of_lost):
    there = RNG.random(N) < np.where(WON, of_won, of_lost)
    assert audit({"budget": number(np.where(there, RNG.normal(size=N), np.nan))}) == {}


def test_l002_a_placeholder_counts_as_missing():
    found = audit({"x": category(np.where(WON, RNG.choice(["a", "b"], N), "Select"))})
    assert ("x", "L002") in found


def test_l002_an_amount_that_is_zero_for_losers():
    amount = np.where(WON & (RNG.random(N) < 0.8), RNG.exponential(1000, N), 0)
    assert ("x", "L002") in audit({"x": number(amount)})


def test_l002_spares_a_plain_yes_or_no():
    assert audit({"newsletter": number(RNG.random(N) < np.where(WON, 0.98, 0.4))}) == {}


def test_l003_a_date_after_creation_for_everybody():
    created = creation_times(N)
    later = created + (RNG.exponential(20, N) * DAY).astype(np.int64) + 2 * DAY
    found = audit({"seen by": date(later)}, created_at=created)
    assert set(found) == {("seen by", "L003")}
    assert "100 % of its 3,000 dates lie after the lead was created" in found["seen by", "L003"].evidence


def test_l003_tells_how_many_dates_follow_the_last_stage():
    created = creation_times(N)
    stages = Stages(np.arange(N + 1), np.zeros(N, np.int32), ("Won",), created + 5 * DAY, created + 5 * DAY)
    dates = np.where(np.arange(N) % 4 == 0, created + 2 * DAY, created + 9 * DAY)
    found = audit({"seen by": date(dates)}, created_at=created, stages=stages)
    assert "75 % not before the lead's last stage" in found["seen by", "L003"].evidence


def test_l003_spares_earlier_dates_time_zones_and_plans():
    created = creation_times(N)
    columns = {
        "founded": date(created - RNG.integers(100, 9_000, N) * DAY),
        "sent": date(created + RNG.integers(-12, 13, N) * (DAY // 24)),
        "wished start": date(created + RNG.integers(5, 90, N) * DAY),
        "never": date(np.full(N, NO_TIME)),
    }
    assert audit(columns, created_at=created) == {}


@pytest.mark.parametrize("name", ["sales_rating", "Deal Stage", "担当者評価", "確度"])
def test_l004_a_telling_name_with_moderate_power(name):
    assert set(audit({name: levels(1.0, list("abcd"))})) == {(name, "L004")}


@pytest.mark.parametrize("name", ["sales_rating", "Deal Stage", "担当者評価", "確度"])
def test_l004_a_name_alone_excludes_nothing(name):
    assert audit({name: levels(0.0, list("abcd"))}) == {}


def test_l004_a_vague_name_needs_unusual_power():
    assert set(audit({"duration": number(np.exp(1.9 * Y + RNG.normal(size=N)))})) == {("duration", "L004")}
    assert audit({"duration": number(np.exp(0.9 * Y + RNG.normal(size=N)))}) == {}


def test_l004_a_telling_name_that_is_filled_in_for_losers():
    reason = np.where(RNG.random(N) < np.where(WON, 0.05, 0.35), RNG.choice(["price", "time"], N), "")
    assert ("失注理由", "L004") in audit({"失注理由": category(reason)})


def test_l004_words_of_free_text():
    won = RNG.choice(["signed today", "will pay soon", "agreed and happy"], N)
    lost = RNG.choice(["no budget", "went elsewhere", "agreed to stop"], N)
    text = [f"{w if y else x} number{i}" for i, (w, x, y) in enumerate(zip(won, lost, Y, strict=True))]
    assert ("sales notes", "L004") in audit({"sales notes": category(text, kind="text")})


def test_l005_the_state_at_export_by_its_name():
    assert set(audit({"Last Activity": levels(0.9, list("abcd"))})) == {("Last Activity", "L005")}
    assert audit({"Last Activity": levels(0.0, list("abcd"))}) == {}


def test_l005_the_state_at_export_by_its_values():
    words = ["Email Bounced", "Page Visited", "Email Opened", "SMS Sent"]
    assert set(audit({"x": levels(1.0, words)})) == {("x", "L005")}
    assert audit({"first event": levels(1.0, words)}) == {}


def test_l006_a_copy_with_two_percent_noise():
    found = audit({"x": category(np.where(RNG.random(N) < 0.02, 1 - Y, Y).astype(int))})
    assert set(found) == {("x", "L006")}
    assert found["x", "L006"].severity == "certain"


def test_l006_several_values_a_class():
    verdict = np.where(WON, RNG.choice(["p", "q"], N), RNG.choice(["r", "s", "t"], N))
    assert ("x", "L006") in audit({"x": category(verdict)})


def verdicts(words_won, words_lost, shared, seed=1):
    """Draw what sales write down: sure words for each class, shared ones, and nothing for many losers."""
    rng = np.random.default_rng([9, seed])
    sure = np.where(WON, rng.choice(words_won, N), rng.choice(words_lost, N))
    value = np.where(rng.random(N) < 0.35, rng.choice(shared, N), sure)
    return category(np.where(rng.random(N) < np.where(WON, 0.2, 0.5), "", value))


def test_l007_by_the_structure_of_outcomes():
    found = audit({"x": verdicts(["a", "b"], ["c", "d", "e"], ["f", "g"])})
    assert ("x", "L007") in found
    assert "almost always positive" in found["x", "L007"].evidence


def test_l007_by_the_words_of_the_values():
    words = ["Ringing", "wrong number", "Not interested", "Busy", "Will call back"]
    assert ("x", "L007") in audit({"x": levels(1.1, words)})


def test_l007_spares_a_channel_that_always_converts():
    channel = np.where(RNG.random(N) < np.where(WON, 0.2, 0.003), "Referral", RNG.choice(["a", "b", "c"], N))
    there = RNG.random(N) < np.where(WON, 0.95, 0.7)
    assert audit({"how did you hear": category(np.where(there, channel, ""))}) == {}


def test_l008_same_first_word_and_same_missing_rows():
    there = RNG.random(N) < 0.4
    columns = {
        "Zed activity score": number(np.where(there, 1.2 * Y + RNG.normal(size=N), np.nan)),
        "Zed fit": number(np.where(there, RNG.normal(size=N), np.nan)),
        "Zed other": number(np.where(RNG.random(N) < 0.4, RNG.normal(size=N), np.nan)),
        "enriched": number(np.where(there, RNG.normal(size=N), np.nan)),
    }
    assert set(audit(columns)) == {("Zed activity score", "L005"), ("Zed fit", "L008")}


def test_l008_the_rarer_fields_of_a_joined_table():
    rare = WON & (RNG.random(N) < 0.06)
    columns = {
        "seller": category(np.where(WON, RNG.choice(["a", "b", "c"], N), "")),
        "catalogue": number(np.where(rare, RNG.normal(size=N), np.nan)),
    }
    found = excluded_columns(audit(columns).values())
    assert {name: s.code for name, s in found.items()} == {"seller": "L002", "catalogue": "L008"}
