"""Encoders worked by hand: weights, folds, which values stand alone, and where numbers are cut."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.features.design import DesignMaker
from qualify.features.encode import FOLDS, MAX_BINS, Encoders, _folds
from tests.features.test_encode import fit, frame_of, logit


def coded(codes, numbers=None):
    """A frame with values of a, b and c; code 3 is a value that the model does not know."""
    codes = np.asarray(codes, dtype=np.int32)
    frame = frame_of(numbers=numbers, codes=np.where(codes == 3, 0, codes))
    frame.categorical[0].values[codes == 3] = 3
    return frame


def category(codes, label=None, **rest):
    label = np.arange(len(codes)) % 2 if label is None else label
    return fit(coded(codes), label, **rest)[0].categorical[0]


def edges(values):
    return list(fit(frame_of(numbers=values), np.arange(len(values)) % 2)[0].numeric[0].edges)


def test_rates_are_by_weight():
    # The overall rate is (3 + 5) / 20 = 0.4. a: 3 of 12, so (3 + 8) / 32; b: 5 of 8, so (5 + 8) / 28.
    found = category([0, 0, 1, 1], [1, 0, 1, 0], weight=np.array([3.0, 9.0, 5.0, 3.0]))
    np.testing.assert_allclose(found.log_odds[:3], [logit(11 / 32), logit(13 / 28), logit(0.4)], rtol=1e-12)


def test_a_rate_is_never_certain():
    found = category([0] * 9 + [1] * 9, [1] * 9 + [0] * 9, smoothing=1e-9)
    np.testing.assert_allclose(found.log_odds[:2], [logit(1 - 1e-6), logit(1e-6)], rtol=1e-9)


def test_out_of_fold_rates_are_those_of_the_other_folds():
    rng = np.random.default_rng(0)
    rows = 400
    codes, lead = rng.integers(-1, 3, rows), rng.integers(0, 90, rows)
    label, weight = (rng.random(rows) < 0.3).astype(float), rng.uniform(0.5, 2, rows)
    encoded = fit(frame_of(codes=codes), label, lead=lead, weight=weight, smoothing=7.0)[1][:, 0]
    fold = _folds(lead)
    for row in range(rows):
        others = fold != fold[row]
        same = others & (codes == codes[row])
        prior = np.average(label[others], weights=weight[others])
        rate = ((weight * label)[same].sum() + 7.0 * prior) / (weight[same].sum() + 7.0)
        assert encoded[row] == pytest.approx(logit(rate), rel=1e-9)


def test_folds_are_of_about_one_size_and_keep_a_lead_together():
    lead = np.repeat(np.arange(5_000), 2)
    fold = _folds(lead)
    assert (fold[::2] == fold[1::2]).all()
    assert np.bincount(fold, minlength=FOLDS) / len(fold) == pytest.approx([1 / FOLDS] * FOLDS, abs=0.02)


def test_where_all_rows_are_of_one_lead_nothing_is_known_out_of_fold():
    encoded = fit(frame_of(codes=[0, 1, 0, 1]), [1, 0, 1, 0], lead=[7] * 4)[1]
    assert encoded.tolist() == [[0.0]] * 4


@pytest.mark.parametrize(
    ("total", "least"), [(100.0, 5.0), (5_000.0, 5.0), (10_000.0, 10.0), (30_000.0, 30.0), (1e6, 30.0)]
)
def test_a_value_stands_alone_from_a_thousandth_of_the_weight_on(total, least):
    """But from 5 leads at least, and from 30 in any case."""
    for heavy, alone in ((least, True), (least * 0.999, False)):
        found = category([0, 0, 1, 1], weight=np.array([total - heavy - 1, 1, heavy / 2, heavy / 2]))
        assert found.slots[:2] == ((1, 2) if alone else (1, 0))
        assert found.one_hot == ((0, 1) if alone else (0,))


def test_what_the_model_does_not_know_never_stands_alone_and_what_is_missing_does():
    codes = np.array([0] * 30 + [3] * 90 + [-1] * 40)
    found = category(codes)
    # Codes: a, b, c, not known, missing.
    assert found.slots == (1, 0, 0, 0, 2)
    assert found.one_hot == (0, 4)
    assert found.bins == 3
    encoders = Encoders((), (found,))
    assert encoders.design_names == ("c (rate)", "c = a", "c = missing")
    frame = coded([0, 1, 3, -1])
    expected = np.column_stack([np.array(found.log_odds)[[0, 1, 3, 4]], [1, 0, 0, 0], [0, 0, 0, 1]])
    np.testing.assert_array_equal(encoders.design(frame), expected)
    bins = encoders.bins(frame)
    assert (bins[:, 0].tolist(), bins.dtype) == ([1, 0, 0, 2], np.int32)


def test_numbers_are_cut_at_sixteenths():
    assert edges(np.arange(1, 1601)) == [100.0 * k for k in range(1, MAX_BINS)]
    assert edges([1, 2, 3]) == [1.0, 2.0]
    assert edges([5, 5, 5, np.nan]) == []


def test_the_tail_is_cut_where_one_value_is_most():
    """Every other sixteenth of the 80 that are above it: each eighth of them, that is."""
    zeros = [0.0] * 4_000
    assert edges(zeros + list(range(1, 81))) == [0.0, 10, 20, 30, 40, 50, 60, 70]
    assert len(edges(zeros + list(range(1, 41)))) == 8
    assert edges(zeros + list(range(1, 40))) == [0.0]


def test_few_values_are_cut_between_all_of_them():
    assert edges(np.repeat(np.arange(9), 100)) == list(range(8))
    assert edges(np.repeat(np.arange(4), 10)) == [0, 1, 2]


@pytest.mark.parametrize("kept", [None, {"n", "c = missing"}, {"c (rate)"}, {"c = a", "n"}])
def test_the_compiled_design_is_the_plain_one(kept):
    numbers = np.array([1.0, 2.0, np.nan, 4.0] * 30)
    codes = np.array([0, 1, -1, 3] * 30)
    frame = coded(codes, numbers)
    encoders = fit(frame, np.arange(120) % 2)[0]
    encoders = encoders if kept is None else encoders.keeping(kept)
    assert kept is None or set(encoders.design_names) == kept
    for rows in (np.arange(120), np.arange(1), np.arange(0)):
        part = frame.take(rows)
        design, bins = DesignMaker(encoders).make(part)
        np.testing.assert_array_equal(design.T, encoders.design(part))
        np.testing.assert_array_equal(bins.T, encoders.bins(part))
