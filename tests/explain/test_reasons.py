import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qualify.errors import QualifyError
from qualify.explain.reasons import REASONS_TYPE, SMALLEST, build_reasons, to_arrow, to_json
from qualify.explain.words import phrasebook
from qualify.features.fields import Field

EN = phrasebook("en")
FIELDS = tuple(Field(f"column:c{j}", "number", f"c{j}", "fit") for j in range(4))


def values_of(index, rows):
    return {"value": index * 100.0 + rows}


def build(contributions, n=3, noise=None):
    return build_reasons(FIELDS, np.asarray(contributions, dtype=float), values_of, EN, n, noise)


def test_worked_example():
    reasons = build([[0.1, -0.9, 0.4, 0.0], [0.0, 0.0005, 0.0, 0.0]], n=2)
    assert reasons.field.tolist() == [[1, 2], [-1, -1]]
    assert reasons.contribution.tolist() == [[-0.9, 0.4], [0.0, 0.0]]
    assert reasons.text[0].tolist() == ["C1: 100 (strongly lowers the chance)", "C2: 200 (raises the chance)"]
    assert reasons.value[0].tolist() == ["100", "200"]
    assert reasons.other == pytest.approx([0.1, 0.0005])
    assert reasons.row(1) == ()
    first = reasons.row(0)[0]
    assert (first.feature, first.label, first.value, first.contribution) == ("column:c1", "c1", "100", -0.9)


def test_a_reason_smaller_than_its_own_noise_is_not_told():
    noise = np.array([[0.5, 0.2, 0.4, 0.0]])
    reasons = build([[0.4, 0.3, -0.4, 0.2]], n=4, noise=noise)
    assert reasons.field.tolist() == [[2, 1, 3, -1]]
    assert reasons.other == pytest.approx([0.4])


def shared(*topics):
    """Four number fields with the given topics."""
    return tuple(replace(field, topic=topic) for field, topic in zip(FIELDS, topics, strict=True))


def test_fields_of_one_topic_are_one_reason():
    sizes = np.array([[0.5, -0.2, 0.1, -0.4], [0.3, -0.2, 0.1, -0.4]])
    reasons = build_reasons(shared(None, "t", None, "t"), sizes, values_of, EN, 3)
    assert reasons.field.tolist() == [[3, 0, 2], [3, 0, 2]]
    np.testing.assert_allclose(reasons.contribution, [[-0.6, 0.5, 0.1], [-0.6, 0.3, 0.1]])
    np.testing.assert_allclose(reasons.other, 0, atol=1e-12)


def test_the_field_that_did_most_for_the_sum_speaks():
    fields = shared("t", "t", "t", "u")
    sizes = np.array([[0.9, -0.5, -0.6, 0.0], [0.9, -0.2, 0.9, 0.0], [-0.1, 0.05, -0.2, 0.0]])
    reasons = build_reasons(fields, sizes, values_of, EN, 2)
    assert reasons.field.tolist() == [[2, -1], [0, -1], [2, -1]]
    np.testing.assert_allclose(reasons.contribution[:, 0], [-0.2, 1.6, -0.25])
    # What it says fits the sum's direction, whatever another field of the topic did.
    assert reasons.text[0, 0] == "C2: 200 (lowers the chance)"


def test_fields_that_cancel_each_other_out_are_no_reason():
    reasons = build_reasons(shared("t", "t", None, None), np.array([[2.0, -2.0, 0.1, 0.0]]), values_of, EN, 4)
    assert reasons.field.tolist() == [[2, -1, -1]]
    assert reasons.other == pytest.approx([0.0])


def test_a_topic_has_one_noise():
    sizes = np.array([[0.5, 0.3, 0.2, 0.1]])
    reasons = build_reasons(
        shared("t", None, "t", None), sizes, values_of, EN, 4, np.array([[0.8, 0.2, 0.0]])
    )
    assert reasons.field.tolist() == [[1, 3, -1]]


TOPICS = st.lists(st.sampled_from(["t", "u", None]), min_size=4, max_size=4)


@given(arrays(np.float64, (5, 4), elements=st.floats(-3, 3, width=32)), TOPICS, st.integers(0, 5))
def test_topics_keep_the_sum_and_the_direction(sizes, topics, n):
    fields = shared(*topics)
    reasons = build_reasons(fields, sizes, values_of, EN, n)
    total = reasons.contribution.sum(axis=1) + reasons.other
    np.testing.assert_allclose(total, sizes.sum(axis=1), atol=1e-12)
    for row, listed in enumerate(reasons.field):
        told = [fields[j].topic or fields[j].name for j in listed[listed >= 0]]
        assert len(set(told)) == len(told)
        for j, size in zip(listed[listed >= 0], reasons.contribution[row], strict=False):
            assert sizes[row, j] * size > 0


