"""Small flat tables with their configuration: as much signal as wanted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from qualify.config import Config, load_config

CONFIG = """\
version: 1
data: {leads: leads.csv, lead_id: id}
targets: [{name: won, column: won, positive: "yes"}]
columns:
  visits: {type: number}
  minutes: {type: number, missing: ["-"]}
  source: {type: category}
  secret: {type: category}
exclude:
  secret: {code: L006, evidence: a copy of the label}
training: {bags: 2, threads: 2}
"""


def make_project(folder: Path, *, rows: int, signal: float, seed: int = 0, rate: float = 0.4) -> Config:
    """Write `leads.csv` and `qualify.yaml`; the log-odds are `signal` times the visits."""
    rng = np.random.default_rng(seed)
    visits = rng.normal(size=rows)
    z = np.log(rate / (1 - rate)) + signal * visits
    won = rng.random(rows) < 1 / (1 + np.exp(-z))
    frame = pd.DataFrame({
        "id": [f"L{i}" for i in range(rows)],
        "visits": visits.round(3),
        "minutes": np.where(rng.random(rows) < 0.2, "-", rng.integers(0, 60, rows).astype(str)),
        "source": rng.choice(["google", "direct", "partner"], rows),
        "secret": np.where(won, "a", "b"),
        "won": np.where(won, "yes", "no"),
    })  # fmt: skip
    folder.mkdir(exist_ok=True)
    frame.to_csv(folder / "leads.csv", index=False)
    (folder / "qualify.yaml").write_text(CONFIG, encoding="utf-8")
    return load_config(folder / "qualify.yaml")
