"""How a driver moves the chance, in a sentence made from its arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qualify.explain.catalogue import Catalogue
from qualify.explain.numbers import say_number
from qualify.leads.tables import BoolArray, FloatArray
from training.report.data import Driver
from training.report.numbers import signed

__all__ = ["tell"]

_FEW = 6
"""Numbers with no more different values than this are told value by value."""

_NAMED = 2
_LEAST_ROWS = 10
_SMALL = 0.005
"""Log-odds that are written as nothing."""


def tell(driver: Driver, texts: Catalogue) -> str:
    """Say how the field moves the chance; the driver's own text comes first, where it has one."""
    if driver.text:
        return driver.text
    if driver.strength < _SMALL:
        return texts["driver.none"]
    if driver.values.dtype == object:
        words = np.array(["" if word is None else str(word) for word in driver.values.tolist()])
        return _joined(texts, [_by_word(words, driver, texts)], driver, words == "")
    numbers = driver.values.astype(np.float64)
    missing = np.isnan(numbers)
    distinct = np.unique(numbers[~missing])
    if len(distinct) <= _FEW:
        words = np.array(["" if np.isnan(x) else say_number(texts, float(x)) for x in numbers])
        story = _by_word(words, driver, texts)
    else:
        story = _by_number(numbers[~missing], driver.contribution[~missing], texts)
    return _joined(texts, [story], driver, missing)


def _joined(texts: Catalogue, stories: Sequence[str], driver: Driver, missing: BoolArray) -> str:
    parts = [story for story in stories if story]
    if np.count_nonzero(missing) >= _LEAST_ROWS:
        effect = signed(float(driver.contribution[missing].mean()))
        parts.append(texts.say("driver.missing", effect=effect))
    return ("" if texts.language == "ja" else " ").join(parts)


def _by_word(words: NDArray[np.str_], driver: Driver, texts: Catalogue) -> str:
    given = words != ""
    distinct, code, rows = np.unique(words[given], return_inverse=True, return_counts=True)
    effect = np.bincount(code, weights=driver.contribution[given]) / rows
    order = [int(k) for k in np.argsort(-effect, kind="stable") if rows[k] >= _LEAST_ROWS]

    def named(chosen: list[int]) -> str:
        shown = [f"{distinct[k]} ({signed(float(effect[k]))})" for k in chosen[:_NAMED]]
        return ("、" if texts.language == "ja" else ", ").join(shown) or "\u2013"

    best = [k for k in order if effect[k] > _SMALL]
    worst = [k for k in reversed(order) if effect[k] < -_SMALL]
    return texts.say("driver.words", best=named(best), worst=named(worst)) if best or worst else ""


def _by_number(numbers: FloatArray, contribution: FloatArray, texts: Catalogue) -> str:
    """Compare the quarters of the rows by value."""
    quarter = np.searchsorted(np.quantile(numbers, (0.25, 0.5, 0.75)), numbers, side="left")
    used = np.unique(quarter)
    mean = np.array([contribution[quarter == k].mean() for k in used])
    ends = {"low": signed(float(mean[0])), "high": signed(float(mean[-1]))}
    steps = np.diff(mean)
    if (steps >= -_SMALL).all():
        return texts.say("driver.rising", **ends)
    if (steps <= _SMALL).all():
        return texts.say("driver.falling", **ends)
    middle = [say_number(texts, float(np.median(numbers[quarter == k]))) for k in used]
    return texts.say("driver.bent", best=middle[int(mean.argmax())], worst=middle[int(mean.argmin())])
