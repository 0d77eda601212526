"""What a command says: messages and progress on stderr, one JSON object on stdout."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from datetime import date
from pathlib import PurePath
from typing import Any

__all__ = ["abridged", "emit_json", "only_json", "progress", "say"]

# Where nobody watches, a line now and then says that the work goes on.
_SECONDS_BETWEEN_LINES = 10.0


def say(text: str) -> None:
    """Print a message for a person, on stderr.

    Parameters
    ----------
    text : str
        The message; printed as it is.
    """
    # In one piece: another thread may have something to say at the same moment.
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def abridged(text: str, most: int = 30) -> str:
    """Return a long text by its beginning and its end, since many texts of a column begin alike.

    Examples
    --------
    >>> abridged("Interested, wants an offer in spring")
    'Interested, wants …r in spring'
    """
    if len(text) <= most:
        return text
    end = (most - 1) * 2 // 5
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


@contextmanager
def progress(total: int | None, label: str) -> Iterator[Callable[[int], None]]:
    """Show how far a piece of work has come, on stderr.

    A terminal gets a bar; anything else gets a plain line every ten seconds and one at the end. Both tell how
    fast it goes and, where the total is known, how long it will take yet.

    Parameters
    ----------
    total : int or None
        How many steps there are; None where that is not known.
    label : str
        What is being done.

    Yields
    ------
    callable
        ``advance(steps)``, to be called with the number of steps just done.

    Examples
    --------
    >>> with progress(3, "scoring") as advance:
    ...     for bucket in range(3):
    ...         advance(1)
    """
    if sys.stderr.isatty():
        with _bar(total, label) as advance:
            yield advance
        return
    lines = _Lines(total, label)
    yield lines.advance
    lines.close()


def emit_json(result: Mapping[str, Any]) -> None:
    """Print one JSON object on stdout.

    NumPy scalars and arrays become numbers and lists, times ISO 8601 text; a number that is not
    finite becomes null, because JSON has none.

    Parameters
    ----------
    result : mapping
        The object; its keys become text.

    Raises
    ------
    TypeError
        If a value has no JSON form.
    """
    text = json.dumps(_to_json(result), ensure_ascii=False, allow_nan=False)
    print(text, flush=True)  # noqa: T201 - this is the one place that prints


@contextmanager
def only_json(wanted: bool = True) -> Iterator[None]:
    """Send what libraries print on stdout to stderr, so that stdout stays free for one JSON object.

    Call `emit_json` after the block.

    Parameters
    ----------
    wanted : bool, optional
        False leaves stdout as it is; this is where a command passes its ``--json`` on.
    """
    if not wanted:
        yield
        return
    with redirect_stdout(sys.stderr):
        yield


@contextmanager
def _bar(total: int | None, label: str) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import Progress, TextColumn

    columns = (*Progress.get_default_columns(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(label, total=total, rate="")
        begun, done = time.monotonic(), 0

        def advance(steps: int) -> None:
            nonlocal done
            done += steps
            shown.update(task, advance=steps, rate=_rate(done, time.monotonic() - begun))

        yield advance


class _Lines:
    """Progress in plain lines, for logs."""

    def __init__(self, total: int | None, label: str) -> None:
        self._total = total
        self._label = label
        self._done = 0
        self._started = self._last_line = time.monotonic()

    def advance(self, steps: int) -> None:
        """Count `steps`, and print a line when the last one is ten seconds old."""
        self._done += steps
        now = time.monotonic()
        if now - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = now
            say(f"{self._label}: {self._count()}{self._pace(now - self._started)}")

    def close(self) -> None:
        """Print the last line, with the time taken."""
        say(f"{self._label}: {self._count()} in {time.monotonic() - self._started:.1f} s")

    def _pace(self, seconds: float) -> str:
        if not self._done:
            return ""
        rate = f", {_rate(self._done, seconds)}"
        if self._total is None or self._done > self._total:
            return rate
        return f"{rate}, {seconds * (self._total - self._done) / self._done:.0f} s left"

    def _count(self) -> str:
        return f"{self._done:,}" if self._total is None else f"{self._done:,} of {self._total:,}"


def _rate(done: int, seconds: float) -> str:
    rate = done / max(seconds, 1e-9)
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"


def _to_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_to_json(item) for item in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    # NumPy's scalars and arrays, known by what they can do, so that NumPy need not be loaded here.
    if hasattr(value, "tolist"):
        return _to_json(value.tolist())
    raise TypeError(f"no JSON form for {type(value).__name__}: {value!r:.100}")
