"""The encoders of a model laid out for one compiled loop a design: the same numbers, for any number of rows.

`Encoders.bins` and `Encoders.design` go feature by feature; for one lead that is some hundred small array
operations. Here everything that depends on the model alone is worked out once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from qualify.compiled import compiled
from qualify.features.encode import Encoders
from qualify.features.frame import FeatureFrame, Key
from qualify.leads.tables import CodeArray, FloatArray, IntArray

__all__ = ["DesignMaker"]

_part = numba.njit(nogil=True)


class DesignMaker:
    """Makes both designs of a model from a frame, feature by feature in memory.

    Parameters
    ----------
    encoders
        As fitted.
    binned
        Positions of the features that the linear design holds; None: all of them.
    """

    def __init__(self, encoders: Encoders, binned: Sequence[int] | None = None) -> None:
        self._encoders = encoders
        self._keys: tuple[list[tuple[Key, ...]], list[str]] | None = None
        self._edges = _flat([e.edges for e in encoders.numeric], np.float64)
        self._edge_starts = _starts([e.edges for e in encoders.numeric])
        self._slots = _flat([e.slots for e in encoders.categorical], np.int32)
        self._slot_starts = _starts([e.slots for e in encoders.categorical])
        self._rates = _flat([e.log_odds for e in encoders.categorical], np.float64)
        self._columns = _columns(encoders)
        every = range(len(encoders.numeric) + len(encoders.categorical))
        self._binned: IntArray = np.array(every if binned is None else binned, dtype=np.int64)
        self._places: tuple[IntArray, IntArray] = (np.empty(0, np.int64), np.empty(0, np.int64))

    def make(self, frame: FeatureFrame) -> tuple[FloatArray, CodeArray]:
        """Return the trees' design, shape (columns, rows), and the linear design, shape (features, rows).

        Both in C order; turned round they equal what `Encoders.design` and `Encoders.bins` return.
        """
        numbers, held = frame.matrix, len(frame.categorical)
        codes = np.array([c.values for c in frame.categorical], np.int32).reshape(held, frame.rows)
        at_number, at_code = self._where(frame)
        design = np.empty((len(self._columns), frame.rows))
        bins = np.empty((len(self._binned), frame.rows), dtype=np.int32)
        _fill(numbers, codes, at_number, at_code, self._binned, self._edges, self._edge_starts, self._slots,
              self._slot_starts, self._columns, self._rates, bins, design)  # fmt: skip
        return design, bins

    def _where(self, frame: FeatureFrame) -> tuple[IntArray, IntArray]:
        """Return where in the frame the encoders' features are; frames of one plan are all alike."""
        keys = [keys for keys, _ in frame.blocks], [c.name for c in frame.categorical]
        if keys != self._keys:
            numbers = [name for block in keys[0] for name, _, _ in block]
            self._places = (
                _positions(numbers, [e.name for e in self._encoders.numeric]),
                _positions(keys[1], [e.name for e in self._encoders.categorical]),
            )
            self._keys = keys
        return self._places


def _positions(names: list[str], wanted: Sequence[str]) -> IntArray:
    at = {name: position for position, name in enumerate(names)}
    return np.array([at[name] for name in wanted], dtype=np.int64)


def _flat(parts: Sequence[Sequence[float]], kind: type) -> NDArray[Any]:
    return np.array([each for part in parts for each in part], dtype=kind)


def _starts(parts: Sequence[Sequence[float]]) -> IntArray:
    return np.concatenate([[0], np.cumsum([len(part) for part in parts], dtype=np.int64)]).astype(np.int64)


def _columns(encoders: Encoders) -> IntArray:
    """Return what each column of the trees' design holds, shape (columns, 3).

    Kind (0 number, 1 rate of a category, 2 whether it is one code), the feature's place, and the code.
    """
    columns = [(0, k, 0) for k in range(len(encoders.numeric))]
    for k, e in enumerate(encoders.categorical):
        columns.append((1, k, 0))
        # Frames hold a missing value as -1; encoders count it as the last code.
        columns += [(2, k, -1 if code == len(e.vocabulary) + 1 else code) for code in e.one_hot]
    kept = getattr(encoders, "kept", None)
    chosen = columns if kept is None else [columns[j] for j in kept]
    return np.array(chosen, dtype=np.int64).reshape(-1, 3)


@_part
def _fill_bins(
    numbers: FloatArray,
    codes: CodeArray,
    at_number: IntArray,
    at_code: IntArray,
    binned: IntArray,
    edges: FloatArray,
    edge_starts: IntArray,
    slots: CodeArray,
    slot_starts: IntArray,
    out: CodeArray,
) -> None:
    for j in range(len(binned)):
        k = binned[j]
        if k < len(at_number):
            own = edges[edge_starts[k] : edge_starts[k + 1]]
            values = numbers[at_number[k]]
            below = out[j]
            below[:] = 0
            for edge in own:  # few edges: counting has no branch to guess, and rows are counted together
                for row in range(len(below)):
                    below[row] += np.int32(edge < values[row])
            for row in range(len(below)):
                below[row] = len(own) + 1 if np.isnan(values[row]) else below[row]
        else:
            k -= len(at_number)
            start, size = slot_starts[k], slot_starts[k + 1] - slot_starts[k]
            held = codes[at_code[k]]
            for row in range(out.shape[1]):
                code = held[row]
                out[j, row] = slots[start + (code if code >= 0 else size - 1)]


@_part
def _fill_design(
    numbers: FloatArray,
    codes: CodeArray,
    at_number: IntArray,
    at_code: IntArray,
    columns: IntArray,
    rates: FloatArray,
    starts: IntArray,
    out: FloatArray,
) -> None:
    for j in range(len(columns)):
        kind, k, wanted = columns[j, 0], columns[j, 1], columns[j, 2]
        if kind == 0:
            out[j] = numbers[at_number[k]]
            continue
        held = codes[at_code[k]]
        size = starts[k + 1] - starts[k]
        if kind == 1:
            for row in range(out.shape[1]):
                code = held[row]
                out[j, row] = rates[starts[k] + (code if code >= 0 else size - 1)]
        else:
            for row in range(out.shape[1]):
                out[j, row] = 1.0 if held[row] == wanted else 0.0


@compiled()
def _fill(
    numbers: FloatArray, codes: CodeArray, at_number: IntArray, at_code: IntArray, binned: IntArray,
    edges: FloatArray, edge_starts: IntArray, slots: CodeArray, slot_starts: IntArray, columns: IntArray,
    rates: FloatArray, bins: CodeArray, design: FloatArray,
) -> None:  # fmt: skip
    """Fill both designs in one call: for one row a call takes longer than its loops."""
    _fill_bins(numbers, codes, at_number, at_code, binned, edges, edge_starts, slots, slot_starts, bins)
    _fill_design(numbers, codes, at_number, at_code, columns, rates, slot_starts, design)
