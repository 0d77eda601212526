"""Columns of the leads table that the sales desk shows, found by what they are called and hold."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from qualify.config import Desk
from qualify.leads import shapes
from qualify.leads.column_profile import distinct_values
from qualify.leads.strings import as_text

_SAMPLE = 5_000

_CALLED = {
    "name": "name|full_?name|lead_?name|contact_?name|氏名|名前|担当者名",
    "company": "(company|account|organi[sz]ation)(_?name)?|会社|会社名|企業名|法人名",
    "owner": "(lead|contact|deal|record|account|company)?_?owner(_?(full_?)?name)?|sales_?rep|assigned_?to"
    "|営業担当|営業担当者|担当営業|(リード)?_?所有者|(コンタクト|取引)担当者",
    "email": "e-?mail|e-?mail_?address|メール|メールアドレス",
    "source": "source|lead_?source|original_?source|channel|流入元|流入経路|リードソース",
}


def propose_desk(leads: pa.Table) -> Desk:
    """Return the columns whose name says that they are one of the desk's; the first where several do.

    What reaches a person is kept by the ledger: those columns have to hold telephone numbers and mail
    addresses too, by a sample of their values.

    Examples
    --------
    >>> said = {"id": ["1"], "Lead Source": ["Web"], "会社名": ["A"], "mobile": ["yes"]}
    >>> desk = propose_desk(pa.table({**said, "TEL": ["03-1234-5678"]}))
    >>> desk.company, desk.source, desk.phone, desk.owner
    ('会社名', 'Lead Source', 'TEL', None)
    """
    found: dict[str, str] = {}
    for place, column in enumerate(leads.column_names):
        what = _meaning(column)
        if what is not None and what not in found and _holds(what, column, leads.column(place)):
            found[what] = column
    return Desk.model_validate(found)


def kept_line(desk: Desk) -> str | None:
    """Return the sentence that the ledger will keep columns which reach people; None where it keeps none."""
    kept = {what: column for what in ("phone", "email") if (column := getattr(desk, what)) is not None}
    if not kept:
        return None
    columns, settings = (
        " and ".join(map(repr, kept.values())),
        " and ".join(f"service.desk.{w}" for w in kept),
    )
    return (
        f"with `score --ledger` the ledger keeps {columns} of open leads for the sales desk, until `forget`; "
        f"set {settings} to null to keep out what no model reads"
    )


def _meaning(column: str) -> str | None:
    called = shapes.without_object(column).strip().casefold().replace(" ", "_")
    if shapes.names_a_phone(column):
        return "phone"
    return next((what for what, pattern in _CALLED.items() if re.fullmatch(pattern, called)), None)


def _holds(what: str, name: str, cells: pa.ChunkedArray) -> bool:
    """Say whether a column holds what it is called, where that reaches a person."""
    if what not in ("phone", "email"):
        return True
    texts = as_text(cells, name).drop_null().slice(0, _SAMPLE)
    plain = pc.replace_substring_regex(pc.utf8_normalize(texts, form="NFKC"), r"[‐-―−ー]", "-")
    values = distinct_values(plain)
    test = shapes.is_phone if what == "phone" else shapes.is_email
    return test(name, values.texts, values.counts)
