"""The command `serve`. Heavy imports wait until it runs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import socket

    from serving.runtime import Runtime

CONFIG = "qualify.yaml"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.", metavar="HOST")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0: a free one.", min=0, max=65535)] = 8000,
    model: Annotated[
        str | None, typer.Option(help="A bundle's folder or an MLflow URI.", metavar="URI")
    ] = None,
    config: Annotated[
        str, typer.Option("-c", "--config", help="The configuration.", metavar="PATH")
    ] = CONFIG,
) -> None:
    """Run the online service and the pages for sales."""
    from qualify.config import load_config
    from qualify.console import say
    from serving.api.logs import log_to_stderr
    from serving.runtime import Runtime

    path = Path(config)
    settings = None if model is not None and not path.is_file() else load_config(path)
    folder = path.resolve().parent if settings is not None else Path.cwd()
    with _listen(host, port) as listening:
        address = _address(host, listening.getsockname()[1])
        runtime = Runtime.open(settings, folder, model=model, public_url=address, apart=True)
        with closing(runtime):
            _check_reach(host, runtime)
            say(f"serving model {runtime.models.version}: {address}")
            log_to_stderr()
            _run(runtime, listening, loopback=host in LOOPBACK)


def _listen(host: str, port: int) -> socket.socket:
    import socket

    from qualify.errors import UserError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise UserError(
            "the address cannot be listened on", where=f"{host}:{port}", got=error.strerror,
            mend="end the program that uses it, or name another one with --port",
        ) from error  # fmt: skip
    return listening


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _check_reach(host: str, runtime: Runtime) -> None:
    """Refuse an address that others reach while everybody could come in."""
    from qualify.errors import UserError

    access = runtime.service.access
    if host in LOOPBACK or access.oidc is not None or access.proxy is not None:
        return
    if any(token.revoked_at is None for token in runtime.ledger.tokens()):
        return
    raise UserError(
        "this address can be reached from outside, and no authentication is configured",
        where=f"--host {host}",
        mend="make a token with `qualify token create`, or configure service.access; or leave --host away",
    )  # fmt: skip


def _run(runtime: Runtime, listening: socket.socket, *, loopback: bool) -> None:
    import signal
    import sys

    import uvicorn

    from serving.api.app import create_app
    from serving.api.patience import PatientProtocol
    from serving.collector import collect_seldom

    settings = uvicorn.Config(
        create_app(runtime, loopback=loopback), http=PatientProtocol, log_config=None, access_log=False,
        server_header=False, lifespan="on", timeout_graceful_shutdown=10, proxy_headers=False,
    )  # fmt: skip
    collect_seldom()
    sys.setswitchinterval(0.001)  # threads that work in the background give way to requests soon
    # uvicorn ends well on SIGTERM, and then hands the signal on: that it came is no error.
    signal.signal(signal.SIGTERM, lambda *_: None)
    uvicorn.Server(settings).run(sockets=[listening])
