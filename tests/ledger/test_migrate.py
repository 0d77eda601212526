"""Opening: new, old, newer, broken, and several processes at the same moment."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from qualify.errors import LedgerUnavailable, UserError
from qualify.ledger import LeadFacts, Ledger, QueueQuery
from qualify.ledger.database import Database
from qualify.ledger.migrate import HEAD, VERSION_TABLE, known_revisions, migrate, revision
from qualify.ledger.tables import metadata
from tests.ledger.lists import DAY, T0, scored

STORED = Path(__file__).parent / "stored"
OPEN = "import sys; from qualify.ledger import Ledger; Ledger.open(sys.argv[1]).close()"


@pytest.fixture
def database(new_url):
    opened = Database(new_url)
    yield opened
    opened.close()


def test_the_migrations_arrive_at_the_tables_of_the_program(database):
    migrate(database)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        differences = compare_metadata(context, metadata)
        indexes = {index["name"] for index in inspect(connection).get_indexes("ledger_leads")}
        assert revision(connection) == HEAD == known_revisions()[-1]
    # Of the queue's own index only the migrations know.
    (extra,) = differences
    assert (extra[0], extra[1].name) == (
        "remove_index",
        "ledger_leads_queue" + ("" if database.sqlite else "_pg"),
    )
    assert extra[1].name in indexes


def test_opening_again_changes_nothing(new_url):
    ledger = Ledger.open(new_url)
    ledger.record_scores(scored("a"), origin="batch")
    ledger.close()
    again = Ledger.open(new_url)
    assert again.lead("a") is not None
    again.close()


def test_threads_that_open_at_once_all_succeed(new_url):
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: Ledger.open(new_url), range(8)))
    assert all(ledger.ping() >= 0 for ledger in opened)
    for ledger in opened:
        ledger.close()


def test_processes_that_open_at_once_all_succeed(new_url):
    started = [
        subprocess.Popen([sys.executable, "-c", OPEN, new_url], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    told = [process.communicate(timeout=120)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], told


@pytest.mark.parametrize("version", known_revisions())
def test_a_ledger_of_every_version_opens_with_what_it_holds(tmp_path, version):
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as connection:
        connection.executescript((STORED / f"{version}.sql").read_text(encoding="utf-8"))
    connection.close()
    ledger = Ledger.open(f"sqlite:///{path}")
    lead = ledger.lead("L1")
    assert (lead.facts.name, lead.facts.company, lead.facts.stage) == ("田中", "商事", "SAL")
    assert (lead.score["band"], lead.score["probability"], lead.score["p_win"]) == ("A", 0.75, 0.1)
    assert [reason["text"] for reason in lead.score["reasons"]] == ["Asked for a demo twice in 30 days"]
    assert lead.last_answer.verdict == "meeting_booked"
    assert ledger.document("L1")["attributes"] == {"country": "JP"}
    assert [event.kind for event in ledger.events("L1")] == ["answer", "undo", "answer", "assign"]
    assert [row["undone"] for row in ledger.answers().to_pylist()] == [True, False]
    assert [alert.webhook for alert in ledger.due_alerts(T0 + 9999 * DAY)] == ["crm"]
    assert ledger.token_by_digest("d1").scopes == {"read"}
    assert [note.action for note in ledger.audit_log()] == ["forget", "view"]
    assert ledger.is_forgotten("L2")
    assert ledger.queue(QueueQuery(answered=True)).total == 1
    assert ledger.record_scores(scored("L2"), origin="api").forgotten == 1
    ledger.close()


@pytest.mark.parametrize("version", [each for each in known_revisions() if each < "0004"])
def test_a_name_with_a_blank_in_a_ledger_of_before_is_found_without_it(tmp_path, version):
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as connection:
        connection.executescript((STORED / f"{version}.sql").read_text(encoding="utf-8"))
        connection.execute(
            "UPDATE ledger_leads SET name = ?, search = ? WHERE lead_id = 'L1'",
            ("山本　直樹", "l1\n山本 直樹\nabc 商事 john anderson"),
        )
    connection.close()
    ledger = Ledger.open(f"sqlite:///{path}")
    for q in ("山本直樹", "山本 直樹", "ＡＢＣ商事", "l1"):
        assert [row.lead_id for row in ledger.queue(QueueQuery(q=q, answered=None)).rows] == ["L1"]
    for q in ("直樹商事", "nan"):
        assert ledger.queue(QueueQuery(q=q, answered=None)).total == 0
    assert ledger.lead("L1").facts.name == "山本　直樹"
    ledger.close()


def test_the_search_of_a_ledger_of_before_is_made_anew_on_every_database(new_url):
    """As the migration does it, on what the version before it wrote."""
    ledger = Ledger.open(new_url)
    ledger.record_scores(scored("a"), origin="batch", facts={"a": LeadFacts(name="山本 直樹")})
    ledger.close()
    engine = create_engine(new_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE ledger_leads SET search = 'a\n山本 直樹\njohn anderson'"))
        for name in ("a_out_since", "sql_out_since"):
            connection.execute(text(f"ALTER TABLE ledger_leads DROP COLUMN {name}"))
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0003'"))
    engine.dispose()
    again = Ledger.open(new_url)
    assert (
        again.queue(QueueQuery(q="山本直樹")).total == again.queue(QueueQuery(q="anderson john")).total == 1
    )
    assert again.queue(QueueQuery(q="nan")).total == 0
    again.close()


def test_a_newer_ledger_is_refused_by_name_and_left_alone(new_url):
    Ledger.open(new_url).close()
    engine = create_engine(new_url)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(
        UserError, match=r"(?s)written by a newer version.*tables of version 9999.*update qualify"
    ):
        Ledger.open(new_url)
    with engine.connect() as connection:
        assert revision(connection) == "9999"
    engine.dispose()


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:", "nonsense", ""])
def test_a_ledger_cannot_be_kept_anywhere(url):
    with pytest.raises(
        UserError, match=r"(?s)(cannot be kept there|cannot be read).*expected: sqlite:///FILE"
    ) as told:
        Ledger.open(url)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://u:secret@127.0.0.1:1/none", "sqlite:///missing-folder/ledger.db"]
)
def test_a_database_that_is_away_is_told_without_its_password(url):
    with pytest.raises(LedgerUnavailable, match="the ledger's database does not answer") as told:
        Ledger.open(url)
    assert "secret" not in str(told.value)


def test_a_file_that_is_no_database_is_told(tmp_path):
    path = tmp_path / "ledger.db"
    path.write_text("this is no database, and long enough to be looked at" * 50)
    with pytest.raises(LedgerUnavailable, match="file is not a database"):
        Ledger.open(f"sqlite:///{path}")


def test_what_fails_leaves_nothing_behind(file_ledger, monkeypatch):
    def broken(*_):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("qualify.ledger.scores.mark_returned", broken)
    with pytest.raises(LedgerUnavailable, match="disk I/O error"):
        file_ledger.record_scores(scored("a"), origin="batch")
    assert file_ledger.lead("a") is None
    assert file_ledger.history("a") == []
