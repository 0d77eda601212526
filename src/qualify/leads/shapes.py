"""What the distinct values of a column look like: mail addresses, phone numbers, job titles, free text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.leads.tables import IntArray

_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]{2,}$"
_PHONE = r"^\+?[0-9(][0-9()\-\s./]{6,}[0-9]$"
_URL = r"(?i)^(https?://|www\.)\S+$"
_UUID = r"(?i)^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$"
_RANKS = (
    r"(?i)(manager|director|head of|chief|officer|president|\b(ceo|cto|cio|cfo|coo|vp|svp)\b|owner|founder|"
    r"partner|assistant|engineer|representative|\brep\b|analyst|specialist|consultant|coordinator|supervisor|"
    r"executive|clerk|部長|課長|社長|取締役|係長|主任|担当|代表|役員|会長|次長|室長|"
    r"店長|マネージャ|リーダー|社員)"
)
PICKED, PICKED_ROWS = 12, 30
"""So few values with so many rows each, on average, come from a list to pick from."""

_NAME_EMAIL = re.compile(r"(?i)e-?mail|メール|mail.?(address|id)")
_NAME_PHONE = re.compile(r"(?i)phone|mobile|\btel\b|\bfax\b|電話|携帯")
_CALLED_PHONE = re.compile(
    r"((work|office|business|direct|home|cell|contact|mobile)_?)?(tele)?phone(_?number)?|"
    r"tel(_?number)?|mobile(_?number)?|電話(番号)?|携帯(電話)?(番号)?|tel番号"
)
_NAME_TITLE = re.compile(r"(?i)job.?title|^title$|position|designation|役職|肩書|職位|job.?role|^role$")
_NAME_PERSON = re.compile(
    r"(?i)^(first|last|full|given|family|middle|contact|customer|lead|person)[ _.-]?name$|^name$|surname|"
    r"^(氏名|名前|姓|名|お名前|担当者名|姓名|フリガナ)$"
)
_NAME_ADDRESS = re.compile(r"(?i)^(street|postal)?[ _.-]?address(_?line)?\d?$|^street|住所|番地")
_NAME_CODE = re.compile(
    r"(?i)code|コード|区分|種別|zip|postal|郵便|(^|[\W_])(sic|naics|nace)([\W_]|$)|segment|\btype\b|class\b|category"
)
_COMPANY = re.compile(r"organi[sz]ation|company|account|取引先|組織|会社", re.IGNORECASE)
_OBJECT = re.compile(
    rf"(lead|deal|contact|person|opportunity|prospect|{_COMPANY.pattern}|リード|商談|取引先責任者|取引|人物|見込み客)"
    r"(?: ?[:：] ?| [-–] )(?=\S)",
    re.IGNORECASE,
)
_NAME_ID = re.compile(
    r"(?i:(^|[ _.\-])(id|uuid|guid|key)$|^(id|uuid|guid)([ _.\-]|$)|番号$|ＩＤ)|[a-z]I[Dd]$|[^ -~]ID$"
)
_NAME_TIME = re.compile(
    r"(?i:date|timestamp|time$|created|modified|(^|[ _.-])(at|on)$|日時|日付|年月日|日$)|[a-z]At$"
)
_NAME_COUNT = re.compile(
    r"(?i)(?<!ac)count(?!r?y)|number of|visits|views|total|score|rating|amount|\bage\b|days|years|employees|"
    r"size|qty|quantity|回数|件数|人数|数$|額|金額|年齢|日数|点"
)


def share(texts: pa.Array, counts: IntArray, pattern: str) -> float:
    """Return the share of rows whose value fits a regular expression."""
    if not len(texts):
        return 0.0
    hit = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return float(counts[hit].sum() / counts.sum())


def is_email(name: str, texts: pa.Array, counts: IntArray) -> bool:
    """Say whether the values are mail addresses."""
    return share(texts, counts, _EMAIL) >= (0.5 if _NAME_EMAIL.search(name) else 0.8)


def is_phone(name: str, texts: pa.Array, counts: IntArray) -> bool:
    """Say whether the values are phone numbers; the column's name has to say so too."""
    named = _NAME_PHONE.search(name) is not None or names_a_phone(name)
    return named and share(texts, counts, _PHONE) >= 0.5


def names_a_phone(name: str) -> bool:
    """Say whether a column is called a telephone and nothing more: neither a fax nor facts about calls.

    Examples
    --------
    >>> [names_a_phone(each) for each in ("Phone Number", "ＴＥＬ", "携帯電話", "phone_calls", "Fax")]
    [True, True, True, False, False]
    """
    called = unicodedata.normalize("NFKC", name).strip().casefold()
    return bool(_CALLED_PHONE.fullmatch(re.sub(r"[\s.-]+", "_", called)))


