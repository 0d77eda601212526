"""Times read letter by letter, against the standard library's reading of what has their form."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.leads.few_times import read_few
from qualify.leads.tables import NO_TIME

_FORM = re.compile(
    r"[1-9]\d{3}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def expected(text, timezone):
    """Return the microseconds that the standard library reads; None where a text is to be left to others."""
    form = _FORM.fullmatch(text)
    if form is None or not (form[1] or timezone == "UTC"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if form[1] else moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)


_TWO = st.integers(0, 62).map("{:02d}".format)
WRITTEN = st.builds(
    lambda *parts: "".join(parts),
    st.sampled_from(["0999", "1000", "1600", "1900", "1969", "1970", "2000", "2024", "2026", "9999"]),
    st.just("-"), st.integers(0, 13).map("{:02d}".format), st.sampled_from(["-", "-", "-", "/"]),
    st.integers(0, 32).map("{:02d}".format), st.sampled_from(["T", "T", " ", "t"]),
    st.integers(0, 25).map("{:02d}".format), st.just(":"), _TWO,
    st.one_of(st.just(""), st.builds(":{}".format, _TWO)),
    st.one_of(st.just(""), st.text("0123456789", max_size=7).map(".{}".format)),
    st.sampled_from(["", "Z", "z", "+09:00", "-03:30", "+23:59", "-00:00", "+24:00", "+05:60", "+0900"]),
)  # fmt: skip


@given(WRITTEN, st.sampled_from(["UTC", "Asia/Tokyo"]))
def test_a_text_is_read_as_the_standard_library_does_or_not_at_all(text, timezone):
    read, right = read_few([text], timezone), expected(text, timezone)
    assert (None if read is None else read.tolist()) == (None if right is None else [right])


@given(WRITTEN, st.integers(0, 40), st.characters())
def test_a_letter_in_the_wrong_place_is_not_overlooked(text, place, letter):
    changed = text[:place] + letter + text[place + 1 :]
    read, right = read_few([changed], "UTC"), expected(changed, "UTC")
    assert (None if read is None else read.tolist()) == (None if right is None else [right])


def test_every_day_of_four_centuries():
    first = datetime(1999, 1, 1, tzinfo=UTC)
    days = [first + timedelta(days=k) for k in range(146_097)]
    read = read_few([day.isoformat() for day in days], "UTC")
    assert read is not None
    assert read.tolist() == [(day - _EPOCH) // timedelta(microseconds=1) for day in days]


@pytest.mark.parametrize(
    "texts", [[], [None], ["", None], ["2026-01-01T00:00Z", None, "2026-01-01T09:00+09:00", ""]]
)
def test_what_is_empty_is_missing_in_its_place(texts):
    read = read_few(texts, "Asia/Tokyo")
    assert read is not None
    assert (read == NO_TIME).tolist() == [not text for text in texts]
    assert set(read[read != NO_TIME].tolist()) <= {1_767_225_600_000_000}


@pytest.mark.parametrize("odd", ["2026-01-01T00:00Z\n2026-01-01T00:00Z", "２026-01-01T00:00Z", "soon"])
def test_one_that_needs_more_care_leaves_all_to_others(odd):
    assert read_few(["2026-01-01T00:00Z", odd], "UTC") is None
