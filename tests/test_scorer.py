"""The one path from tables to scores: nothing from the future, exact sums, the same bits in any company."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from qualify import Scorer
from qualify.errors import DataError, UserError
from qualify.explain.reasons import SMALLEST
from qualify.features.topics import topic_positions
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME
from qualify.model.parts import BANDS
from qualify.moments import micros
from tests.world import AS_OF

CUT = pd.Timestamp(AS_OF)
EXACT = ("probability", "probability_low", "probability_high", "p_sql", "p_win", "score", "band", "fit",
         "engagement", "rule_points", "rule_band", "recommended_stage", "disagreement", "reasons",
         "base_value", "other_contribution")  # fmt: skip
COLUMNS = ("lead_id", "as_of", "rank", *EXACT, "model_version", "scorecard_version")


@pytest.fixture(scope="module")
def scored(world):
    """Every lead that existed at the moment, scored as of it."""
    tables = world.tables
    table, rejects = world.scorer.score_tables(tables, world.scorer.moments(tables, micros(CUT)))
    return table, rejects


@pytest.fixture(scope="module")
def explained(world):
    """The same rows, by position, with everything they were made from."""
    rows = np.flatnonzero(world.tables.created_at <= micros(CUT))
    return rows, world.scorer.explain_rows(world.tables, rows, np.full(len(rows), micros(CUT)))


def in_order(table: pa.Table) -> pa.Table:
    return table.take(pc.sort_indices(table["lead_id"]))


def known(table: pa.Table, time: str) -> pa.Table:
    """The rows of which the CRM had heard by the cut."""
    moment = pa.scalar(CUT.to_pydatetime())
    heard = pc.and_(pc.less_equal(table[time], moment), pc.less_equal(table["recorded_at"], moment))
    return table.filter(heard)


def test_the_columns_of_the_contract_are_there_in_order(scored):
    assert tuple(scored[0].column_names) == COLUMNS


def test_what_happens_later_changes_no_score(world, scored):
    # The whole export holds the future of April 2026; the other one was made at that moment.
    then = {
        "leads": world.arrow["leads"],
        "activities": known(world.arrow["activities"], "occurred_at"),
        "stages": known(world.arrow["stages"], "entered_at"),
    }
    assert then["activities"].num_rows < 0.95 * world.arrow["activities"].num_rows
    assert then["stages"].num_rows < 0.95 * world.arrow["stages"].num_rows
    tables = world.built(then)
    table, _ = world.scorer.score_tables(tables, world.scorer.moments(tables, micros(CUT)))
    assert table.equals(scored[0])


def test_what_was_known_does_change_scores(world, scored):
    none = {**world.arrow, "activities": world.arrow["activities"].slice(0, 0)}
    tables = world.built({**none, "activities": None})
    table, _ = world.scorer.score_tables(tables, world.scorer.moments(tables, micros(CUT)))
    before, after = (in_order(each)["probability"].to_numpy() for each in (scored[0], table))
    assert (before != after).mean() > 0.5


def test_a_lead_that_did_not_exist_yet_is_rejected_by_name(world, scored):
    table, rejects = scored
    born = pc.less_equal(world.arrow["leads"]["created_at"], pa.scalar(CUT.to_pydatetime()))
    later = set(world.arrow["leads"].filter(pc.invert(born))["lead_id"].to_pylist())
    assert later
    assert set(rejects.frame["lead_id"]) == later
    assert set(rejects.frame["code"]) == {"not_yet_created"}
    assert rejects.frame["message"].str.startswith("created 2026-").all()
    assert table.num_rows + len(rejects) == len(world.tables)


def test_base_and_contributions_are_the_uncalibrated_log_odds(explained):
    _, made = explained
    total = made.base + made.contributions.sum(axis=1)
    np.testing.assert_allclose(total, made.prediction.log_odds, rtol=0, atol=1e-6)


def test_contributions_are_those_of_lightgbm_and_of_the_points(world, explained):
    """The trees' part against LightGBM's own `pred_contrib`, the linear part against the bins' points."""
    _, made = explained
    model, names = world.scorer.parts.targets[0], [field.name for field in world.scorer.fields]
    design, bins = model.encoders.design(made.frame), model.encoders.bins(made.frame)
    phi = np.mean([b.predict(design, pred_contrib=True) for b in model.trees.boosters], axis=0)
    expected = np.zeros_like(made.contributions)
    for j, field in enumerate(model.encoders.design_fields):
        expected[:, names.index(field)] += model.blend.trees * phi[:, j]
    for j, points in zip(model.linear.features, model.linear.points, strict=True):
        column = names.index(model.encoders.bin_fields[j])
        expected[:, column] += model.blend.linear * np.asarray(points)[bins[:, j]]
    np.testing.assert_allclose(made.contributions, expected, rtol=0, atol=1e-9)
    base = model.blend.intercept + model.blend.linear * model.linear.intercept
    assert made.base == pytest.approx(base + model.blend.trees * phi[0, -1], abs=1e-9)


