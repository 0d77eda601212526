"""A field is what a sales person recognises; every model column belongs to exactly one.

Contributions of model columns are summed by field before anybody sees them: three windows of pricing-page
views, their recency and the rule's points for them are one field, ``activity:pricing_view``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qualify.config import Label

Group = Literal["fit", "engagement", "history"]
FieldKind = Literal[
    "activity", "number", "boolean", "category", "multi_select", "date", "text", "email", "job_title",
    "rule", "points", "stage", "age", "clock", "silence", "topics",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One recognisable thing about a lead.

    Parameters
    ----------
    name
        Unique and stable, for instance ``activity:pricing_view`` or ``column:Country``.
    kind
        What sort of thing it is; decides the sentence.
    subject
        The activity type, the user's column name, or the rule's id; empty for kinds of which there is one.
    group
        ``fit`` (who the lead is), ``engagement`` (what the lead does) or ``history`` (where it stands).
    label
        The user's or the scorecard's own words for it, where given.
    topic
        Name shared by fields that are told as one reason (see `qualify.features.topics`); None: its own.
    unit
        What stands beside the number in the user's table (see `qualify.config.ColumnSpec`).

    Notes
    -----
    What a sentence may be made from, by kind (arrays, one value a row):

    ========== =====================================================================================
    activity   ``count_7d``, ``count_30d``, ``count_all`` (float), ``days_since`` (NaN: never)
    number     ``value`` (NaN: missing)
    boolean    ``value`` (1, 0, NaN)
    category   ``value`` (object: str or None)
    multi_select
               ``value`` (object: the parts in the order of the alphabet, "; " between them, or None)
    date       ``days_before`` (days from that date to `as_of`; negative: in the future; NaN: missing)
    text       ``length`` (characters; NaN: missing)
    email      ``value`` (``free``, ``company``, ``education`` or None)
    job_title  ``rank`` and ``department`` (object: keys such as ``director`` and ``it``, or None)
    rule       ``points`` of that rule
    points     ``points``: the scorecard's total
    stage      ``value`` (object: the stage or None), ``days_since`` (days since it was entered)
    age        ``days`` since creation
    clock      ``weekday`` (0 = Monday) and ``hour`` of creation, in the configured time zone (NaN: unknown)
    silence    ``days_since`` the last activity of any type (NaN: none yet), ``count_all``
    topics     ``distinct``: number of different pages, offers or webinars
    ========== =====================================================================================
    """

    name: str
    kind: FieldKind
    subject: str
    group: Group
    label: Label | None = None
    topic: str | None = None
    unit: str | None = None
