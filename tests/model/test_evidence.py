"""What became of past leads: groups, their sizes and rates, by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.features.fields import Field
from qualify.features.frame import FeatureFrame
from qualify.model.bundle import read_bundle, write_bundle
from qualify.model.evidence import BINS, FEWEST_LEADS, Evidence, Group, fit_evidence, one_row_a_lead
from tests.model.small import make_parts

SIZE = Field("column:size", "number", "size", "fit")
WORD = Field("column:word", "category", "word", "fit")
VIEWS = Field("activity:view", "activity", "view", "engagement")
TITLE = Field("column:title", "job_title", "title", "fit")
STAGE = Field("stage", "stage", "", "history")
CLOCK = Field("clock", "clock", "", "history")


def frame_of(**columns):
    """Numeric columns by `field__part`; texts become categories."""
    frame = FeatureFrame(len(next(iter(columns.values()))))
    for name, values in columns.items():
        about, part = name.split("__")
        about = about.replace("_", ":", 1)
        if isinstance(values[0], str | None):
            words = sorted({value for value in values if value is not None})
            codes = [-1 if value is None else words.index(value) for value in values]
            frame.category(name, about, part, np.array(codes, dtype=np.int32), words, words)
        else:
            frame.number(name, about, part, np.array(values, dtype=float))
    return frame


def fitted(field, frame, label):
    return fit_evidence([field], frame, np.arange(frame.rows), np.array(label, dtype=float))


def of_values(found, field, **values):
    (told,) = found.of(field, {name: np.array([value], dtype=None) for name, value in values.items()})
    return told


def test_categories_by_hand():
    words = ["ad"] * 40 + ["fair"] * 60 + ["rare"] * 29 + [None] * 31
    label = [1] * 10 + [0] * 30 + [1] * 45 + [0] * 15 + [1] * 29 + [0] * 31
    found = fitted(WORD, frame_of(column_word__value=words), label)
    assert found.everyone == Group(160, 84)
    assert of_values(found, WORD, value="ad") == Group(40, 10)
    assert of_values(found, WORD, value="ad").rate == 0.25
    assert of_values(found, WORD, value="fair") == Group(60, 45)
    # Too few, although all of them had the outcome.
    assert of_values(found, WORD, value="rare") is None
    assert of_values(found, WORD, value="never seen") is None
    assert of_values(found, WORD, value=None) == Group(31, 0)


def test_numbers_are_cut_and_missing_ones_are_a_group():
    sizes = [*range(320), *[np.nan] * 80]
    label = [int(size < 40) for size in range(320)] + [1] * 80
    found = fitted(SIZE, frame_of(column_size__value=sizes), label)
    groups = found.fields["column:size"]
    assert len(groups.edges) == BINS - 1
    assert of_values(found, SIZE, value=-5.0) == of_values(found, SIZE, value=39.0) == Group(40, 40)
    assert of_values(found, SIZE, value=1e9).positives == 0
    assert of_values(found, SIZE, value=np.nan) == Group(80, 80)


def test_activities_are_grouped_by_the_window_that_is_told():
    week = [1.0] * 40 + [0.0] * 80
    month = [3.0] * 40 + [4.0] * 40 + [0.0] * 40
    frame = frame_of(
        activity_view__count_7d=week, activity_view__count_30d=month,
        activity_view__count_all=[9.0] * 80 + [0.0] * 40
    )  # fmt: skip
    found = fitted(VIEWS, frame, [1] * 20 + [0] * 20 + [1] * 40 + [0] * 40)

    def told(week, month, total):
        return of_values(found, VIEWS, count_7d=week, count_30d=month, count_all=total)

    assert told(1.0, 1.0, 1.0) == told(1.0, 8.0, 99.0) == Group(40, 20)
    assert told(0.0, 3.0, 3.0) == told(0.0, 5.0, 5.0) == Group(40, 40)
    assert told(0.0, 0.0, 0.0) == Group(40, 0)
    assert told(2.0, 2.0, 2.0) is None
    assert told(0.0, 6.0, 6.0) is None


def test_stages_are_told_apart_by_how_long_ago_they_were_entered():
    frame = frame_of(stage__value=["MQL"] * 90, stage__days_since=[1.0] * 30 + [7.0] * 30 + [400.0] * 30)
    found = fitted(STAGE, frame, [1] * 30 + [0] * 60)
    assert of_values(found, STAGE, value="MQL", days_since=6.9) == Group(30, 30)
    assert of_values(found, STAGE, value="MQL", days_since=29.0) == Group(30, 0)
    assert of_values(found, STAGE, value="MQL", days_since=90.0) == Group(30, 0)
    assert of_values(found, STAGE, value="MQL", days_since=30.0) is None
    assert of_values(found, STAGE, value="SAL", days_since=1.0) is None


def test_titles_and_times_of_creation():
    frame = frame_of(column_title__rank=["head"] * 60, column_title__department=["it"] * 30 + [None] * 30)
    found = fitted(TITLE, frame, [1] * 30 + [0] * 30)
    assert of_values(found, TITLE, rank="head", department="it") == Group(30, 30)
    assert of_values(found, TITLE, rank="head", department=None) == Group(30, 0)
    frame = frame_of(
        clock__weekday=[6.0] * 30 + [0.0] * 30 + [np.nan] * 30, clock__hour=[9.0] * 60 + [np.nan] * 30
    )
    found = fitted(CLOCK, frame, [1] * 30 + [0] * 60)
    assert of_values(found, CLOCK, weekday=6.0, hour=6.0) == Group(30, 30)
    assert of_values(found, CLOCK, weekday=0.0, hour=11.0) == Group(30, 0)
    assert of_values(found, CLOCK, weekday=0.0, hour=12.0) is None
    assert of_values(found, CLOCK, weekday=5.0, hour=9.0) is None
    assert of_values(found, CLOCK, weekday=np.nan, hour=np.nan) == Group(30, 0)
    dates = frame_of(clock__weekday=[6.0] * 30 + [0.0] * 30, clock__hour=[np.nan] * 60)
    found = fitted(CLOCK, dates, [1] * 30 + [0] * 30)
    assert of_values(found, CLOCK, weekday=6.0, hour=np.nan) == Group(30, 30)


def test_a_field_of_one_group_tells_nothing():
    found = fitted(WORD, frame_of(column_word__value=["a"] * 50), [1] * 50)
    assert found.fields == {}
    assert of_values(found, WORD, value="a") is None


def test_one_row_a_lead_early_and_late_ones_alike():
    lead = np.repeat(np.arange(400), 5)
    usable = np.ones(len(lead), dtype=bool)
    usable[lead == 3] = False
    rows = one_row_a_lead(lead, usable)
    assert lead[rows].tolist() == [each for each in range(400) if each != 3]
    assert (np.bincount(rows % 5, minlength=5) > 40).all()
    assert one_row_a_lead(lead, np.zeros(len(lead), dtype=bool)).tolist() == []


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), min_size=1, max_size=300))
def test_no_small_group_and_no_lead_twice(leads):
    found = fitted(WORD, frame_of(column_word__value=[word for word, _ in leads]), [hit for _, hit in leads])
    groups = found.fields[WORD.name].groups.values() if WORD.name in found.fields else ()
    assert all(group.leads >= FEWEST_LEADS and 0 <= group.positives <= group.leads for group in groups)
    assert sum(group.leads for group in groups) <= found.everyone.leads == len(leads)


def test_a_bundle_keeps_it_and_may_lack_it(tmp_path):
    parts = make_parts()
    assert parts.evidence is None
    write_bundle(parts, tmp_path / "without")
    assert read_bundle(tmp_path / "without")[0].evidence is None
    found = Evidence(Group(100, 20), {})
    counted = fitted(WORD, frame_of(column_word__value=["a"] * 30 + ["b"] * 40), [1] * 70)
    found = dataclasses.replace(found, fields=counted.fields)
    write_bundle(dataclasses.replace(parts, evidence=found), tmp_path / "with")
    assert read_bundle(tmp_path / "with")[0].evidence == found
    assert pytest.approx(0.2) == found.everyone.rate
