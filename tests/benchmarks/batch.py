"""How many leads a second a nightly job scores, beside the straightforward pipeline on the same tables.

Run as ``python -m tests.benchmarks.batch``; prints one JSON line a figure. ``QUALIFY_BATCH_LEADS`` (100,000)
sets the size. The straightforward pipeline groups activities with Polars (`pip install polars`; without it,
it is skipped by name), predicts with one LightGBM that has as many trees as the bags of the first target hold
together, asks it for contributions and formats the three largest a lead in Python. It has no intervals, no
rules, no stages, no calibration and no second target. Both run in this machine's two cores; `qualify` is a
process of its own and pays for its start, the straightforward pipeline does not.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import lightgbm
import numpy as np

from qualify.config import load_config
from qualify.simulate.tables import STREAMS
from serving.model_source import load_scorer

try:
    import polars as pl
    import polars.selectors as cs
except ImportError:
    pl = None

LEADS = int(os.environ.get("QUALIFY_BATCH_LEADS", "100000"))
TRAINING_LEADS = 3_000
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
QUALIFY = "from qualify.cli import main; raise SystemExit(main())"
TABLES = ("leads", "activities", "stages")
KINDS = tuple(stream.name for stream in STREAMS)
LABELS = {"n7": "in the last 7 days", "n30": "in the last 30 days", "all": "so far", "days": "days ago"}


def run(*words: object, folder: Path) -> tuple[float, float]:
    """Run `qualify` in a process of its own; return its CPU seconds and wall seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", QUALIFY, *map(str, words)], cwd=folder, check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - began


def prepare(folder: Path) -> None:
    """Simulate a small funnel to learn from and a large one to score, and train."""
    run("simulate", "--leads", TRAINING_LEADS, "--seed", 1, "--out", folder, folder=folder)
    named = [word for name in TABLES for word in (f"--{name}", f"{name}.parquet")]
    run("init", *named, "--target-stage", "SQL", "--within-days", 60, folder=folder)
    run("train", "--budget", 0, folder=folder)
    run("simulate", "--leads", LEADS, "--seed", 2, "--out", folder / "big", folder=folder)


def features(folder: Path) -> pl.DataFrame:
    """Count each lead's activities by type, in windows, with one group-by; attributes become codes."""
    leads = pl.scan_parquet(folder / "leads.parquet")
    days = (pl.lit(AS_OF) - pl.col("occurred_at")).dt.total_seconds() / 86_400
    acts = pl.scan_parquet(folder / "activities.parquet").filter(pl.col("recorded_at") <= AS_OF)
    acts = acts.select("lead_id", pl.col("type").cast(pl.String), days.alias("days"))
    grouped = acts.group_by("lead_id").agg(
        each.alias(f"{kind}|{part}")
        for kind in KINDS
        for of in [pl.col("days").filter(pl.col("type") == kind)]
        for part, each in {
            "n7": (of <= 7).sum(),
            "n30": (of <= 30).sum(),
            "all": of.len(),
            "days": of.min(),
        }.items()
    )
    frame = leads.join(grouped, on="lead_id", how="left").filter(pl.col("created_at") <= AS_OF)
    return frame.with_columns(
        cs.datetime().map_batches(lambda each: (AS_OF - each).dt.total_seconds() / 86_400),
        (cs.string() - cs.by_name("lead_id")).cast(pl.Categorical).to_physical(),
    ).collect()


def matrix(frame: pl.DataFrame) -> np.ndarray:
    """The features as LightGBM takes them."""
    return frame.drop("lead_id").cast(pl.Float64).to_numpy()


def booster(folder: Path, trees: int) -> lightgbm.Booster:
    """A model on the small funnel, with so many trees of the size that `qualify` grows."""
    frame = features(folder)
    stages = pl.read_parquet(folder / "stages.parquet")
    label = frame["lead_id"].is_in(stages.filter(pl.col("stage") == "SQL")["lead_id"].implode()).cast(int)
    params = {"objective": "binary", "verbosity": -1, "num_threads": 2, "num_leaves": 12, "max_depth": 4,
              "learning_rate": 0.02, "deterministic": True}  # fmt: skip
    names = [name.replace("|", " ") for name in frame.columns if name != "lead_id"]
    return lightgbm.train(
        params, lightgbm.Dataset(matrix(frame), label.to_numpy(), feature_name=names), trees
    )


