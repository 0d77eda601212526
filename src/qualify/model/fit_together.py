"""Whether the parts of a bundle fit together: the compiled loops look up without asking."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, pairwise

from qualify.features.encode import CategoryEncoder, Encoders
from qualify.model.booster_text import check_booster
from qualify.model.linear import LinearModel
from qualify.model.parts import REFERENCE_POINTS, ModelParts
from qualify.model.target import TargetModel

__all__ = ["check_parts"]

Fault = tuple[str, bool]
"""What is wrong, and whether it is."""


def check_parts(parts: ModelParts) -> None:
    """Refuse parts that do not belong to one another.

    Raises
    ------
    ValueError
        Names what does not fit.
    """
    _refuse(_of_the_whole(parts))
    fields = {field.name for field in parts.plan.fields}
    for model in parts.targets:
        try:
            _check_target(model, fields)
        except ValueError as error:
            raise ValueError(f"target {model.name!r}: {error}") from error


def _refuse(faults: Iterator[Fault]) -> None:
    for text, wrong in faults:
        if wrong:
            raise ValueError(text)


def _of_the_whole(parts: ModelParts) -> Iterator[Fault]:
    names = [model.name for model in parts.targets]
    cuts, points = parts.bands.cuts, parts.reference.quantiles
    plan = parts.plan
    yield "the targets are not those of its schema", names != [each.name for each in parts.schema.targets]
    yield "the cuts of the bands do not fall from 1 to 0", not _rises((0.0, *reversed(cuts), 1.0))
    yield "the reference does not rise from 0 to 1", not _rises((0.0, *points, 1.0))
    yield "the reference has another number of points", len(points) != REFERENCE_POINTS
    yield "the plan's types and their values differ", len(plan.activity_types) != len(plan.value_types)
    yield "the plan's rules and their labels differ", len(plan.rules) != len(plan.rule_labels)
    yield "the plan's rules and their topics differ", len(plan.rule_topics) not in (0, len(plan.rules))
    yield (
        "the plan knows columns that its schema lacks",
        not ({column.name for column in plan.columns} <= set(parts.schema.columns)),
    )


def _check_target(model: TargetModel, fields: set[str]) -> None:
    encoders, linear, bags = model.encoders, model.linear, len(model.trees.texts)
    _refuse(chain(_of_encoders(encoders, fields), _of_linear(linear, encoders)))
    _refuse(iter([
        ("its calibration does not rise", model.calibration.slope <= 0 or model.calibration_sd < 0),
        ("it has fewer than two bags", bags < 2),
        ("its bags and the fits of its scorecard differ in number", bags != len(linear.members)),
    ]))  # fmt: skip
    for bag, text in enumerate(model.trees.texts):
        try:
            check_booster(text, len(encoders.design_fields))
        except ValueError as error:
            raise ValueError(f"bag {bag}: {error}") from error


def _of_encoders(encoders: Encoders, fields: set[str]) -> Iterator[Fault]:
    used = {*encoders.bin_fields}
    yield "an encoder is about a field that the plan lacks", not used <= fields
    yield "the edges of an encoder do not rise", not all(_rises(each.edges) for each in encoders.numeric)
    yield "the codes of an encoder are not those of its values", any(map(_loose, encoders.categorical))
    every = len(encoders.numeric) + sum(1 + len(each.one_hot) for each in encoders.categorical)
    kept = range(every) if encoders.kept is None else encoders.kept
    yield "the kept columns are not among all", not (_within(kept, every) and _strict(kept))


def _loose(encoder: CategoryEncoder) -> bool:
    codes = len(encoder.vocabulary) + 2
    sizes = {len(encoder.log_odds), len(encoder.slots), codes}
    return len(sizes) != 1 or not (_within(encoder.one_hot, codes) and _within(encoder.slots, codes))


def _of_linear(linear: LinearModel, encoders: Encoders) -> Iterator[Fault]:
    sizes = encoders.bin_sizes
    yield "its scorecard uses columns that are not there", not _within(linear.features, len(sizes))
    wanted = [sizes[j] for j in linear.features]
    of_all = [linear.points, *(points for _, points in linear.members)]
    yield (
        "its scorecard has other bins than its encoders",
        any([len(column) for column in points] != wanted for points in of_all),
    )


def _within(values: Sequence[int], size: int) -> bool:
    return all(0 <= each < size for each in values)


def _compared(values: Sequence[float], ordered: Callable[[float, float], bool]) -> bool:
    return all(ordered(a, b) for a, b in pairwise(values)) and all(map(math.isfinite, values))


def _rises(values: Sequence[float]) -> bool:
    return _compared(values, lambda a, b: a <= b)


def _strict(values: Sequence[int]) -> bool:
    return all(a < b for a, b in pairwise(values))
