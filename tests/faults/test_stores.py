"""Stores that are away, slow or replaced: a message in time, and nothing written where it is lost."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from qualify.config.reach import check_reach
from qualify.errors import LedgerUnavailable, ModelError
from qualify.ledger import Ledger
from tests.world import call

PASSWORD = "s3cret-pw"


@pytest.fixture
def silent():
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://ada:{PASSWORD}@127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def broken():
    """The address of a server that answers 500."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(500)

        def log_message(self, *_words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://ada:{PASSWORD}@127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def refused(address: str, told: str) -> None:
    began = time.monotonic()
    with pytest.raises(ModelError, match=rf"does not answer(.|\n)*tracking_uri(.|\n)*{told}") as caught:
        check_reach(address, 1.0)
    assert time.monotonic() - began < 10
    assert PASSWORD not in str(caught.value)


def test_a_server_that_never_answers_is_given_up_in_time(silent):
    refused(silent, "no answer in 1 seconds")


def test_a_server_that_fails_is_named(broken):
    refused(broken, "HTTP status 500")


def test_a_server_that_is_not_there_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    refused(f"http://ada:{PASSWORD}@127.0.0.1:{port}", "got")


def test_a_database_that_is_not_there_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    refused(f"postgresql+psycopg://ada:{PASSWORD}@127.0.0.1:{port}/mlflow", "OperationalError")


@pytest.mark.parametrize("uri", ["sqlite:///mlflow.db", "file:mlruns", "databricks"])
def test_what_is_no_server_is_not_asked(uri):
    check_reach(uri, 0.001)


COMMANDS = (["train", "--budget", 0], ["promote", 1], ["score", "--leads", "l.csv", "--out", "s.csv"])


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_name_the_server_that_is_away(tmp_path, broken, command):
    (tmp_path / "l.csv").write_text("id,y,a\n" + "".join(f"{i},{i % 2},{i % 5}\n" for i in range(90)))
    (tmp_path / "qualify.yaml").write_text(
        "version: 1\ndata: {leads: l.csv, lead_id: id}\ntargets: [{name: y, column: y, positive: '1'}]\n"
        f"columns: {{a: {{type: number}}}}\nmlflow: {{tracking_uri: '{broken}'}}\n"
    )
    before = sorted(path.name for path in tmp_path.iterdir())
    called = call(*command, folder=tmp_path)
    assert called.code == 2
    assert "mlflow.tracking_uri http://ada:***@127.0.0.1" in called.err
    assert PASSWORD not in called.err + called.out
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield ledger
    ledger.close()


def test_a_ledger_whose_file_is_gone_takes_nothing_more(ledger, tmp_path):
    assert ledger.lead("L1") is None
    (tmp_path / "ledger.db").rename(tmp_path / "away.db")
    with pytest.raises(LedgerUnavailable, match="the file is gone: put it back"):
        ledger.lead("L1")
    assert not (tmp_path / "ledger.db").exists()
    (tmp_path / "away.db").rename(tmp_path / "ledger.db")
    assert ledger.lead("L1") is None


def test_a_ledger_whose_file_was_replaced_reads_the_new_one(ledger, tmp_path):
    ledger.add_token("old", "0" * 64, ["read"], "test")
    other = Ledger.open(f"sqlite:///{tmp_path / 'other.db'}")
    other.close()
    for end in ("-wal", "-shm"):
        (tmp_path / f"ledger.db{end}").unlink(missing_ok=True)
    shutil.move(tmp_path / "other.db", tmp_path / "ledger.db")
    assert ledger.tokens() == []