def is_personal(name: str) -> bool:
    """Say whether the column's name promises people's names or addresses."""
    return bool(_NAME_PERSON.search(without_object(name)) or _NAME_ADDRESS.search(name))


def is_job_title(name: str, texts: pa.Array, counts: IntArray) -> bool:
    """Say whether the values are job titles; without a telling name nearly all of many values have to be.

    A list to pick from, few values with many rows each, is none: each value tells more than its rank, and
    some, such as "junior", have none that is known.
    """
    if len(texts) <= PICKED and counts.sum() >= PICKED_ROWS * len(texts):
        return False
    ranked = share(texts, counts, _RANKS)
    return ranked >= 0.4 if _NAME_TITLE.search(name) else ranked >= 0.7 and len(texts) >= 8


def is_free_text(texts: pa.Array, counts: IntArray) -> bool:
    """Say whether people wrote sentences: long, and mostly different from row to row."""
    if not len(texts):
        return False
    length = pc.utf8_length(texts).to_numpy(zero_copy_only=False)
    mean = float((length * counts).sum() / counts.sum())
    distinct = len(texts) / counts.sum()
    words = share(texts, counts, r"\S+\s+\S+\s+\S+\s+\S+\s+\S+")
    if share(texts, counts, _URL) > 0.5:
        return False
    return bool((mean > 40 and distinct > 0.3) or (words > 0.5 and distinct > 0.5) or mean > 120)


def is_random_key(texts: pa.Array, counts: IntArray) -> bool:
    """Say whether the values are machine-made keys."""
    return share(texts, counts, _UUID) >= 0.9


def without_object(name: str) -> str:
    """Return a column's name without the object of the CRM that an export puts before it.

    A company's name stays one: it is not the lead's.

    Examples
    --------
    >>> without_object("Deal - Deal created"), without_object("Lead: Owner"), without_object("Lead ID")
    ('created', 'Owner', 'Lead ID')
    >>> without_object("Organization - Name"), without_object("取引先：業種")
    ('Organization Name', '業種')
    """
    found = _OBJECT.match(name.strip())
    if found is None:
        return name
    rest = name.strip()[found.end() :]
    if _COMPANY.fullmatch(found[1]) and rest.casefold() in ("name", "名", "名前"):
        return f"{found[1]} {rest}"
    again = f"{found[1]} "
    return rest[len(again) :] if rest.casefold().startswith(again.casefold()) else rest


def plain_name(name: str) -> str:
    """Return a name in lower case with blanks between its words, without the object of a CRM before it.

    Examples
    --------
    >>> plain_name("createdAt"), plain_name("REG_DATE"), plain_name("Lead ID"), plain_name("Lead: Lead ID")
    ('created at', 'reg date', 'lead id', 'id')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", without_object(name).strip())
    return re.sub(r"[\s_.\-/]+", " ", spaced).lower()


def name_rank(name: str, names: Sequence[str]) -> int:
    """Return the place of the first pattern that fits a name; their number when none does."""
    plain = plain_name(name)
    return next((k for k, pattern in enumerate(names) if re.search(pattern, plain)), len(names))


def names_an_id(name: str) -> bool:
    """Say whether a column is called like an id."""
    return bool(_NAME_ID.search(name.strip()))


def names_a_time(name: str) -> bool:
    """Say whether a column is called like a time."""
    return bool(_NAME_TIME.search(name))


def names_a_code(name: str) -> bool:
    """Say whether a column is called like a code, whose numbers have no order."""
    return bool(_NAME_CODE.search(name) or names_an_id(name)) and not _NAME_COUNT.search(name)


def is_scale(name: str, values: np.ndarray, counts: IntArray) -> bool:
    """Say whether a few distinct numbers are amounts, not codes.

    Fractions are; so are counts, whose values begin at 0 or 1, leave few gaps, and are most frequent near the
    beginning; and whatever is called a count, a score or an age.
    """
    if names_a_code(name):
        return False
    if _NAME_COUNT.search(name) or np.any(values != np.round(values)):
        return True
    order = np.argsort(values)
    values, counts = values[order], counts[order]
    span = values[-1] - values[0] + 1
    return bool(values[0] in (0, 1) and span <= 2 * len(values) and int(np.argmax(counts)) <= 1) or bool(
        span == len(values) and len(values) >= 5
    )
