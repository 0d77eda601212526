"""`qualify init` on tables that are no files beside it: a database's, and those of a URL."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import create_engine

from qualify.config import SqlSource, load_config
from qualify.errors import UserError
from tests.training.test_init import funnel
from tests.world import TABLES
from training.data import load_tables
from training.init import Request, init

WANTED = {"target_stage": "SQL", "within_days": 60}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    return funnel(tmp_path)


def in_database(files: dict[str, str], path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    for name, file in files.items():
        pd.read_csv(file).to_sql(name, engine, index=False)
    engine.dispose()


def same_but_for_sources(text: str, other: str) -> bool:
    def rest(each: str) -> list[str]:
        return [line for line in each.splitlines() if not line.startswith(tuple(f"  {t}:" for t in TABLES))]

    return rest(text) == rest(other)


def test_tables_of_a_database_are_proposed_as_files_are(files, tmp_path):
    in_database(files, tmp_path / "crm.db")
    named = {name: f"sqlite:///{tmp_path / 'crm.db'}#{name}" for name in files}
    found = init(Request(**named, **WANTED), tmp_path / "qualify.yaml")
    config = load_config(tmp_path / "qualify.yaml")
    assert config == found.config
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    assert config.data.leads == SqlSource(url=url, query="SELECT * FROM leads")
    assert config.data.stages == SqlSource(url=url, query="SELECT * FROM stages")
    from_files = init(Request(**files, **WANTED), tmp_path / "qualify.yaml", force=True)
    assert same_but_for_sources(found.text, from_files.text)
    assert found.scorecard == from_files.scorecard


def test_a_relative_database_is_meant_from_the_configurations_folder(files, tmp_path, monkeypatch):
    in_database(files, tmp_path / "crm.db")
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path)
    out = Path("project/qualify.yaml")
    init(Request(**{name: f"sqlite:///crm.db#{name}" for name in files}, **WANTED), out)
    config = load_config(out)
    assert config.data.leads == SqlSource(url="sqlite:///../crm.db", query="SELECT * FROM leads")
    monkeypatch.chdir(tmp_path / "project")
    assert len(load_tables(config, tmp_path / "project").tables) == 300


def test_a_url_stays_as_it_is_and_is_read_from_anywhere(files, tmp_path):
    (tmp_path / "project").mkdir()
    named = {name: Path(file).as_uri() for name, file in files.items()}
    init(Request(**named, **WANTED), tmp_path / "project/qualify.yaml")
    config = load_config(tmp_path / "project/qualify.yaml")
    assert {name: getattr(config.data, name) for name in TABLES} == named
    loaded = load_tables(config, tmp_path / "project").tables
    assert (len(loaded), len(loaded.activities)) == (300, 300)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://ada:s3cret@h/crm#leads",
        "postgresql+psycopg://ada:5432/x@h/crm#leads",
        "postgresql+psycopg://h/crm?user=ada&password=s3cret#leads",
        "mssql+pyodbc:///?odbc_connect=DRIVER%3DX%3BUID%3Dada%3BPWD%3Ds3cret#leads",
        "s3://key:s3cret@bucket/leads/*.parquet",
    ],
)
@pytest.mark.parametrize("what", ["leads", "activities"])
def test_a_password_is_neither_written_nor_told(tmp_path, url, what):
    with pytest.raises(UserError, match=rf"(?s)holds a password.*--{what}.*pgpass") as caught:
        init(Request(**{"leads": "leads.csv", what: url}, target="y"), tmp_path / "qualify.yaml")
    assert "s3cret" not in str(caught.value)
    assert not list(tmp_path.iterdir())
