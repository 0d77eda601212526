"""A list that goes to the sales desk in parts: the ledger then holds what it holds of a list in one piece."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import create_engine, inspect, text

from qualify.config import Desk, SqlSource, Webhook
from qualify.errors import ConfigError, LedgerUnavailable
from qualify.ledger import Ledger, QueueQuery
from serving.batch import Sources
from serving.desk import SalesDesk
from serving.named import named_source
from serving.publish_pieces import Pieces
from tests.world import World

NAMES = ("leads", "activities", "stages")
OF_THE_RUN = {
    "ledger_scores": ["id", "recorded_at"],
    "ledger_alerts": ["id", "number", "payload", "created_at", "due_at"],
}
"""Numbers of rows, what the clock said, and the payload, which holds both."""


@pytest.fixture
def of_world(world):
    return Sources(*(str(world.folder / f"{name}.parquet") for name in NAMES))


def sales_desk(world: World, folder: Path, sources: Sources, **changed: object) -> SalesDesk:
    """The desk of a project in a folder, with columns that the model does not read and a receiver."""
    folder.mkdir(exist_ok=True)
    desk = Desk(name="email", company="company", source="source", email="email")
    hook = Webhook(name="chat", url="https://example.com/hook", secret_env="HOOK")
    alerts = world.config.service.alerts.model_copy(update={"webhooks": (hook,)})
    changed = {"desk": desk, "alerts": alerts} | changed
    service = world.config.service.model_copy(update=changed)
    config = world.config.model_copy(update={"service": service})
    return SalesDesk(config, folder, world.scorer.scorecard, sources)


def contents(folder: Path) -> dict[str, list[dict[str, object]]]:
    """Everything in a ledger but its numbers of rows and what its clock said."""
    engine = create_engine(f"sqlite:///{folder / 'ledger.db'}")
    found = {}
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            rows = connection.execute(text(f"SELECT * FROM {table}")).mappings()
            left_out = OF_THE_RUN.get(table, ())
            told = ({name: value for name, value in row.items() if name not in left_out} for row in rows)
            found[table] = sorted(told, key=repr)
    engine.dispose()
    return found


@pytest.mark.parametrize("buckets", [2, 7])
def test_the_ledger_of_a_list_in_parts(world, run, of_world, tmp_path, monkeypatch, buckets):
    monkeypatch.setattr(Pieces, "ROWS", 100)  # several transactions
    one, many = (sales_desk(world, tmp_path / name, of_world) for name in ("one", "many"))
    run(tmp_path / "one.parquet", 1, desk=one)
    run(tmp_path / "many.parquet", buckets, desk=many)
    assert (tmp_path / "many.parquet").read_bytes() == (tmp_path / "one.parquet").read_bytes()
    assert many.stored == one.stored
    assert one.stored.stored > 300
    assert one.stored.alerts > 0
    found, expected = contents(tmp_path / "many"), contents(tmp_path / "one")
    assert found == expected
    assert {f"ledger_{name}" for name in ("scores", "leads", "documents", "alerts")} <= {
        name for name, rows in found.items() if rows
    }
    again = sales_desk(world, tmp_path / "many", of_world)
    run(tmp_path / "again.parquet", buckets, desk=again)
    assert (again.stored.stored, again.stored.repeated) == (0, one.stored.stored)


def test_the_desk_shows_columns_that_the_model_does_not_read(world, run, of_world, tmp_path):
    run(tmp_path / "s.parquet", 3, desk=sales_desk(world, tmp_path / "project", of_world))
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'project' / 'ledger.db'}")
    rows = ledger.queue(QueueQuery(limit=500)).rows
    document = ledger.document(rows[0].lead_id)
    ledger.close()
    given = {row["lead_id"]: row for row in world.arrow["leads"].to_pylist()}
    assert len(rows) > 100
    assert [(row.name, row.source) for row in rows] == [
        (given[row.lead_id]["email"], given[row.lead_id]["source"]) for row in rows
    ]
    assert document["attributes"]["email"] == given[rows[0].lead_id]["email"]


def test_a_query_is_put_on_the_desk_too(world, run, of_world, tmp_path):
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    engine = create_engine(url)
    for name in NAMES:
        world.arrow[name].to_pandas().to_sql(name, engine, index=False)
    engine.dispose()
    named = Sources(*(named_source(f"{url}#{name}") for name in NAMES))
    assert isinstance(named.leads, SqlSource)
    for name, sources in (("files", of_world), ("queries", named)):
        run(tmp_path / f"{name}.parquet", None, sources, desk=sales_desk(world, tmp_path / name, sources))
    assert contents(tmp_path / "queries") == contents(tmp_path / "files")


def test_a_column_that_is_not_there_is_told_before_anything_is_read(world, run, of_world, tmp_path):
    desk = sales_desk(world, tmp_path / "project", of_world, desk=Desk(company="compnay"))
    with pytest.raises(ConfigError, match=r"(?s)service.desk.company.*Did you mean 'company'"):
        run(tmp_path / "s.parquet", 3, desk=desk)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project"]


def test_what_was_stored_before_a_failure_is_known_the_next_time(
    world, run, of_world, tmp_path, monkeypatch, capsys
):
    run(tmp_path / "whole.parquet", 1)
    monkeypatch.setattr(Pieces, "ROWS", 100)
    record, calls = Ledger.record_scores, []

    def fails_once(self, scores, **words):
        calls.append(scores.num_rows)
        if len(calls) == 3:
            raise LedgerUnavailable("the ledger's database does not answer")
        return record(self, scores, **words)

    monkeypatch.setattr(Ledger, "record_scores", fails_once)
    out = tmp_path / "s.parquet"
    with pytest.raises(LedgerUnavailable):
        run(out, 4, desk=sales_desk(world, tmp_path / "project", of_world))
    assert not out.exists()
    capsys.readouterr()
    again = sales_desk(world, tmp_path / "project", of_world)
    run(out, 4, desk=again)
    assert "4 of 4 buckets are done" in capsys.readouterr().err
    assert again.stored.repeated == sum(calls[:2]) == 200
    assert again.stored.stored + 200 == pq.read_metadata(out).num_rows
    assert out.read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_another_role_of_a_column_is_another_job(world, run, of_world, tmp_path, capsys):
    away = {"ledger": "postgresql+psycopg://u@127.0.0.1:1/none"}
    out = tmp_path / "s.parquet"
    with pytest.raises(LedgerUnavailable):
        run(out, 4, desk=sales_desk(world, tmp_path / "away", of_world, desk=Desk(owner="company"), **away))
    capsys.readouterr()
    run(out, 4, desk=sales_desk(world, tmp_path / "project", of_world, desk=Desk(company="company")))
    assert "continuing" not in capsys.readouterr().err
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'project' / 'ledger.db'}")
    row = next(row for row in ledger.queue(QueueQuery(limit=500)).rows if row.company)
    ledger.close()
    assert row.owner is None


def test_what_was_scored_waits_for_a_ledger_that_is_away(world, run, of_world, tmp_path, capsys):
    run(tmp_path / "whole.parquet", 1)
    away = sales_desk(world, tmp_path / "away", of_world, ledger="postgresql+psycopg://u@127.0.0.1:1/none")
    out = tmp_path / "s.parquet"
    with pytest.raises(LedgerUnavailable, match="does not answer"):
        run(out, 4, desk=away)
    assert not out.exists()
    back = sales_desk(world, tmp_path / "back", of_world)
    run(out, 4, desk=back)
    assert "4 of 4 buckets are done" in capsys.readouterr().err
    assert out.read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert back.stored.stored > 300
    assert not list(tmp_path.glob(".s.*"))
