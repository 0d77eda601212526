"""S001 to S004 once more: the leads of the training table against leads that are to be scored."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qualify.leads.build import build_tables
from qualify.leads.read import read_table
from qualify.leads.tables import Column, LeadTables
from qualify.rules.reading import recoded
from training.checks.finding import Finding
from training.checks.shift import Groups, compare_leads
from training.data import Loaded

TO_BE_SCORED = Groups("leads of the training table", "leads to be scored")


def check_against(loaded: Loaded, leads: str, seed: int = 0) -> Iterator[Finding]:
    """Compare leads to be scored with those of which a model learns.

    Parameters
    ----------
    leads
        A table of leads, with the columns of the configured one.

    Raises
    ------
    DataError
        The table cannot be read, or lacks a column.
    """
    data = loaded.config.data.model_copy(update={"created_at": None, "order_by": None})
    table = read_table(leads, encoding=data.encoding, delimiter=data.delimiter, what="leads")
    others, _ = build_tables(data, loaded.used, table)
    columns = {name: _joined(loaded.tables, others, name) for name in loaded.used}
    to_be_scored = np.repeat([False, True], [len(loaded.tables), len(others)])
    yield from compare_leads(columns, loaded.used, to_be_scored, seed=seed, groups=TO_BE_SCORED)


def _joined(first: LeadTables, second: LeadTables, name: str) -> Column:
    """Put a column of two tables one below the other, with the words of both."""
    one, other = first.columns[name], second.columns[name]
    if one.kind in ("number", "date"):
        return Column(one.kind, np.concatenate([one.values, other.values]))
    words = tuple(sorted({*one.vocabulary, *other.vocabulary}))
    codes = [recoded(each.vocabulary, words)[each.codes] for each in (one, other)]
    return Column(one.kind, np.concatenate(codes), words)
