"""Fields that tell one thing from two sides share a topic, and a topic is told as one reason.

A rule about downloads and the downloads themselves, or registering for a webinar and attending it, rise and
fall together: told apart they would seem to contradict each other wherever the model takes from the one what
it gave to the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from qualify.rules.kinds import AttributeRule, RatioRule, Rule, SilenceRule

if TYPE_CHECKING:
    from qualify.features.fields import Field
    from qualify.leads.tables import IntArray

_FAMILIES = {
    "email": ("email_sent", "email_open", "email_click"),
    "webinar": ("webinar_registered", "webinar_attended"),
    "social": ("social_comment", "social_share"),
}

_FAMILY_OF = {kind: family for family, kinds in _FAMILIES.items() for kind in kinds}


def activity_topic(activity: str) -> str | None:
    """Return the topic of an activity type; None where it has one of its own."""
    family = _FAMILY_OF.get(activity)
    return None if family is None else f"topic:{family}"


def rule_topic(rule: Rule) -> str | None:
    """Return the topic of a rule: that of the activities it gives points for, where they share one.

    Returns
    -------
    str or None
        A name as of `activity_topic`, or ``activity:TYPE``; None for a rule about several things.

    Examples
    --------
    A rule about a download that nothing followed belongs to the downloads:

    >>> from qualify.rules import default_scorecard
    >>> {rule.id: rule_topic(rule) for rule in default_scorecard().rules}["single_download"]
    'activity:document_download'
    """
    if isinstance(rule, AttributeRule):
        return None
    selector = rule.after if isinstance(rule, SilenceRule) else rule.of
    types = {*selector.types, *(rule.among.types if isinstance(rule, RatioRule) else ())}
    topics = {activity_topic(kind) or f"activity:{kind}" for kind in types}
    return topics.pop() if len(topics) == 1 and not any(set("*?") & set(kind) for kind in types) else None


def topic_positions(fields: Sequence[Field]) -> IntArray:
    """Return the position of each field's topic; topics are numbered as they first appear.

    Returns
    -------
    ndarray of int64, shape (fields,)
    """
    seen: dict[str, int] = {}
    names = [field.topic or field.name for field in fields]
    return np.array([seen.setdefault(name, len(seen)) for name in names], dtype=np.int64)
