"""Cuts from capacity and from value: worked numbers, laws of the choices, and the command."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from qualify.config import load_config
from qualify.errors import UserError
from qualify.model.parts import Bands, reference_of
from qualify.scorer import Scorer
from tests.world import call
from training.cut_choices import Leads, Wish, yaml_lines
from training.cuts import decide_cuts
from training.cuts_words import lines_of
from training.plots.canvas import png
from training.plots.cuts import plot_cuts

SHARES = (0.1, 0.3, 0.6)


def ten_leads(**changes: Any) -> Leads:
    """Ten leads in two weeks, from 95 % down to 5 %; the best four are hits."""
    p = np.arange(95, 0, -10) / 100
    label = np.array([1.0] * 4 + [0.0] * 6)
    found = Leads(p, p, label, np.ones(10), np.arange(100.0, 0.0, -10.0), 2.0, learned=False)
    return replace(found, **changes)


def scorer_of(leads: Leads) -> Scorer:
    reference = reference_of(leads.probability[::-1], np.ones(len(leads)), leads.label[::-1])
    parts = SimpleNamespace(reference=reference, bands=Bands((0.95, 0.75, 0.45)))
    return cast("Scorer", SimpleNamespace(parts=parts))


def decided(wish: Wish, leads: Leads | None = None) -> Any:
    leads = ten_leads() if leads is None else leads
    return decide_cuts(leads, scorer_of(leads), wish, SHARES)


def test_a_capacity_is_met_by_leads_a_week() -> None:
    """Two leads a week for two weeks are the best four of ten."""
    found = decided(Wish(capacity=2))
    chosen = found.choices[found.chosen]
    assert (chosen.threshold, chosen.share, chosen.worked) == (0.65, 0.4, 2.0)
    assert (chosen.found.value, chosen.rate.value, chosen.recall.value) == (2.0, 1.0, 1.0)
    assert chosen.wins.value == pytest.approx((0.95 + 0.85 + 0.75 + 0.65) / 2)
    assert found.share == 0.4
    assert yaml_lines(found)["share"] == "0.4"


def test_a_value_and_a_cost_cut_where_a_lead_stops_paying() -> None:
    """A win of 100 and a cost of 30: leads pay from 30 % on, so the cut is at 35 %."""
    found = decided(Wish(value=100, cost=30))
    chosen = found.choices[found.chosen]
    assert (chosen.threshold, chosen.worked) == (0.35, 3.5)
    expected = (100 * (0.95 + 0.85 + 0.75 + 0.65 + 0.55 + 0.45 + 0.35) - 30 * 7) / 2
    assert chosen.net is not None
    assert chosen.net.value == pytest.approx(expected)
    assert all(each.net.value <= chosen.net.value + 1e-9 for each in found.choices if each.by == "model")


def test_outcomes_play_no_part_in_choosing() -> None:
    turned = ten_leads(label=1 - ten_leads().label)
    for wish in (Wish(capacity=2), Wish(value=100, cost=30)):
        one, two = decided(wish), decided(wish, turned)
        assert one.choices[one.chosen].threshold == two.choices[two.chosen].threshold


def test_more_leads_worked_never_find_less() -> None:
    found = decided(Wish())
    for by in ("model", "rules"):
        worked = [each for each in found.choices if each.by == by]
        assert [each.worked for each in worked] == sorted(each.worked for each in worked)
        assert [each.found.value for each in worked] == sorted(each.found.value for each in worked)
    assert found.chosen is None
    assert yaml_lines(found) == {}


def test_the_bands_below_share_the_rest_as_before() -> None:
    found = decided(Wish(capacity=2))
    a, b, c = found.band_shares
    assert a == pytest.approx(0.4, abs=0.06)
    assert (b - a) / (1 - a) == pytest.approx((0.3 - 0.1) / 0.9, abs=2e-3)
    assert (c - a) / (1 - a) == pytest.approx((0.6 - 0.1) / 0.9, abs=2e-3)


def test_a_hundred_points_are_a_choice_of_the_rules() -> None:
    hundred = [each for each in decided(Wish()).choices if each.by == "rules" and each.threshold == 100]
    assert [each.worked for each in hundred] == [0.5]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"capacity": 0.0}, "positive numbers"),
        ({"value": 3.0}, "a value goes with a cost"),
        ({"capacity": 2.0, "value": 3.0, "cost": 1.0}, "the cut follows one wish"),
    ],
)
def test_a_wish_that_is_none_is_told(wish: dict[str, float], said: str) -> None:
    with pytest.raises(UserError, match=said):
        Wish(**wish)


def test_leads_a_week_need_dates() -> None:
    with pytest.raises(UserError, match="without creation dates"):
        decided(Wish(capacity=2), ten_leads(weeks=None))


def test_where_nothing_pays_it_is_said() -> None:
    with pytest.raises(UserError, match="no cut pays"):
        decided(Wish(value=10, cost=20))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_words_and_picture_in_both_languages(language: str) -> None:
    found = decided(Wish(value=100, cost=30))
    text = "\n".join(lines_of(found, language))
    assert "band_shares: [" in text
    assert png(plot_cuts(found, language=language)).startswith(b"\x89PNG")


def test_the_command_prints_one_object_draws_and_changes_nothing(world, tmp_path) -> None:
    before = (world.folder / "qualify.yaml").read_bytes()
    called = world.call("cuts", "--capacity", 4, "--json", "--png", tmp_path / "cuts.png")
    assert called.code == 0, called.err
    told = called.json
    chosen = told["choices"][told["chosen"]]
    assert chosen["worked"] == pytest.approx(4, abs=0.3)
    assert chosen["found"]["low"] <= chosen["found"]["value"] <= chosen["found"]["high"]
    assert told["learned_from"] is True
    assert (tmp_path / "cuts.png").read_bytes().startswith(b"\x89PNG")
    assert (world.folder / "qualify.yaml").read_bytes() == before
    text = before.decode().split("\ncapacity:")[0]
    share, bands = told["capacity"]["share"], told["capacity"]["band_shares"]
    text += f"\ncapacity: {{share: {share}, band_shares: {bands}}}\n"
    (tmp_path / "qualify.yaml").write_text(text, encoding="utf-8")
    assert load_config(tmp_path / "qualify.yaml").capacity.share == told["capacity"]["share"]


def test_without_a_model_it_is_told(tmp_path) -> None:
    (tmp_path / "qualify.yaml").write_text(
        'version: 1\ndata: {leads: leads.csv}\ntargets: [{name: won, column: won, positive: "1"}]\n'
    )
    called = call("cuts", folder=tmp_path)
    assert called.code in (2, 3)
    assert "there is no model registry yet" in called.err
