"""What was said before is said again word for word, and only numbers are remembered."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qualify.explain.kinds import WORDINGS, speaker
from qualify.explain.kinds.speaker import Speaker
from qualify.explain.kinds.wording import Values
from qualify.explain.speech import subject_of
from qualify.explain.words import load_catalogue
from qualify.features.fields import Field

PRICING = Field("activity:pricing_view", "activity", "pricing_view", "engagement")
CITY = Field("column:city", "category", "city", "fit")
COUNTS = st.integers(0, 3)


def made(field: Field) -> Speaker:
    return Speaker(subject_of(load_catalogue("en"), field), WORDINGS[field.kind])


def views(week: list[int], days: list[float]) -> Values:
    counts = np.array(week, dtype=float)
    return {"count_7d": counts, "count_30d": counts, "count_all": counts + 1, "days_since": np.array(days)}


@given(st.lists(st.tuples(COUNTS, st.sampled_from([0.0, 3.5, 40.0, np.nan])), min_size=1, max_size=60))
def test_a_speaker_that_remembers_says_what_a_new_one_says(rows: list[tuple[int, float]]) -> None:
    values = views([week for week, _ in rows], [days for _, days in rows])
    old = made(PRICING)
    old.both(values)
    for row in range(len(rows)):
        alone = {name: column[row : row + 1] for name, column in values.items()}
        assert old.sentences(alone)[0] == made(PRICING).sentences(alone)[0]
        assert old.values(alone)[0] == made(PRICING).values(alone)[0]


def test_what_a_leads_columns_hold_is_not_kept() -> None:
    city = made(CITY)
    city.both({"value": np.array(["Kyoto"] * 50, dtype=object)})
    assert city._known == {}


def test_memory_is_bounded() -> None:
    told = made(PRICING)
    for start in range(0, 3 * speaker.MOST_REMEMBERED, 10_000):
        told.both(views([0] * 10_000, list(np.arange(start, start + 10_000, dtype=float))))
    assert len(told._known) <= speaker.MOST_REMEMBERED + 10_000
