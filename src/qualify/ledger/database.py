"""The connection: transactions of SQLite and PostgreSQL, and one error for all that can fail."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, SQLAlchemyError

from qualify.errors import LedgerUnavailable, UserError

_BUSY_SECONDS = 60
_WRITE = "ledger_write"
_LOCK = 0x7175616C  # one number for all advisory locks of the ledger
_PRAGMAS = (
    f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what is erased is overwritten
    "PRAGMA synchronous = FULL",  # an answer that was taken survives a power cut
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
)


class Database:
    """An engine and its transactions; may be used from any thread.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql+psycopg://...``.
    """

    def __init__(self, url: str) -> None:
        self._url = _checked(url)
        self.sqlite = self._url.get_backend_name() == "sqlite"
        self.where = self._url.render_as_string(hide_password=True)
        self.engine = _sqlite_engine(self._url) if self.sqlite else _postgresql_engine(self._url)
        # SQLite has one writer: threads of one process wait here in turn instead of polling the file.
        self._turn = threading.Lock() if self.sqlite else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that reads."""
        with self._told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, *, alone: bool = False) -> Iterator[Connection]:
        """Open a transaction that writes; it is undone when the block raises.

        Parameters
        ----------
        alone
            On PostgreSQL, wait for all others that are alone (on SQLite every writer is).
        """
        with self._told(), self._turn, self.engine.connect() as plain:
            connection = plain.execution_options(**{_WRITE: True})
            with connection.begin():
                if alone and not self.sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                yield connection

    def insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """Return an INSERT that knows ``ON CONFLICT``."""
        return sqlite.insert(table) if self.sqlite else postgresql.insert(table)

    def empty_log(self) -> None:
        """Bring SQLite's write-ahead log into the file and cut it, so that it keeps nothing erased."""
        if self.sqlite:
            with self._told(), self._turn, self.engine.connect() as connection:
                raw: Any = connection.connection.driver_connection
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, self.engine.dialect.loaded_dbapi.Error) as error:
            # Without the cause: messages of a database can quote values, and those are people's.
            raise LedgerUnavailable(
                "the ledger's database does not answer or refused", where=self.where, got=_shortly(error),
                mend="see that it runs and that its user may write; what was asked was not done",
            ) from None  # fmt: skip


def _checked(url: str) -> URL:
    expected = "sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the second: a port that is no number
        raise UserError(
            "the ledger's URL cannot be read", where="service.ledger", expected=expected
        ) from None
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    file_missing = parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg") or file_missing:
        raise UserError("the ledger cannot be kept there", where="service.ledger",
                        got=parsed.render_as_string(hide_password=True), expected=expected)  # fmt: skip
    return parsed


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(
        url, hide_parameters=True, pool_size=8, max_overflow=24, pool_timeout=_BUSY_SECONDS,
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": _BUSY_SECONDS},
    )  # fmt: skip
    same = _SameFile(Path(str(url.database)).absolute())
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "connect", same.remember)
    event.listen(engine, "checkout", same.check)
    event.listen(engine, "begin", _begin)
    return engine


class _SameFile:
    """Keeps connections from writing to a file that was deleted or replaced: it would be lost."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def remember(self, _connection: object, record: Any) -> None:
        record.info["file"] = self._identity()

    def check(self, _connection: object, record: Any, _proxy: object) -> None:
        found = self._identity()
        if found is None:
            raise sqlite3.OperationalError("the file is gone: put it back, or start the program again")
        if found != record.info["file"]:
            raise DisconnectionError("the file was replaced")

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def _postgresql_engine(url: URL) -> Engine:
    return create_engine(
        url, hide_parameters=True, pool_size=8, max_overflow=24, pool_pre_ping=True,
        connect_args={
            "connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
            "tcp_user_timeout": 20_000,  # milliseconds: a server whose machine is gone
        },
    )  # fmt: skip


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    _set_wal(connection)


def _set_wal(connection: sqlite3.Connection) -> None:
    """Readers and a writer at once. The change of mode does not wait for others by itself, so we do."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    # A writer says so at once: one that began as a reader can find that another wrote meanwhile.
    writes = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _shortly(error: Exception) -> str:
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    state = getattr(origin, "sqlstate", None)
    told = f"SQLSTATE {state}" if state else (str(origin).splitlines() or [""])[0]
    return f"{type(origin).__name__}: {told}"
