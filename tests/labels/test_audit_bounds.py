import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.labels.audit.bounds import auc_lower, log_odds_ratio, mantel_haenszel, wilson

ROWS = st.integers(1, 5_000).map(float)
SHARE = st.floats(0, 1, allow_nan=False)


def test_wilson_by_hand():
    # 8 of 10 with z = 2: (0.8 + 0.2 -+ 2 * sqrt(0.016 + 0.01)) / 1.4
    low, high = wilson(np.array([8.0]), np.array([10.0]), z=2.0)
    assert low[0] == pytest.approx((1.0 - 2 * np.sqrt(0.026)) / 1.4)
    assert high[0] == pytest.approx((1.0 + 2 * np.sqrt(0.026)) / 1.4)


def test_wilson_of_nothing_says_nothing():
    low, high = wilson(np.array([0.0]), np.array([0.0]))
    assert (low[0], high[0]) == (0.0, 1.0)


def test_odds_ratio_by_hand():
    ratio, beyond = log_odds_ratio(30, 10, 10, 30)
    assert ratio == pytest.approx(np.log((30.5 / 10.5) ** 2))
    assert 0 < beyond < ratio


def test_mantel_haenszel_removes_what_blocks_explain():
    # Within each block presence says nothing; the blocks differ in both shares (Simpson).
    tables = np.array([[900.0, 10.0], [90.0, 100.0], [100.0, 90.0], [10.0, 900.0]])
    assert log_odds_ratio(*tables.sum(axis=1))[0] > 2
    assert mantel_haenszel(tables) == pytest.approx(0.0, abs=0.05)


def test_unknown_area_has_no_bound():
    assert auc_lower(float("nan"), 10, 10) == 0.0
    assert auc_lower(0.9, 0, 10) == 0.0


@given(auc=st.floats(0.5, 1), positives=ROWS, negatives=ROWS)
def test_bound_lies_below_the_area_and_rises_with_rows(auc, positives, negatives):
    low = auc_lower(auc, positives, negatives)
    assert 0 <= low <= auc
    assert auc_lower(auc, 4 * positives, 4 * negatives) >= low - 1e-9


@given(share=SHARE, trials=ROWS)
def test_wilson_holds_the_share(share, trials):
    hits = np.floor(share * trials)
    low, high = wilson(np.array([hits]), np.array([trials]))
    assert low[0] - 1e-12 <= hits / trials <= high[0] + 1e-12


@given(cells=st.tuples(*[st.integers(0, 900).map(float)] * 4).filter(lambda c: c[0] + c[2] and c[1] + c[3]))
def test_odds_ratio_turns_its_sign_with_the_classes(cells):
    in_1, in_0, out_1, out_0 = cells
    ratio, beyond = log_odds_ratio(in_1, in_0, out_1, out_0)
    turned = log_odds_ratio(in_0, in_1, out_0, out_1)
    assert turned == pytest.approx((-ratio, -beyond), abs=1e-9)
    assert abs(beyond) <= abs(ratio) + 1e-12
