"""What an e-mail address says: free mail, a company, or education."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.leads.tables import IntArray

EMAIL_KINDS = ("company", "education", "free")
"""What an address can be, in the order of its codes."""

# One line a country or a kind of provider.
_FREE = frozenset(
    domain
    for line in (
        "gmail.com googlemail.com ymail.com rocketmail.com msn.com me.com mac.com mail.com proton.me pm.me",
        "tutanota.com zoho.com fastmail.com hey.com",
        "comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net btinternet.com sky.com",
        "bigpond.com",
        "web.de t-online.de freenet.de orange.fr wanadoo.fr free.fr laposte.net libero.it",
        "uol.com.br bol.com.br terra.com.br",
        "mail.ru list.ru bk.ru qq.com 163.com 126.com sina.com foxmail.com naver.com daum.net hanmail.net",
        "rediffmail.com",
        "yahoo.co.jp ybb.ne.jp ymail.ne.jp outlook.jp live.jp aol.jp goo.jp goo.ne.jp excite.co.jp",
        "infoseek.jp",
        "livedoor.com rakuten.jp nifty.com nifty.ne.jp biglobe.ne.jp so-net.ne.jp ocn.ne.jp",
        "plala.or.jp odn.ne.jp",
        "dion.ne.jp asahi-net.or.jp eonet.ne.jp jcom.home.ne.jp",
        "docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp vodafone.ne.jp disney.ne.jp",
        "willcom.com",
        "ymobile.ne.jp uqmobile.jp",
    )
    for domain in line.split()
)
# Whole families: the same provider in any country, and a carrier's regions below its domain.
_FREE_FAMILY = re.compile(
    r"(?:gmail|yahoo|hotmail|outlook|live|icloud|gmx|aol|yandex|protonmail)\.(?:com|net|ne\.jp|(?:com?\.)?[a-z]{2})"
)
_FREE_BELOW = (
    ".ezweb.ne.jp",
    ".vodafone.ne.jp",
    ".ocn.ne.jp",
    ".so-net.ne.jp",
    ".pdx.ne.jp",
    ".biglobe.ne.jp",
)
_EDUCATION_TOP = frozenset({"edu", "school", "university", "academy"})
_EDUCATION_BEFORE_COUNTRY = frozenset({"edu", "ac", "ed", "sch"})
_ADDRESS = re.compile(r"[^\s@,;<>()\"]+@((?:[^\s@.,;<>()\"'/]+\.)+[^\s@.,;<>()\"'/]+)")


def email_domain(address: str) -> str | None:
    """Return the domain of an address, lower case; None when it is not one.

    Examples
    --------
    >>> email_domain("Ａ.Sato@Example.CO.JP"), email_domain("n/a")
    ('example.co.jp', None)
    """
    text = address if address.isascii() else unicodedata.normalize("NFKC", address)
    found = _ADDRESS.fullmatch(text.strip().strip("<>"))
    return found[1].casefold() if found else None


_FEW = 32
"""Up to so many addresses are read one by one, which is quicker."""

_PLAIN = r"^[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+$"
"""What most addresses look like, to RE2; whatever else may be one is left to `email_domain`."""


def email_domains(addresses: Sequence[str]) -> tuple[list[str], IntArray]:
    """Return the different domains of many addresses, and each one's position, -1 where it is no address.

    The same as `email_domain` of each, which it asks only about those that do not look plain.

    Examples
    --------
    >>> email_domains(["a@x.com", "none", "B@X.com", "c@y.jp"])
    (['x.com', 'y.jp'], array([ 0, -1,  0,  1]))
    """
    domains, at = _plain_domains(addresses) if len(addresses) > _FEW else ([], np.full(len(addresses), -1))
    position = dict(zip(domains, range(len(domains)), strict=True))
    for odd in (at < 0).nonzero()[0].tolist():
        domain = email_domain(addresses[odd])
        if domain is not None:
            at[odd] = position.setdefault(domain, len(position))
    return list(position), at


def _plain_domains(addresses: Sequence[str]) -> tuple[list[str], IntArray]:
    texts = pa.array(addresses, pa.large_string())
    # To say whether a text fits costs a quarter of what it costs to say where its parts are.
    plain = pc.match_substring_regex(texts, _PLAIN)
    found = pc.list_element(pc.split_pattern(texts.filter(plain), "@"), 1)
    encoded = pc.ascii_lower(found).dictionary_encode()
    at = np.full(len(addresses), -1)
    at[plain.to_numpy(zero_copy_only=False)] = encoded.indices.to_numpy()
    return encoded.dictionary.to_pylist(), at


def email_kind(address: str) -> Literal["free", "company", "education"] | None:
    """Say whose address it is; None when it is not an address.

    Examples
    --------
    >>> [email_kind(a) for a in ("a@gmail.com", "b@x.ac.jp", "c@acme.co.jp", "none")]
    ['free', 'education', 'company', None]
    """
    domain = email_domain(address)
    return None if domain is None else kind_of_domain(domain)


@lru_cache(maxsize=65_536)
def kind_of_domain(domain: str) -> Literal["free", "company", "education"]:
    """Say whose domain it is, given in lower case."""
    labels = domain.split(".")
    if labels[-1] in _EDUCATION_TOP:
        return "education"
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _EDUCATION_BEFORE_COUNTRY:
        return "education"
    if "k12" in labels:
        return "education"
    free = domain in _FREE or domain.endswith(_FREE_BELOW) or _FREE_FAMILY.fullmatch(domain)
    return "free" if free else "company"
