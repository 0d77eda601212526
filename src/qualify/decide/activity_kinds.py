"""Which types of activities are mails, webinars, documents and requests, by patterns over their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qualify.leads.tables import BoolArray
from qualify.rules.vocabulary import folded, glob_matches

__all__ = ["KINDS", "types_of"]

KINDS: Mapping[str, tuple[str, ...]] = {
    "mail_sent": (
        "email?sent*",
        "mail?sent*",
        "e-mail?sent*",
        "email?delivered*",
        "mail?delivered*",
        "e-mail?delivered*",
        "メール送信*",
        "メール配信*",
    ),
    "mail_opened": ("email?open*", "mail?open*", "e-mail?open*", "メール開封*", "メールの開封*", "開封*"),
    "mail": ("email*", "e-mail*", "mail*", "メール*", "開封*"),
    "webinar_registered": ("webinar?regist*", "ウェビナー申込*", "ウェビナー登録*", "セミナー申込*"),
    "webinar_attended": ("webinar?attend*", "ウェビナー参加*", "セミナー参加*"),
    "document": ("*download*", "white?paper*", "資料*", "ホワイトペーパー*"),
    "request": (
        *(
            "demo?request*",
            "contact?form*",
            "call?booked*",
            "trial?sign*",
            "follow?up?reply*",
            "followup?reply*",
        ),
        *("cart?abandon*", "問い合わせ*", "問合せ*", "デモ*", "トライアル*", "見積*", "資料請求*"),
    ),
    "sales": (
        *("sales?call*", "call?made*", "outbound?call*", "phone?call*", "meeting?held*", "sales?meeting*"),
        *("sales?visit*", "sales?email*", "sales?mail*", "架電*", "訪問*", "商談*", "営業*"),
    ),
}
"""``*`` is any text and ``?`` one character. ``sales`` is sales' own doing; all else is the lead's."""


def types_of(kind: str, types: Sequence[str]) -> BoolArray:
    """Say which of the types are of a kind, shape (types,).

    Examples
    --------
    >>> types_of("webinar_attended", ["webinar_attended", "Webinar registered"]).tolist()
    [True, False]
    """
    return glob_matches(KINDS[kind], [folded(name) for name in types])
