"""Champion and challenger on the same later leads: who saw what, and what each predicts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import mlflow
import numpy as np
from mlflow.exceptions import MlflowException
from numpy.typing import NDArray

from qualify.config import Config
from qualify.errors import QualifyError
from qualify.features.build import build_frame
from qualify.leads.tables import BoolArray, FloatArray, IntArray, LeadTables
from qualify.rules import evaluate
from qualify.scorer import Scorer
from training import registry
from training.comparison import draws_for
from training.gate import CHALLENGER, CHAMPION, Contest, Decision, judge
from training.gate_record import log_gate
from training.parity import measure_parity
from training.pipeline import Judged, Trained
from training.power import sees
from training.ring import Ring
from training.verdict import Verdict

MOST_SEGMENTS = 12
"""Columns with more values than this are no named segments."""


@dataclass(frozen=True)
class Rival:
    """The champion that a challenger has to beat."""

    version: str
    scorer: Scorer


def hold(trained: Trained, verdict: Verdict, bundle: Path) -> tuple[Ring | None, Decision | None]:
    """Let a new model meet the champion, and log what the gate says to the active run.

    Returns
    -------
    tuple
        Nothing where no version is in use: then there is nothing to take the place of.
    """
    rival = load_rival(trained.data.loaded.config)
    if rival is None:
        return None, None
    ring = make_contest(trained, bundle, rival)
    decision = judge(ring.contest, verdict, draws=draws_for(len(ring.contest.label)), seed=trained.parts.seed)
    log_gate(ring, decision)
    return ring, decision


def load_rival(config: Config) -> Rival | None:
    """Return the version in use, None where there is none. The store has to be connected."""
    name = config.mlflow.model_name
    try:
        version = str(mlflow.MlflowClient().get_model_version_by_alias(name, registry.CHAMPION).version)
    except MlflowException:
        return None
    place = mlflow.artifacts.download_artifacts(artifact_uri=f"models:/{name}/{version}/artifacts/bundle")
    return Rival(version, Scorer.load(place))


def make_contest(trained: Trained, bundle: Path, rival: Rival) -> Ring:
    """Bring everything together that the gate looks at.

    Parameters
    ----------
    trained
        The challenger's training; its predictions for later leads come from a fit that never saw them.
    bundle
        The challenger as it will be stored, for the parity of single and batch scoring.
    rival
        The champion. It is judged on leads created after its training window where there are enough of them;
        otherwise on all later leads, of which it has learned, and that is told.
    """
    judged, data = trained.judged[0], trained.data
    tables, lead, as_of = data.loaded.tables, data.lead[judged.chosen], data.as_of[judged.chosen]
    probabilities = {CHALLENGER if name == "model" else name: p for name, p in judged.probabilities.items()}
    kept, notes, flattered = np.ones(len(lead), dtype=bool), [], False
    predicted, why = _predict(rival, trained, tables, lead, as_of)
    if predicted is None:
        notes.append(str(why))
    else:
        probabilities[CHAMPION] = predicted
        unseen = _unseen(rival.scorer, tables, lead)
        flattered = not _enough(judged, unseen)
        kept = kept if flattered else unseen
        notes.append(_said(flattered, rival, int(np.unique(lead[unseen]).size)))
    contest = Contest(
        label=judged.label[kept],
        weight=judged.weight[kept],
        lead=lead[kept],
        time=as_of[kept],
        probabilities={name: p[kept] for name, p in probabilities.items()},
        segments=_segments(trained, lead[kept]),
        capacity_share=data.loaded.config.capacity.share,
        parity=measure_parity(Scorer.load(bundle), tables, lead, as_of, seed=trained.parts.seed),
        flattered=flattered,
    )
    return Ring(contest, rival.version, tuple(notes))


def _predict(
    rival: Rival, trained: Trained, tables: LeadTables, lead: IntArray, as_of: IntArray
) -> tuple[FloatArray | None, str | None]:
    """Return the champion's probabilities, or why it cannot be compared."""
    config, schema = trained.data.loaded.config, rival.scorer.parts.schema
    target, own = config.targets[0], schema.targets[0]
    outcome = (target.stage, target.within_days, target.column, target.positive)
    if (own.stage, own.within_days, own.column, own.positive) != outcome:
        return None, f"version {rival.version} predicts another outcome, so it cannot be compared"
    absent = [name for name in schema.columns if name not in tables.columns]
    if absent:
        return None, f"version {rival.version} needs columns that are no longer used: {', '.join(absent[:5])}"
    try:
        return champion_probability(rival.scorer, tables, lead, as_of), None
    except QualifyError as error:
        return None, f"version {rival.version} cannot score the present tables: {str(error).splitlines()[0]}"


def champion_probability(scorer: Scorer, tables: LeadTables, lead: IntArray, as_of: IntArray) -> FloatArray:
    """Return the probabilities of the first target, by the path that every score takes, without reasons."""
    parts = scorer.parts
    points = evaluate(scorer.scorecard, tables, lead, as_of, known_types=parts.plan.known_types or None)
    return parts.targets[0].predict(build_frame(parts.plan, tables, lead, as_of, points)).probability


def _unseen(scorer: Scorer, tables: LeadTables, lead: IntArray) -> BoolArray:
    """Return the rows whose leads were created after the champion's training window."""
    ends = scorer.parts.window.ends
    if not ends:
        return np.zeros(len(lead), dtype=bool)
    unseen: BoolArray = tables.created_at[lead] > int(np.datetime64(ends, "us").astype(np.int64))
    return unseen


def _enough(judged: Judged, rows: BoolArray) -> bool:
    """Say whether the rows hold outcomes enough to judge by."""
    won = np.unique(judged.lead[rows & (judged.label == 1)]).size
    leads = np.unique(judged.lead[rows]).size
    return sees(won, leads - won)


def _said(flattered: bool, rival: Rival, unseen: int) -> str:
    if not flattered:
        return f"judged on {unseen} leads that are new to version {rival.version} too"
    return (
        f"only {unseen} judged leads are new to version {rival.version}, so it is judged on leads that it "
        "has learned from, which flatters it"
    )


def _segments(trained: Trained, lead: IntArray) -> dict[str, NDArray[np.object_]]:
    """Return the named segments: the columns that hold a few categories."""
    loaded = trained.data.loaded
    found: dict[str, NDArray[np.object_]] = {}
    for name, spec in loaded.used.items():
        column = loaded.tables.columns[name]
        if spec.type != "category" or not 1 < len(column.vocabulary) <= MOST_SEGMENTS:
            continue
        words = np.array([*column.vocabulary, None], dtype=object)
        found[name] = words[column.codes[lead]]
    return found
