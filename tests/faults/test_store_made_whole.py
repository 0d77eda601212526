"""The local MLflow store is there whole or not at all, whoever was killed while it was made."""

from __future__ import annotations

import sqlite3
import threading

from qualify.config import parse_config
from training import registry
from training.lock import in_turn

TEXT = "version: 1\ndata: {leads: t.csv}\ntargets: [{name: y, column: y, positive: '1'}]\n"


def test_half_a_store_of_a_killed_training_is_made_anew(tmp_path):
    (tmp_path / "mlflow.db.part").write_bytes(b"half a store")
    config = parse_config(TEXT, "here")
    registry.open_experiment(config, tmp_path)
    registry.open_experiment(config, tmp_path)
    assert not (tmp_path / "mlflow.db.part").exists()
    connection = sqlite3.connect(tmp_path / "mlflow.db")
    names = [name for (name,) in connection.execute("SELECT name FROM experiments WHERE name = 'qualify'")]
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert names == ["qualify"]


def test_makers_of_a_store_wait_for_each_other(tmp_path):
    seen = []

    def second():
        with in_turn(tmp_path):
            seen.append("second")

    other = threading.Thread(target=second)
    with in_turn(tmp_path):
        other.start()
        other.join(0.2)
        seen.append("first")
    other.join(20)
    assert seen == ["first", "second"]
