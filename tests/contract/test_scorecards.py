"""Laws of every valid scorecard: finite points within their caps, for a lead alone as among others."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qualify.rules import Scorecard, evaluate
from tests.contract.scorecards import TYPES, scorecards
from tests.rules.build import NOW, act, column, dates, score, tables

_DAYS = st.integers(0, 480).map(lambda quarter: quarter / 4)
ACTIVITY = st.builds(
    act, st.sampled_from(TYPES[:-1]), _DAYS, st.sampled_from([None, "/pricing", "資料", "/blog/ü"]),
    st.sampled_from([np.nan, 0.0, 30.0, -1e300]), st.none() | _DAYS,
)  # fmt: skip
LEAD = st.tuples(
    st.lists(ACTIVITY, max_size=8),
    st.sampled_from([None, 0.0, -1.5, 10.0, 1e308]),
    st.sampled_from([None, "HIGH", "low", "東京", "1", "True"]),
    st.none() | st.integers(-40_000, 200),
    st.sampled_from([None, "a@b.co.jp", "no mail", "@"]),
)


def built(leads):
    """Tables of the leads; the column `gone` that rules may ask for is not there."""
    acts, sizes, kinds, days, mails = zip(*leads, strict=True)
    words = {"kind": column(*kinds, ""), "mail": column(*mails, "")}
    return tables(*acts, columns={
        "size": column(*sizes), "day": dates(*days),
        **{name: found.take(np.arange(len(leads))) for name, found in words.items()},
    })  # fmt: skip


def everything(result):
    parts = [result.points, result.whole, result.unknown, result.triggered, result.total[:, None]]
    return np.hstack([*parts, result.band[:, None], result.stage[:, None]]).astype(float)


@settings(max_examples=30)
@given(
    content=scorecards(), leads=st.lists(LEAD, min_size=1, max_size=4), day=st.sampled_from([0.0, NOW, 4e4])
)
def test_points_are_numbers_within_their_caps_and_alone_as_among_others(content, leads, day):
    card = Scorecard.model_validate(content)
    result = score(card, built(leads), days=[day] * len(leads))
    found = everything(result)
    assert np.isfinite(found).all()
    for rule, points in zip(card.rules, result.points.T, strict=True):
        assert rule.cap is None or (np.abs(points) <= rule.cap + 1e-9).all()
    for group in card.groups:
        points = result.group_points[group.id]
        assert group.cap is None or (np.abs(points) <= group.cap + 1e-9).all()
    np.testing.assert_allclose(sum(result.group_points.values()), result.total, rtol=1e-12, atol=1e-9)
    assert ((result.band >= 0) & (result.band <= 3)).all()
    assert ((result.stage >= -1) & (result.stage < len(card.stages))).all()
    known = set(built(leads).activities.types)
    for at, lead in enumerate(leads):
        moment = np.array([round(day * 86_400_000_000)], dtype=np.int64)
        alone = evaluate(card, built([lead]), np.array([0]), moment, known)
        np.testing.assert_array_equal(everything(alone)[0], found[at])


@settings(max_examples=20)
@given(content=scorecards())
def test_a_scorecard_survives_its_own_text(content):
    card = Scorecard.model_validate(content)
    again = Scorecard.parse(card.to_text(), where="own.yaml")
    assert again.content() == card.content()
    assert again.version == card.version
