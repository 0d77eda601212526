"""Has anything become slower? Figures of `make bench` as ratios, beside those that are kept.

Run as ``python -m tests.benchmarks._ratios [--keep] < FILE``, FILE being the lines that `make bench` printed.
Seconds depend on the machine and its other tenants; how many times as fast we are as something else that ran
in the same minute hardly does. Each ratio says "how much better than its yardstick". It is worse when it is
less than `LEAST` of the one that is kept in ``ratios.json``, and then the exit code is 1. ``--keep`` keeps
the new ones instead.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_name("ratios.json")
LEAST = 0.8

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Compared:
    """One ratio beside the one that is kept; None where there is none."""

    name: str
    now: float | None
    kept: float | None

    @property
    def worse(self) -> bool:
        """Whether it fell by more than a fifth."""
        return self.now is not None and self.kept is not None and self.now < LEAST * self.kept

    def __str__(self) -> str:
        now, kept = ("not measured" if each is None else f"{each:.3g}" for each in (self.now, self.kept))
        said = "WORSE" if self.worse else "ok" if self.now and self.kept else "?"
        return f"{said:6}{self.name}: {now} (kept: {kept})"


def ratios_of(lines: Iterable[str]) -> dict[str, float]:
    """Return the ratios of the figures, by name.

    Examples
    --------
    >>> line = '{"benchmark": "serve", "figure": "qualify_to_mlflow", "value": 31.0, "unit": "times"}'
    >>> ratios_of([line])
    {'serve: qualify_to_mlflow': 31.0}
    """
    figures = [json.loads(line) for line in lines if line.startswith("{")]
    cases: dict[str, dict[str, float]] = {}
    for each in figures:
        cases.setdefault(_case(each), {})[each["figure"]] = float(each["value"])
    found = {f"{_case(f)}: {f['figure']}": float(f["value"]) for f in figures if f["unit"] == "times"}
    for case, values in cases.items():
        benchmark = case.split()[0]
        pairs = {"treeshap": _of_treeshap, "ledger": _of_ledger}.get(benchmark)
        found |= {f"{case}: {name}": value for name, value in (pairs(values) if pairs else ())}
    return found


def _case(figure: Mapping[str, Any]) -> str:
    shown = {"depth", "trees", "features"}
    return " ".join([figure["benchmark"], *(f"{k}={v}" for k, v in figure.items() if k in shown)])


def _of_treeshap(figures: Figures) -> Iterator[tuple[str, float]]:
    for other in ("predict", "pred_contrib", "tree_explainer", "woodelf"):
        if other in figures:
            yield f"kernel to {other}", figures["kernel"] / figures[other]
    yield "interventional to tree_explainer", figures["kernel_interventional"] / figures["tree_explainer"]
    yield "predict to one row", 1e6 / figures["predict"] / figures["one_row"]


def _of_ledger(figures: Figures) -> Iterator[tuple[str, float]]:
    for name, value in figures.items():
        if name != "yardstick":
            yield f"yardstick to {name}", figures["yardstick"] / value


def compared(now: Figures, kept: Figures) -> list[Compared]:
    """Put the ratios beside the kept ones, in the order of their names."""
    return [Compared(name, now.get(name), kept.get(name)) for name in sorted({*now, *kept})]


def main(argv: list[str] | None = None) -> int:
    """Compare, or keep; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="keep these ratios from now on")
    keep = parser.parse_args(argv).keep
    now = ratios_of(sys.stdin)
    if not now:
        print("there is no ratio among the lines; give what `make bench` printed", file=sys.stderr)
        return 2
    if not keep and not KEPT.exists():
        print(f"no ratios are kept in {KEPT}: keep these with --keep", file=sys.stderr)
        return 2
    kept: dict[str, float] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if keep:
        rounded = {name: float(f"{value:.3g}") for name, value in {**kept, **now}.items()}
        KEPT.write_text(json.dumps(rounded, indent=1, sort_keys=True) + "\n")
        return 0
    told = compared(now, kept)
    print("\n".join(map(str, told)))
    return int(any(each.worse for each in told))


if __name__ == "__main__":
    raise SystemExit(main())
