"""Faults as they happen to companies' data, each planted into a world: a leak, a twin, a machine, a drift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from qualify.config import ColumnSpec
from tests.training.planted import World, names_of_people

Rng = np.random.Generator
DAY = pd.Timedelta(days=1)


class Fault(NamedTuple):
    """A fault: how it is planted, and how it should be named.

    Parameters
    ----------
    plant
        Takes a world and a generator, returns the world with the fault and the subject to be named.
    codes
        Any of which names it.
    check
        The module of `training.checks` that should see it.
    flat
        Whether it can be in a table without a history.
    """

    plant: Callable[[World, Rng], tuple[World, str]]
    codes: str
    check: str
    flat: bool = True


FAULTS: dict[str, Fault] = {}


def fault(codes: str, check: str, *, flat: bool = True):
    def keep(plant):
        FAULTS[plant.__name__] = Fault(plant, codes, check, flat)
        return plant

    return keep


def tell(w: World, rng: Rng, wrong: float) -> np.ndarray:
    """Return the outcome, wrong in a share of the leads; unknown outcomes look like negative ones."""
    return np.where(rng.random(len(w.leads)) < wrong, ~w.won, w.won)


# Columns that know the outcome


@fault("L006", "leakage")
def a_copy_of_the_label(w, rng):
    return w.put("category", verdict=np.where(tell(w, rng, 0.0), "x", "y")), "verdict"


@fault("L001 L006", "leakage")
def a_copy_that_is_wrong_one_time_in_twelve(w, rng):
    return w.put("category", segment=np.where(tell(w, rng, 1 / 12), "x", "y")), "segment"


@fault("L001", "leakage")
def a_number_with_noise(w, rng):
    return w.put("number", index=2.5 * w.won + rng.normal(size=len(w.leads))), "index"


@fault("L002", "leakage")
def a_field_that_winners_have(w, rng):
    there = rng.random(len(w.leads)) < np.where(w.won, 0.9, 0.1)
    return w.put("number", seats=np.where(there, rng.integers(1, 90, len(w.leads)), np.nan)), "seats"


@fault("L002 L001", "leakage")
def an_amount_that_is_zero_for_losers(w, rng):
    amount = np.where(tell(w, rng, 0.02), rng.exponential(500, len(w.leads)).round(2) + 1, 0)
    return w.put("number", volume=amount), "volume"


@fault("L002 L003 L001", "leakage")
def a_date_that_winners_have(w, rng):
    date = pd.Timestamp("2025-03-01") + pd.to_timedelta(rng.integers(0, 300, len(w.leads)), "D")
    there = tell(w, rng, 0.05)
    return w.put("date", handover=pd.Series(date).where(there)), "handover"


@fault("L003", "leakage", flat=False)
def a_date_after_the_creation(w, rng):
    gone = pd.to_timedelta(rng.exponential(12, len(w.leads)) + 1, "D")
    return w.put("date", seen=w.leads["created_at"] + gone), "seen"


@fault("L001", "leakage")
def one_category_of_winners(w, rng):
    gold = w.won & (rng.random(len(w.leads)) < 0.4)
    return w.put("category", tier=np.where(gold, "gold", rng.choice(["a", "b", "c"], len(w.leads)))), "tier"


@fault("L001", "leakage")
def numbers_in_the_order_of_the_outcome(w, rng):
    place = np.argsort(np.argsort(w.won + 0.45 * rng.normal(size=len(w.leads))))
    return w.put("number", file=place + 1.0), "file"


def groups_of(w: World, rng: Rng, size: int) -> np.ndarray:
    return rng.integers(0, max(len(w.leads) // size, 8), len(w.leads))


def averages(w: World, group: np.ndarray, drawn: float) -> np.ndarray:
    known = ~np.isnan(w.y)
    ones = np.bincount(group[known], weights=w.y[known], minlength=group.max() + 1)
    rows = np.bincount(group[known], minlength=group.max() + 1)
    return ((ones + drawn * np.nanmean(w.y)) / (rows + drawn + 1e-9))[group]


@fault("L009 L001", "leakage")
def averages_of_the_outcome(w, rng):
    return w.put("number", affinity=averages(w, groups_of(w, rng, 30), 0.0)), "affinity"


@fault("L009 L001", "leakage")
def averages_drawn_to_the_base_rate(w, rng):
    return w.put("number", affinity=averages(w, groups_of(w, rng, 15), 10.0).round(4)), "affinity"


@fault("L009 L001", "leakage")
def averages_that_leave_the_row_out(w, rng):
    group, y = groups_of(w, rng, 25), np.nan_to_num(w.y)
    ones, rows = np.bincount(group, weights=y), np.bincount(group)
    w = w.put("category", team=np.array([f"team {k}" for k in group], dtype=object))
    return w.put("number", affinity=(ones[group] - y) / np.maximum(rows[group] - 1, 1)), "affinity"


@fault("L010", "leakage", flat=False)
def counts_to_the_end_of_the_history(w, rng):
    total = w.activities["lead_id"].value_counts().reindex(w.leads["lead_id"]).fillna(0).to_numpy()
    return w.put("number", touches=total + rng.poisson(2, len(total))), "touches"


@fault("L001 L007 L002", "leakage")
def the_owner_of_the_next_stage(w, rng):
    owners = [f"ae {k}" for k in range(4)], [f"sdr {k}" for k in range(5)]
    closer, opener = (rng.choice(each, len(w.leads)) for each in owners)
    return w.put("category", owner=np.where(tell(w, rng, 0.07), closer, opener)), "owner"


@fault("L007", "leakage")
def what_sales_wrote_down(w, rng):
    lost = rng.choice(["ringing", "not interested", "wrong number", "busy", "call back"], len(w.leads))
    won = rng.choice(["in touch", "call back", "meeting set"], len(w.leads))
    return w.put("category", labels=np.where(tell(w, rng, 0.2), won, lost)), "labels"


@fault("L004 L005", "leakage")
def a_state_at_export(w, rng):
    step = np.clip(np.round(1.1 * w.won + rng.normal(size=len(w.leads)) + 1.5), 0, 4).astype(int)
    return w.put("category", Current_Stage=np.array(list("abcde"))[step]), "Current Stage"


@fault("L004 L001", "leakage")
def notes_in_free_text(w, rng):
    won = rng.choice(["signed and happy", "agreed to the quote", "starts next month"], len(w.leads))
    lost = rng.choice(["went elsewhere", "no budget now", "asked to be left alone"], len(w.leads))
    text = np.where(tell(w, rng, 0.1), won, lost).astype(object)
    number = pd.Series(range(len(text))).astype(str).to_numpy(dtype=object)
    return w.put("text", sales_notes=text + " ref" + number), "sales notes"


@fault("L008", "leakage")
def a_companion_of_a_leak(w, rng):
    there = rng.random(len(w.leads)) < 0.4
    score = np.where(there, 1.3 * w.won + rng.normal(size=len(w.leads)), np.nan)
    other = np.where(there, rng.normal(size=len(w.leads)), np.nan)
    return w.put("number", Zed_activity_score=score, Zed_fit=other), "Zed fit"


# Twins


def twins(w: World, rng: Rng, share: float = 0.03) -> tuple[np.ndarray, np.ndarray]:
    """Draw later leads, and an earlier lead for each."""
    count = int(share * len(w.leads))
    later, earlier = (rng.choice(np.flatnonzero(side), count, False) for side in (w.later, ~w.later))
    return later, earlier


def rewritten(text: str, k: int) -> str:
    """Write an address or a name as another person would."""
    wide = text.translate({code: code + 0xFEE0 for code in range(ord("A"), ord("z") + 1) if code != 92})
    local, at, domain = text.partition("@")
    return (text.upper(), f"  {text} ", f"{local}+news{at}{domain}" if at else text.title(), wide)[k % 4]


@fault("R001", "repeats")
def an_address_in_another_spelling(w, rng):
    own = [f"p{k}@firm{k % 97}.co.jp" for k in rng.permutation(len(w.leads))]
    return planted_twins(w.put("email", contact=np.array(own, dtype=object)), rng, "contact")


def planted_twins(w, rng, name, form=rewritten):
    later, earlier = twins(w, rng)
    same = [form(each, k) for k, each in enumerate(w.leads[name].to_numpy()[earlier])]
    return w.changed(name, later, same), name


def personal(w: World, **columns) -> World:
    """Return the world with columns that no model sees."""
    from qualify.leads.build import build_tables
    from tests.training.planted import arrow

    specs = {name: ColumnSpec(type="text") for name in columns}
    tables, _ = build_tables(w.config.data, specs, arrow(w.leads.assign(**columns)))
    return replace(w, personal=tables.columns)


@fault("R001", "repeats")
def a_phone_number_written_otherwise(w, rng):
    numbers = rng.choice(90_000, len(w.leads), replace=False) * 997 + 10_000_000
    phone = np.array([f"090-{n // 10_000}-{n % 10_000:04d}" for n in numbers], dtype=object)
    later, earlier = twins(w, rng)
    phone[later] = ["+81 (0)" + each[1:].replace("-", " ") for each in phone[earlier]]
    return personal(w, mobile_phone=phone), "mobile_phone"


@fault("R001", "repeats")
def a_name_and_a_company(w, rng):
    name = names_of_people(len(w.leads)).copy()
    firm = np.array([f"Firm {k % 701} Inc." for k in rng.permutation(len(w.leads))], dtype=object)
    later, earlier = twins(w, rng)
    name[later] = [rewritten(each, k) for k, each in enumerate(name[earlier])]
    firm[later] = [each.upper().replace(" INC.", ", Inc") for each in firm[earlier]]
    return personal(w, full_name=name, company_name=firm), "full_name + company_name"


def copied(w: World, rng: Rng) -> tuple[World, np.ndarray]:
    """Give later leads all attributes of earlier ones; ids, dates and outcomes stay their own."""
    later, earlier = twins(w, rng)
    for name in w.specs:
        w = w.changed(name, later, w.leads[name].to_numpy()[earlier])
    return w, later


@fault("R002", "copies")
def the_same_row_with_another_id(w, rng):
    return copied(w, rng)[0], "leads"


@fault("R002", "copies")
def the_same_row_in_capitals(w, rng):
    w, later = copied(w, rng)
    name = w.column("category")
    same = [rewritten(v, k % 2) if isinstance(v, str) else v for k, v in enumerate(w.leads[name][later])]
    return w.changed(name, later, same), "leads"


@fault("R003", "copies")
def the_same_row_but_for_one_value(w, rng):
    minutes = rng.lognormal(2, 1, len(w.leads)).round(1)
    w, later = copied(w.put("number", minutes=minutes), rng)
    several = [n for n, s in w.specs.items() if s.type == "category" and w.leads[n].nunique() >= 4]
    name = min(several, key=lambda n: w.leads[n].nunique())
    words = w.leads[name].value_counts().index[:4].to_numpy(dtype=object)
    place = pd.Series(range(4), index=words).reindex(w.leads[name][later]).fillna(0).astype(int)
    return w.changed(name, later, words[(place.to_numpy() + 1) % 4]), name


# Placeholders


@fault("Q006", "placeholders")
def a_word_that_says_nothing(w, rng):
    name = w.column("category")
    return w.changed(name, rng.random(len(w.leads)) < 0.05, "Please select"), name


@fault("Q006", "placeholders")
def nines_far_from_all_numbers(w, rng):
    return w.put(
        "number", team=np.where(rng.random(len(w.leads)) < 0.05, 999, rng.poisson(9, len(w.leads)))
    ), "team"


@fault("Q006", "placeholders")
def nines_among_large_numbers(w, rng):
    size = rng.lognormal(8, 2, len(w.leads)).round()
    return w.put("number", staff=np.where(rng.random(len(w.leads)) < 0.02, 9999, size)), "staff"


@fault("Q006", "placeholders")
def the_first_day_of_a_computer(w, rng):
    date = pd.Series(pd.Timestamp("2001-05-01") + pd.to_timedelta(rng.integers(0, 7_000, len(w.leads)), "D"))
    odd = rng.random(len(w.leads)) < 0.03
    return w.put("date", founded=date.mask(odd, pd.Timestamp("1900-01-01"))), "founded"


@fault("Q007", "placeholders")
def test_records(w, rng):
    mail = np.array([f"p{k}@firm{k % 97}.co.jp" for k in range(len(w.leads))], dtype=object)
    mail[rng.random(len(w.leads)) < 0.01] = "Test@test.com"
    return w.put("email", contact=mail), "contact"


@fault("Q008", "joined", flat=False)
def activities_of_other_ids(w, rng):
    return replace(w, activities=w.activities.assign(lead_id="C-" + w.activities["lead_id"])), "activities"


@fault("Q008", "joined", flat=False)
def activities_of_nobody(w, rng):
    return replace(w, activities=w.activities.head(0)), "activities"


# Labels that were made


def entries(w: World) -> pd.DataFrame:
    return w.stages[w.stages["stage"] == "SQL"]


def at_entries(w: World, rng: Rng, share: float) -> pd.DataFrame:
    found = entries(w)
    return found[rng.random(len(found)) < share]


@fault("P001", "provenance", flat=False)
def an_activity_that_sets_the_stage(w, rng):
    chosen = at_entries(w, rng, 0.05)
    times = {"occurred_at": chosen["entered_at"], "recorded_at": chosen["recorded_at"]}
    more = pd.DataFrame({"lead_id": chosen["lead_id"], "type": "event_badge", **times}).assign(value=np.nan)
    return replace(w, activities=pd.concat([w.activities, more], ignore_index=True)), "SQL"


@fault("P003", "provenance", flat=False)
def a_campaign_that_sets_the_stage(w, rng):
    chosen = at_entries(w, rng, 0.3).index
    stages = w.stages.copy()
    day = pd.Timestamp("2026-03-02T09:30Z").as_unit("us")
    stages.loc[chosen, ["entered_at", "recorded_at"]] = day
    return replace(w, stages=stages), "SQL"


@fault("P002", "provenance", flat=False)
def rules_that_set_the_stage(w, rng):
    from tests.training.test_check import card_with_criteria

    acts = w.activities[w.activities["type"] == "pricing_view"].drop_duplicates("lead_id")
    made = pd.DataFrame({"lead_id": acts["lead_id"], "stage": "SQL", "entered_at": acts["recorded_at"],
                         "recorded_at": acts["recorded_at"], "reason": None})  # fmt: skip
    kept = made[rng.random(len(made)) < 0.5]
    card = card_with_criteria("SQL", "pricing_view")
    stages = pd.concat([w.stages, kept], ignore_index=True)
    return replace(w, stages=stages, scorecard=card), "SQL"


def labelled(w: World, rows: np.ndarray, positive: bool) -> World:
    """Return the world in which some leads have another outcome."""
    target = w.config.targets[0]
    if target.column is not None:
        other = next(v for v in w.leads[target.column].unique() if v != target.positive)
        return w.changed(target.column, rows, target.positive if positive else other)
    ids = w.leads["lead_id"][rows]
    stages = w.stages[~((w.stages["stage"] == target.stage) & w.stages["lead_id"].isin(ids))]
    if positive:
        at = (w.leads["created_at"][rows] + DAY).to_numpy()
        made = pd.DataFrame({"lead_id": ids, "stage": target.stage, "entered_at": at, "recorded_at": at})
        stages = pd.concat([stages, made.assign(reason=None)], ignore_index=True)
        for name in ("entered_at", "recorded_at"):
            stages[name] = pd.to_datetime(stages[name], utc=True)
    return replace(w, stages=stages)


@fault("P004", "imports")
def customers_imported_in_one_go(w, rng):
    start = int(0.4 * len(w.leads))
    return labelled(w, np.arange(start, start + 40), positive=True), w.config.targets[0].name


@fault("P004", "imports", flat=False)
def customers_created_in_one_minute(w, rng):
    chosen = np.sort(rng.choice(len(w.leads) // 2, 60, replace=False))
    w = w.changed("created_at", chosen, w.leads["created_at"][1000])
    w = replace(w, leads=w.leads.assign(created_at=pd.to_datetime(w.leads["created_at"], utc=True)))
    return labelled(w, chosen, positive=True), "sql"


# Machines and clocks


def people_only(w: World) -> World:
    """Return the world without the scanners that the simulation knows."""
    from training.checks.scanners import find_scans

    scans = find_scans(w.loaded.tables)
    acts, tables = w.loaded.tables.activities, w.loaded.tables
    kept = ~scans.scanned
    frame = pd.DataFrame({
        "lead_id": tables.lead_id[scans.of_lead], "type": np.array(acts.types, dtype=object)[acts.type],
        "occurred_at": pd.to_datetime(acts.occurred_at, unit="us", utc=True),
        "recorded_at": pd.to_datetime(acts.known_at, unit="us", utc=True), "value": acts.value,
    })[kept]  # fmt: skip
    return replace(w, activities=frame.assign(topic=None))


def scanned(w: World, rng: Rng, kind: str, seconds: np.ndarray, after: str) -> World:
    found = w.activities[w.activities["type"] == after]
    firms = w.leads["lead_id"][rng.random(len(w.leads)) < 0.04]
    mails = found[found["lead_id"].isin(firms)]
    parts = [
        mails.assign(type=kind, occurred_at=mails["occurred_at"] + pd.Timedelta(seconds=s)) for s in seconds
    ]
    more = pd.concat(parts).assign(recorded_at=lambda f: f["occurred_at"])
    return replace(w, activities=pd.concat([w.activities, more], ignore_index=True))


@fault("A001", "scanners", flat=False)
def clicks_seconds_after_the_mail(w, rng):
    return scanned(
        people_only(w), rng, "email_click", np.array([4.0, 6.0, 11.0]), "email_sent"
    ), "email_click"


@fault("A001", "scanners", flat=False)
def many_links_in_one_second(w, rng):
    times = 3600 + np.array([0.0, 0.2, 0.4, 0.9])
    return scanned(people_only(w), rng, "email_click", times, "email_sent"), "email_click"


@fault("A001", "scanners", flat=False)
def six_clicks_a_second_apart_long_after_the_mail(w, rng):
    times = 2 * 3600 + np.arange(6.0)
    return scanned(people_only(w), rng, "email_click", times, "email_sent"), "email_click"


@fault("T001", "recording", flat=False)
def activities_recorded_weeks_later(w, rng):
    acts = w.activities.copy()
    late = (acts["type"] == "webinar_attended") & (rng.random(len(acts)) < 0.3)
    acts.loc[late, "recorded_at"] += 25 * DAY
    return replace(w, activities=acts), "activities: webinar_attended"


@fault("T001", "recording", flat=False)
def stages_entered_in_hindsight(w, rng):
    stages = w.stages.copy()
    late = (stages["stage"] == "MQL") & (rng.random(len(stages)) < 0.4)
    stages.loc[late, "entered_at"] -= 20 * DAY
    return replace(w, stages=stages), "stages: MQL"


# Drift


@fault("S002", "shift")
def a_number_that_shifts(w, rng):
    return w.put("number", price=rng.normal(size=len(w.leads)) + 0.9 * w.later), "price"


@fault("S002", "shift")
def a_share_that_shifts(w, rng):
    paid = rng.random(len(w.leads)) < np.where(w.later, 0.55, 0.25)
    return w.put("category", channel=np.where(paid, "paid", "own")), "channel"


@fault("S003", "shift")
def a_category_that_is_new(w, rng):
    new = w.later & (rng.random(len(w.leads)) < 0.15)
    return w.put("category", plan=np.where(new, "flex", rng.choice(["s", "m"], len(w.leads)))), "plan"


@fault("S004", "shift")
def a_column_that_becomes_empty(w, rng):
    gone = w.later & (rng.random(len(w.leads)) < 0.4)
    return w.put("number", budget=np.where(gone, np.nan, rng.normal(size=len(w.leads)))), "budget"


@fault("S001", "shift")
def two_columns_that_part(w, rng):
    one = rng.normal(size=len(w.leads))
    other = np.where(w.later, -one, one) + 0.3 * rng.normal(size=len(w.leads))
    return w.put("number", north=one, south=other), "leads"


@fault("M003", "maturity")
def outcomes_that_become_rare(w, rng):
    rows = np.flatnonzero(w.later | (rng.random(len(w.leads)) < np.linspace(0, 1, len(w.leads))))
    return labelled(w, rows, positive=False), w.config.targets[0].name


@fault("M001", "maturity", flat=False)
def outcomes_that_are_too_young(w, rng):
    created = w.leads["created_at"]
    young = created + (pd.Timestamp("2026-06-20", tz="UTC") - created) * 0.8
    return replace(w, leads=w.leads.assign(created_at=young)), "sql"
