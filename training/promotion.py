"""Which version is in use: promotion behind a gate, and the way back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import mlflow
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from qualify.config import Config
from qualify.errors import GateRefused, UserError
from training import registry
from training.decision import Decision
from training.gate_record import AGAINST, GATE, OBJECTIONS, PASSED
from training.in_use import open_registry

_LONGEST_REASON = 4_000
"""MLflow cuts a tag off, or refuses it, at some more."""


@dataclass(frozen=True)
class Promoted:
    """What a promotion or a rollback changed.

    Parameters
    ----------
    version, previous
        In use now, and before (None: there was none). Of a refused promotion: the version that was asked
        for, and the one that stays in use.
    verdict, run_id
        Of the version's training run; None where that is not known.
    objections
        What the gate held against it; empty unless it was forced or refused.
    promoted
        Whether `version` is in use now; false: the gate said no.
    """

    model: str
    version: str
    previous: str | None
    verdict: str | None = None
    forced: bool = False
    reason: str | None = None
    objections: tuple[str, ...] = ()
    run_id: str | None = None
    promoted: bool = True

    @property
    def changed(self) -> bool:
        """Whether another version is in use now."""
        return self.promoted and self.version != self.previous

    def refusal(self) -> GateRefused | None:
        """Return why the version was not promoted; None where it is in use."""
        if self.promoted:
            return None
        return GateRefused(
            f"version {self.version} was not promoted",
            [*self.objections, "--force --reason TEXT promotes it all the same"],
        )

    def lines(self) -> Iterator[str]:
        """Yield what a promotion says on the terminal; a refused one is told by `refusal`."""
        if not self.promoted:
            return
        yield from (f"promoted although {objection}" for objection in self.objections)
        before = f" (before: version {self.previous})" if self.previous else ""
        yield f"version {self.version} is in use{before if self.changed else ' already'}"

    def as_json(self) -> Mapping[str, object]:
        """Return what ``--json`` prints."""
        return {**asdict(self), "changed": self.changed}


def promote(
    config: Config, folder: Path, version: str, *, force: bool = False, reason: str | None = None
) -> Promoted:
    """Put a version in use, if it passes the gate; the present one becomes `previous`.

    Parameters
    ----------
    version
        A number, or an alias.
    force
        Promote whatever the gate says. This and the reason are kept as tags of the version.

    Raises
    ------
    GateRefused
        The gate said no.
    UserError
        There is no such version, or `force` comes without a reason.
    """
    done = ask(config, folder, version, force=force, reason=reason)
    refused = done.refusal()
    if refused is not None:
        raise refused
    return done


def ask(
    config: Config, folder: Path, version: str, *, force: bool = False, reason: str | None = None
) -> Promoted:
    """Do what `promote` does, and return what the gate said where it said no.

    Raises
    ------
    UserError
        There is no such version, or `force` comes without a reason.
    """
    if force and not (reason or "").strip():
        raise UserError(
            "a forced promotion needs a reason, which is kept with the version", where="--force",
            mend='add --reason "why this version is to be used all the same"',
        )  # fmt: skip
    client, name = open_registry(config, folder), config.mlflow.model_name
    with registry.alone(name):
        registry.finish_move(client, name)
        return _promote(client, name, version, force=force, reason=reason)


def _promote(
    client: mlflow.MlflowClient, name: str, version: str, *, force: bool, reason: str | None
) -> Promoted:
    """Hold the gate against the version in use and move on, with nobody else in between."""
    number = resolve(client, name, version)
    run = _run_of(client, name, number)
    verdict = run.data.tags.get("verdict") if run is not None else None
    run_id = None if run is None else str(run.info.run_id)
    present = registry.alias_of(client, name, registry.CHAMPION)
    if present == number:
        return Promoted(name, number, number, verdict, run_id=run_id)
    against = objections(run, present)
    if against and not force:
        return Promoted(name, number, present, verdict, objections=against, run_id=run_id, promoted=False)
    before = _put_in_use(client, name, number, forced=force, reason=reason)
    return Promoted(name, number, before, verdict, force, reason, against, run_id)


def rollback(config: Config, folder: Path) -> Promoted:
    """Put the previous version back in use.

    Raises
    ------
    UserError
        There is no previous version.
    """
    client, name = open_registry(config, folder), config.mlflow.model_name
    with registry.alone(name):
        registry.finish_move(client, name)
        version, previous = registry.rollback(client, name)
    return Promoted(name, version, previous)


def resolve(client: mlflow.MlflowClient, name: str, version: str) -> str:
    """Return the number of a version that is given by its number or by an alias.

    Raises
    ------
    UserError
        There is no such version.
    """
    known = registry.versions(client, name)
    aliases = {alias: str(at) for alias, at in client.get_registered_model(name).aliases.items()}
    found = aliases.get(version, version)
    if found not in known:
        numbers = ", ".join(sorted(known, key=int))
        called = f", or an alias: {', '.join(sorted(aliases))}" if aliases else ""
        raise UserError(
            "there is no such version", where=f"model {name!r}", got=version,
            expected=f"one of {numbers}{called}",
        )  # fmt: skip
    return found


def objections(run: Run | None, present: str | None = None) -> tuple[str, ...]:
    """Return what the gate held against a version, by its training run; nothing when it passed.

    The gate is held once, when a version is trained (`training.gate`); here its decision is read, so that no
    second rule can disagree with it.

    Parameters
    ----------
    present
        The version in use; None: there is none to be better than.
    """
    if run is None:
        return ("its training run is gone, so nothing is known about it",)
    tags = run.data.tags
    verdict = tags.get("verdict")
    if verdict != "model":
        return (f"the verdict of its training run is `{verdict or 'unknown'}`, not `model`",)
    if present is None:
        return ()
    if tags.get(AGAINST) != present:
        with_whom = f"only with version {tags[AGAINST]}" if AGAINST in tags else "with none"
        return (
            f"it was compared {with_whom}, and version {present} is in use: `qualify retrain` compares again",
        )
    return () if tags.get(GATE) == PASSED else tuple(json.loads(tags.get(OBJECTIONS, "[]")))


def _run_of(client: mlflow.MlflowClient, name: str, version: str) -> Run | None:
    """Return the training run of a version, None where it was deleted."""
    try:
        run = client.get_run(str(client.get_model_version(name, version).run_id))
    except MlflowException:
        return None
    return run if run.info.lifecycle_stage == "active" else None


def take_over(config: Config, version: str, decision: Decision, against: str) -> tuple[str, ...]:
    """Put a version in use that the gate has let pass; return what the gate said, which is kept with it.

    Parameters
    ----------
    against
        The version that was in use when the gate compared.

    Raises
    ------
    GateRefused
        Another one is in use by now, and the gate has not seen that.
    """
    said = tuple(check.text for check in decision.checks)
    client, name = mlflow.MlflowClient(), config.mlflow.model_name
    with registry.alone(name):
        registry.finish_move(client, name)
        present = registry.alias_of(client, name, registry.CHAMPION)
        if present != against:
            now = f"version {present} is in use now" if present else "no version is in use now"
            raise GateRefused(
                f"version {version} was not promoted",
                [f"it was compared with version {against}, and {now}: run it again to compare anew"],
            )
        _put_in_use(client, name, version, forced=False, reason="; ".join(said)[:_LONGEST_REASON])
    return said


def _put_in_use(
    client: mlflow.MlflowClient, name: str, version: str, *, forced: bool, reason: str | None
) -> str | None:
    """Note with a version when, how and why it comes into use, and put it there; return the one before."""
    # Tags first: a version in use is never without them.
    tags = {"promoted_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "promotion_forced": str(forced).lower()}
    for key, value in {**tags, "promotion_reason": reason or ""}.items():
        client.set_model_version_tag(name, version, key, value)
    return registry.promote(client, name, version)