def test_equal_sizes_keep_the_order_of_the_fields():
    assert build([[0.2, -0.2, 0.2, -0.2]], n=2).field[0].tolist() == sorted(
        build([[0.2] * 4], n=2).field[0].tolist()
    )
    assert build([[0.2, -0.2, 0.2, -0.2]], n=4).field[0].tolist() == [0, 1, 2, 3]


def test_equal_sizes_keep_their_order_however_many():
    fields = [Field(f"column:c{j}", "number", f"c{j}", "fit") for j in range(300)]
    sizes = np.where(np.arange(300) % 3 == 0, 0.2, -0.1)[None, :]
    reasons = build_reasons(fields, sizes, values_of, EN, 300)
    assert reasons.field[0].tolist() == [*range(0, 300, 3), *(j for j in range(300) if j % 3)]


def test_each_field_is_asked_once():
    asked = []

    def values(index, rows):
        asked.append((index, rows.tolist()))
        return values_of(index, rows)

    build_reasons(FIELDS, np.array([[0.5, 0, 0, 0.4], [0, 0, 0, 0.3], [0.2, 0, 0, 0]]), values, EN, 2)
    assert asked == [(0, [0, 2]), (3, [0, 1])]


contributions = arrays(
    np.float64, st.tuples(st.integers(1, 12), st.just(len(FIELDS))), elements=st.floats(-3, 3, width=32)
)


@given(contributions, st.integers(0, 6))
def test_listed_and_other_make_the_total(sizes, n):
    reasons = build(sizes, n)
    assert reasons.field.shape == (len(sizes), min(n, len(FIELDS)))
    assert reasons.contribution.sum(axis=1) + reasons.other == pytest.approx(sizes.sum(axis=1), abs=1e-12)


@given(contributions, st.integers(1, 4))
def test_the_strongest_come_first_and_none_stronger_is_left_out(sizes, n):
    reasons = build(sizes, n)
    for row, (fields, told) in enumerate(zip(reasons.field, np.abs(reasons.contribution), strict=True)):
        listed = fields[fields >= 0]
        expected = np.sort(np.abs(sizes[row])[np.abs(sizes[row]) >= SMALLEST])[::-1][:n]
        assert told[: len(listed)].tolist() == expected.tolist()
        assert len(set(listed.tolist())) == len(listed) == len(expected)
        for field, text in zip(listed, reasons.text[row], strict=False):
            assert ("raises" in text) == (sizes[row, field] > 0)


@given(contributions, st.integers(0, 4))
def test_a_row_does_not_depend_on_its_neighbours(sizes, n):
    together = build(sizes, n)
    for row in range(len(sizes)):
        alone = build_reasons(
            FIELDS, sizes[row : row + 1], lambda j, rows, at=row: values_of(j, rows + at), EN, n
        )
        assert alone.row(0) == together.row(row)
        assert alone.other[0] == together.other[row]


@given(contributions, st.integers(0, 4))
def test_arrow_and_json_hold_the_same_reasons(sizes, n):
    reasons = build(sizes, n)
    column = to_arrow(reasons)
    column.validate(full=True)
    assert column.type == REASONS_TYPE
    assert len(column) == len(sizes)
    assert [json.loads(cell) for cell in to_json(reasons).to_pylist()] == column.to_pylist()
    for row, told in enumerate(column.to_pylist()):
        assert [(each["feature"], each["text"]) for each in told] == [
            (r.feature, r.text) for r in reasons.row(row)
        ]
        assert sum(each["contribution"] for each in told) + reasons.other[row] == pytest.approx(
            sizes[row].sum()
        )


def test_json_quotes_what_needs_it():
    country = Field("column:Country", "category", 'Coun"try', "fit")
    found = np.array(['a "b" \\ <c>'], dtype=object)
    reasons = build_reasons([country], np.array([[1.0]]), lambda j, rows: {"value": found[rows]}, EN, 1)
    cell = json.loads(to_json(reasons)[0].as_py())
    assert cell[0]["value"] == 'a "b" \\ <c>'
    assert cell[0]["label"] == 'Coun"try'


def test_no_rows_give_no_reasons():
    reasons = build(np.empty((0, 4)))
    assert len(reasons) == 0
    assert to_arrow(reasons).to_pylist() == []
    assert to_json(reasons).to_pylist() == []


@pytest.mark.parametrize(
    ("sizes", "n", "noise", "message"),
    [
        ([[1.0, 2.0]], 1, None, r"a column for each of 4 fields, got \(1, 2\)"),
        ([[1.0, 2.0, np.nan, 0.0]], 1, None, "contribution of 'column:c2' in row 0 is not finite"),
        ([[1.0] * 4], -1, None, "must not be negative, got -1"),
        ([[1.0] * 4], 1, np.zeros((2, 4)), r"noise needs the topics' shape \(1, 4\), got \(2, 4\)"),
    ],
)
def test_refused(sizes, n, noise, message):
    with pytest.raises(QualifyError, match=message):
        build(sizes, n, noise)