def test_listed_reasons_and_the_rest_make_up_the_whole(world, scored, explained):
    rows, made = explained
    told = scored[0].to_pandas().set_index("lead_id").loc[world.tables.lead_id[rows].tolist()]
    listed = told["reasons"].map(lambda reasons: sum(reason["contribution"] for reason in reasons))
    total = listed + told["other_contribution"] + told["base_value"]
    np.testing.assert_allclose(total, made.prediction.log_odds, rtol=0, atol=1e-6)


def test_reasons_come_strongest_first_and_any_number_of_them_sums_alike(world, scored):
    moments = world.scorer.moments(world.tables, micros(CUT))
    sums = []
    for count in (0, 1, 50):
        table, _ = world.scorer.score_tables(world.tables, moments, reasons=count)
        told = table.to_pandas()
        sizes = told["reasons"].map(lambda reasons: [abs(r["contribution"]) for r in reasons])
        assert sizes.map(len).max() <= count
        assert sizes.map(lambda each: each == sorted(each, reverse=True)).all()
        sums.append(told["other_contribution"] + told["reasons"].map(_sum))
        assert told["probability"].equals(scored[0].to_pandas()["probability"])
    np.testing.assert_allclose(sums[0], sums[1], rtol=0, atol=1e-9)
    np.testing.assert_allclose(sums[0], sums[2], rtol=0, atol=1e-9)


def _sum(reasons):
    return sum(reason["contribution"] for reason in reasons)


def test_fit_engagement_and_history_make_up_the_contributions(world, scored, explained):
    rows, made = explained
    told = scored[0].to_pandas().set_index("lead_id").loc[world.tables.lead_id[rows].tolist()]
    history = [field.group == "history" for field in world.scorer.fields]
    assert any(history)
    parts = told["fit"] + told["engagement"] + made.contributions[:, history].sum(axis=1)
    np.testing.assert_allclose(parts, made.contributions.sum(axis=1), rtol=0, atol=1e-9)


def test_probability_rises_with_the_log_odds(explained):
    _, made = explained
    order = np.argsort(made.prediction.log_odds, kind="stable")
    assert (np.diff(made.prediction.probability[order]) >= 0).all()
    assert np.unique(made.prediction.probability).size > 0.5 * len(order)


def test_interval_rank_score_and_band_agree(world, scored):
    told = scored[0].to_pandas()
    assert (told["probability_low"] <= told["probability"]).all()
    assert (told["probability"] <= told["probability_high"]).all()
    assert told[["probability_low", "probability_high"]].gt(0).all().all()
    assert told[["probability_low", "probability_high"]].lt(1).all().all()
    assert told["rank"].tolist() == list(range(1, len(told) + 1))
    assert told["probability"].is_monotonic_decreasing
    assert told["score"].is_monotonic_decreasing
    assert told["score"].between(1, 100).all()
    places = told["band"].map(BANDS.index)
    assert places.is_monotonic_increasing
    cuts = world.scorer.parts.bands.cuts
    assert (told["band"] == "A").equals(told["probability"] >= cuts[0])
    assert (told["band"] == "D").equals(told["probability"] < cuts[2])
    assert (told["probability"] == told["p_sql"]).all()


def test_ties_are_ordered_by_id(world):
    # The same lead under three names.
    leads = world.arrow["leads"].slice(0, 1)
    twins = pa.concat_tables([leads.set_column(0, "lead_id", pa.array([name])) for name in ("b", "c", "a")])
    tables = world.built({"leads": twins, "activities": None, "stages": None})
    table, _ = world.scorer.score_tables(tables, world.scorer.moments(tables, micros(CUT)))
    assert table["lead_id"].to_pylist() == ["a", "b", "c"]
    assert len(set(table["probability"].to_pylist())) == 1


def test_a_lead_gets_the_same_bits_alone_as_in_the_batch(world, scored):
    batch = scored[0].to_pylist()
    chosen = [batch[0], batch[-1], *batch[5::97]]
    for row in chosen:
        alone = world.built(
            {
                name: table.filter(pc.equal(table["lead_id"], row["lead_id"]))
                for name, table in world.arrow.items()
            }
        )
        table, _ = world.scorer.score_tables(alone, world.scorer.moments(alone, micros(CUT)))
        (found,) = table.to_pylist()
        assert {**found, "rank": row["rank"]} == row


def test_the_order_of_the_tables_has_no_effect(world, scored):
    rng = np.random.default_rng(3)
    mixed = {name: table.take(rng.permutation(table.num_rows)) for name, table in world.arrow.items()}
    tables = world.built(mixed)
    table, _ = world.scorer.score_tables(tables, world.scorer.moments(tables, micros(CUT)))
    assert table.equals(scored[0])


def test_chunks_do_not_show(world, scored, monkeypatch):
    monkeypatch.setattr("qualify.scorer.ROWS_A_CHUNK", 100)
    monkeypatch.setattr("qualify.decide.score_list.ROWS_A_PIECE", 70)
    table, _ = world.scorer.score_tables(world.tables, world.scorer.moments(world.tables, micros(CUT)))
    assert table.to_pylist() == scored[0].to_pylist()


