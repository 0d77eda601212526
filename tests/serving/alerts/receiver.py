"""A receiver of alerts: a real HTTP server that fails, is slow, and comes back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What to answer, and after how long."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass
class Receiver:
    """Keeps what came; `replies` says what is answered next, after them 204."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    always: Reply = Reply()
    taken: list[Got] = field(default_factory=list)
    busy: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, got: Got) -> Reply:
        with self.lock:
            self.got.append(got)
            self.busy += 1
            self.most = max(self.most, self.busy)
            reply = self.replies.pop(0) if self.replies else self.always
            if reply.status < 300:
                self.taken.append(got)
            return reply


def handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = receiver.answer(Got(self.path, headers, body))
            time.sleep(reply.seconds)
            with receiver.lock:
                receiver.busy -= 1
            try:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                self.close_connection = True  # who asked did not wait

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def listening(receiver: Receiver, port: int = 0) -> Iterator[Receiver]:
    """Run a receiver on a free port, or on a given one."""
    server = ThreadingHTTPServer(("127.0.0.1", port), handler(receiver))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
