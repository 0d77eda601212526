"""How each kind of field is put into words: one :class:`Wording` a kind."""

from __future__ import annotations

from collections.abc import Mapping

from qualify.explain.kinds.activity import ACTIVITY
from qualify.explain.kinds.columns import COLUMN_KINDS
from qualify.explain.kinds.standing import STANDING_KINDS
from qualify.explain.kinds.wording import Wording

WORDINGS: Mapping[str, Wording] = {"activity": ACTIVITY, **COLUMN_KINDS, **STANDING_KINDS}
"""By the kind of the field; a test proves that every kind is there."""
