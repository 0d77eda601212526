"""The model in use as a rival: what it predicts, whether it can be compared at all, and by which segments."""

from __future__ import annotations

from dataclasses import dataclass

import mlflow
import numpy as np
from mlflow.exceptions import MlflowException
from numpy.typing import NDArray

from qualify.config import Config, Target, fold_label
from qualify.features.build import build_frame
from qualify.leads.tables import FloatArray, IntArray, LeadTables
from qualify.rules import evaluate
from qualify.scorer import Scorer
from training import registry
from training.data import Loaded

__all__ = ["Rival", "champion_probability", "drafted_from", "load_rival", "segments_of", "why_not"]

MOST_SEGMENTS = 12
"""Columns with more values than this are no named segments."""


@dataclass(frozen=True)
class Rival:
    """The champion that a challenger has to beat."""

    version: str
    scorer: Scorer


def load_rival(config: Config) -> Rival | None:
    """Return the version in use, None where there is none. The store has to be connected."""
    name = config.mlflow.model_name
    try:
        version = str(mlflow.MlflowClient().get_model_version_by_alias(name, registry.CHAMPION).version)
    except MlflowException:
        return None
    place = mlflow.artifacts.download_artifacts(artifact_uri=f"models:/{name}/{version}/artifacts/bundle")
    return Rival(version, Scorer.load(place))


def champion_probability(scorer: Scorer, tables: LeadTables, lead: IntArray, as_of: IntArray) -> FloatArray:
    """Return the probabilities of the first target, by the path that every score takes, without reasons."""
    parts = scorer.parts
    points = evaluate(scorer.scorecard, tables, lead, as_of, known_types=parts.plan.known_types or None)
    return parts.targets[0].predict(build_frame(parts.plan, tables, lead, as_of, points)).probability


def why_not(scorer: Scorer, version: str, loaded: Loaded) -> str | None:
    """Return why a version cannot be judged by the present tables, None where it can."""
    target, own = loaded.config.targets[0], scorer.parts.schema.targets[0]
    if _outcome(own) != _outcome(target) or _turned(own, target):
        return f"version {version} predicts another outcome, so it cannot be compared"
    absent = [name for name in scorer.parts.schema.columns if name not in loaded.tables.columns]
    if absent:
        return f"version {version} needs columns that are no longer used: {', '.join(absent[:5])}"
    now = loaded.config.columns
    other = [
        f"{name} ({spec.type}, now {now[name].type})"
        for name, spec in scorer.parts.schema.columns.items()
        if name in now and now[name].type != spec.type
    ]
    if other:
        return f"version {version} reads columns as another type: {', '.join(other[:5])}"
    return None


def _outcome(target: Target) -> tuple[object, ...]:
    """Return what is predicted; which words a label has for its other values may grow."""
    yes = None if target.positive is None else fold_label(target.positive)
    return target.stage, target.within_days, target.column, yes


def _turned(own: Target, target: Target) -> bool:
    """Say whether a value of the label that both targets name means another outcome to each."""
    ours, theirs = (_meanings(each) for each in (own, target))
    return any(ours[word] != theirs[word] for word in ours.keys() & theirs.keys())


def _meanings(target: Target) -> dict[str, str]:
    named = {"no": target.negative, "open": target.open}
    return {fold_label(word): means for means, words in named.items() for word in words or ()}


def drafted_from(loaded: Loaded, lead: IntArray) -> bool:
    """Say whether the rules were drafted from outcomes of any of these leads, as far as the scorecard tells.

    A draft that does not say from when its outcomes are counts as drafted from all.
    """
    before, tables = loaded.scorecard.drafted_before, loaded.tables
    if before is None:
        return False
    try:
        if tables.order is not None:
            return bool(np.any(tables.order[lead] < float(before.split()[0])))
        return bool(np.any(tables.created_at[lead] < int(np.datetime64(before, "us").astype(np.int64))))
    except (ValueError, IndexError):
        return True


def segments_of(loaded: Loaded, lead: IntArray) -> dict[str, NDArray[np.object_]]:
    """Return the named segments of rows: the columns that hold a few categories."""
    found: dict[str, NDArray[np.object_]] = {}
    for name, spec in loaded.used.items():
        column = loaded.tables.columns[name]
        if spec.type != "category" or not 1 < len(column.vocabulary) <= MOST_SEGMENTS:
            continue
        words = np.array([*column.vocabulary, None], dtype=object)
        found[name] = words[column.codes[lead]]
    return found
