"""`qualify token`: made once, shown once, listed without the secret, revoked."""

from __future__ import annotations

import re
from contextlib import closing

import pytest

from qualify.ledger import Ledger
from serving.access.tokens import digest_of
from tests.world import Called, call

YAML = """data: {leads: leads.csv}
targets: [{name: won, column: won, positive: "1"}]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "qualify.yaml").write_text(YAML, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(folder):
    def run(*words: str) -> Called:
        return call("token", *words, folder=folder)

    return run


def ledger(folder):
    return closing(Ledger.open(f"sqlite:///{folder / 'ledger.db'}"))


def test_a_token_is_shown_once_on_stdout_alone(run, folder):
    made = run("create", "crm", "--scope", "read", "--scope", "score")
    assert made.code == 0
    assert re.fullmatch(r"qlf_[A-Za-z0-9_-]{43}\n", made.out)
    with ledger(folder) as opened:
        found = opened.token_by_digest(digest_of(made.out.strip()))
    assert (found.name, found.scopes) == ("crm", {"read", "score"})
    listed = run("list")
    assert "crm  read,score  in use" in listed.out
    assert made.out.strip() not in listed.out + listed.err + made.err


def test_as_json(run):
    made = run("create", "crm", "--scope", "read", "--json").json
    assert set(made) == {"id", "name", "scopes", "created_by", "created_at", "revoked_at", "token"}
    (listed,) = run("list", "--json").json["tokens"]
    assert listed == {name: value for name, value in made.items() if name != "token"}


@pytest.mark.parametrize("key", ["name", "id"])
def test_revoked_by_name_or_id(run, folder, key):
    made = run("create", "crm", "--scope", "read", "--json").json
    gone = run("revoke", made[key], "--json")
    assert gone.code == 0
    assert gone.json["revoked_at"] is not None
    with ledger(folder) as opened:
        assert opened.token_by_digest(digest_of(made["token"])) is None
    assert "revoked" in run("list").out
    assert run("create", "crm", "--scope", "read").code == 0


def test_making_and_revoking_are_noted(run, folder):
    run("create", "crm", "--scope", "read")
    run("revoke", "crm")
    with ledger(folder) as opened:
        noted = [(note.action, note.detail) for note in opened.audit_log()]
    assert noted == [("revoke_token", "crm"), ("create_token", "crm")]


@pytest.mark.parametrize(("words", "told"), [
    (["create"], "`token create` needs a name"),
    (["create", "crm"], "the token allows nothing"),
    (["create", "crm", "--scope", "write"], "'write' is not one of"),
    (["create", "a\nb", "--scope", "read"], "needs a name"),
    (["create", "x" * 101, "--scope", "read"], "needs a name"),
    (["revoke"], "`token revoke` needs a name"),
    (["revoke", "crm", "--scope", "read"], "`revoke` takes no scope"),
    (["revoke", "crm"], "no token in use has this name or id"),
    (["list", "crm"], "`list` takes no name"),
    (["delete", "crm"], "'delete' is not one of"),
])  # fmt: skip
def test_what_is_wrong_is_told(run, words, told):
    done = run(*words)
    assert done.code == 2
    assert told in done.err
    assert done.out == ""


def test_a_name_in_use_is_not_given_twice(run):
    run("create", "crm", "--scope", "read")
    again = run("create", "crm", "--scope", "admin")
    assert (again.code, again.out) == (2, "")
    assert "a token of this name is in use" in again.err


def test_without_a_configuration_nothing_is_made(tmp_path):
    done = call("token", "list", folder=tmp_path)
    assert done.code == 2
    assert "the configuration is missing" in done.err
    assert list(tmp_path.iterdir()) == []
