"""Champion and challenger on the same later leads: who saw what, and what each predicts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from qualify.errors import QualifyError
from qualify.leads.tables import BoolArray, FloatArray, IntArray, LeadTables
from qualify.model.recalibrate import walk
from qualify.model.renewed import originals_of
from qualify.scorer import Scorer
from training.behaviour import left_out, measure_behaviour
from training.comparison import draws_for
from training.contested import CHALLENGER, CHAMPION, RECALIBRATED, Contest
from training.data import Loaded
from training.decision import Decision
from training.fresh import fresh_rows
from training.gate import judge
from training.gate_record import log_gate
from training.judging import Judged
from training.parity import measure_parity
from training.pipeline import Trained
from training.power import sees
from training.ring import Ring
from training.rivals import (
    Rival,
    champion_probability,
    drafted_from,
    load_rival,
    segments_of,
    why_not,
)
from training.verdict import Verdict


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


def make_contest(trained: Trained, bundle: Path, rival: Rival) -> Ring:
    """Bring everything together that the gate looks at.

    Parameters
    ----------
    trained
        The challenger's training; its predictions for later leads come from a fit that never saw them.
    bundle
        The challenger as it will be stored: what it does with leads that are changed, or scored alone.
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
        renewed = None if flattered else _renewed(rival, data.loaded, lead, as_of, int(as_of[kept].min()))
        if renewed is not None:
            probabilities[RECALIBRATED] = renewed
    scorer, seed, config = Scorer.load(bundle), trained.parts.seed, data.loaded.config
    contest = Contest(
        label=judged.label[kept],
        weight=judged.weight[kept],
        lead=lead[kept],
        time=as_of[kept],
        probabilities={name: p[kept] for name, p in probabilities.items()},
        segments=segments_of(data.loaded, lead[kept]),
        capacity_share=config.capacity.share,
        parity=measure_parity(scorer, tables, lead, as_of, seed=seed),
        flattered=flattered,
        drafted=drafted_from(data.loaded, lead[kept]),
        behaviour=measure_behaviour(scorer, tables, lead, as_of, left_out(config, scorer), seed=seed),
    )
    return Ring(contest, rival.version, tuple(notes))


def _predict(
    rival: Rival, trained: Trained, tables: LeadTables, lead: IntArray, as_of: IntArray
) -> tuple[FloatArray | None, str | None]:
    """Return the champion's probabilities, or why it cannot be compared."""
    why = why_not(rival.scorer, rival.version, trained.data.loaded)
    if why is not None:
        return None, why
    try:
        return champion_probability(rival.scorer, tables, lead, as_of), None
    except QualifyError as error:
        return None, f"version {rival.version} cannot score the present tables: {str(error).splitlines()[0]}"


def _renewed(rival: Rival, loaded: Loaded, lead: IntArray, as_of: IntArray, begins: int) -> FloatArray | None:
    """Return the champion's probabilities with a calibration from outcomes known when the judged rows begin.

    None where no new calibration is called for.
    """
    fresh = fresh_rows(loaded, rival.scorer)
    model = rival.scorer.parts.targets[0]
    known = walk(
        originals_of(rival.scorer.parts)[model.name], fresh.evidence.take(fresh.evidence.known <= begins)
    )
    form, calibration, _ = known.fitted()
    if form.kind == "same":
        return None
    renewed = replace(rival.scorer.parts, targets=(replace(model, calibration=calibration),))
    return champion_probability(Scorer(renewed, rival.scorer.version), loaded.tables, lead, as_of)


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
