"""A marked secret in each place where one can be given: it is in no message, no log, no store."""

from __future__ import annotations

import json
import logging

import pytest

from qualify.config import parse_config
from qualify.errors import LedgerUnavailable, UserError
from qualify.ledger import Ledger
from serving.api.logs import JsonLines
from serving.sink import check_out, write_scores
from tests.ledger.lists import scored
from tests.world import call
from training.record import settings_of

MARK = "MARKED-s3cret"
LEADS = "lead_id\n1\n"
AWAY = (
    f"postgresql+psycopg://ada:{MARK}@127.0.0.1:1/crm",
    f"postgresql+psycopg://ada@127.0.0.1:1/crm?password={MARK}",
    f"postgresql+psycopg://127.0.0.1:1/crm?user=ada&password={MARK}",
    f"postgresql+psycopg://ada:{MARK}'/@127.0.0.1:1/crm",
)


@pytest.mark.parametrize("url", AWAY)
def test_a_ledger_that_is_away_is_told_without_its_password(url):
    with pytest.raises(LedgerUnavailable, match="does not answer or refused") as caught:
        Ledger.open(url)
    assert MARK not in str(caught.value)
    record = logging.LogRecord("x", logging.WARNING, "x", 1, "away", (), (None, caught.value, None))
    record.error = str(caught.value)
    assert MARK not in JsonLines().format(record)


@pytest.mark.parametrize("url", AWAY)
def test_a_table_that_is_away_is_told_without_its_password(url):
    with pytest.raises(UserError, match="cannot be written to the database") as caught:
        write_scores(scored("a"), f"{url}#scores")
    assert MARK not in str(caught.value)


@pytest.mark.parametrize("url", [f"foo://ada:{MARK}@h:x/crm#t", f"foo:bar://ada:{MARK}@h/crm#t"])
def test_an_output_that_cannot_be_read_is_refused_before_the_work(url):
    with pytest.raises(UserError, match="the output URL cannot be read") as caught:
        check_out(url)
    assert MARK not in str(caught.value)
    with pytest.raises(UserError, match=r"the ledger('s URL cannot be read| cannot be kept there)") as caught:
        Ledger.open(url)
    assert MARK not in str(caught.value)


@pytest.mark.parametrize(
    "words",
    [
        ("--leads", f"{AWAY[0]}#t", "--out", "s.csv"),
        ("--leads", f"postgresql+psycopg://127.0.0.1:1/crm?sslpassword={MARK}", "--out", "s.csv"),
        ("--leads", f"s3://key:{MARK}@bucket/x.csv", "--out", "s.csv"),
        ("--leads", "l.csv", "--out", f"{AWAY[0]}"),
        ("--leads", "l.csv", "--out", "s.csv", "--model", f"http://ada:{MARK}@127.0.0.1:1/x?token={MARK}"),
        ("--leads", "l.csv", "--out", "s.csv", "--model", f"mlflow-artifacts://ada:{MARK}@127.0.0.1:1/x"),
    ],
)
def test_a_command_tells_no_secret_of_its_arguments(tmp_path, monkeypatch, words):
    for name in ("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR"):
        monkeypatch.setenv(name, "0")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "l.csv").write_text(LEADS)
    called = call("score", *words, "--json", folder=tmp_path)
    assert called.code == 2, called.err
    assert MARK not in called.out + called.err
    assert not list(tmp_path.glob("qualify-fault-*"))


CONFIG = f"""
version: 1
data: {{leads: {{url: "{AWAY[0]}", query: "SELECT 1"}}, lead_id: id}}
targets: [{{name: y, column: y, positive: "1"}}]
mlflow: {{tracking_uri: "http://ada:{MARK}@mlflow"}}
service:
  ledger: "{AWAY[0]}"
  access: {{proxy: {{header: X-User, addresses: [10.0.0.1]}}, roles: {{"{MARK}@example.test": admin}}}}
  alerts: {{webhooks: [{{name: w, url: "https://ada:{MARK}@h/x?token={MARK}"}}]}}
"""


def test_what_a_run_keeps_of_its_settings_holds_no_address_and_no_person():
    kept = json.dumps(settings_of(parse_config(CONFIG, "here")))
    assert MARK not in kept
    assert json.loads(kept)["targets"][0]["name"] == "y"


def test_the_run_in_the_store_keeps_these_settings_and_no_more(world):
    (path,) = (world.folder / "mlartifacts").rglob("artifacts/config.json")
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept == settings_of(world.config)
    assert {"mlflow", "service"}.isdisjoint(kept)
