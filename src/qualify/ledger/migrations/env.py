"""Alembic runs this file inside the transaction that `qualify.ledger.migrate` opened."""

from alembic import context


def run() -> None:
    """Run the migrations that are asked for."""
    given = context.config.attributes
    context.configure(connection=given["connection"], version_table=given["version_table"])
    with context.begin_transaction():
        context.run_migrations()


# Alembic loads the file under this name; whoever imports it as a module only reads it.
if __name__ == "env_py":
    run()
