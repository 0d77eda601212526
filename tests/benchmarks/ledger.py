"""How fast the ledger is with many leads stored.

Run as ``python -m tests.benchmarks.ledger [--leads N] [--url URL]``; prints one JSON line a figure. The
yardstick is SQLite counting to a million, which tells how fast this machine is just now.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from qualify.ledger import LeadFacts, Ledger, QueueQuery
from tests.ledger.lists import T0, many

SURNAMES = "佐藤 鈴木 高橋 田中 渡辺 Smith Tanaka Suzuki Müller García".split()
QUERIES = {
    "plain": QueueQuery(),
    "with_answered": QueueQuery(answered=None),
    "band_a": QueueQuery(bands=("A",)),
    "owner": QueueQuery(owner="user17"),
    "visible_to": QueueQuery(visible_to="user17"),
    "source": QueueQuery(source="source3"),
    "stage": QueueQuery(stages=("SAL",)),
    "recommended_stage": QueueQuery(recommended_stages=("SQL",)),
    "disagreement": QueueQuery(disagreement="rules_higher"),
    "over_limit": QueueQuery(waiting="over_limit", now=T0 + timedelta(days=3)),
    "cell": QueueQuery(fit_bin=3, engagement_bin=0),
    "words": QueueQuery(q="ｔａｎａｋａ 商事"),
    "no_such_word": QueueQuery(q="zzzz"),
    "all_at_once": QueueQuery(bands=("A", "B"), owner="user17", source="source3", q="佐藤"),
}


def facts_of(leads: int) -> dict[str, LeadFacts]:
    random = np.random.default_rng(1)
    stages, owners = ("Inquiry", "MAL", "MQL", "SAL", "Won"), [None, *(f"user{i}" for i in range(50))]
    picks = random.integers(0, (len(SURNAMES), 500, len(owners), 9, len(stages)), (leads, 5)).tolist()
    return {
        f"L{i:06d}": LeadFacts(
            f"{SURNAMES[name]} {i % 97}", f"{SURNAMES[company % 10]}商事株式会社 {company}", owners[owner],
            f"source{source}", stages[stage], T0, T0 - timedelta(days=i % 300), T0 - timedelta(days=i % 30),
        )
        for i, (name, company, owner, source, stage) in enumerate(picks)
    }  # fmt: skip


def milliseconds(call: Callable[[], object], repeats: int = 9) -> float:
    """Median of several calls."""
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def yardstick() -> None:
    """Let SQLite count to a million."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) "
            "SELECT sum(i % 7) FROM n"
        ).fetchone()


def measure(ledger: Ledger, leads: int) -> Iterator[tuple[str, float, str]]:
    """Yield name, value and unit of all figures."""
    yield "yardstick", milliseconds(yardstick), "ms"
    facts = facts_of(leads)
    documents = {
        lead_id: {"lead_id": lead_id, "activities": [{"type": "email_open"}] * 25} for lead_id in facts
    }
    for name, day in (("record_first", 0), ("record_next_day", 8)):
        table = many(leads, seed=day, as_of=T0 + timedelta(days=day))
        began = time.perf_counter()
        ledger.record_scores(table, origin="batch", facts=facts, documents=documents, closed=("Won",))
        yield name, time.perf_counter() - began, "s"
    for name, query in QUERIES.items():
        page = ledger.queue(query)
        yield f"queue_{name}", milliseconds(lambda query=query: ledger.queue(query)), "ms"
        if page.next_cursor:
            further = replace(query, cursor=page.next_cursor)
            yield f"queue_{name}_page_2", milliseconds(lambda query=further: ledger.queue(query)), "ms"
    yield "grid", milliseconds(lambda: ledger.grid(QueueQuery())), "ms"
    yield "facets", milliseconds(ledger.facets), "ms"
    yield "lead", milliseconds(lambda: ledger.lead("L000017")), "ms"
    yield "answer", milliseconds(_answers(ledger), 30), "ms"


def _answers(ledger: Ledger) -> Callable[[], object]:
    keys = iter(range(1000))

    def one() -> object:
        key = f"key{next(keys)}"
        return ledger.answer("L000017", "accepted", actor="user1", reason=None, comment=None, key=key)

    return one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--url", help="default: a SQLite file of its own")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(chosen.url or f"sqlite:///{Path(folder) / 'ledger.db'}")
        for name, value, unit in measure(ledger, chosen.leads):
            figure = {"benchmark": "ledger", "figure": name, "value": round(value, 3), "unit": unit}
            print(json.dumps(figure), flush=True)
        ledger.close()


if __name__ == "__main__":
    main()
