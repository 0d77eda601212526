"""Columns of the leads table that the sales desk shows, found by what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterable

from qualify.config import Desk

_CALLED = {
    "name": "name|full_?name|lead_?name|contact_?name|氏名|名前|担当者名",
    "company": "company|company_?name|account|account_?name|organi[sz]ation|会社|会社名|企業名|法人名",
    "owner": "owner|lead_?owner|owner_?name|sales_?rep|assigned_?to|営業担当|営業担当者|担当営業",
    "phone": "phone|phone_?number|telephone|tel|mobile|mobile_?phone|電話|電話番号|携帯|携帯電話|tel番号",
    "email": "e-?mail|e-?mail_?address|メール|メールアドレス",
    "source": "source|lead_?source|original_?source|channel|流入元|流入経路|リードソース",
}


def propose_desk(columns: Iterable[str]) -> Desk:
    """Return the columns whose name says that they are one of the desk's; the first where several do.

    Examples
    --------
    >>> desk = propose_desk(["id", "Lead Source", "会社名", "TEL"])
    >>> desk.company, desk.source, desk.phone, desk.owner
    ('会社名', 'Lead Source', 'TEL', None)
    """
    found: dict[str, str] = {}
    for column in columns:
        called = column.strip().casefold().replace(" ", "_")
        for what, pattern in _CALLED.items():
            if re.fullmatch(pattern, called):
                found.setdefault(what, column)
    return Desk.model_validate(found)
