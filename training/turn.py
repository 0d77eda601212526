"""One at a time on an MLflow server: who moves aliases holds a name there, and gives it back.

MLflow has no lock, and changes an alias whatever it was. But a name is registered once: of all who register
it at one moment, from whatever machine, the server's database lets one.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import mlflow
from mlflow.exceptions import MlflowException

from qualify.console import say
from qualify.errors import ModelError

__all__ = ["turn_on_server"]

PATIENCE_SECONDS = 60.0
"""To move aliases takes a second. Who holds the name for so long was killed: the next one takes it over."""
EVERY_SECONDS = 0.2
SUFFIX, HOLDER = "-aliases-are-moved", "held_by"
_UNNAMED = ""
_GONE, _TAKEN = "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS"


@contextmanager
def turn_on_server(client: mlflow.MlflowClient, name: str) -> Iterator[None]:
    """Wait until nobody else moves the aliases of a model; end this with the block.

    Raises
    ------
    ModelError
        The server does not let us, or a model of somebody's has the name.
    """
    held, token = f"{name}{SUFFIX}", uuid.uuid4().hex
    _wait(client, held, token)
    try:
        yield
    finally:
        if _holder(client, held) == token:
            _give_back(client, held)


def _wait(client: mlflow.MlflowClient, held: str, token: str) -> None:
    seen, since, told = None, time.monotonic(), False
    while not _taken(client, held, token):
        holder = _holder(client, held)
        if holder == token:  # the server took it, and its answer was lost
            return
        if holder != seen:
            if not told:
                say("another process moves aliases on the MLflow server: waiting for its turn to end")
                told = True
            seen, since = holder, time.monotonic()
        elif holder is not None and time.monotonic() - since > PATIENCE_SECONDS:
            _take_over(client, held, holder)
        time.sleep(EVERY_SECONDS)


def _take_over(client: mlflow.MlflowClient, held: str, holder: str) -> None:
    if holder == _UNNAMED:
        raise ModelError("a model has the name that says who moves aliases", where="the MLflow server",
                         got=held, mend="rename that model")  # fmt: skip
    _give_back(client, held)


def _taken(client: mlflow.MlflowClient, held: str, token: str) -> bool:
    """Register the name; return whether nobody else had it."""
    told = "Is here for a second while `qualify` moves aliases. Nobody's model: it may be deleted."
    try:
        client.create_registered_model(held, {HOLDER: token}, told)
    except MlflowException as error:
        if error.error_code in (_TAKEN, _GONE):  # the second: it was there, and has gone by now
            return False
        raise _refused(held, error) from error
    return True


def _holder(client: mlflow.MlflowClient, held: str) -> str | None:
    """Return who holds the name; None: nobody does.

    A model that is being deleted may be seen without its tags for a moment: `_UNNAMED`.
    """
    try:
        tags = client.get_registered_model(held).tags
    except MlflowException as error:
        if error.error_code == _GONE:
            return None
        raise _refused(held, error) from error
    return str(tags.get(HOLDER, _UNNAMED))


def _give_back(client: mlflow.MlflowClient, held: str) -> None:
    try:
        client.delete_registered_model(held)
    except MlflowException as error:
        if error.error_code != _GONE:
            raise _refused(held, error) from error


def _refused(held: str, error: MlflowException) -> ModelError:
    return ModelError(
        "the MLflow server does not let us move aliases one at a time", where=f"registered model {held!r}",
        got=str(error).splitlines()[0][:150], mend="let this user create and delete registered models there",
    )  # fmt: skip
