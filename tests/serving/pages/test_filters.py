"""The address is the only state of the list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from qualify.errors import UserError
from serving.pages.filters import ANSWERED, BANDS, DISAGREEMENTS, WAITING, Filters, read_filters
from serving.pages.language import safe_path

names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
bins = st.none() | st.integers(0, 3)
filters = st.builds(
    Filters, band=st.sets(st.sampled_from(BANDS)).map(lambda s: tuple(sorted(s))), stage=names, owner=names,
    source=names, waiting=st.sampled_from(("", *WAITING)), disagreement=st.sampled_from(("", *DISAGREEMENTS)),
    answered=st.sampled_from(ANSWERED), fit=bins, engagement=bins, q=names.map(str.strip),
)  # fmt: skip


def read(link):
    return read_filters(QueryParams(link.partition("?")[2]))


@given(filters)
def test_a_link_is_read_as_it_was_written(chosen):
    assert read(chosen.link()) == chosen


@given(filters)
def test_taking_every_filter_away_leaves_none(chosen):
    for name in chosen.set_names:
        chosen = chosen.without(name)
    assert chosen == Filters()
    assert chosen.link() == "/"


@given(filters, st.sampled_from(BANDS))
def test_switching_a_band_twice_changes_nothing(chosen, band):
    assert chosen.toggled(band) != chosen
    assert chosen.toggled(band).toggled(band) == chosen


@pytest.mark.parametrize(("query", "where"), [
    ("band=E", "band"), ("waiting=long", "waiting"), ("disagreement=none", "disagreement"), ("fit=4", "fit"),
    ("engagement=x", "engagement"), ("answered=maybe", "answered"),
])  # fmt: skip
def test_a_value_that_there_is_not_is_refused(query, where):
    with pytest.raises(UserError, match=where):
        read_filters(QueryParams(query))


def test_empty_fields_of_the_form_are_no_filters():
    assert read_filters(QueryParams("q=&stage=&owner=&waiting=&fit=")) == Filters()


@pytest.mark.parametrize("path", [
    "https://evil.example", "//evil.example", "/\\evil.example", "evil", "", None, "/\n/evil",
    "javascript:alert(1)", "/\t/evil.example",
])  # fmt: skip
def test_nobody_is_sent_to_another_site(path):
    assert safe_path(path, "/safe") == "/safe"


@given(st.text(max_size=30))
def test_a_way_back_is_always_a_path_of_this_site(path):
    assert safe_path(path)[:1] == "/"
    assert safe_path(path)[1:2] not in {"/", "\\"}


@pytest.mark.parametrize(("query", "count"), [
    ("", 0), ("band=A&q=x&fit=1", 0), ("waiting=over_limit", 1),
    ("waiting=over_limit&owner=sato&answered=all", 3),
])  # fmt: skip
def test_the_filters_in_the_folded_part_are_counted(query, count):
    assert read_filters(QueryParams(query)).hidden_count == count
