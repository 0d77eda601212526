"""The suggested first step: what to do by band and behaviour, then by industry, size and stage."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from qualify.decide.words import load_words
from qualify.explain.advice import first_steps
from qualify.explain.explanation import Explanation
from qualify.explain.words import Phrasebook, phrasebook
from qualify.rules.vocabulary import folded as _plain

__all__ = ["industry_of", "size_of", "suggest_steps"]

_INDUSTRY_NAME = re.compile(r"industry|sector|vertical|業種|業界")
_SIZE_NAME = re.compile(r"employee|headcount|company.?size|staff.?count|従業員|社員数|企業規模")
_INDUSTRIES: Mapping[str, str] = {
    "manufacturing": r"manufactur|製造|メーカー|自動車|機械",
    "finance": r"financ|bank|insur|金融|銀行|保険|証券",
    "it": r"^it\b|software|saas|information tech|情報|ソフト|通信|it・",
    "retail": r"retail|food|restaurant|小売|飲食|外食",
    "health": r"health|medic|hospital|医療|病院|福祉|介護",
    "education": r"educat|school|universit|教育|学校|大学",
    "construction": r"construct|real estate|建設|建築|不動産",
    "logistics": r"logist|transport|warehous|物流|運輸|倉庫",
    "public": r"public|government|municipal|官公庁|自治体|公共",
}
_SMALL, _LARGE = 50, 500
"""Employees: the scorecard's own bounds of company size."""


def suggest_steps(
    explanation: Explanation, attributes: Mapping[str, Any], language: str, book: Phrasebook | None = None
) -> tuple[str, ...]:
    """Return the first steps, most important first; for a closed lead only that it is closed.

    What a band says about calling is about leads that are not there yet: a lead that has reached the SQL
    stage is approached whatever its chance of reaching it again.
    """
    steps = first_steps(explanation, book or phrasebook(language))
    if explanation.closed:
        return steps
    stage = tuple(_by_stage(explanation, language))
    company = tuple(_by_company(attributes, language))
    arrived = _plain(explanation.stage or "") in ("sql", _plain(explanation.target_stage or "sql"))
    return (*stage, *steps[1:], *company) if arrived and stage else (*steps, *stage, *company)


def _by_stage(explanation: Explanation, language: str) -> Iterator[str]:
    words, stage = load_words(language), _plain(explanation.stage or "")
    if f"handoff.stage.{stage}" in words:
        yield words[f"handoff.stage.{stage}"]


def _by_company(attributes: Mapping[str, Any], language: str) -> Iterator[str]:
    words, industry, size = load_words(language), industry_of(attributes), size_of(attributes)
    if industry is not None:
        yield words[f"handoff.industry.{industry}"]
    if size is not None:
        yield words[f"handoff.size.{size}"]


def industry_of(attributes: Mapping[str, Any]) -> str | None:
    """Return the lead's industry as one of a few groups; None where it is not known.

    Examples
    --------
    >>> industry_of({"業種": "製造業"}), industry_of({"industry": "circus"})
    ('manufacturing', None)
    """
    given = next((v for k, v in attributes.items() if _INDUSTRY_NAME.search(_plain(k)) and v), None)
    text = _plain(str(given or ""))
    return next((name for name, pattern in _INDUSTRIES.items() if re.search(pattern, text)), None)


def size_of(attributes: Mapping[str, Any]) -> str | None:
    """Return ``small``, ``middle`` or ``large`` by the number of employees; None where it is not known.

    Examples
    --------
    >>> size_of({"employees": 1200}), size_of({"従業員数": "1,200名"}), size_of({"employees": None})
    ('large', 'large', None)
    """
    given = next((v for k, v in attributes.items() if _SIZE_NAME.search(_plain(k)) and v is not None), None)
    digits = re.search(r"\d[\d,]*", _plain(str(given if given is not None else "")))
    if digits is None:
        return None
    employees = int(digits.group().replace(",", ""))
    return "small" if employees < _SMALL else "large" if employees >= _LARGE else "middle"
