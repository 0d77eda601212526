"""Exact Shapley values of LightGBM's trees, by looking them up.

``explain = treeshap.compile(booster)`` prepares tables once; ``explain(X)`` then gives what
``booster.predict(X, pred_contrib=True)`` gives, some hundred times faster.

From booster to number: `trees` reads the model text; `columns` turns values into small codes; `groups`
gathers leaves that ask the same questions; `shapley` solves one leaf; `tables` fills a table for each
group; `kernel` looks up and adds; `explainer` is what users hold; `members` explains the bags of one
model together.

References: Lundberg and others (2020), From local explanations to global understanding with explainable
AI for trees; Yang (2021), Fast TreeSHAP; Wettenstein and others (2025), WOODELF.
"""

from qualify.explain.treeshap.compiler import (
    TableLimitWarning,
    compile,  # noqa: A004
    compile_members,
)
from qualify.explain.treeshap.explainer import Explainer
from qualify.explain.treeshap.members import Members

__all__ = ["Explainer", "Members", "TableLimitWarning", "compile", "compile_members"]
