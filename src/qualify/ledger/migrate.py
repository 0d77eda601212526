"""Bringing a ledger's tables up to date, safely when several processes start at once."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, select, table
from sqlalchemy import column as sql_column

from qualify.errors import UserError
from qualify.ledger.database import Database

HEAD = "0004"
"""The revision this program writes."""
VERSION_TABLE = "ledger_version"
"""Named by us, because MLflow may keep its own `alembic_version` in the same database."""
_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Make the tables, or bring them to `HEAD`.

    Raises
    ------
    UserError
        A newer program wrote the ledger.
    LedgerUnavailable
        The database does not answer or refused.
    """
    with database.read() as connection:
        if revision(connection) == HEAD:
            return
    # Alone: another process that started at the same moment waits here, and then finds all done.
    with database.write(alone=True) as connection:
        found = revision(connection)
        if found == HEAD:
            return
        if found is not None and found not in known_revisions():
            raise UserError(
                "the ledger was written by a newer version of qualify", where=database.where,
                got=f"tables of version {found}", expected=f"at most {HEAD}",
                mend="update qualify, or name another ledger under service.ledger",
            )  # fmt: skip
        _upgrade(connection)


def revision(connection: Connection) -> str | None:
    """Return the version of the tables, None where there are none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    stored: str | None = connection.scalar(select(table(VERSION_TABLE, sql_column("version_num")).c[0]))
    return stored


def known_revisions() -> list[str]:
    """Return the versions that this program can bring up to date, oldest first."""
    from alembic.script import ScriptDirectory

    found = [script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions()]
    return found[::-1]


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection, "version_table": VERSION_TABLE})
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    command.upgrade(config, "head")
