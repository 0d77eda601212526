"""The audit trail: a note survives a ledger that is away, and the end of the process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from qualify.errors import LedgerUnavailable, UserError
from serving.access.audit import AuditTrail, action_of
from serving.api.spool import Spool


class Book:
    """Where notes go; it can be away, and refuses one actor."""

    def __init__(self) -> None:
        self.away = False
        self.notes: list[tuple[str | None, ...]] = []

    def __call__(self, *note: str | None) -> None:
        if self.away:
            raise LedgerUnavailable("the ledger is away")
        if note[0] == "refused":
            raise UserError("not this one")
        self.notes.append(note)


@pytest.fixture
def book():
    return Book()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("serving.access.audit._EVERY_SECONDS", 0.01)
    monkeypatch.setattr("serving.access.audit._AGAIN_SECONDS", 0.01)


def test_notes_are_written_in_order(tmp_path, book):
    trail = AuditTrail(tmp_path, book)
    for lead in ("L-1", "L-2", "L-3"):
        trail.note("ada", "view_lead", lead)
    assert trail.flush(5.0)
    trail.close()
    assert book.notes == [("ada", "view_lead", lead, None) for lead in ("L-1", "L-2", "L-3")]
    assert list(tmp_path.iterdir()) == []


def test_notes_wait_while_the_ledger_is_away(tmp_path, book):
    book.away = True
    trail = AuditTrail(tmp_path, book)
    trail.note("ada", "view_lead", "L-1")
    assert not trail.flush(0.2)
    trail.note("ada", "answer", "L-1")
    book.away = False
    assert trail.flush(5.0)
    trail.close()
    assert [note[1] for note in book.notes] == ["view_lead", "answer"]


def test_notes_outlive_the_process(tmp_path, book):
    book.away = True
    first = AuditTrail(tmp_path, book)
    first.note("ada", "view_lead", "L-1")
    first.flush(0.1)
    first.close()
    book.away = False
    second = AuditTrail(tmp_path, book)
    second.start()
    assert second.flush(5.0)
    second.close()
    assert book.notes == [("ada", "view_lead", "L-1", None)]


def test_a_note_that_comes_late_says_when_it_was_taken(tmp_path, book):
    at = datetime.now(UTC) - timedelta(hours=2)
    left = Spool(tmp_path)
    left.append(orjson.dumps(["ada", "view_lead", "L-1", None, at.isoformat(timespec="seconds")]))
    left.close()
    trail = AuditTrail(tmp_path, book)
    trail.start()
    assert trail.flush(5.0)
    trail.close()
    assert book.notes == [("ada", "view_lead", "L-1", f"(at {at.isoformat(timespec='seconds')})")]


def test_a_note_that_is_refused_stops_no_other(tmp_path, book):
    trail = AuditTrail(tmp_path, book)
    trail.note("refused", "view_lead", "L-1")
    trail.note("ada", "view_lead", "L-2")
    assert trail.flush(5.0)
    trail.close()
    assert [note[2] for note in book.notes] == ["L-2"]
    assert b"refused" in (tmp_path / "refused.lines").read_bytes()


@pytest.mark.parametrize(("method", "path", "action"), [
    ("GET", "/", ("view_queue", None)), ("GET", "/v1/leads", ("view_queue", None)),
    ("GET", "/leads/a/b", ("view_lead", "a/b")), ("GET", "/leads/a/handoff", ("view_handoff", "a")),
    ("HEAD", "/v1/leads/a", ("view_lead", "a")), ("POST", "/leads/a/b/undo", ("undo", "a/b")),
    ("POST", "/v1/leads/a/feedback", ("feedback", "a")), ("DELETE", "/v1/leads/a", ("change_lead", "a")),
    ("POST", "/v1/score", None), ("GET", "/static/leads/a", None), ("GET", "/kpi.csv", ("export_kpi", None)),
])  # fmt: skip
def test_what_is_noted(method, path, action):
    assert action_of(method, path) == action
