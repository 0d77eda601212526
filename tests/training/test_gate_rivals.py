"""Champion and challenger brought together: on which leads, with which notes, and by which segments."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from qualify.config import ColumnSpec, Target
from qualify.leads.tables import Column
from qualify.scorer import Scorer
from tests.world import World
from training.contest import _enough, _renewed, make_contest
from training.data import Loaded, load_tables
from training.parity import measure_parity
from training.rivals import MOST_SEGMENTS, Rival, champion_probability, drafted_from, segments_of, why_not

DAY = 86_400_000_000


@pytest.fixture(scope="module")
def loaded(world: World) -> Loaded:
    return load_tables(world.config, world.folder)


def ended(world: World, ends: str, **changed: object) -> Rival:
    """The world's model as the champion, its training window ending then."""
    parts = world.scorer.parts
    window = replace(parts.window, ends=ends)
    return Rival("7", Scorer(replace(parts, window=window, **changed), "7"))


def trained(loaded: Loaded) -> SimpleNamespace:
    """A challenger judged on every other lead, a week after each was created; a third of them win."""
    lead = np.arange(len(loaded.tables))
    chosen = np.arange(0, len(lead), 2)
    rng = np.random.default_rng(0)
    judged = SimpleNamespace(
        label=(np.arange(len(chosen)) % 3 == 0).astype(float), weight=rng.uniform(0.5, 2, len(chosen)),
        lead=lead[chosen], chosen=chosen,
        probabilities={name: rng.uniform(0.2, 0.4, len(chosen)) for name in ("model", "rules")},
    )  # fmt: skip
    data = SimpleNamespace(loaded=loaded, lead=lead, as_of=loaded.tables.created_at[lead] + 7 * DAY)
    return SimpleNamespace(judged=(judged,), data=data, parts=SimpleNamespace(seed=3))


def halfway(loaded: Loaded) -> str:
    return str(np.datetime64(int(np.median(loaded.tables.created_at)), "us"))


def test_both_are_judged_on_leads_that_are_new_to_the_champion(world: World, loaded: Loaded) -> None:
    made, rival = trained(loaded), ended(world, halfway(loaded))
    ring = make_contest(made, world.bundle, rival)
    judged, contest = made.judged[0], ring.contest
    new = loaded.tables.created_at[judged.lead] > np.median(loaded.tables.created_at)
    assert 0 < new.sum() < len(new)
    lead, as_of = judged.lead[new], made.data.as_of[judged.chosen][new]
    assert (contest.lead.tolist(), contest.time.tolist()) == (lead.tolist(), as_of.tolist())
    assert contest.label.tolist() == judged.label[new].tolist()
    assert contest.weight.tolist() == judged.weight[new].tolist()
    assert {"challenger", "rules", "champion"} <= set(contest.probabilities)
    assert contest.probabilities["challenger"].tolist() == judged.probabilities["model"][new].tolist()
    expected = champion_probability(rival.scorer, loaded.tables, lead, as_of)
    assert contest.probabilities["champion"] == pytest.approx(expected, abs=1e-12)
    assert {len(p) for p in contest.probabilities.values()} == {int(new.sum())}
    assert {len(rows) for rows in contest.segments.values()} == {int(new.sum())}
    assert not contest.flattered
    assert ring.champion == "7"
    assert ring.notes == (f"judged on {int(new.sum())} leads that are new to version 7 too",)
    assert contest.capacity_share == world.config.capacity.share
    every = judged.lead, made.data.as_of[judged.chosen]
    assert contest.parity == measure_parity(world.scorer, loaded.tables, *every, seed=3) <= 1e-9
    assert contest.behaviour is not None
    assert max(contest.behaviour.moved.values()) <= 1e-9
    assert not contest.drafted


def test_where_too_few_are_new_all_judge_and_that_is_told(world: World, loaded: Loaded) -> None:
    made, late = trained(loaded), int(np.sort(loaded.tables.created_at)[-9])
    ring = make_contest(made, world.bundle, ended(world, str(np.datetime64(late, "us"))))
    new = int((loaded.tables.created_at[made.judged[0].lead] > late).sum())
    assert ring.contest.flattered
    assert len(ring.contest.label) == len(made.judged[0].label)
    assert "recalibrated" not in ring.contest.probabilities
    assert ring.notes[0].startswith(f"only {new} judged leads are new to version 7, so it is judged on")


def test_a_further_value_of_the_label_is_no_other_outcome(world: World) -> None:
    def compared(own: Target, target: Target) -> str | None:
        columns = world.scorer.parts.schema.columns
        config = SimpleNamespace(targets=(target,), columns=columns)
        loaded = SimpleNamespace(config=config, tables=SimpleNamespace(columns=columns))
        schema = replace(world.scorer.parts.schema, targets=(own,))
        return why_not(Scorer(replace(world.scorer.parts, schema=schema), "7"), "7", loaded)

    own = Target(name="won", column="y", positive="Won", negative=("Lost",), open=("Open",))
    more = own.model_copy(update={"negative": ("lost", "Gone"), "positive": "WON"})
    turned = own.model_copy(update={"negative": ("Lost", "Open"), "open": None})
    other = own.model_copy(update={"positive": "Signed"})
    assert compared(own, more) is None
    for each in (turned, other):
        assert "predicts another outcome" in str(compared(own, each))


