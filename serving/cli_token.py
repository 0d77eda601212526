"""The command `token`: access tokens of the service. Heavy imports wait until it runs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from qualify.ledger import Ledger, TokenRecord

CONFIG = "qualify.yaml"


class Action(StrEnum):
    """What to do with tokens."""

    create = "create"
    list = "list"
    revoke = "revoke"


class Scope(StrEnum):
    """What a token allows."""

    read = "read"
    score = "score"
    feedback = "feedback"
    admin = "admin"


def token(
    action: Annotated[Action, typer.Argument(help="What to do.")],
    name: Annotated[str | None, typer.Argument(help="The token's name; for revoke its id too.")] = None,
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What a new token allows; may be given several times.")
    ] = None,
    config: Annotated[
        str, typer.Option("-c", "--config", help="The configuration.", metavar="PATH")
    ] = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Create, list and revoke access tokens of the service."""
    from contextlib import closing

    from qualify.config import load_config
    from qualify.console import emit_json, only_json
    from qualify.ledger import Ledger

    _check(action, name, scope or [])
    with only_json(as_json):
        settings = load_config(config)
        with closing(Ledger.open(settings.service.ledger_url(Path(config).resolve().parent))) as ledger:
            done = _done(ledger, action, name or "", [str(each) for each in scope or []])
    if as_json:
        emit_json(done)
    else:
        _tell(action, done, settings.data.timezone)


def _check(action: Action, name: str | None, scope: list[Scope]) -> None:
    """Refuse words that do not belong together."""
    from qualify.errors import UserError

    if action is Action.list:
        if name or scope:
            raise UserError("`list` takes no name and no scope", got=name or [str(each) for each in scope])
        return
    if not name or not name.strip() or not name.isprintable() or len(name) > 100:
        raise UserError(
            f"`token {action}` needs a name", got=name, expected="up to 100 characters that can be printed",
            mend=f"qualify token {action} crm" + (" --scope score" if action is Action.create else ""),
        )  # fmt: skip
    if action is Action.create and not scope:
        raise UserError(
            "the token allows nothing", expected=f"--scope, one or more of {', '.join(Scope)}",
            mend=f"qualify token create {name} --scope score --scope read",
        )  # fmt: skip
    if action is Action.revoke and scope:
        raise UserError("`revoke` takes no scope", got=[str(each) for each in scope])


def _done(ledger: Ledger, action: Action, name: str, scopes: list[str]) -> dict[str, Any]:
    """Do it, note it in the audit log, and return what to tell."""
    from serving.access.tokens import digest_of, new_token

    if action is Action.list:
        return {"tokens": [_row(record) for record in ledger.tokens()]}
    actor = _user()
    if action is Action.revoke:
        record = ledger.revoke_token(name)
        ledger.audit(actor, "revoke_token", None, record.name)
        return _row(record)
    secret = new_token()
    record = ledger.add_token(name, digest_of(secret), scopes, actor)
    ledger.audit(actor, "create_token", None, record.name)
    return {**_row(record), "token": secret}


def _row(record: TokenRecord) -> dict[str, Any]:
    return {
        "id": record.id, "name": record.name, "scopes": sorted(record.scopes),
        "created_by": record.created_by, "created_at": record.created_at, "revoked_at": record.revoked_at,
    }  # fmt: skip


def _tell(action: Action, done: dict[str, Any], timezone: str) -> None:
    from qualify.console import say
    from qualify.leads.local_times import write_day

    if action is Action.create:
        say(f"token {done['name']} ({', '.join(done['scopes'])}); it is shown only now:")
        typer.echo(done["token"])
    elif action is Action.revoke:
        say(f"token {done['name']} is revoked; a running service refuses it within 5 seconds")
    else:
        for row in done["tokens"]:
            revoked = row["revoked_at"]
            state = f"revoked {write_day(revoked, timezone)}" if revoked else "in use"
            typer.echo(f"{row['id']}  {row['name']}  {','.join(row['scopes'])}  {state}")
        if not done["tokens"]:
            say("there are no tokens; make one with `qualify token create NAME --scope read`")


def _user() -> str:
    """Return who is at the keyboard, as far as the system knows."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return "command line"
