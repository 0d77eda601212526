"""The way from a score list to the sales desk, and out of it again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from qualify.config import Desk
from qualify.errors import ConfigError
from qualify.leads.documents import tables_from_documents
from qualify.leads.tables import NO_TIME
from qualify.ledger import Ledger, QueueQuery
from qualify.moments import parse_as_of
from serving.batch import Scored
from serving.lead_documents import LeadDocuments
from serving.lead_facts import lead_facts, open_rows
from serving.publish import publish
from tests.world import AS_OF, LEADS, call, sources

CLOSED = ("Won", "Lost")


@pytest.fixture(scope="module")
def moments(world):
    return world.scorer.moments(world.tables, parse_as_of(AS_OF, "UTC").time)


@pytest.fixture(scope="module")
def scored(world, moments):
    table, rejects = world.scorer.score_tables(world.tables, moments)
    return Scored(table, rejects, world.tables, moments)


@pytest.fixture(scope="module")
def documents(world, moments):
    return LeadDocuments(world.tables, np.arange(len(world.tables)), moments)


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield opened
    opened.close()


def test_a_document_gives_the_probability_of_the_batch(world, scored, documents):
    expected = dict(
        zip(scored.table["lead_id"].to_pylist(), scored.table["probability"].to_pylist(), strict=True)
    )
    schema = world.scorer.parts.schema
    # As they come out of the ledger: through JSON.
    told = [json.loads(json.dumps(documents[lead_id])) for lead_id in expected]
    tables, _ = tables_from_documents(told, schema.data, schema.columns)
    moments = world.scorer.moments(tables, parse_as_of(AS_OF, "UTC").time)
    table, late = world.scorer.score_tables(tables, moments)
    assert len(late) == 0
    found = dict(zip(table["lead_id"].to_pylist(), table["probability"].to_pylist(), strict=True))
    assert found == pytest.approx(expected, abs=1e-9)
    assert len(found) > LEADS / 2


def test_a_document_alone_gives_it_too(world, scored, documents):
    schema = world.scorer.parts.schema
    for row in scored.table.slice(0, 5).to_pylist():
        tables, _ = tables_from_documents([documents[row["lead_id"]]], schema.data, schema.columns)
        moments = world.scorer.moments(tables, parse_as_of(AS_OF, "UTC").time)
        (found,) = world.scorer.score_tables(tables, moments)[0].to_pylist()
        assert found["probability"] == pytest.approx(row["probability"], abs=1e-9)
        assert [r["feature"] for r in found["reasons"]] == [r["feature"] for r in row["reasons"]]


def test_a_document_knows_nothing_of_the_future(documents):
    moments = [
        item.get("recorded_at", item.get("occurred_at", item.get("entered_at")))
        for document in documents.values()
        for item in (*document.get("activities", ()), *document.get("stages", ()))
    ]
    assert moments
    assert max(moments) <= AS_OF.replace("Z", ".999999Z")


def test_closed_leads_have_no_document(world, moments):
    rows = open_rows(world.tables, moments, CLOSED)
    facts = lead_facts(world.tables, moments, world.arrow["leads"], Desk())
    opened = {world.tables.lead_id[row] for row in rows}
    for lead_id, fact in facts.items():
        assert (fact.stage in CLOSED) is (lead_id not in opened)
    assert 0 < len(opened) < len(facts)


def test_facts_are_what_was_known(world, moments):
    desk = Desk(name="email", company="company", source="source")
    facts = lead_facts(world.tables, moments, world.arrow["leads"], desk)
    tables, as_of = world.tables, int(moments[0])
    given = {row["lead_id"]: row for row in world.arrow["leads"].to_pylist()}
    for row in range(0, len(tables), 37):
        fact, lead = facts[tables.lead_id[row]], given[tables.lead_id[row]]
        assert (fact.name, fact.company, fact.source) == (lead["email"], lead["company"], lead["source"])
        entered = [
            (int(tables.stages.entered_at[at]), tables.stages.stages[tables.stages.stage[at]])
            for at in range(tables.stages.offsets[row], tables.stages.offsets[row + 1])
            if tables.stages.known_at[at] <= as_of
        ]
        assert fact.stage == (entered[-1][1] if entered else None)
        acts = tables.activities
        own = slice(int(acts.offsets[row]), int(acts.offsets[row + 1]))
        known = acts.occurred_at[own][acts.known_at[own] <= as_of]
        active = None if fact.last_activity_at is None else round(fact.last_activity_at.timestamp() * 1e6)
        assert active == (int(known.max()) if len(known) else None)
        assert tables.created_at[row] != NO_TIME
        assert fact.created_at is not None


def test_a_list_on_the_desk(world, scored, ledger):
    done = publish(ledger, scored, world.arrow["leads"], world.config, world.scorer.scorecard)
    assert (done.stored, done.repeated) == (scored.table.num_rows, 0)
    first = scored.table.slice(0, 1).to_pylist()[0]
    assert ledger.lead(first["lead_id"]).score == first
    page = ledger.queue(QueueQuery(limit=1000))
    assert 0 < page.total < scored.table.num_rows
    companies = {row["lead_id"]: row["company"] for row in world.arrow["leads"].to_pylist()}
    assert {row.lead_id: row.company for row in page.rows} == {
        row.lead_id: companies[row.lead_id] for row in page.rows
    }
    assert (
        publish(ledger, scored, world.arrow["leads"], world.config, world.scorer.scorecard).repeated
        == scored.table.num_rows
    )


def test_a_column_that_is_not_there_is_told(world, scored, ledger):
    service = world.config.service.model_copy(update={"desk": Desk(company="compnay")})
    config = world.config.model_copy(update={"service": service})
    with pytest.raises(ConfigError, match=r"(?s)service.desk.company.*Did you mean 'company'"):
        publish(ledger, scored, world.arrow["leads"], config, world.scorer.scorecard)


@pytest.fixture
def project(world, tmp_path):
    """The project's configuration in a folder of its own, with its tables and models named from there."""
    text = (world.folder / "qualify.yaml").read_text(encoding="utf-8")
    for name in ("leads", "activities", "stages"):
        text = text.replace(f"{name}.parquet", str(world.folder / f"{name}.parquet"))
    (tmp_path / "qualify.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_score_and_forget_as_a_user_does(world, project):
    words = ("score", *sources(world.folder), "--model", world.bundle, "--as-of", AS_OF, "--ledger", "--json")
    called = call(*words, "--out", "scores.parquet", folder=project)
    assert called.code == 0, called.err
    assert called.json["ledger"]["stored"] == called.json["scored"] > 0
    assert (project / "ledger.db").is_file()
    again = call(*words, "--out", "scores.csv", folder=project).json["ledger"]
    assert (again["stored"], again["repeated"]) == (0, called.json["scored"])

    ledger = Ledger.open(f"sqlite:///{project / 'ledger.db'}")
    lead_id = ledger.queue(QueueQuery()).rows[0].lead_id
    ledger.close()
    unknown = call("forget", lead_id[:-1] + "x", folder=project)
    assert unknown.code == 2
    assert "Did you mean" in unknown.err
    erased = call("forget", lead_id, "--json", folder=project)
    assert erased.code == 0, erased.err
    assert erased.json["erased"]["scores"] == 1
    assert any("leads.parquet" in each for each in erased.json["not_erased"])
    twice = call("forget", lead_id, folder=project)
    assert (twice.code, "was erased before" in twice.err) == (0, True)
    later = call(*words, "--out", "scores.csv", folder=project).json["ledger"]
    assert later["forgotten"] == 1


def test_a_ledger_that_is_away_is_told_before_anything_is_written(world, project):
    path = project / "qualify.yaml"
    away = "ledger: postgresql+psycopg://u:secret@127.0.0.1:1/none\n"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("service:\n", f"service:\n  {away}"), encoding="utf-8")
    called = call(
        "score",
        *sources(world.folder),
        "--model",
        world.bundle,
        "--out",
        "scores.csv",
        "--ledger",
        folder=project,
    )
    assert called.code == 2
    assert "the ledger's database does not answer" in called.err
    assert "secret" not in called.err
    assert not (project / "scores.csv").exists()
