"""Commands on the ledger: `forget`, and what `score` tells of a list on the sales desk."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from qualify.config import Config
    from qualify.ledger import Forgotten, Ledger, Recorded

CONFIG = "qualify.yaml"


def forget(
    lead_id: Annotated[str, typer.Argument(help="The lead's id.")],
    config: Annotated[
        str, typer.Option("-c", "--config", help="The configuration.", metavar="PATH")
    ] = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Erase a person's lead from everything that is stored."""
    from qualify.config import load_config
    from qualify.console import emit_json, only_json, say

    with only_json(as_json):
        path = Path(config)
        settings, folder = load_config(path), path.resolve().parent
        with closing(open_ledger(settings, folder)) as ledger:
            erased = _erase(ledger, lead_id)
        left = what_is_left(settings, folder, ledger.url)
        if erased is None:
            say(f"Lead {lead_id} was erased before; nothing of it is in the ledger.")
        else:
            kinds = ", ".join(f"{count} {kind}" for kind, count in erased.erased.items() if count)
            say(f"Lead {lead_id} is erased from the ledger: {kinds}. Scores that come later are refused.")
        for line in ("Not erased, because it is not qualify's to change:", *(f"  - {each}" for each in left)):
            say(line)
    if as_json:
        emit_json({
            "lead_id": lead_id, "erased": dict(erased.erased) if erased else {},
            "erased_before": erased is None, "not_erased": left,
        })  # fmt: skip


def open_ledger(settings: Config, folder: Path) -> Ledger:
    """Open the ledger of a project."""
    from qualify.ledger import Ledger

    return Ledger.open(settings.service.ledger_url(folder))


def desk_lines(done: Recorded) -> Iterator[str]:
    """Yield what a person is told of a list on the sales desk."""
    yield f"sales desk: {done.stored} scores stored, {done.repeated} known before, {done.alerts} alerts"
    if done.forgotten:
        yield f"sales desk: {done.forgotten} scores of forgotten leads were refused"


def what_is_left(settings: Config, folder: Path, url: str) -> list[str]:
    """Return what may still hold a forgotten lead, for a person to see to."""
    data = settings.data
    named = [source for source in (data.leads, data.activities, data.stages) if isinstance(source, str)]
    left = [f"your own table {folder / source}" for source in named]
    if len(named) < sum(source is not None for source in (data.leads, data.activities, data.stages)):
        left.append("your own database, which the configuration asks")
    left += [
        "score lists with their rejects and states (files, and tables that `--out URL#TABLE` named), reports "
        "and pages",
        "the work folder beside the list of a job that was killed, or whose ledger did not answer, until a "
        "job writes that list again",
        "backups of the ledger's database",
    ]
    if not url.startswith("sqlite"):
        left.append("erased rows in the files of PostgreSQL, until its next vacuum, and its archived logs")
    if (folder / "ledger.spool").exists():
        left.append(f"scores that wait in {folder / 'ledger.spool'}: the ledger will refuse them")
    return [*left, "what a model learnt: train again without the lead, if it has to go from there too"]


def _erase(ledger: Ledger, lead_id: str) -> Forgotten | None:
    """Erase a lead; None: it was erased before.

    Raises
    ------
    UnknownLead
        No such lead is stored.
    """
    from qualify.errors import UnknownLead, did_you_mean

    try:
        return ledger.forget(lead_id, actor=_user())
    except UnknownLead:
        if ledger.is_forgotten(lead_id):
            return None
        near = did_you_mean(lead_id, ledger.similar_ids(lead_id))
        raise UnknownLead(
            "the ledger holds no lead of this id", where="qualify forget", got=lead_id,
            mend=near or "check the id: only what was scored with --ledger or by the service is stored",
        ) from None  # fmt: skip


def _user() -> str:
    """Return who runs the command, for the audit log."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli"
