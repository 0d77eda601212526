"""`qualify kpi` on the small simulated funnel, and on tables of other kinds."""

from __future__ import annotations

from pathlib import Path

from tests.world import World, call

KEYS = {"sql_count", "sql_to_won", "sql_to_approach", "mql_to_sql", "accepted", "recycled", "email_open_rate"}


def test_json_is_one_object_with_every_figure(world: World) -> None:
    called = world.call("kpi", "--json", "--as-of", "2026-06-01")
    assert called.code == 0, called.err
    found = {each["key"]: each for each in called.json["figures"]}
    assert set(found) >= KEYS
    assert called.json["answers"] is None
    assert 0 < found["mql_to_sql"]["value"] < 1
    assert found["mql_to_sql"]["low"] < found["mql_to_sql"]["value"] < found["mql_to_sql"]["high"]
    # No ledger, no calls of sales: said so, and never 0.
    assert found["sql_beyond_limit"]["value"] is None
    assert "No answer, call or meeting" in found["sql_beyond_limit"]["note"]
    assert not (world.folder / "ledger.db").exists()


def test_the_text_speaks_the_chosen_language(world: World) -> None:
    called = world.call("kpi", "--language", "ja", "--as-of", "2026-06-01")
    assert called.code == 0, called.err
    assert "MQL → SQL 転換率" in called.out
    assert "営業の回答・架電・商談がまだ記録されていません" in called.out


def test_by_month_shows_months_and_by_source_names_sources(world: World) -> None:
    assert "2026-05" in world.call("kpi", "--by", "month", "--as-of", "2026-06-01").out
    assert "google / cpc" in world.call("kpi", "--by", "source", "--as-of", "2026-06-01").out


def test_an_earlier_moment_knows_less(world: World) -> None:
    early, late = (
        next(each["value"] for each in world.call("kpi", "--json", "--as-of", moment).json["figures"]
             if each["key"] == "sql_count")
        for moment in ("2025-06-01", "2026-06-01")
    )  # fmt: skip
    assert early < late


def test_a_flat_table_says_which_figures_it_cannot_have(tmp_path: Path) -> None:
    rows = "\n".join(f"{i},{'yes' if i % 3 else 'no'}" for i in range(30))
    (tmp_path / "leads.csv").write_text(f"id,won\n{rows}\n", encoding="utf-8")
    (tmp_path / "qualify.yaml").write_text(
        "version: 1\ndata: {leads: leads.csv, lead_id: id}\n"
        "targets: [{name: won, column: won, positive: 'yes'}]\n",
        encoding="utf-8",
    )
    called = call("kpi", "--json", folder=tmp_path)
    assert called.code == 0, called.err
    assert {each["value"] for each in called.json["figures"]} == {None}
    assert all(each["note"] for each in called.json["figures"])
    refused = call("kpi", "--by", "source", folder=tmp_path)
    assert refused.code == 2
    assert "service.desk.source" in refused.err


def test_a_moment_after_creation_is_refused(world: World) -> None:
    called = world.call("kpi", "--as-of", "created+1d")
    assert called.code == 2
    assert "one moment" in called.err
