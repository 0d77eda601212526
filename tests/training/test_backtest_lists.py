"""The list of an origin: all leads that were open then, with an outcome or without."""

from __future__ import annotations

import pandas as pd

from qualify.config import load_config
from tests.training.projects import make_project
from training.backtest import try_origin
from training.backtest_scores import lists_of
from training.data import load_tables
from training.origins import origins_of
from training.tried import Backtest


def test_leads_without_an_outcome_are_ranked_with_the_others(tmp_path):
    make_project(tmp_path, rows=300, signal=1.0)
    frame = pd.read_csv(tmp_path / "leads.csv")
    frame.loc[250:259, "won"] = None
    frame.to_csv(tmp_path / "leads.csv", index=False)
    loaded = load_tables(load_config(tmp_path / "qualify.yaml"), tmp_path)
    (origin,) = origins_of(loaded, 1)
    assert (len(origin.lead), len(origin.waiting)) == (35, 45)
    tried = try_origin(origin, budget=0, seed=0)
    lists = lists_of(Backtest("won", (tried,), {}, tried.wins, "run", 0.1))
    unknown = lists[lists["outcome"].isna()]
    assert set(unknown["lead_id"]) == {f"L{k}" for k in range(250, 260)}
    assert unknown["weight"].isna().all()
    by_id = lists.set_index("lead_id")
    assert by_id.loc[[f"L{k}" for k in range(238, 283)], "arrival_rank"].tolist() == list(range(1, 46))
    assert (by_id["arrival_rank"] + by_id["newest_rank"] == 46).all()
    assert lists["rank"].tolist() == (-lists["probability"]).rank(method="min").astype(int).tolist()
    known = by_id.loc[list(tried.queue.lead)]
    assert known["probability"].tolist() == tried.queue.scores["model"].tolist()
    assert known["outcome"].tolist() == tried.queue.label.tolist()
