"""What an e-mail address says: free mail, a company, or education."""

from __future__ import annotations

import unicodedata
from typing import Literal

_FREE = frozenset(
    """
    gmail.com googlemail.com yahoo.com yahoo.co.jp yahoo.ne.jp ymail.com ymail.ne.jp rocketmail.com ybb.ne.jp
    outlook.com outlook.jp hotmail.com hotmail.co.jp live.com live.jp msn.com icloud.com me.com mac.com aol.com aol.jp
    gmx.com gmx.de gmx.net web.de t-online.de freenet.de mail.com mail.ru yandex.ru yandex.com list.ru bk.ru
    proton.me protonmail.com pm.me tutanota.com zoho.com fastmail.com hey.com qq.com 163.com 126.com sina.com
    foxmail.com naver.com daum.net hanmail.net rediffmail.com orange.fr wanadoo.fr free.fr laposte.net libero.it
    docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp vodafone.ne.jp disney.ne.jp willcom.com ymobile.ne.jp
    uqmobile.jp rakuten.jp goo.jp goo.ne.jp excite.co.jp infoseek.jp livedoor.com mail.goo.ne.jp nifty.com nifty.ne.jp
    biglobe.ne.jp so-net.ne.jp ocn.ne.jp plala.or.jp odn.ne.jp dion.ne.jp asahi-net.or.jp eonet.ne.jp jcom.home.ne.jp
    comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net btinternet.com sky.com bigpond.com uol.com.br
    bol.com.br terra.com.br
    """.split()
)
# Whole families: any country, or any region below the carrier.
_FREE_STEMS = frozenset(
    {"gmail", "yahoo", "hotmail", "outlook", "live", "icloud", "gmx", "aol", "yandex", "protonmail"}
)
_FREE_BELOW = ("ezweb.ne.jp", "vodafone.ne.jp", "ocn.ne.jp", "so-net.ne.jp", "pdx.ne.jp", "biglobe.ne.jp")
_EDUCATION = ("edu", "ac", "ed", "school", "university", "sch", "k12")


def email_domain(address: str) -> str | None:
    """Return the domain of an address, lower case; None when it is not one.

    Examples
    --------
    >>> email_domain("Ａ.Sato@Example.CO.JP"), email_domain("n/a")
    ('example.co.jp', None)
    """
    text = unicodedata.normalize("NFKC", address).strip().strip("<>").casefold()
    name, at, domain = text.rpartition("@")
    labels = domain.split(".")
    sound = at and name and len(labels) > 1 and all(labels) and not set(domain) & set(" \t/,;<>()\"'")
    return domain if sound else None


def email_kind(address: str) -> Literal["free", "company", "education"] | None:
    """Say whose address it is; None when it is not an address.

    Examples
    --------
    >>> [email_kind(a) for a in ("a@gmail.com", "b@x.ac.jp", "c@acme.co.jp", "none")]
    ['free', 'education', 'company', None]
    """
    domain = email_domain(address)
    if domain is None:
        return None
    if _is_education(domain.split(".")):
        return "education"
    free = (
        domain in _FREE
        or domain.split(".")[0] in _FREE_STEMS
        or domain.endswith(tuple("." + d for d in _FREE_BELOW))
    )
    return "free" if free else "company"


def _is_education(labels: list[str]) -> bool:
    """``.edu`` and ``.school`` at the end, or ``.ac.jp``, ``.ac.uk``, ``.edu.au``, ``.ed.jp`` before a country."""
    top, second = labels[-1], labels[-2]
    if top in {"edu", "school", "university", "academy"}:
        return True
    return len(labels) > 2 and len(top) == 2 and second in _EDUCATION
