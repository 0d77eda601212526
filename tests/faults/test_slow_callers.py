"""Callers that send nothing, or a request bit by bit: they are let go, and others are served meanwhile."""

from __future__ import annotations

import socket
import threading
import time

import pytest
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from serving.api import patience
from serving.api.patience import PatientProtocol

HEAD = b"POST / HTTP/1.1\r\nHost: h\r\n"
SECONDS = 0.4


@pytest.fixture
def service(monkeypatch):
    """A service that reads bodies; its port, and what became of the bodies."""
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", SECONDS)
    read = []

    async def app(scope, receive, send):
        try:
            body = await Request(scope, receive).body()
        except ClientDisconnect:
            read.append(None)
            return
        read.append(body)
        await Response(b"done")(scope, receive, send)

    config = uvicorn.Config(app, http=PatientProtocol, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield listening.getsockname()[1], read
        server.should_exit = True
        thread.join(20)


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


@pytest.mark.parametrize("sent", [b"", b"POST / HT", HEAD, HEAD + b"Content-Length: 5\r\n\r\nab",
                                  HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"])  # fmt: skip
def test_who_sends_no_whole_request_is_let_go(service, sent):
    port, read = service
    with connected(port) as slow:
        slow.sendall(sent)
        with connected(port) as other:
            other.sendall(HEAD + b"Content-Length: 2\r\n\r\nhi")
            assert other.recv(100).startswith(b"HTTP/1.1 200")
        assert slow.recv(100) == b""
    assert read[0] == b"hi"


def trickle(slow: socket.socket) -> None:
    began = time.monotonic()
    while time.monotonic() - began < 20:
        slow.sendall(b"a")
        time.sleep(0.02)


def test_bit_by_bit_is_let_go_too(service):
    port, _ = service
    with connected(port) as slow:
        slow.sendall(HEAD + b"Content-Length: 5000\r\n\r\n")
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            trickle(slow)


def test_who_takes_breaks_between_requests_is_served(service):
    port, read = service
    with connected(port) as caller:
        for _ in range(3):
            caller.sendall(HEAD + b"Content-Length: 2\r\n\r\nhi")
            assert caller.recv(200).startswith(b"HTTP/1.1 200")
            time.sleep(SECONDS * 1.5)
    assert read == [b"hi"] * 3
