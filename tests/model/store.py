"""Bundles of every format that was ever written, and what they answered then.

``python -m tests.model.store`` adds the one of the present format, once, when the format number has changed.
A stored bundle is never made again: that it still loads and still answers alike is the point.
"""

from __future__ import annotations

import json
from pathlib import Path

from qualify.model.bundle import write_bundle
from qualify.model.manifest import FORMAT
from qualify.scorer import Scorer
from tests.model.rows import make_rows
from tests.model.small import make_parts, tables_of

FOLDER = Path(__file__).with_name("stored")
KEPT = ("lead_id", "probability", "probability_low", "probability_high", "score", "band", "base_value", "fit",
        "other_contribution", "model_version")  # fmt: skip


def answers(scorer: Scorer) -> list[dict[str, object]]:
    """What a model says about twenty leads; which contributions are told as reasons is not the model's."""
    tables = tables_of(make_rows(20, seed=3))
    table, _ = scorer.score_tables(tables, tables.created_at, reasons=0)
    return table.select(list(KEPT)).to_pylist()


def store() -> Path:
    """Write the bundle of the present format and its answers."""
    folder = FOLDER / f"format-{FORMAT}"
    if folder.exists():
        raise FileExistsError(f"{folder} is stored already")
    write_bundle(make_parts(), folder)
    text = json.dumps(answers(Scorer.load(folder)), indent=1) + "\n"
    folder.with_suffix(".json").write_text(text, encoding="utf-8")
    return folder


if __name__ == "__main__":
    print(store())
