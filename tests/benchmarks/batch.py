"""How many leads a second a nightly job scores, beside the straightforward pipeline on the same tables.

Run as ``python -m tests.benchmarks.batch``; prints one JSON line a figure. ``QUALIFY_BATCH_LEADS`` (100,000)
sets the size. The straightforward pipeline groups activities with pandas, predicts with one LightGBM, asks it
for contributions and formats the three largest a lead in Python; it has no intervals, no rules, no stages, no
calibration and one model where `qualify` has several.
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
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd

LEADS = int(os.environ.get("QUALIFY_BATCH_LEADS", "100000"))
TRAINING_LEADS = 3_000
AS_OF = pd.Timestamp("2026-06-01", tz="UTC")
QUALIFY = "from qualify.cli import main; raise SystemExit(main())"
TABLES = ("leads", "activities", "stages")
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


def features(folder: Path) -> pd.DataFrame:
    """Count each lead's activities by type with pandas."""
    leads = pd.read_parquet(folder / "leads.parquet")
    acts = pd.read_parquet(folder / "activities.parquet")
    acts = acts[acts["occurred_at"] <= AS_OF]
    acts["days"] = (AS_OF - acts["occurred_at"]).dt.total_seconds() / 86_400
    acts["n7"], acts["n30"], acts["all"] = acts["days"] <= 7, acts["days"] <= 30, 1
    grouped = acts.groupby(["lead_id", "type"]).agg({"n7": "sum", "n30": "sum", "all": "sum", "days": "min"})
    wide = grouped.reset_index().pivot_table(index="lead_id", columns="type")
    wide.columns = [f"{kind}|{part}" for part, kind in wide.columns]
    frame = leads.set_index("lead_id").join(wide)
    for name in frame.select_dtypes(["object", "string", "str"]).columns:
        frame[name] = frame[name].astype("category").cat.codes
    for name in frame.select_dtypes(["datetime", "datetimetz"]).columns:
        frame[name] = (AS_OF - frame[name]).dt.total_seconds() / 86_400
    return frame.astype("float64")


def booster(folder: Path) -> lightgbm.Booster:
    """A model of the usual size on the small funnel."""
    frame = features(folder)
    stages = pd.read_parquet(folder / "stages.parquet")
    label = frame.index.isin(stages.loc[stages["stage"] == "SQL", "lead_id"]).astype(int)
    data = lightgbm.Dataset(frame, label)
    return lightgbm.train({"objective": "binary", "verbosity": -1, "num_threads": 2}, data, 150)


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
    frame = features(folder).reindex(columns=model.feature_name())
    probability = model.predict(frame)
    contributions = model.predict(frame, pred_contrib=True)[:, :-1]
    largest = np.argsort(-np.abs(contributions), axis=1)[:, :3]
    names, values = frame.columns, frame.to_numpy()
    told = [
        [sentence(names[j], values[i, j], contributions[i, j]) for j in row] for i, row in enumerate(largest)
    ]
    listed = pd.DataFrame({"lead_id": frame.index, "probability": probability, "reasons": told})
    listed.sort_values("probability", ascending=False).to_parquet(out)


def taken(call: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds and wall seconds of a call."""
    cpu, began = time.process_time(), time.perf_counter()
    call()
    return time.process_time() - cpu, time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        tables = [word for each in TABLES for word in (f"--{each}", f"big/{each}.parquet")]
        words = ("score", *tables, "--as-of", AS_OF.isoformat(), "--out")
        run(*words, "warm.parquet", folder=folder)  # machine code is compiled once for all runs
        model = booster(folder)
        timed = {
            "qualify": run(*words, "s.parquet", folder=folder),
            "qualify_600MB": run(*words, "flat.parquet", "--memory", "600MB", folder=folder),
            "straightforward": taken(lambda: straightforward(model, folder / "big", folder / "b.parquet")),
        }
        same = (folder / "s.parquet").read_bytes() == (folder / "flat.parquet").read_bytes()
        for figure, (cpu, wall) in timed.items():
            for what, seconds in (("leads_a_cpu_second", cpu), ("leads_a_second", wall)):
                line = {"benchmark": "batch", "figure": f"{figure}_{what}", "value": round(LEADS / seconds),
                        "unit": "leads/s", "leads": LEADS}  # fmt: skip
                print(json.dumps(line), flush=True)
        same_line = {"benchmark": "batch", "figure": "same_bytes_in_buckets", "value": int(same), "unit": ""}
        print(json.dumps(same_line), flush=True)


if __name__ == "__main__":
    main()
