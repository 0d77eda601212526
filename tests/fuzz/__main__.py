"""Fuzz one target, or each in turn: ``python -m tests.fuzz [--seconds 60] [TARGET ...]`` (`make fuzz`).

Needs atheris, which is not in the lock because it is not made for every Python: ``pip install atheris``. An
input that breaks a target is written to the current folder as ``crash-…``; put its bytes into
`tests/fuzz/found.py`, mend, and it stays a test.
"""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Run each target in a process of its own, for libFuzzer ends its process."""
    names = ("csv", "numbers", "times", "document", "pattern")
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("targets", nargs="*", choices=[*names, []], help="default: all")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.here:
        fuzz(words.targets[0], words.seconds)
    codes = []
    for name in words.targets or names:
        line = [sys.executable, "-m", "tests.fuzz", "--here", "--seconds", str(words.seconds), name]
        codes.append(subprocess.run(line, check=False).returncode)
    return max(codes)


def fuzz(name: str, seconds: int) -> None:
    """Fuzz one target; does not return."""
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed: pip install atheris (Python 3.11 to 3.13, on Linux)")
    with atheris.instrument_imports(
        include=["qualify.leads", "qualify.rules.vocabulary", "serving.api.documents"]
    ):
        from tests.fuzz.targets import SEEDS, TARGETS
    logging.disable()
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS[name]):
            (Path(corpus) / f"seed-{number}").write_bytes(seed)
        limits = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=3000", "-max_len=1500"]
        atheris.Setup([sys.argv[0], corpus, *limits], TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
