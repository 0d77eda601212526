"""Answers of sales: kept once, taken back without a trace lost, and brought together as training data."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pyarrow as pa
from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from qualify.errors import AnsweredMeanwhile, KeyReused, UserError, did_you_mean
from qualify.ledger.events import add_event
from qualify.ledger.records import REASONED, REASONS, VERDICTS, Answer, Verdict
from qualify.ledger.rows import in_micros, locked_lead
from qualify.ledger.standing import Standing, after_answer
from qualify.ledger.tables import answers, leads, scores
from qualify.ledger.values import AHEAD, clean, clean_or_none, to_time

_SHOWN = ("as_of", "probability", "score", "band", "rule_band", "recommended_stage", "model_version",
          "scorecard_version")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Content:
    """What an answer says; the same key may come again only with the same content."""

    lead_id: str
    verdict: Verdict
    reason: str | None
    comment: str | None
    actor: str

    def checked(self) -> Content:
        """Return it with clean text.

        Raises
        ------
        UserError
            The verdict or the reason is not known, or the verdict takes no reason.
        """
        if self.verdict not in VERDICTS:
            raise UserError("the verdict is not known", got=self.verdict, expected=", ".join(VERDICTS),
                            mend=did_you_mean(self.verdict, VERDICTS) or None)  # fmt: skip
        if self.reason is not None and self.reason not in REASONS:
            raise UserError("the reason is not known", got=self.reason, expected=", ".join(REASONS),
                            mend=did_you_mean(self.reason, REASONS) or None)  # fmt: skip
        if self.reason is not None and self.verdict not in REASONED:
            raise UserError("a reason goes only with some verdicts", got=self.verdict,
                            expected=", ".join(REASONED))  # fmt: skip
        return replace(
            self, lead_id=clean(self.lead_id), comment=clean_or_none(self.comment), actor=clean(self.actor)
        )


def answer(connection: Connection, content: Content, key: str, at: int, seen: str | None = None) -> Answer:
    """Keep an answer, once for each key; see `Ledger.answer`."""
    lead = locked_lead(connection, content.lead_id)
    earlier = connection.execute(select(answers).where(answers.c.key == clean(key))).one_or_none()
    if earlier is not None:
        return _again(earlier, content, key)
    if seen is not None and lead["answer_id"] not in (None, seen):
        raise AnsweredMeanwhile(
            "the lead was answered since this page was made", where="the answer",
            got=f"seen: {seen or 'none'}", expected="the lead's last answer",
            mend="look at that answer first",
        )  # fmt: skip
    last = connection.scalar(select(func.max(answers.c.number)).where(answers.c.lead_id == content.lead_id))
    row: dict[str, Any] = {
        "id": uuid.uuid4().hex, "key": clean(key), "lead_id": content.lead_id, "verdict": content.verdict,
        "reason": content.reason, "comment": content.comment, "actor": content.actor, "at": at,
        "number": (last or 0) + 1, "shown": _shown(connection, content.lead_id, at, lead),
    }  # fmt: skip
    connection.execute(insert(answers), row)
    _stand(connection, lead, row)
    _note(connection, "answer", content.actor, at, row)
    return _read(connection, row["id"])


def undo(connection: Connection, lead_id: str, answer_id: str, actor: str, at: int) -> Answer:
    """Take an answer back; the one before it holds again. See `Ledger.undo`."""
    lead = locked_lead(connection, lead_id)
    asked = select(answers).where(answers.c.id == clean(answer_id), answers.c.lead_id == lead["lead_id"])
    row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        raise UserError("the lead has no such answer", where="undo", got=answer_id,
                        mend="look at its history")  # fmt: skip
    if row["undone_at"] is None:
        connection.execute(
            update(answers).where(answers.c.id == row["id"]), {"undone_at": at, "undone_by": clean(actor)}
        )
        _stand(connection, lead, _last_live(connection, lead["lead_id"]))
        _note(connection, "undo", clean(actor), at, row)
    return _read(connection, row["id"])


def mark_returned(connection: Connection, returned: Sequence[tuple[str, int]]) -> None:
    """Note with answers when their leads came back."""
    if returned:
        change = (
            update(answers).where(answers.c.id == bindparam("answer")).values(returned_at=bindparam("moment"))
        )
        connection.execute(change, [{"answer": id_, "moment": at} for id_, at in returned])


def answer_of(row: Row[Any]) -> Answer:
    """Return the record of a row of the table of answers."""
    shown = orjson.loads(row.shown)
    return Answer(
        row.id, row.lead_id, row.verdict, row.reason, row.comment, row.actor, row.at,
        {**shown, "as_of": to_time(shown["as_of"])}, row.undone_at, row.undone_by,
    )  # fmt: skip


def answers_table(connection: Connection, since: int | None, until: int | None) -> pa.Table:
    """Return all answers with what was shown; see `Ledger.answers`."""
    asked = in_micros(answers).order_by(answers.c.at, answers.c.number, answers.c.id)
    if since is not None:
        asked = asked.where(answers.c.at >= since)
    if until is not None:
        asked = asked.where(answers.c.at <= until)
    found = connection.execute(asked).mappings().all()
    shown = [orjson.loads(row["shown"]) for row in found]
    text, time = pa.string(), pa.timestamp("us", tz="UTC")
    plain = {
        name: pa.array([row[name] for row in found], kind)
        for name, kind in (
            ("lead_id", text),
            ("verdict", text),
            ("reason", text),
            ("actor", text),
            ("at", time),
        )
    }
    seen = {
        name: pa.array([each[name] for each in shown], kind)
        for name, kind in (
            ("as_of", time), ("probability", pa.float64()), ("score", pa.int64()), ("band", text),
            ("model_version", text),
        )
    }  # fmt: skip
    undone = pa.array([_was_undone(row["undone_at"], until) for row in found], pa.bool_())
    return pa.table({**plain, "undone": undone, **seen})


def _was_undone(at: int | None, until: int | None) -> bool:
    return at is not None and (until is None or at <= until)


def _again(row: Row[Any], content: Content, key: str) -> Answer:
    before = Content(row.lead_id, row.verdict, row.reason, row.comment, row.actor)
    if before != content:
        raise KeyReused(
            "the idempotency key was used for another answer",
            got=key,
            expected="the same answer, or a new key",
        )
    return replace(answer_of(row), repeated=True)


def _shown(connection: Connection, lead_id: str, at: int, lead: Mapping[Any, Any]) -> str:
    """Return the score that the ledger showed at a time, as JSON; `as_of` in microseconds."""
    asked = in_micros(scores, _SHOWN).where(
        scores.c.lead_id == lead_id, scores.c.recorded_at <= at, scores.c.as_of <= at + AHEAD
    )
    found = connection.execute(asked.order_by(scores.c.as_of.desc(), scores.c.id.desc()).limit(1))
    row = found.mappings().one_or_none() or lead
    return orjson.dumps({name: row[name] for name in _SHOWN}).decode()


def _last_live(connection: Connection, lead_id: str) -> Mapping[Any, Any] | None:
    asked = in_micros(answers).where(answers.c.lead_id == lead_id, answers.c.undone_at.is_(None))
    return connection.execute(asked.order_by(answers.c.number.desc()).limit(1)).mappings().one_or_none()


def _stand(connection: Connection, lead: Mapping[Any, Any], last: Mapping[Any, Any] | None) -> None:
    """Write where the lead stands now that `last` is its last answer."""
    verdict, at, returned = (
        (last or {}).get("verdict"),
        (last or {}).get("at"),
        (last or {}).get("returned_at"),
    )
    now = after_answer(Standing.of_row(lead), verdict, at, returned)
    row = now.as_row() | {"answer_id": last["id"] if last else None}
    connection.execute(update(leads).where(leads.c.lead_id == lead["lead_id"]), row)


def _note(connection: Connection, kind: str, actor: str, at: int, row: Mapping[Any, Any]) -> None:
    detail = {name: row[name] for name in ("verdict", "reason", "comment")}
    add_event(connection, row["lead_id"], at, kind, actor, {"answer_id": row["id"], **detail})


def _read(connection: Connection, answer_id: str) -> Answer:
    return answer_of(connection.execute(select(answers).where(answers.c.id == answer_id)).one())


def last_answer(connection: Connection, answer_id: str | None) -> Answer | None:
    """Return an answer by its id."""
    return None if answer_id is None else _read(connection, answer_id)
