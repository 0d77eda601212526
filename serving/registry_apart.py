"""The registry asked by a process of its own, while this one imports what it scores with.

To import MLflow and to open its store takes some seconds of one thread, and so does all else that a job needs
before it can begin.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualify import errors
from qualify.errors import UserError

if TYPE_CHECKING:
    from qualify.config import Config

__all__ = ["Asked", "ask_early"]

_PARTS = ("what", "where", "got", "expected", "mend")


@dataclass(frozen=True)
class Asked:
    """A question to the registry.

    Parameters
    ----------
    process
        Asks it and writes the answer; None where nobody asks yet.
    """

    process: subprocess.Popen[str] | None = None

    @property
    def waits(self) -> bool:
        """Whether the answer is still to come."""
        return self.process is not None and self.process.poll() is None

    def bundle(self, uri: str | None, config: Config | None, folder: Path) -> Path:
        """Wait for the answer, or ask now: see `serving.model_place.find_bundle`.

        Raises
        ------
        ModelError
            There is no such bundle.
        """
        if self._told is not None:
            return _read(self._told)
        # Where the process failed, and not the question, this one fails in the same way and can tell how.
        from serving.model_place import find_bundle

        return find_bundle(uri, config, folder)

    @cached_property
    def _told(self) -> str | None:
        """The answer, once it is there; None where there is none."""
        if self.process is None:
            return None
        told, _ = self.process.communicate()
        return told if self.process.returncode == 0 else None


def ask_early(uri: str | None, config: str) -> Asked:
    """Begin to ask, where that takes long and a core is free for it.

    Parameters
    ----------
    uri, config
        The model and the configuration, as on the command line.
    """
    folder = uri is not None and ":" not in uri
    if folder or not Path(config).is_file() or _imported() or _cores() < 2:
        return Asked()
    # -P: nothing is imported from the folder that one happens to stand in.
    words = [sys.executable, "-P", "-m", __name__, json.dumps([uri, config])]
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    atexit.register(process.kill)  # where this process ends first
    return Asked(process)


def _imported() -> bool:
    """Whether MLflow is here already, so that asking takes no time."""
    return "mlflow" in sys.modules


def _cores() -> int:
    """Return the cores that this process may use, without importing what `usable_cores` needs."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _read(told: str) -> Path:
    found: dict[str, Any] = json.loads(told)
    if "bundle" in found:
        return Path(found["bundle"])
    raise getattr(errors, found["class"])(*(found[part] for part in _PARTS))


def _answer(uri: str | None, config: str) -> dict[str, Any]:
    from qualify.config import load_config
    from serving.model_place import find_bundle

    try:
        path = Path(config)
        return {"bundle": str(find_bundle(uri, load_config(path), path.resolve().parent))}
    except UserError as error:
        return {"class": type(error).__name__} | {part: getattr(error, part) for part in _PARTS}


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # who interrupts both is told by the other one
    gc.disable()  # all that is imported stays
    with redirect_stdout(sys.stderr):
        told = _answer(*json.loads(sys.argv[1]))
    sys.stdout.write(json.dumps(told, default=str))


if __name__ == "__main__":
    _main()
