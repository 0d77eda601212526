"""The strongest contributions of each row, told in words, and the rest as one number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.errors import QualifyError
from qualify.explain.reason_words import ValuesOf, in_words
from qualify.explain.said import Said
from qualify.explain.select import SMALLEST, leading_fields, strongest, sum_by_topic, worth_telling
from qualify.explain.words import Phrasebook
from qualify.features.fields import Field
from qualify.features.topics import topic_positions
from qualify.leads.identity import ById
from qualify.leads.tables import BoolArray, FloatArray, IntArray

__all__ = [
    "REASONS_TYPE",
    "SMALLEST",
    "PastLeads",
    "Reason",
    "Reasons",
    "ValuesOf",
    "build_reasons",
    "list_to_json",
    "to_arrow",
    "to_json",
]

REASONS_TYPE = pa.list_(
    pa.struct(
        [
            pa.field("feature", pa.string()),
            pa.field("label", pa.string()),
            pa.field("value", pa.string()),
            pa.field("contribution", pa.float64()),
            pa.field("text", pa.string()),
        ]
    )
)
"""The type of the column `reasons` of a score list."""


@dataclass(frozen=True, slots=True)
class PastLeads:
    """How often past leads of which the same was so had the outcome.

    Parameters
    ----------
    leads, rate
        How many there were, and the share of them.
    rate_of_all
        The share of all past leads.
    text
        The same in words.
    """

    leads: int
    rate: float
    rate_of_all: float
    text: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of one lead.

    Parameters
    ----------
    feature
        The field's stable name, for programs.
    label, value, text
        The field, its value and the whole sentence, for people.
    contribution
        Log-odds of the field and all that shares its topic; above zero it speaks for the lead.
    evidence
        What became of past leads like this; None where there are too few, and in score lists.
    """

    feature: str
    label: str
    value: str
    contribution: float
    text: str
    evidence: PastLeads | None = None


@dataclass(frozen=True, slots=True)
class Reasons:
    """The reasons of many rows, strongest first.

    Parameters
    ----------
    features, labels
        Stable name and shown name of every field, in the order of the contributions.
    field
        Index of the field that speaks, shape (rows, n); -1 where a row has fewer reasons, always after the
        last one.
    contribution
        Log-odds, shape (rows, n); 0 where there is no reason.
    text, value
        Sentences and values, shape (rows, n); empty where there is no reason.
    other
        Shape (rows,): the sum of the contributions that are not listed.
    """

    features: tuple[str, ...]
    labels: tuple[str, ...]
    field: IntArray
    contribution: FloatArray
    text: Said
    value: Said
    other: FloatArray

    def __len__(self) -> int:
        return len(self.field)

    def take(self, rows: IntArray) -> Reasons:
        """Return the reasons of some rows."""
        return replace(
            self, field=self.field[rows], contribution=self.contribution[rows], other=self.other[rows],
            text=self.text.take(rows), value=self.value.take(rows),
        )  # fmt: skip

    @classmethod
    def below(cls, parts: Sequence[Reasons]) -> Reasons:
        """Put the reasons of rows of one model below each other, as many a row."""
        return cls(
            parts[0].features,
            parts[0].labels,
            np.concatenate([part.field for part in parts]),
            np.concatenate([part.contribution for part in parts]),
            Said.below([part.text for part in parts]),
            Said.below([part.value for part in parts]),
            np.concatenate([part.other for part in parts]),
        )

    def row(self, row: int) -> tuple[Reason, ...]:
        """Return one row's reasons, strongest first."""
        return tuple(
            Reason(self.features[field], self.labels[field], str(value), float(size), str(text))
            for field, value, size, text in zip(
                self.field[row], self.value[row], self.contribution[row], self.text[row], strict=True
            )
            if field >= 0
        )


