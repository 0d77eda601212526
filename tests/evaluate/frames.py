"""Frames of raw features for the tests."""

from __future__ import annotations

import numpy as np

from qualify.features.frame import FeatureFrame


def numbers(**columns):
    """A frame of numeric columns."""
    frame = FeatureFrame(len(next(iter(columns.values()))))
    for name, values in columns.items():
        frame.number(f"column:{name}", f"column:{name}", "value", np.asarray(values, dtype=np.float64))
    return frame


def categories(**columns):
    """A frame of categorical columns; the vocabulary is what `fit` would learn: all words of the column."""
    frame = FeatureFrame(len(next(iter(columns.values()))))
    for name, words in columns.items():
        vocabulary = tuple(sorted({word for word in words if word is not None}))
        codes = [-1 if word is None else vocabulary.index(word) for word in words]
        add_category(frame, name, codes, vocabulary)
    return frame


def add_category(frame, name, codes, vocabulary):
    """Append a categorical column given as codes."""
    shown = np.asarray(codes, dtype=np.int32)
    frame.category(f"column:{name}", f"column:{name}", "value", shown, vocabulary, vocabulary)


def tags(field, **held):
    """A frame of one multi-valued column: which tags each row holds."""
    frame = FeatureFrame(len(next(iter(held.values()))))
    for tag, values in held.items():
        frame.number(
            f"column:{field}:token:{tag}", f"column:{field}", "token", np.asarray(values, dtype=float)
        )
    return frame
