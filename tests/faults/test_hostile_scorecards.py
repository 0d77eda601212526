"""A scorecard and labels that hold tags, quotes, line breaks, formulas and marks that turn the line round."""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from qualify.config import Label, load_config
from qualify.model.bundle import write_bundle
from serving.api.app import create_app
from serving.runtime import Runtime
from tests.serving.api.documents import documents_of
from tests.world import AS_OF, TABLES, call, sources

EVIL = "<x-evil onload=1>\"'`</title></style></script>&amp;\r\n=1+1\u202eab"
TURNS = "\u202e"
HERE = "http://127.0.0.1"


class Tags(HTMLParser):
    """The tags and the names of attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.attributes = set(), set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}


def poisoned(node: Any) -> int:
    """Put the hostile text before and after every label, rationale and owner; return how many there were."""
    if isinstance(node, list):
        return sum(poisoned(each) for each in node)
    if not isinstance(node, dict):
        return 0
    done = 0
    for key, value in node.items():
        if key == "label":
            node[key] = {language: f"=1{EVIL}{text}{EVIL}" for language, text in value.items()}
            done += len(value)
        elif key in ("rationale", "owner"):
            node[key] = f"=1{EVIL}{value}{EVIL}"
            done += 1
        else:
            done += poisoned(value)
    return done


@pytest.fixture(scope="module")
def hostile(world, tmp_path_factory):
    """A project whose model carries the hostile scorecard."""
    folder = tmp_path_factory.mktemp("hostile")
    card = yaml.safe_load(world.scorer.parts.scorecard_text)
    assert poisoned(card) > 140
    text = yaml.safe_dump(card, allow_unicode=True, sort_keys=False)
    parts = world.scorer.parts
    label = Label(en=f"=1{EVIL}", ja=f"=1{EVIL}")
    columns = tuple(replace(each, label=label) for each in parts.plan.columns)
    plan = replace(parts.plan, columns=columns)
    write_bundle(replace(parts, scorecard_text=text, plan=plan), folder / "bundle")
    for name in TABLES:
        shutil.copy(world.folder / f"{name}.parquet", folder)
    settings = (world.folder / "qualify.yaml").read_text(encoding="utf-8")
    store = f"sqlite:///{world.folder / 'mlflow.db'}"
    (folder / "qualify.yaml").write_text(settings.replace("sqlite:///mlflow.db", store), encoding="utf-8")
    return folder


def harmless(page: str) -> None:
    """The hostile text is in the page, as text."""
    assert "<x-evil" not in page
    assert "&lt;x-evil" in page
    found = Tags(page)
    assert "x-evil" not in found.tags
    assert not {name for name in found.attributes if name.startswith("on")}
    assert TURNS not in page


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_lead_is_explained(hostile, world, language):
    lead = documents_of(world, 4)[3]["lead_id"]
    done = call("explain", lead, *sources(world.folder), "--as-of", AS_OF, "--language", language, "--model",
                hostile / "bundle", "--html", "l.html", "--png", "l.png", folder=hostile)  # fmt: skip
    assert done.code == 0, done.err
    harmless((hostile / "l.html").read_text(encoding="utf-8"))
    assert (hostile / "l.png").read_bytes().startswith(b"\x89PNG")
    assert "<x-evil" in done.out
    assert TURNS not in done.out
    assert not [line for line in done.out.splitlines() if line.startswith("=1+1")]


def test_a_list_holds_no_formula(hostile, world):
    done = call("score", *sources(world.folder), "--as-of", AS_OF, "--model", hostile / "bundle", "--out",
                "s.csv", "--reasons", 8, folder=hostile)  # fmt: skip
    assert done.code == 0, done.err
    with (hostile / "s.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if re.match(r"[=+@\t\r\n]|-(?![\d.])", cell)]
    assert not [cell for cell in cells if "\r" in cell or TURNS in cell]
    assert any("x-evil" in cell for cell in cells)


def test_the_desk_shows_it_as_text(hostile, world):
    config = load_config(hostile / "qualify.yaml")
    runtime = Runtime.open(config, hostile, model=str(hostile / "bundle"), public_url=HERE)
    documents = documents_of(world, 30)
    with TestClient(create_app(runtime, loopback=True), base_url=HERE) as client:
        for each in documents:
            assert client.post("/v1/score", json=each).status_code == 200
        assert runtime.writer.flush(30)
        leads = [each["lead_id"] for each in client.get("/v1/leads").json()["leads"]][:3]
        body = {"verdict": "rejected", "reason": "no_budget", "comment": EVIL.replace(TURNS, "")}
        key = {"Idempotency-Key": "k"}
        assert client.post(f"/v1/leads/{leads[0]}/feedback", json=body, headers=key).status_code == 200
        for language in ("en", "ja"):
            wants = {"Accept-Language": language}
            for lead in leads:
                harmless(client.get(f"/leads/{lead}", headers=wants).text)
                harmless(client.get(f"/leads/{lead}/handoff", headers=wants).text)
            for path in ("/", "/grid", "/kpi", "/agreement", "/model", "/alerts", "/audit"):
                page = client.get(path, headers=wants)
                assert page.status_code == 200, (path, page.text[-1500:])
                assert "<x-evil" not in page.text
        markdown = client.get(f"/leads/{leads[0]}/handoff?format=md").text
        assert "\\<x-evil" in markdown
        assert not re.search(r"(?<!\\)<x-evil", markdown)
        for each in csv.reader(client.get("/kpi.csv?by=source").text.splitlines()):
            assert not [cell for cell in each if cell.startswith("=")]
