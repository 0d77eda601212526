"""Logs as JSON lines on stderr: events and figures, no names, no values, no message of an exception."""

from __future__ import annotations

import logging
import secrets
import sys
import traceback
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import orjson

__all__ = ["JsonLines", "log_to_stderr", "masked"]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}

_KEY = secrets.token_bytes(16)


def masked(lead_id: str) -> str:
    """Return a short mark of a lead's id, to follow one lead through the log of one process.

    The key is forgotten with the process: nobody can find out later whose mark it was by trying ids.
    """
    return blake2b(lead_id.encode(), digest_size=5, key=_KEY).hexdigest()


class JsonLines(logging.Formatter):
    """One JSON object a record. Of an exception only its type and the places in the code are told."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if record.exc_info is None else str(record.msg).splitlines()[0],
        }
        told |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-12:]
            told["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return orjson.dumps(told, default=str).decode()


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send all logs to stderr as JSON lines; libraries speak from warnings on."""
    # No line tells these, nor the place in the code that asked for it, and every request writes one.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in ("serving", "qualify", "uvicorn.error"):
        logging.getLogger(name).setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
