"""Tokens and the audit log."""

from __future__ import annotations

import pytest

from qualify.errors import UserError


def test_a_token_is_found_by_its_digest_until_it_is_revoked(ledger):
    token = ledger.add_token("nightly", "abc", ["score", "read", "score"], "boss")
    assert ledger.token_by_digest("abc") == token
    assert token.scopes == {"read", "score"}
    assert ledger.token_by_digest("abd") is None
    revoked = ledger.revoke_token("nightly")
    assert revoked.revoked_at is not None
    assert ledger.token_by_digest("abc") is None
    assert ledger.tokens() == [revoked]


def test_a_name_is_free_again_after_revoking(ledger):
    first = ledger.add_token("nightly", "abc", ["read"], "boss")
    with pytest.raises(UserError, match="a token of this name is in use"):
        ledger.add_token("nightly", "xyz", ["read"], "boss")
    ledger.revoke_token(first.id)
    second = ledger.add_token("nightly", "xyz", ["read"], "boss")
    assert [token.id for token in ledger.tokens()] == [first.id, second.id]


def test_revoking_names_what_is_near(file_ledger):
    file_ledger.add_token("nightly", "abc", ["read"], "boss")
    with pytest.raises(UserError, match="Did you mean 'nightly'"):
        file_ledger.revoke_token("nightli")


def test_the_audit_log_is_newest_first(ledger):
    for n in range(3):
        ledger.audit("sato", "view", f"L{n}")
    ledger.audit("sato", "sign-in", detail="x" * 600)
    assert [note.action for note in ledger.audit_log()] == ["sign-in", "view", "view", "view"]
    assert [note.lead_id for note in ledger.audit_log(limit=2)] == [None, "L2"]
    assert [note.lead_id for note in ledger.audit_log(lead_id="L1")] == ["L1"]
    assert len(ledger.audit_log(limit=1)[0].detail) == 500
