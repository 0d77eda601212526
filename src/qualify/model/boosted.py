"""The shallow trees: bags of LightGBM models whose log-odds are averaged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from qualify.leads.tables import FloatArray

if TYPE_CHECKING:
    import lightgbm as lgb


@dataclass(frozen=True)
class BoostedModel:
    """Bags of boosted trees, held as LightGBM's own model texts.

    Parameters
    ----------
    texts
        One model text a bag.
    """

    texts: tuple[str, ...]

    @cached_property
    def boosters(self) -> list[lgb.Booster]:
        """The bags, parsed."""
        # Scores are made from the trees' own tables: what only scores need not load the library.
        import lightgbm as lgb

        return [lgb.Booster(model_str=text) for text in self.texts]

    def member_log_odds(self, design: FloatArray) -> FloatArray:
        """Return the log-odds by each bag, shape (rows, bags)."""
        # One thread: LightGBM holds the number for the process, and two calls at once must agree.
        found = [booster.predict(design, raw_score=True, num_threads=1) for booster in self.boosters]
        return np.column_stack(found)
