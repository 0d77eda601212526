"""The stages table: marketing's stages, which follow from known activities, and those of sales."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualify.simulate import names, tables
from qualify.simulate.activities import Activities
from qualify.simulate.arrays import DAY, NEVER, BoolArray, FloatArray, IntArray, select, stack
from qualify.simulate.lead_table import UTC, lead_ids, pick
from qualify.simulate.outcomes import Outcomes

__all__ = ["STAGES", "Stages", "build_stages", "draw_stages", "reach_points"]

STAGES = ("Inquiry", "MAL", "MQL", "TQL", "SAL", "SQL", "Won", "Lost", "Recycled")
_REASONS = (*names.REASONS["by hand"], *names.REASONS["recycled"], *names.REASONS["lost"], None)
_NO_REASON = len(_REASONS) - 1
_MINUTE = DAY // 1440


@dataclass(frozen=True, eq=False)
class Stages:
    """Stage entries in columns: lead, row of `STAGES`, two times (microseconds), row of the reasons."""

    lead: IntArray
    code: IntArray
    entered: IntArray
    recorded: IntArray
    reason: IntArray


def draw_stages(
    rng: np.random.Generator,
    created: IntArray,
    activities: Activities,
    outcomes: Outcomes,
    intent: BoolArray,
    accepted: BoolArray,
) -> Stages:
    """Write the path of each lead, in time order and complete: also what lies beyond the end.

    The CRM knows SAL and the Recycled before SQL at once; it hears later of SQL and of how it ended. TQL is
    recorded when the lead is handed over as SAL. So no row says more, or earlier, than the truth allows for.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the randomness comes from.
    created : (leads,) int64
        Creation, microseconds since 1970 UTC.
    activities : Activities
        What the leads do, in any order.
    outcomes : Outcomes
        When sales' stages are entered.
    intent : (leads,) bool
        Who means to buy; says what an SQL by hand is called.
    accepted : (leads,) bool
        Whom marketing accepts (MAL, then MQL).
    """
    until = np.minimum(outcomes.sal, outcomes.sql)  # marketing's stages end where sales take over
    points = reach_points(activities, len(created))
    mql = _after(rng, points, (1, 30), accepted, until)
    mal = np.minimum(_after(rng, created, (30, 300), accepted, until), mql)
    tql = _draw_tql(rng, outcomes.sal, mql)
    parts = [
        _rows("Inquiry", created, created),
        _rows("MAL", mal, _add(mal, rng.uniform(1, 10, len(mal)) * _MINUTE)),
        _rows("MQL", mql, _add(mql, rng.uniform(1, 10, len(mql)) * _MINUTE)),
        _rows("TQL", tql, outcomes.sal),
        *_draw_sales(rng, outcomes, intent),
    ]
    stages = stack(parts)
    return select(stages, np.lexsort((stages.code, stages.entered)))


def reach_points(activities: Activities, leads: int) -> IntArray:
    """Tell when each lead's points, as the CRM hears of them, reach MQL; (leads,) int64, `NEVER` = not."""
    order = np.lexsort((activities.recorded, activities.lead))
    lead, recorded = activities.lead[order], activities.recorded[order]
    points = np.array([stream.points for stream in tables.STREAMS])[activities.code[order]]
    total = np.cumsum(points)
    begins = np.searchsorted(lead, np.arange(leads))
    before = np.concatenate([[0], total])[begins]
    enough = np.flatnonzero(total - before[lead] >= tables.MQL_POINTS)
    who, first = np.unique(lead[enough], return_index=True)
    reached = np.full(leads, NEVER, dtype=np.int64)
    reached[who] = recorded[enough[first]]
    return reached


def build_stages(stages: Stages) -> pa.Table:
    """Write down stage entries in the order given."""
    return pa.table(
        {
            "lead_id": lead_ids(stages.lead),
            "stage": pick(STAGES, stages.code),
            "entered_at": pa.array(stages.entered).cast(UTC),
            "recorded_at": pa.array(stages.recorded).cast(UTC),
            "reason": pick(_REASONS, stages.reason),
        }
    )


def _draw_sales(rng: np.random.Generator, outcomes: Outcomes, intent: BoolArray) -> list[Stages]:
    """Write sales' own stages."""
    leads = len(intent)
    again = rng.random(leads) < tables.LOST_RECYCLED
    lost, back = np.where(again, NEVER, outcomes.lost), np.where(again, outcomes.lost, NEVER)
    by_hand = np.where(outcomes.by_hand, intent.astype(np.int64), _NO_REASON)
    days = rng.standard_exponential((3, leads)) * DAY
    return [
        _rows("SAL", outcomes.sal, outcomes.sal),
        _rows("Recycled", outcomes.recycled, outcomes.recycled, _reasons(rng, "recycled", leads)),
        _rows("SQL", outcomes.sql, _add(outcomes.sql, 0.4 * days[0]), by_hand),
        _rows("Won", outcomes.won, _add(outcomes.won, days[1])),
        _rows("Lost", lost, _add(lost, days[2]), _reasons(rng, "lost", leads)),
        _rows("Recycled", back, _add(back, days[2]), _reasons(rng, "recycled", leads)),
    ]


def _draw_tql(rng: np.random.Generator, sal: IntArray, mql: IntArray) -> IntArray:
    """Let telemarketing qualify some of those that become SAL, shortly before and not before MQL."""
    handed = (sal < NEVER) & (rng.random(len(sal)) < tables.TQL_SHARE)
    earlier = np.rint(rng.uniform(0.05, 0.4, len(sal)) * DAY).astype(np.int64)
    tql = np.where(handed, sal - earlier, NEVER)
    return np.where(handed & (mql < NEVER), np.maximum(tql, mql), tql)


def _after(
    rng: np.random.Generator, times: IntArray, minutes: tuple[float, float], who: BoolArray, until: IntArray
) -> IntArray:
    """Enter a stage some minutes after a time, if that is before `until`; `NEVER` elsewhere."""
    entered = _add(times, rng.uniform(*minutes, len(times)) * _MINUTE)
    return np.where(who & (entered < until), entered, NEVER)


def _add(times: IntArray, delay: FloatArray) -> IntArray:
    """Add microseconds to the times of what happens."""
    happens = times < NEVER
    return np.where(happens, np.where(happens, times, 0) + np.rint(delay).astype(np.int64), NEVER)


def _rows(stage: str, entered: IntArray, recorded: IntArray, reason: IntArray | None = None) -> Stages:
    """Make the rows of one stage for the leads that enter it."""
    lead = np.flatnonzero(entered < NEVER)
    reasons = np.full(len(entered), _NO_REASON) if reason is None else reason
    code = np.full(len(lead), STAGES.index(stage))
    return Stages(lead, code, entered[lead], recorded[lead], reasons[lead])


def _reasons(rng: np.random.Generator, why: str, leads: int) -> IntArray:
    words = names.REASONS[why]
    return _REASONS.index(words[0]) + rng.integers(0, len(words), leads)
