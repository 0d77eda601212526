"""The audit as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from numpy import float64
from numpy.typing import NDArray

from qualify.config import ColumnSpec
from qualify.labels.audit.assigned import check_assigned
from qualify.labels.audit.companions import find_companions
from qualify.labels.audit.dates import check_dates
from qualify.labels.audit.encoded import check_encoded, find_left_out
from qualify.labels.audit.facts import Facts, make_facts
from qualify.labels.audit.missing import check_missing, check_zeros
from qualify.labels.audit.sample import draw_sample
from qualify.labels.audit.single import check_copy, check_power
from qualify.labels.audit.suspicion import Suspicion, excluded_columns, sort_suspicions
from qualify.labels.audit.totals import find_totals
from qualify.labels.audit.wordy import check_name, check_state_values
from qualify.leads.tables import FloatArray, LeadTables

_CHECKS: tuple[Callable[[Facts], Suspicion | None], ...] = (
    check_copy, check_power, check_missing, check_zeros, check_name, check_state_values, check_assigned,
    check_encoded,
)  # fmt: skip
# Identifiers are no features; only whether they are there may tell something.
_ID_CHECKS: tuple[Callable[[Facts], Suspicion | None], ...] = (check_missing,)


def audit_columns(
    tables: LeadTables,
    label: NDArray[float64],
    specs: Mapping[str, ColumnSpec],
    *,
    raw_order: FloatArray | None = None,
    seed: int = 0,
) -> list[Suspicion]:
    """Find the columns that were filled in after, or because of, the outcome.

    Parameters
    ----------
    tables
        The leads; every column in it is audited, at most 50,000 labelled rows of it, chosen by `seed`.
    label
        1.0 and 0.0, NaN where the outcome is not known; shape (leads,).
    specs
        What columns mean; of columns of type ``id`` only the missingness is looked at.
    raw_order
        Any quantity that grows with time, shape (leads,); where None, the table's own `order` or
        `created_at`. Power that only follows the calendar is no evidence.
    seed
        Of the sample and the folds.

    Returns
    -------
    list of Suspicion
        The gravest first; a column may occur several times. Empty when fewer than two rows of a class are
        labelled.

    Raises
    ------
    DataError
        The label or the order does not fit the table.
    """
    sample = draw_sample(tables, label, raw_order, seed)
    if sample is None:
        return []
    facts = {name: make_facts(name, column, sample) for name, column in tables.columns.items()}
    found: list[Suspicion] = []
    for name, one in facts.items():
        is_id = name in specs and specs[name].type == "id"
        found += [s for check in (_ID_CHECKS if is_id else _CHECKS) if (s := check(one)) is not None]
        dated = check_dates(one, tables)
        found += [dated] if dated is not None else []
    found += [*find_totals(facts, tables), *find_left_out(facts)]
    found += find_companions(facts, excluded_columns(sort_suspicions(found, facts)))
    return sort_suspicions(_undoubled(found), facts)


def _undoubled(found: list[Suspicion]) -> list[Suspicion]:
    """Keep one suspicion a column and code; where a plainer reason excludes, no doubt and no bare power."""
    kept: dict[tuple[str, str], Suspicion] = {}
    explained = {s.column for s in found if s.exclude and s.code != "L001"}
    for suspicion in found:
        if (suspicion.exclude and suspicion.code != "L001") or suspicion.column not in explained:
            kept.setdefault((suspicion.column, suspicion.code), suspicion)
    return list(kept.values())
