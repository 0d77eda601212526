"""Which of a company's stages plays which part: figures and answers are told in parts, never in names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from qualify.config import StageOrder, Target
from qualify.rules import Scorecard
from qualify.rules.vocabulary import folded

__all__ = ["find_roles", "find_sql_stage"]

_NAMES: Mapping[str, tuple[str, ...]] = {
    "mql": ("mql", "marketing qualified", "marketing qualified lead"),
    "accepted": ("sal", "accepted", "sales accepted", "sales accepted lead", "営業受入", "営業受諾"),
    "meeting": ("meeting", "meeting booked", "discovery call", "アポイント", "アポ獲得"),
    "sql": ("sql", "sales qualified", "sales qualified lead", "案件化", "営業案件"),
    "won": ("won", "closed won", "customer", "受注", "成約"),
    "lost": ("lost", "closed lost", "失注"),
    "rejected": ("rejected", "disqualified", "unqualified", "却下", "対象外"),
    "recycled": ("recycled", "recycle", "nurture", "nurturing", "リサイクル", "差し戻し"),
}


def find_roles(
    stages: StageOrder, targets: Iterable[Target] = (), known: Iterable[str] = ()
) -> dict[str, str]:
    """Return the stage that plays each part.

    Parameters
    ----------
    stages
        The configured order, closed stages and `roles`; what `roles` says is taken as it is.
    targets
        Where no name tells it, the first target that is no closed stage is the SQL, and the first closed one
        is the win.
    known
        Names of stages met in the data.

    Returns
    -------
    dict
        Name of the stage by part; a part that no stage plays is absent.

    Examples
    --------
    >>> find_roles(StageOrder(order=("MQL", "Opportunity", "受注"), roles={"sql": "Opportunity"}))
    {'sql': 'Opportunity', 'mql': 'MQL', 'won': '受注'}
    """
    found: dict[str, str] = {str(role): name for role, name in stages.roles.items()}
    names = list(dict.fromkeys([*stages.order, *stages.closed, *known]))
    for role, synonyms in _NAMES.items():
        named = next((name for word in synonyms for name in names if _plain(name) == word), None)
        if role not in found and named is not None and named not in found.values():
            found[role] = named
    for target in targets:
        if target.stage is not None and target.stage not in found.values():
            found.setdefault("won" if target.stage in stages.closed else "sql", target.stage)
    return found


def find_sql_stage(card: Scorecard, stages: StageOrder, targets: Iterable[Target] = ()) -> str | None:
    """Return the id of the scorecard's stage that is the SQL; None where it has none.

    What the company calls SQL counts first (see :func:`find_roles`), then what the scorecard itself does.
    """
    named = {name: stage.id for stage in card.stages for name in (stage.id, *stage.names)}
    for found in (find_roles(stages, targets, named), find_roles(StageOrder(), (), named)):
        wanted = folded(found.get("sql", ""))
        for name, stage_id in named.items():
            if folded(name) == wanted:
                return stage_id
    return None


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-/]+", " ", folded(name)).strip()
