"""Where to cut the list: what each number of leads worked finds, costs and brings, before one is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qualify.config import Config
from qualify.decide.stage_roles import find_roles
from qualify.errors import DataError, UserError
from qualify.evaluate import Metric
from qualify.evaluate.draws import interval, resample
from qualify.evaluate.rows import check_rows
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, BoolArray, FloatArray, IntArray
from qualify.model.evidence import one_row_a_lead
from qualify.model.parts import Reference
from qualify.scorer import Scorer
from training.cut_choices import Choice, Cuts, Leads, Wish
from training.data import Loaded, load_tables
from training.dataset import build_training_set
from training.heard import with_answers
from training.in_use import champion, open_registry
from training.power import sees
from training.rivals import load_rival, why_not
from training.steps import begin

__all__ = ["decide_cuts", "find_cuts", "recent_leads"]

SHARES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0)
"""Of the leads: the choices that are shown besides the present one and the wished one."""
POINTS = (20.0, 40.0, 60.0, 80.0, 100.0, 120.0)
"""Hand-over thresholds of the rules that are shown; 100 is the one that both teams start from."""
RECENT_SHARE = 0.3
"""Where too few leads are new to the model, the latest share of all with an outcome is looked at."""
DRAWS = 400
WEEK = 7 * MICROSECONDS_A_DAY


def find_cuts(config: Config, folder: Path, wish: Wish) -> Cuts:
    """Compare the choices for the model in use on recent leads whose outcome is known.

    Raises
    ------
    UserError, ModelError
        There is no model in use, it cannot score the tables, or the wish cannot be followed.
    DataError, ConfigError
        A table or the configuration is wrong, or no outcome is known.
    """
    client = open_registry(config, folder)
    used = champion(client, config.mlflow.model_name)
    rival = load_rival(config)
    assert rival is not None, "the registry has just named the version in use"
    loaded, _ = with_answers(load_tables(config, folder), folder)
    why = why_not(rival.scorer, used.version, loaded)
    if why is not None:
        raise DataError(why, where="qualify.yaml", mend="train again with `qualify train`")
    begin("scoring recent leads")
    leads = recent_leads(loaded, rival.scorer)
    begin("comparing the choices")
    return decide_cuts(leads, rival.scorer, wish, config.capacity.band_shares, used.version)


def recent_leads(loaded: Loaded, scorer: Scorer) -> Leads:
    """Return recent leads with a known outcome, each at one moment at which it was undecided.

    They are those that came in after the model's training window; where these are too few to judge by, the
    latest of all.
    """
    data = build_training_set(loaded)
    target, tables = loaded.config.targets[0], loaded.tables
    rows = one_row_a_lead(data.lead, data.open & ~np.isnan(data.labels[target.name]))
    rows = rows[np.argsort(data.place[rows], kind="stable")]
    created = tables.created_at[data.lead[rows]]
    ends = scorer.parts.window.ends
    new = (
        created > int(np.datetime64(ends, "us").astype(np.int64)) if ends else np.zeros(len(rows), dtype=bool)
    )
    label = data.labels[target.name][rows]
    learned = not _enough(label[new])
    kept = np.arange(len(rows)) >= round(len(rows) * (1 - RECENT_SHARE)) if learned else new
    rows, label = rows[kept], label[kept]
    told = scorer.explain_rows(tables, data.lead[rows], data.as_of[rows])
    name = _win_target(loaded.config)
    win = told.further[name].probability if name in told.further else told.prediction.probability
    weight = data.stand_for(target, rows)
    return Leads(
        told.prediction.probability, win, label, weight, told.points.total, _weeks(created[kept]), learned
    )


def _enough(label: FloatArray) -> bool:
    return bool(sees(int(label.sum()), int(len(label) - label.sum())))


def _win_target(config: Config) -> str:
    """Return the target that is a win; the first one where none is."""
    roles = find_roles(config.stages, config.targets, config.stages.order)
    won = roles.get("won")
    return next((each.name for each in config.targets if won and each.stage == won), config.targets[0].name)


def _weeks(created: IntArray) -> float | None:
    dated = created[created != NO_TIME]
    if not len(dated) or dated.max() == dated.min():
        return None
    return float(dated.max() - dated.min()) / WEEK


def decide_cuts(
    leads: Leads, scorer: Scorer, wish: Wish, band_shares: tuple[float, float, float], version: str = ""
) -> Cuts:
    """Compare the choices and follow the wish.

    With a capacity the cut lets through as many leads a week; with a value v and a cost c it is where the
    model's expected wins · v − leads · c is largest. What is observed at a choice plays no part in choosing.

    Parameters
    ----------
    band_shares
        The present ones.

    Raises
    ------
    UserError
        A capacity is wished, and the leads have no dates.
    """
    present = scorer.parts.bands.cuts[0]
    wished = _wished(leads, wish)
    thresholds = sorted(
        {*_at_shares(leads, SHARES), present, *([] if wished is None else [wished])}, reverse=True
    )
    choices = [
        *_choices(leads, "model", leads.probability, thresholds, wish),
        *_choices(leads, "rules", leads.points, sorted(POINTS, reverse=True), wish),
    ]
    share = None if wished is None else _share_of(leads, leads.probability >= wished)
    return Cuts(
        version, len(leads), int(leads.label.sum()), leads.weeks, leads.learned, wish, tuple(choices),
        present=thresholds.index(present), chosen=None if wished is None else thresholds.index(wished),
        share=None if share is None else _inside(share),
        band_shares=None if wished is None else _bands(scorer.parts.reference, wished, band_shares),
    )  # fmt: skip


def _at_shares(leads: Leads, shares: Sequence[float]) -> list[float]:
    """Return the probabilities at and above which the given shares of the leads lie."""
    order = np.argsort(-leads.probability, kind="stable")
    reached = np.cumsum(leads.weight[order]) / leads.weight.sum()
    places = np.minimum(np.searchsorted(reached, np.array(shares) - 1e-12), len(order) - 1)
    found: list[float] = leads.probability[order][places].tolist()
    return found


def _share_of(leads: Leads, worked: BoolArray) -> float:
    return float(leads.weight[worked].sum() / leads.weight.sum())


def _wished(leads: Leads, wish: Wish) -> float | None:
    """Return the probability from which leads are worked; None without a wish."""
    if wish.capacity is not None:
        if leads.weeks is None:
            raise UserError(
                "leads a week cannot be counted without creation dates", where="--capacity",
                mend="name the creation date's column in `data.created_at`, or give --value and --cost",
            )  # fmt: skip
        share = wish.capacity * leads.weeks / float(leads.weight.sum())
        return _at_shares(leads, [min(share, 1.0)])[0]
    if wish.value is None or wish.cost is None:
        return None
    order = np.argsort(-leads.probability, kind="stable")
    net = np.cumsum(leads.weight[order] * (wish.value * leads.win[order] - wish.cost))
    if net.max() <= 0:
        raise UserError(
            "no cut pays: by the model's probabilities every lead costs more than it brings",
            where="--value, --cost",
            got=f"best lead: a win with {leads.win.max():.3f}, cost {wish.cost:g}, value {wish.value:g}",
        )  # fmt: skip
    return float(leads.probability[order][int(np.argmax(net))])


def _choices(
    leads: Leads, by: str, score: FloatArray, thresholds: Sequence[float], wish: Wish
) -> list[Choice]:
    """Return what each threshold means, with intervals of a bootstrap over the leads."""
    inside = (score[:, None] >= np.array(thresholds)).astype(np.float64)
    scale = 1.0 if leads.weeks is None else 1.0 / leads.weeks
    columns = np.hstack([inside, inside * leads.label[:, None], inside * leads.win[:, None],
                         leads.label[:, None]])  # fmt: skip

    def figures(weight: FloatArray) -> FloatArray:
        *parts, total = np.split(weight @ columns, np.cumsum([len(thresholds)] * 3))
        worked, found, wins = parts
        with np.errstate(invalid="ignore", divide="ignore"):
            rate, recall = found / worked, found / total
        net = (wish.value or 0.0) * wins - (wish.cost or 0.0) * worked
        return np.concatenate([found * scale, rate, recall, wins * scale, net * scale])

    value, drawn = resample(figures, check_rows(leads.label, leads.weight, None), DRAWS, 0)

    def metric(kind: int, place: int) -> Metric:
        at = kind * len(thresholds) + place
        return interval(float(value[at]), drawn[:, at])

    share = (leads.weight @ inside) / leads.weight.sum()
    worked = (leads.weight @ inside) * scale
    return [
        Choice(by, float(threshold), float(share[k]), float(worked[k]),
               metric(0, k), metric(1, k), metric(2, k), metric(3, k),
               None if wish.value is None else metric(4, k))
        for k, threshold in enumerate(thresholds)
    ]  # fmt: skip


def _bands(
    reference: Reference, threshold: float, present: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Return cumulated shares with A from the threshold on; B and C share the rest in the present proportion.

    Band shares are of the reference population, which later leads need not resemble.
    """
    above = 1.0 - float(np.searchsorted(np.asarray(reference.quantiles), threshold)) / len(
        reference.quantiles
    )
    a = _inside(above)
    rest = [(each - present[0]) / (1.0 - present[0]) for each in present[1:]]
    b, c = (round(a + (1.0 - a) * part, 3) for part in rest)
    return a, b, c


def _inside(share: float) -> float:
    """Return a share as the configuration takes it: above 0, and room for the bands below."""
    return round(float(np.clip(share, 0.005, 0.95)), 3)
