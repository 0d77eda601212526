"""A model and its new calibration: what the fresh outcomes make of the bundle in use, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from qualify.leads.tables import BoolArray
from qualify.model.parts import ModelParts
from qualify.model.recalibrate import Form, Old, Walk, walk
from qualify.model.renewed import originals_of, renew
from qualify.scorer import Scorer
from training.data import Loaded
from training.fresh import Fresh, fresh_rows
from training.power import sees

__all__ = ["Renewal", "enough", "renewal_of"]


@dataclass(frozen=True)
class Renewal:
    """The fresh rows of a model, and what recalibrating on them would have done.

    It depends on the tables, the bundle and nothing else: the same two give the same bytes.
    """

    loaded: Loaded
    scorer: Scorer
    fresh: Fresh
    taken: Walk

    @cached_property
    def fitted(self) -> tuple[Form, Old]:
        """What moved for the first target, and its new calibration."""
        form, calibration, error = self.taken.fitted()
        return form, Old(calibration, error)

    def parts(self) -> ModelParts:
        """Return the model with its new calibrations."""
        old = self.scorer.parts
        found = {old.targets[0].name: self.fitted[1], **self._further()}
        leads = old.window.leads + len(np.unique(self.fresh.lead))
        return renew(old, self.scorer.version, found, ends=self.fresh.latest(), leads=leads)

    def _further(self) -> dict[str, Old]:
        """Return new calibrations of the further targets that are served better by them."""
        found = {}
        for k, model in enumerate(self.scorer.parts.targets[1:], start=1):
            rows = fresh_rows(self.loaded, self.scorer, k)
            taken = walk(originals_of(self.scorer.parts)[model.name], rows.evidence)
            form, calibration, error = taken.fitted()
            if form.kind != "same" and enough(rows, taken.blocks > 0):
                found[model.name] = Old(calibration, error)
        return found


def renewal_of(loaded: Loaded, scorer: Scorer) -> Renewal:
    """Return what the fresh rows of the tables would do to a model's calibration."""
    fresh = fresh_rows(loaded, scorer)
    target = scorer.parts.targets[0].name
    return Renewal(loaded, scorer, fresh, walk(originals_of(scorer.parts)[target], fresh.evidence))


def enough(fresh: Fresh, judged: BoolArray) -> bool:
    """Say whether the rows hold leads enough with either outcome to judge by."""
    won = len(np.unique(fresh.lead[judged & (fresh.evidence.label == 1)]))
    return bool(sees(won, len(np.unique(fresh.lead[judged])) - won))
