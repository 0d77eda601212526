"""Groups of leads that seem to be the same, and what they do to a split by time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.labels.split import later_share, lead_order
from qualify.leads.tables import BoolArray, FloatArray, IntArray
from training.checks.finding import Level
from training.data import Loaded, lead_time

FEWEST, FEWEST_SHARE = 5, 0.0005
"""Fewer leads with a twin, or a smaller share of all leads, are not told."""

MATTERS = 0.01
"""From this share on, of all leads or of the later ones, twins are a warning."""


@dataclass(frozen=True, slots=True)
class Twins:
    """How many leads have a twin.

    Parameters
    ----------
    leads, groups
        Leads with a twin, and the groups that they form.
    all_leads
        Leads looked at.
    crossing
        Later leads, on which a model is judged, with a twin among the earlier ones, of which it learns.
    later
        Later leads looked at.
    agree
        Share of the twins with a known outcome whose group has one outcome only; NaN where none is known.
    """

    leads: int
    groups: int
    all_leads: int
    crossing: int
    later: int
    agree: float

    @property
    def level(self) -> Level:
        """A warning where the figures on later leads are touched, or many leads are."""
        share = max(self.leads / max(self.all_leads, 1), self.crossing / max(self.later, 1))
        return "warning" if share >= MATTERS else "note"

    def text(self, what: str) -> str:
        """Return the sentence for people."""
        agree = "" if np.isnan(self.agree) else f"; {self.agree:.0%} of the twins have the same outcome"
        return (
            f"{self.leads:,} leads ({self.leads / self.all_leads:.1%}) {what}, in {self.groups:,} groups; "
            f"{self.crossing:,} of the {self.later:,} later leads have a twin among the earlier ones{agree}"
        )


def later_leads(loaded: Loaded) -> BoolArray:
    """Return which leads are among the last, on which a model is judged."""
    place = lead_order(lead_time(loaded.tables))
    return later_share(place, loaded.config.training.test_share)


def find_twins(key: IntArray, later: BoolArray, label: FloatArray) -> Twins | None:
    """Count the leads that share a key.

    Parameters
    ----------
    key
        Shape (leads,); -1 where a lead has none.
    later, label
        Shape (leads,).

    Returns
    -------
    Twins or None
        None where too few leads have a twin to be told.
    """
    rows = np.flatnonzero(key >= 0)
    _, group, size = np.unique(key[rows], return_inverse=True, return_counts=True)
    paired = size[group] > 1
    rows, group = rows[paired], group[paired]
    if len(rows) < max(FEWEST, FEWEST_SHARE * len(key)):
        return None
    _, group = np.unique(group, return_inverse=True)
    groups = int(group.max()) + 1
    has_early = np.bincount(group, weights=~later[rows], minlength=groups) > 0
    return Twins(
        leads=len(rows), groups=groups, all_leads=len(key),
        crossing=int(np.count_nonzero(later[rows] & has_early[group])),
        later=int(later.sum()), agree=_agreement(group, label[rows], groups),
    )  # fmt: skip


def _agreement(group: IntArray, label: FloatArray, groups: int) -> float:
    """Return the share of leads in groups of one outcome, among groups with two known outcomes or more."""
    known = ~np.isnan(label)
    count = np.bincount(group[known], minlength=groups)
    ones = np.bincount(group[known], weights=label[known], minlength=groups)
    judged = count >= 2
    total = count[judged].sum()
    alike = (ones[judged] == 0) | (ones[judged] == count[judged])
    return float(count[judged][alike].sum() / total) if total else float("nan")
