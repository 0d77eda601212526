"""What a lead is interested in, and what it wants solved, as far as its own traces tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qualify.decide.activity_kinds import types_of
from qualify.decide.handoff_history import Act, PathStep

__all__ = ["Interest", "find_interests", "find_problems"]

_MOST = 5
_WORD = re.compile(r"[^\W_]+")
_GENERIC = frozenset(
    "a an and the of for in on to with how why what your our new basics trends guide practice features "
    "feature specification overview pricing price plans compare enterprise index html htm php page pages "
    "intro introduction download webinar blog products product demo news".split()
)
"""Words of topics that name a kind of page and no field."""

_PROBLEM = re.compile(
    r"problem|pain|challenge|need|requirement|inquiry|message|課題|悩み|要望|ニーズ|問題|問い?合わせ内容"
)
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Interest:
    """A field the lead came back to: how many activities were about it, and when the last was."""

    field: str
    activities: int
    last: datetime


def find_interests(acts: tuple[Act, ...]) -> tuple[Interest, ...]:
    """Return the fields of interest, strongest first, at most five.

    A field is a word that recurs in the topics of pages, documents and webinars; mails are left out, because
    we chose what they are about.
    """
    types = sorted({act.type for act in acts})
    mails = {name for name, is_mail in zip(types, types_of("mail", types), strict=True) if is_mail}
    count: Counter[str] = Counter()
    last: dict[str, datetime] = {}
    for act in acts:
        if act.topic is not None and act.type not in mails:
            for field in dict.fromkeys(topic_fields(act.topic)):
                count[field] += 1
                last[field] = max(act.at, last.get(field, act.at))
    least = 2 if any(times > 1 for times in count.values()) else 1
    ranked = sorted((field for field in count if count[field] >= least), key=lambda f: (-count[f], f))
    return tuple(Interest(field, count[field], last[field]) for field in ranked[:_MOST])


def topic_fields(topic: str) -> Iterator[str]:
    """Yield the words of a topic that may name a field.

    Examples
    --------
    >>> list(topic_fields("/products/security/features")), list(topic_fields("webinar: CRM in practice"))
    (['security'], ['crm'])
    >>> list(topic_fields("/careers")), list(topic_fields("セミナー: 在庫管理"))
    ([], ['在庫管理'])
    """
    path = topic.split("://", 1)[-1].split("?", 1)[0]
    if path.startswith("/") or "://" in topic:
        # The first part names a section of the site, or its address.
        text = " ".join(path.strip("/").split("/")[1:])
    else:
        text = topic.rpartition(": ")[2]
    for word in _WORD.findall(text.casefold()):
        if len(word) > 1 and not word.isdigit() and word not in _GENERIC:
            yield word


def find_problems(attributes: Mapping[str, Any], path: tuple[PathStep, ...]) -> tuple[str, ...]:
    """Return what is known of the lead's problems: its own words, and why it was sent back before."""
    said = [
        f"{name}: {value[:_LONGEST]}"
        for name, value in attributes.items()
        if isinstance(value, str) and value.strip() and _PROBLEM.search(name.casefold())
    ]
    return (*said, *(f"{step.label}: {step.reason}" for step in path if step.reason))
