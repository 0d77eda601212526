"""Chosen contributions in words: every field speaks once, of all rows where it was chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualify.explain.kinds.wording import FEW
from qualify.explain.said import Said
from qualify.explain.words import Phrasebook
from qualify.features.fields import Field
from qualify.leads.grouping import by_group
from qualify.leads.tables import FloatArray, IntArray

__all__ = ["ValuesOf", "in_words"]

ValuesOf = Callable[[int, IntArray], Mapping[str, NDArray[Any]]]
"""Returns the values of one field (by its index) at the given rows."""


def in_words(
    fields: Sequence[Field],
    field: IntArray,
    contribution: FloatArray,
    values: ValuesOf,
    phrasebook: Phrasebook,
) -> tuple[Said, Said]:
    """Word the reasons field by field, so that each field is asked for its values once.

    Parameters
    ----------
    fields, values, phrasebook
        As `qualify.explain.reasons.build_reasons` takes them.
    field, contribution
        Which field speaks, -1 for none, and the log-odds of its topic, shape (rows, n).

    Returns
    -------
    text, value
        Sentences and values, shape (rows, n); empty where there is no reason.
    """
    if field.size <= FEW:
        return _each(fields, field, contribution, values, phrasebook)
    text: list[tuple[IntArray, Said]] = []
    value: list[tuple[IntArray, Said]] = []
    flat, sizes = field.ravel(), contribution.ravel()
    places = by_group(flat + 1)  # those without a reason first
    bounds = np.searchsorted(flat[places], np.arange(len(fields) + 1))
    for index in np.flatnonzero(np.diff(bounds)).tolist():
        here = places[bounds[index] : bounds[index + 1]]
        found = values(index, here // field.shape[1])
        sentences, values_said = phrasebook.tell(fields[index], found, sizes[here])
        text.append((here, sentences))
        value.append((here, values_said))
    return Said.put(text, field.shape), Said.put(value, field.shape)


def _each(
    fields: Sequence[Field],
    field: IntArray,
    contribution: FloatArray,
    values: ValuesOf,
    phrasebook: Phrasebook,
) -> tuple[Said, Said]:
    """Word few reasons, of which equal ones are not looked for."""
    places: dict[int, list[int]] = {}
    for place, index in enumerate(field.ravel().tolist()):
        if index >= 0:
            places.setdefault(index, []).append(place)
    sizes = contribution.ravel().tolist()
    texts, alone = [""] * (field.size + 1), [""] * (field.size + 1)
    for index, here in places.items():
        found = values(index, np.array([place // field.shape[1] for place in here]))
        told = phrasebook.tell_each(fields[index], found, [sizes[place] for place in here])
        for place, (text, value) in zip(here, told, strict=True):
            texts[place], alone[place] = text, value
    # The last one is for places without a reason.
    codes = np.where(field >= 0, np.arange(field.size).reshape(field.shape), field.size)
    return Said(np.array(texts, dtype=object), codes), Said(np.array(alone, dtype=object), codes)
