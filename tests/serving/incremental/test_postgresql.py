"""Runs of changes from tables in PostgreSQL into a table in PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from qualify.moments import AsOf, micros
from serving.batch import Job, Sources, run_job
from serving.named import named_source
from tests.ledger.conftest import new_database, postgresql  # noqa: F401 - one server for all tests
from tests.serving.incremental.test_changed import BEGIN, DAY, Crm, check
from tests.world import TABLES


class Database(Crm):
    """The tables of a Crm, kept in a database's schema."""

    url = ""

    def job(self, out, **changed):
        sources = Sources(*(named_source(f"{self.url}#crm.{name}") for name in TABLES))
        words = {"reasons": 3, "language": "en", "memory": 2 << 30, **changed}
        return Job(self.world.scorer, sources, str(out), AsOf(micros(self.now)), **words)

    def say(self, *statements, **values):
        engine = create_engine(self.url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values)
        engine.dispose()


@pytest.fixture
def crm(world, tmp_path, request):
    crm = Database.of(world, tmp_path)
    crm.url = new_database(request.getfixturevalue("postgresql"))
    crm.say("CREATE SCHEMA crm", "CREATE SCHEMA desk")
    engine = create_engine(crm.url)
    for name, frame in crm.tables.items():
        frame.to_sql(name, engine, schema="crm", index=False)
    engine.dispose()
    return crm


@pytest.mark.parametrize("table", ["scores", "desk.scores"])
def test_news_in_one_database_become_rows_in_it(crm, table):
    out = f"{crm.url}#{table}"
    first, found = crm.changed(out)
    full = crm.full()
    check(found, full, set(full.index))
    assert first.scored == len(full)
    # Every row is written anew with the values that it had: the tables give them in another order.
    then = BEGIN - 90 * DAY
    crm.say("UPDATE crm.leads SET lead_id = lead_id WHERE created_at < :then",
            "UPDATE crm.activities SET type = type WHERE occurred_at < :then", then=then)  # fmt: skip
    assert crm.changed(out)[0].scored == 0
    visited, edited, late, gone = full.index[:4]
    crm.say("INSERT INTO crm.activities (lead_id, type, occurred_at, recorded_at) VALUES "
            "(:visited, 'pricing_view', :now, :now), (:late, 'site_visit', :then, :then)",
            visited=visited, late=late, now=BEGIN, then=BEGIN - 40 * DAY)  # fmt: skip
    crm.say("UPDATE crm.leads SET employees = 4711 WHERE lead_id = :edited", edited=edited)
    crm.say("DELETE FROM crm.leads WHERE lead_id = :gone", gone=gone)
    done, found = crm.changed(out)
    assert (done.scored, done.unchanged) == (3, len(full) - 4)
    check(found, crm.full(), {visited, edited, late})
    crm.now += 30 * DAY
    aged, found = crm.changed(out)
    assert 0 < aged.scored < len(full)
    check(found, crm.full(), set())


def test_a_full_run_into_the_table_is_gone_on_from_by_scoring_all(crm):
    out = f"{crm.url}#scores"
    first, _ = crm.changed(out)
    run_job(crm.job(out, buckets=1))
    assert crm.changed(out)[0].scored == first.scored


def test_the_command_goes_from_one_database_to_the_other(crm, world):
    words = [word for name in TABLES for word in (f"--{name}", f"{crm.url}#crm.{name}")]
    words += ["--as-of", BEGIN, "--out", f"{crm.url}#scores", "--changed-since", "last", "--json"]
    said = [world.call("score", *words) for _ in range(2)]
    assert [each.code for each in said] == [0, 0], said
    first, second = (each.json for each in said)
    assert (first["unchanged"], second["scored"]) == (0, 0)
    assert second["unchanged"] == first["scored"] > 50
    lead, at = crm.tables["leads"]["lead_id"].iloc[0], BEGIN - DAY / 2
    crm.say("INSERT INTO crm.activities (lead_id, type, occurred_at, recorded_at) "
            "VALUES (:lead, 'demo_request', :at, :at)", lead=lead, at=at)  # fmt: skip
    since = world.call("score", *words[:-2], str(BEGIN - DAY), "--json")
    assert since.code == 0, since.err
    assert 0 < since.json["scored"] < first["scored"]