def test_frames_in_and_a_frame_out(world, scored):
    frames = {name: table.to_pandas() for name, table in world.arrow.items()}
    found = world.scorer.score(frames["leads"], frames["activities"], frames["stages"], as_of=AS_OF)
    expected = scored[0].to_pandas()
    assert tuple(found.columns) == COLUMNS
    assert found["lead_id"].tolist() == expected["lead_id"].tolist()
    assert found["probability"].tolist() == expected["probability"].tolist()
    assert {reject["code"] for reject in found.attrs["rejects"]} == {"not_yet_created"}


def test_frames_as_of_a_while_after_creation(world):
    frames = {name: table.to_pandas() for name, table in world.arrow.items()}
    found = world.scorer.score(frames["leads"].head(20), frames["activities"], frames["stages"], "created+1d")
    created = frames["leads"].set_index("lead_id")["created_at"]
    late = found["as_of"] - found["lead_id"].map(created)
    assert (late == pd.Timedelta(days=1)).all()


def test_a_time_that_cannot_be_read_is_the_users_fault(world):
    with pytest.raises(UserError, match=r"cannot be read(.|\n)*soonish"):
        world.scorer.score(world.arrow["leads"].to_pandas().head(3), as_of="soonish")


def test_reasons_in_japanese_have_the_same_numbers(world, scored):
    moments = world.scorer.moments(world.tables, micros(CUT))
    table, _ = world.scorer.score_tables(world.tables, moments, language="ja")
    one, other = scored[0].drop(["reasons"]).to_pylist(), table.drop(["reasons"]).to_pylist()
    assert one == other
    english, japanese = (each["reasons"].to_pylist()[0][0] for each in (scored[0], table))
    assert english["contribution"] == japanese["contribution"]
    assert english["text"] != japanese["text"]
    assert any("\u3040" <= letter <= "\u9fff" for letter in japanese["text"])


def test_no_text_names_anything_internal(scored):
    texts = json.dumps(scored[0]["reasons"].to_pylist(), ensure_ascii=False)
    for reasons in scored[0]["reasons"].to_pylist():
        for reason in reasons:
            assert reason["text"]
            assert ":" not in reason["label"]
            assert "nan" not in reason["text"].lower().split()
    assert "_30d" not in texts


def test_no_lead_gives_an_empty_list(world):
    tables = world.tables
    table, rejects = world.scorer.score_tables(
        tables, np.full(len(tables), micros(pd.Timestamp("2020-01-01")))
    )
    assert tuple(table.column_names) == COLUMNS
    assert table.num_rows == 0
    assert len(rejects) == len(tables)


def test_moments_default_to_now_and_follow_creation(world):
    tables, scorer = world.tables, world.scorer
    now = micros(pd.Timestamp.now(tz="UTC"))
    assert np.abs(scorer.moments(tables, None) - now).max() < 60e6
    after = scorer.moments(tables, None, after_creation=MICROSECONDS_A_DAY)
    assert (after - tables.created_at == MICROSECONDS_A_DAY).all()


def test_without_a_creation_date_there_is_no_while_after_it(world):
    tables = world.built({name: table.slice(0, 3) for name, table in world.arrow.items()})
    tables.created_at[1] = NO_TIME
    table, rejects = world.scorer.score_tables(tables, world.scorer.moments(tables, None, after_creation=0))
    assert table.num_rows == 2
    assert rejects.frame[["lead_id", "code"]].to_numpy().tolist() == [[tables.lead_id[1], "no_creation_date"]]


def test_a_missing_column_is_named(world):
    with pytest.raises(DataError, match="industry"):
        world.scorer.score(world.arrow["leads"].drop(["industry"]).to_pandas(), as_of=AS_OF)


def test_a_bundle_is_loaded_from_a_path(world):
    assert Scorer.load(str(world.bundle)).version == world.scorer.version


def test_no_reason_is_smaller_than_its_own_noise(world, explained):
    told = explained[1]
    reasons = world.scorer.reasons_of(told, 50, "en")
    listed = reasons.field >= 0
    row, place = np.nonzero(listed)
    topics = topic_positions(world.scorer.fields)
    noise = told.noise[row, topics[reasons.field[row, place]]]
    assert (np.abs(reasons.contribution[row, place]) >= noise).all()
    # The filter has something to do, and what it drops is still in the sum.
    assert listed.sum() < (np.abs(told.contributions) >= SMALLEST).sum()
    total = reasons.contribution.sum(axis=1) + reasons.other
    np.testing.assert_allclose(total, told.contributions.sum(axis=1), atol=1e-9)


def test_one_topic_is_told_once(world, explained):
    """A rule and the activity under it, or registering and attending, never argue with each other."""
    fields = world.scorer.fields
    shared = [field for field in fields if field.topic]
    assert {"activity:email_open", "rule:high_open_rate"} <= {field.name for field in shared}
    topics = topic_positions(fields)
    for told in topics[world.scorer.reasons_of(explained[1], 50, "en").field.clip(min=0)]:
        once = told[told > 0]
        assert len(np.unique(once)) == len(once)