def build_reasons(
    fields: Sequence[Field],
    contributions: FloatArray,
    values: ValuesOf,
    phrasebook: Phrasebook,
    n: int,
    noise: FloatArray | None = None,
) -> Reasons:
    """Choose and word the reasons of many rows.

    Fields of one topic are one reason: their contributions are summed, and the field that did most for the
    sum speaks. A sum is a reason when it is among the `n` largest of its row by size, at least `SMALLEST`,
    and not smaller than its own noise. Equal sizes keep the order of the fields.

    Parameters
    ----------
    fields
        One a column of `contributions`.
    contributions
        Log-odds, shape (rows, fields).
    values
        Called once for each field that is a reason somewhere, with the rows where it is.
    phrasebook
        The reader's language.
    n
        Most reasons a row; 0 gives none.
    noise
        Standard deviation of the topics' sums over the model's bags, shape (rows, topics), topics in the
        order of their first fields.

    Raises
    ------
    QualifyError
        The shapes do not fit each other, a contribution is not finite, or `n` is negative.
    """
    topics, features, labels = _names(ById(fields), phrasebook)
    _check(fields, contributions, n)
    by_topic = sum_by_topic(contributions, topics)
    _check_noise(by_topic, noise)
    topic, contribution = strongest(by_topic, worth_telling(by_topic, noise), min(n, by_topic.shape[1]))
    field = leading_fields(contributions, topics, topic, contribution)
    text, value = in_words(fields, field, contribution, values, phrasebook)
    return Reasons(
        features=features,
        labels=labels,
        field=field,
        contribution=contribution,
        text=text,
        value=value,
        other=contributions.sum(axis=1) - contribution.sum(axis=1),
    )


@lru_cache(maxsize=64)
def _names(
    fields: ById[Sequence[Field]], phrasebook: Phrasebook
) -> tuple[IntArray, tuple[str, ...], tuple[str, ...]]:
    """Return the topic, the name and the shown name of every field: the same for all leads of a model."""
    features = tuple(each.name for each in fields.value)
    return topic_positions(fields.value), features, tuple(phrasebook.label(each) for each in fields.value)


def _check_noise(by_topic: FloatArray, noise: FloatArray | None) -> None:
    if noise is not None and noise.shape != by_topic.shape:
        raise QualifyError(f"noise needs the topics' shape {by_topic.shape}, got {noise.shape}")


def _check(fields: Sequence[Field], contributions: FloatArray, n: int) -> None:
    if n < 0:
        raise QualifyError(f"the number of reasons must not be negative, got {n}")
    if contributions.ndim != 2 or contributions.shape[1] != len(fields):
        shape = contributions.shape
        raise QualifyError(f"contributions need a column for each of {len(fields)} fields, got {shape}")
    if not np.isfinite(contributions).all():
        row, column = np.argwhere(~np.isfinite(contributions))[0]
        raise QualifyError(f"the contribution of {fields[column].name!r} in row {row} is not finite")


def to_arrow(reasons: Reasons) -> pa.ListArray:
    """Return the reasons as a list of structs a row (`REASONS_TYPE`), built from flat arrays."""
    listed = reasons.field >= 0
    parts = _flat_columns(reasons, listed)
    structs = pa.StructArray.from_arrays(list(parts.values()), fields=list(REASONS_TYPE.value_type))
    return pa.ListArray.from_arrays(_offsets(listed), structs, type=REASONS_TYPE)


def to_json(reasons: Reasons) -> pa.StringArray:
    """Return the reasons as one JSON array of objects a row, for the cells of a CSV.

    Every distinct text is quoted once; the rest is joined by Arrow.
    """
    return list_to_json(to_arrow(reasons))


def list_to_json(lists: pa.ListArray) -> pa.StringArray:
    """Return a column `reasons` (see :func:`to_arrow`) as one JSON array of objects a row."""
    structs = lists.flatten()
    pieces: list[Any] = []
    for place, name in enumerate(structs.type.names):
        pieces += [("{" if place == 0 else ", ") + f'"{name}": ', _as_json(structs.field(name))]
    objects = pc.binary_join_element_wise(*pieces, "}", "")
    offsets = pc.subtract(lists.offsets, lists.offsets[0])
    rows = pc.binary_join(pa.ListArray.from_arrays(offsets, objects), ", ")
    return pc.binary_join_element_wise("[", rows, "]", "")


def _flat_columns(reasons: Reasons, listed: BoolArray) -> dict[str, pa.Array]:
    field = pa.array(reasons.field[listed])
    return {
        "feature": pa.array(reasons.features, pa.string()).take(field),
        "label": pa.array(reasons.labels, pa.string()).take(field),
        "value": reasons.value.arrow(listed),
        "contribution": pa.array(reasons.contribution[listed], pa.float64()),
        "text": reasons.text.arrow(listed),
    }


def _offsets(listed: BoolArray) -> pa.Array:
    ends = np.cumsum(listed.sum(axis=1), dtype=np.int64)
    return pa.array(np.concatenate(([0], ends)), pa.int32())


def _as_json(column: pa.Array) -> pa.Array:
    if pa.types.is_floating(column.type):
        return column.cast(pa.string())
    encoded = column.dictionary_encode()
    quoted = [json.dumps(text, ensure_ascii=False) for text in encoded.dictionary.to_pylist()]
    return pa.array(quoted, pa.string()).take(encoded.indices)