def test_a_champion_of_another_outcome_takes_no_part(world: World, loaded: Loaded) -> None:
    schema = world.scorer.parts.schema
    other = replace(
        schema, targets=(schema.targets[0].model_copy(update={"within_days": 9}), *schema.targets[1:])
    )
    made, rival = trained(loaded), ended(world, halfway(loaded), schema=other)
    ring = make_contest(made, world.bundle, rival)
    assert set(ring.contest.probabilities) == {"challenger", "rules"}
    assert ring.notes == ("version 7 predicts another outcome, so it cannot be compared",)
    assert len(ring.contest.label) == len(made.judged[0].label)
    assert not ring.contest.flattered


def test_why_a_champion_cannot_be_compared(world: World, loaded: Loaded) -> None:
    scorer = world.scorer
    assert why_not(scorer, "7", loaded) is None
    needed = sorted(scorer.parts.schema.columns)
    without = {name: each for name, each in loaded.tables.columns.items() if name not in needed[:2]}
    fewer = replace(loaded, tables=replace(loaded.tables, columns=without))
    found = why_not(scorer, "7", fewer)
    assert found is not None
    assert found.startswith("version 7 needs columns that are no longer used: ")
    assert set(found.split(": ")[1].split(", ")) == set(needed[:2])


def test_another_calibration_is_learned_from_what_was_known_by_then(world: World, loaded: Loaded) -> None:
    """A champion whose log-odds are 2 too high is brought down, where there is evidence."""
    parts = world.scorer.parts
    model = parts.targets[0]
    high = replace(model.calibration, intercept=model.calibration.intercept + 2.0)
    early = str(np.datetime64(int(np.quantile(loaded.tables.created_at, 0.1)), "us"))
    rival = ended(world, early, targets=(replace(model, calibration=high), *parts.targets[1:]))
    lead = np.arange(len(loaded.tables))
    as_of = loaded.tables.created_at + 7 * DAY
    renewed = _renewed(rival, loaded, lead, as_of, int(as_of.max()))
    assert renewed is not None
    assert renewed.mean() < champion_probability(rival.scorer, loaded.tables, lead, as_of).mean() - 0.1
    assert _renewed(rival, loaded, lead, as_of, int(as_of.min())) is None


def test_a_lead_that_won_in_any_row_is_a_winner() -> None:
    """Eighty leads of two rows each; half of them won in the first, and nobody in the second."""
    label = np.concatenate([np.repeat([1.0, 0.0], 40), np.zeros(80)])
    judged = SimpleNamespace(label=label, lead=np.tile(np.arange(80), 2))
    assert _enough(judged, np.ones(160, dtype=bool))
    assert not _enough(judged, np.arange(160) >= 80)


def test_segments_are_columns_of_a_few_categories(loaded: Loaded) -> None:
    def categories(count: int) -> Column:
        codes = np.arange(len(loaded.tables), dtype=np.int32) % (count + 1) - 1
        return Column("category", codes, tuple(f"v{i}" for i in range(count)))

    numbers = Column("number", np.zeros(len(loaded.tables)))
    columns = {"one": categories(1), "two": categories(2), "most": categories(MOST_SEGMENTS),
               "many": categories(MOST_SEGMENTS + 1), "text": categories(3), "number": numbers}  # fmt: skip
    kinds = dict.fromkeys(columns, "category") | {"text": "text", "number": "number"}
    used = {name: ColumnSpec(type=kind) for name, kind in kinds.items()}
    made = replace(loaded, tables=replace(loaded.tables, columns=columns), used=used)
    found = segments_of(made, np.array([3, 1, 0]))
    assert list(found) == ["two", "most"]
    assert found["two"].tolist() == [None, "v0", None]
    assert found["most"].tolist() == ["v2", "v0", None]


def drafted(loaded: Loaded, before: str | None, **changed: object) -> Loaded:
    card = loaded.scorecard.model_copy(update={"drafted_before": before})
    return replace(loaded, scorecard=card, tables=replace(loaded.tables, **changed))


def test_rules_are_flattered_by_the_leads_that_they_were_drafted_from(loaded: Loaded) -> None:
    created = loaded.tables.created_at
    late = np.flatnonzero(created > np.median(created))
    early = np.flatnonzero(created <= np.median(created))
    day = str(np.datetime64(int(np.median(created)), "us").astype("datetime64[D]"))
    assert not drafted_from(drafted(loaded, None), early)
    assert drafted_from(drafted(loaded, day), early)
    assert not drafted_from(drafted(loaded, day), late)
    assert drafted_from(drafted(loaded, "last spring"), late)


def test_of_an_undated_table_the_order_tells_what_was_drafted_from(loaded: Loaded) -> None:
    order = np.arange(len(loaded.tables), dtype=np.float64)
    made = drafted(loaded, "40 in the order of the table", order=order)
    assert drafted_from(made, np.arange(30, 60))
    assert not drafted_from(made, np.arange(40, 60))


def test_a_champion_that_reads_a_column_as_another_type_is_not_compared(world: World) -> None:
    columns = dict(world.scorer.parts.schema.columns)
    name = next(each for each, spec in columns.items() if spec.type == "number")
    columns[name] = columns[name].model_copy(update={"type": "category"})
    schema = replace(world.scorer.parts.schema, columns=columns)
    scorer = Scorer(replace(world.scorer.parts, schema=schema), "7")
    config = SimpleNamespace(targets=schema.targets, columns=world.scorer.parts.schema.columns)
    loaded = SimpleNamespace(config=config, tables=world.tables)
    assert why_not(scorer, "7", loaded) == (
        f"version 7 reads columns as another type: {name} (category, now number)"
    )
    assert why_not(world.scorer, "7", loaded) is None
