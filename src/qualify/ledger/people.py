"""Who may come in and who did what: access tokens and the audit log."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from qualify.errors import UserError, did_you_mean
from qualify.ledger.service_records import AuditRecord, TokenRecord
from qualify.ledger.tables import audit, tokens
from qualify.ledger.values import clean, clean_or_none

_DETAIL_CHARACTERS = 500


def add_audit(
    connection: Connection, actor: str, action: str, lead_id: str | None, detail: str | None, at: int
) -> None:
    """Note who did what."""
    told = clean_or_none(detail)
    connection.execute(
        insert(audit),
        {
            "at": at, "actor": clean(actor), "action": clean(action),
            "lead_id": None if lead_id is None else clean(lead_id),
            "detail": told and told[:_DETAIL_CHARACTERS],
        },
    )  # fmt: skip


def audit_log(connection: Connection, lead_id: str | None, limit: int) -> list[AuditRecord]:
    """Return the latest notes, newest first."""
    asked = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if lead_id is not None:
        asked = asked.where(audit.c.lead_id == clean(lead_id))
    return [
        AuditRecord(row.id, row.at, row.actor, row.action, row.lead_id, row.detail)
        for row in connection.execute(asked)
    ]


def add_token(
    connection: Connection, name: str, digest: str, scopes: Sequence[str], created_by: str, at: int
) -> TokenRecord:
    """Keep a new token; the connection must be alone, so that a name is given once."""
    name = clean(name)
    if connection.execute(select(tokens).where(tokens.c.name == name, _in_use())).first() is not None:
        raise UserError(
            "a token of this name is in use", got=name, mend="revoke it first, or take another name"
        )
    row = {
        "id": uuid.uuid4().hex, "name": name, "digest": digest, "scopes": " ".join(sorted(set(scopes))),
        "created_by": clean(created_by), "created_at": at,
    }  # fmt: skip
    connection.execute(insert(tokens), row)
    return _token(connection.execute(select(tokens).where(tokens.c.id == row["id"])).one())


def all_tokens(connection: Connection) -> list[TokenRecord]:
    """Return all tokens, oldest first."""
    return [
        _token(row) for row in connection.execute(select(tokens).order_by(tokens.c.created_at, tokens.c.id))
    ]


def token_by_digest(connection: Connection, digest: str) -> TokenRecord | None:
    """Return the token in use that has a digest."""
    row = connection.execute(select(tokens).where(tokens.c.digest == digest, _in_use())).one_or_none()
    return None if row is None else _token(row)


def revoke_token(connection: Connection, name_or_id: str, at: int) -> TokenRecord:
    """Revoke a token in use, by name or id."""
    asked = select(tokens).where(or_(tokens.c.name == clean(name_or_id), tokens.c.id == clean(name_or_id)))
    row = connection.execute(asked.where(_in_use())).first()
    if row is None:
        names = connection.scalars(select(tokens.c.name).where(_in_use())).all()
        meant = did_you_mean(name_or_id, names) or "list them with `qualify token list`"
        raise UserError("no token in use has this name or id", got=name_or_id, mend=meant)
    connection.execute(update(tokens).where(tokens.c.id == row.id), {"revoked_at": at})
    return _token(connection.execute(select(tokens).where(tokens.c.id == row.id)).one())


def _in_use() -> Any:
    return tokens.c.revoked_at.is_(None)


def _token(row: Row[Any]) -> TokenRecord:
    return TokenRecord(
        row.id, row.name, row.digest, frozenset(row.scopes.split()), row.created_by, row.created_at,
        row.revoked_at,
    )  # fmt: skip