def trees_of(folder: Path) -> int:
    """How many trees the bags of the first target hold together."""
    scorer = load_scorer(None, load_config(folder / "qualify.yaml"), folder)
    return sum(each.num_trees() for each in scorer.parts.targets[0].trees.boosters)


def sentence(name: str, value: float, size: float) -> dict[str, object]:
    """Word one reason, as one does."""
    kind, _, part = name.partition("|")
    text = f"{kind.replace('_', ' ')}: {value:,.0f} {LABELS.get(part, '')}"
    way = "raises" if size > 0 else "lowers"
    return {
        "feature": name,
        "value": f"{value:,.1f}",
        "contribution": size,
        "text": f"{text} ({way} the chance)",
    }


def straightforward(model: lightgbm.Booster, folder: Path, out: Path) -> None:
    """Features, predictions, contributions, worded reasons, a sorted list."""
    frame = features(folder)
    values = matrix(frame)
    probability = model.predict(values, num_threads=2)
    contributions = np.asarray(model.predict(values, pred_contrib=True, num_threads=2))[:, :-1]
    largest = np.argpartition(-np.abs(contributions), 2, axis=1)[:, :3]
    sizes = np.take_along_axis(contributions, largest, axis=1)
    order = np.argsort(-np.abs(sizes), axis=1)
    largest, sizes = np.take_along_axis(largest, order, axis=1), np.take_along_axis(sizes, order, axis=1)
    shown = np.take_along_axis(values, largest, axis=1)
    names = [name for name in frame.columns if name != "lead_id"]
    rows = zip(largest.tolist(), shown.tolist(), sizes.tolist(), strict=True)
    told = [[sentence(names[j], value, size) for j, value, size in zip(*row, strict=True)] for row in rows]
    listed = pl.DataFrame({"lead_id": frame["lead_id"], "probability": probability, "reasons": told})
    listed.sort("probability", descending=True).write_parquet(out)


def taken(call: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds and wall seconds of a call."""
    cpu, began = time.process_time(), time.perf_counter()
    call()
    return time.process_time() - cpu, time.perf_counter() - began


def tell(figure: str, value: float, unit: str) -> None:
    """Print one figure as a JSON line."""
    line = {"benchmark": "batch", "figure": figure, "value": value, "unit": unit, "leads": LEADS}
    print(json.dumps(line), flush=True)


def tell_speed(figure: str, cpu: float, wall: float) -> None:
    """Print how many leads a CPU second and a second took."""
    tell(f"{figure}_leads_a_cpu_second", round(LEADS / cpu), "leads/s")
    tell(f"{figure}_leads_a_second", round(LEADS / wall), "leads/s")


def beside(folder: Path, ours: tuple[float, float]) -> None:
    """Run the straightforward pipeline on the same tables, and print how many times as fast we are."""
    if pl is None:
        print("polars is not installed (pip install polars): skipped", file=sys.stderr)
        return
    trees = trees_of(folder)
    model = booster(folder, trees)
    theirs = taken(lambda: straightforward(model, folder / "big", folder / "b.parquet"))
    tell("straightforward_trees", trees, "trees")
    tell_speed("straightforward", *theirs)
    tell("times_as_fast_by_cpu", round(theirs[0] / ours[0], 2), "times")
    tell("times_as_fast", round(theirs[1] / ours[1], 2), "times")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        tables = [word for each in TABLES for word in (f"--{each}", f"big/{each}.parquet")]
        words = ("score", *tables, "--as-of", AS_OF.isoformat(), "--out")
        run(*words, "warm.parquet", folder=folder)  # machine code is compiled once for all runs
        ours = run(*words, "s.parquet", folder=folder)
        tell_speed("qualify", *ours)
        tell_speed("qualify_600MB", *run(*words, "flat.parquet", "--memory", "600MB", folder=folder))
        same = (folder / "s.parquet").read_bytes() == (folder / "flat.parquet").read_bytes()
        tell("same_bytes_in_buckets", int(same), "")
        beside(folder, ours)


if __name__ == "__main__":
    main()
