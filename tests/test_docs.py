"""The README and the pages beside it: commands, options, links and code are those of this version."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pandas as pd
import pytest
import typer
from typer.main import get_command

from qualify.cli import GROUP, HELP
from qualify.config import load_config
from tests import reference
from tests.world import World, call

ROOT = Path(__file__).resolve().parents[1]
_STORES = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
RAW = ROOT.parent / "shared" / "data"
WRAPPER = {"--help", "--version", "--debug"}
"""Options that every command line takes."""
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(?:work|home|root|tmp|Users|var|opt|usr)\b")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def fenced(text: str) -> list[tuple[str, str]]:
    """Return (language, content) of the fenced blocks of a page."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def command_lines(text: str) -> list[list[str]]:
    """Return the words of every line that calls `qualify`, in shell blocks and in code spans."""
    shell = "\n".join(content for language, content in fenced(text) if language == "sh")
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    lines = [*shell.replace("\\\n", " ").splitlines(), *re.findall(r"`([^`]+)`", prose)]
    return [shlex.split(line, comments=True) for line in lines if line.strip().startswith("qualify ")]


def options_of(command: str) -> set[str]:
    """Return the options of a command, as its own parser knows them."""
    (entry,) = (each for each in entry_points(group=GROUP) if each.name == command)
    app = typer.Typer(add_completion=False)
    app.command(command)(entry.load())
    return {option for parameter in get_command(app).params for option in parameter.opts}


def unknown_words(words: list[str]) -> list[str]:
    """Return what a line names that does not exist: the command, or its options."""
    options = [word.partition("=")[0] for word in words[1:] if re.match(r"--?[a-zA-Z]", word)]
    if words[1] in options:
        return [option for option in options if option not in WRAPPER]
    if words[1] not in HELP:
        return [words[1]]
    return [option for option in options if option not in options_of(words[1]) | WRAPPER]


@pages
def test_every_command_and_option_exists(page: Path) -> None:
    lines = command_lines(page.read_text(encoding="utf-8"))
    assert {" ".join(words): unknown_words(words) for words in lines if unknown_words(words)} == {}


def test_what_does_not_exist_is_found() -> None:
    shell = "qualify scorr --leads a.csv\nqualify score --leeds a.csv \\\n    --out b.csv\n"
    text = f"```sh\n{shell}```\nand `qualify fly`"
    assert [unknown_words(words) for words in command_lines(text)] == [["scorr"], ["--leeds"], ["fly"]]


def test_bare_options_in_prose_belong_to_some_command() -> None:
    known = WRAPPER | {option for name in HELP for option in options_of(name)}
    elsewhere = {"--backend-store-uri", "--user"}
    for page in PAGES:
        prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        named = set(re.findall(r"`(--[a-z-]+)[ `]", prose))
        assert named <= known | elsewhere, page


def test_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in HELP if not re.search(rf"\b{name}\b", text)] == []


def test_every_column_of_the_score_list_is_explained(world: World) -> None:
    text = (ROOT / "docs" / "score-list.md").read_text(encoding="utf-8")
    table = world.scorer.score_tables(world.tables, world.scorer.moments(world.tables, None, 0))[0]
    generic = {name for name in table.column_names if name.startswith("p_")}
    assert [name for name in set(table.column_names) - generic if f"`{name}`" not in text] == []
    assert "`p_<target>`" in text


def test_the_reference_is_what_the_code_says() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), "write it anew: make docs"


def test_every_key_has_a_meaning_and_the_worked_ones_are_right() -> None:
    page = reference.page()
    assert "| `share` | number, above 0, below 1 | `0.1` |" in page
    assert "| `within_days` | number, above 0 | null |" in page
    assert "| `from` | number | null | Fewest points." in page
    assert "| `leads` | text or *[SqlSource](#sqlsource)* | needed |" in page
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) > 150
    assert [row for row in rows if row.split(" | ")[-1].strip(" |") == ""] == []


def test_files_that_the_method_names_are_there() -> None:
    text = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:[a-z_]+/)+[a-z_]+(?:\.py)?)`", text)
    assert len(named) > 30
    assert [
        each for each in named if not ((ROOT / each).exists() or (ROOT / "src/qualify" / each).exists())
    ] == []


@pages
def test_relative_links_resolve(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}


@pages
def test_links_lead_to_headings_that_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^):]*)#([^)]+)\)", page.read_text(encoding="utf-8"))
    targets = [(page.parent / name if name else page, anchor) for name, anchor in links]
    assert [f"{at.name}#{anchor}" for at, anchor in targets if anchor not in anchors(at)] == []


@pages
def test_no_paths_of_one_machine(page: Path) -> None:
    assert MACHINE_PATH.findall(page.read_text(encoding="utf-8")) == []


def test_a_path_of_one_machine_is_found() -> None:
    assert MACHINE_PATH.search("see /" + "home/ann/x")
    assert not MACHINE_PATH.search("sqlite:///mlflow.db and https://a.example/opt/x")


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(page.name[:4]) for page in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda page: page.stem
)
def test_a_decision_has_its_number_and_status(page: Path) -> None:
    first, _, rest = page.read_text(encoding="utf-8").partition("\n")
    assert first.startswith(f"# {page.name[:4]} ")
    assert rest.lstrip().startswith("Status: ")


@pytest.mark.parametrize("place", range(2))
def test_the_python_of_the_data_scientists_page_runs(place: int, world: World, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "data-scientist.md").read_text(encoding="utf-8")
    blocks = [code for language, code in fenced(text) if language == "python"]
    assert len(blocks) == 2
    (tmp_path / "data").symlink_to(world.folder)
    (tmp_path / "mlflow.db").symlink_to(world.folder / "mlflow.db")
    # MLflow hands the stores of tests that ran before in this process on to every other one.
    ours = {name: value for name, value in os.environ.items() if name not in _STORES}
    done = subprocess.run(
        [sys.executable, "-c", blocks[place]], cwd=tmp_path, env=ours, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    if place == 0:
        assert re.search(r"rank\s+lead_id\s+probability\s+band", done.stdout)
        assert re.search(r"^\d+ leads could not be scored$", done.stdout, flags=re.MULTILINE)


def test_the_rule_that_is_shown_is_one_of_the_default_scorecard() -> None:
    from ruamel.yaml import YAML

    from qualify.rules import default_scorecard

    (shown,) = (
        code
        for language, code in fenced((ROOT / "docs" / "sales.md").read_text(encoding="utf-8"))
        if language == "yaml"
    )
    (rule,) = YAML(typ="safe", pure=True).load(shown)
    (ours,) = (
        each
        for each in YAML(typ="safe", pure=True).load(default_scorecard().to_text())["rules"]
        if each["id"] == rule["id"]
    )
    assert ours | {"rationale": rule["rationale"]} == rule
    assert ours["rationale"].startswith(rule["rationale"])


def test_every_notebook_is_named_to_the_data_scientist() -> None:
    text = (ROOT / "docs" / "data-scientist.md").read_text(encoding="utf-8")
    assert [p.stem for p in (ROOT / "notebooks").glob("*.py") if f"`{p.stem}`" not in text] == []


SMALLEST = "data: {leads: leads.csv}\ntargets: [{name: won, column: won, positive: x}]\n"


@pytest.mark.parametrize("name", ["operations", "service"])
def test_settings_that_a_page_shows_are_understood(name: str) -> None:
    from qualify.config import parse_config

    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    shown = [code for language, code in fenced(text) if language == "yaml"]
    assert shown
    for block in shown:
        assert parse_config(SMALLEST + block, where=name).service.model_fields_set


def load_example(name: str):
    """Import a file of the folder `examples`, which is no package."""
    spec = spec_from_file_location(f"example_{name}", ROOT / "examples" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def raw(name: str) -> Path:
    """The raw files of a data set; a test that needs them is skipped by name where they are missing."""
    if not (RAW / name).is_dir():
        pytest.skip(f"needs the public data set {name} in {RAW.name} beside the project")
    return RAW / name


def test_bpi2012_becomes_three_tables_that_init_takes(tmp_path: Path) -> None:
    load_example("bpi2012").main([str(raw("bpi2012")), str(tmp_path)])
    leads, activities, stages = (
        pd.read_csv(tmp_path / f"{n}.csv") for n in ("leads", "activities", "stages")
    )
    assert (len(leads), len(activities), len(stages)) == (10_203, 147_128, 46_368)
    assert leads["lead_id"].is_unique
    assert set(stages["lead_id"]) | set(activities["lead_id"]) <= set(leads["lead_id"])
    assert stages["stage"].str.startswith("A_").all()
    assert not activities["type"].str.startswith("A_").any()
    # 2011-10-01T00:38:44.546+02:00 in the raw file.
    assert leads["created_at"].iloc[0] == "2011-09-30 22:38:44.546+00:00"
    made = call("init", "--leads", "leads.csv", "--activities", "activities.csv", "--stages", "stages.csv",
                "--target-stage", "A_APPROVED", "--within-days", 30, folder=tmp_path)  # fmt: skip
    assert made.code == 0, made.err
    assert "1,216 of 7,488 leads" in made.err


def test_olist_becomes_tables_that_init_takes(tmp_path: Path) -> None:
    load_example("olist").main([str(raw("olist")), str(tmp_path)])
    leads, activities, stages = (
        pd.read_csv(tmp_path / f"{n}.csv") for n in ("leads", "activities", "stages")
    )
    assert (len(leads), len(activities), len(stages)) == (4_694, 0, 514)
    assert list(activities.columns) == ["lead_id", "type", "occurred_at"]
    assert leads["created_at"].min() >= "2018-01-01"
    won = stages.merge(leads, on="lead_id")
    assert len(won) == len(stages)
    assert (won["entered_at"] >= won["created_at"]).all()
    made = call("init", "--leads", "leads.csv", "--stages", "stages.csv", "--target-stage", "Won",
                "--within-days", 30, folder=tmp_path)  # fmt: skip
    assert made.code == 0, made.err
    assert "305 of 3,342 leads" in made.err


def test_the_tutorial_runs_as_it_is_written(tmp_path: Path) -> None:
    """All its lines in their order; and what it says of the output is what comes out."""
    page = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    said, names = [], list[str]()
    for content in (content for language, content in fenced(page) if language == "sh"):
        for line in content.splitlines():
            words = shlex.split(line)
            if words[:2] == ["python", "examples/crm.py"]:
                load_example("crm").main([str(tmp_path / words[2])])
            elif words[0] == "qualify":
                done = call(*words[1:], folder=tmp_path / "exports")
                assert done.code == 0, (line, done.err)
                said.append(done.err + done.out)
                names.append(words[1])
    assert names == ["init", "init", "init", "check", "train", "score", "explain"]
    (shown,) = (content for language, content in fenced(page) if language == "text")
    assert shown in said[0]
    known = re.findall(r"^\| know the outcome \|(.*)\|$", page, flags=re.MULTILINE)[0].split("|")
    for column, made in zip(known, ("qualify", "salesforce", "dynamics"), strict=True):
        excluded = load_config(tmp_path / "exports" / f"{made}.yaml").exclude
        assert set(re.findall(r"`(.+?)`", column)) <= set(excluded)


def test_the_examples_on_tables_written_by_hand() -> None:
    """Without the public data: one lead of each kind."""
    olist = load_example("olist")
    raw_leads = pd.DataFrame({
        "mql_id": ["a", "b", "old"], "first_contact_date": ["2018-02-01", "2018-03-08", "2017-12-31"],
        "landing_page_id": ["p", "p", "p"], "origin": ["social", None, "unknown"],
    })  # fmt: skip
    won = ["2018-02-26 19:58:54", "2018-03-07 10:00:00", "2018-01-05 10:00:00"]
    deals = pd.DataFrame({"mql_id": ["a", "b", "old"], "won_date": won})
    leads, stages = olist.without_contradictions(olist.make_leads(raw_leads), olist.make_stages(deals))
    assert leads["lead_id"].tolist() == ["a"]
    assert stages["lead_id"].tolist() == ["a"]
    bpi = load_example("bpi2012")
    events = pd.DataFrame({
        "case_id": ["1", "1"], "lifecycle": ["COMPLETE", "START"],
        "activity": ["A_SUBMITTED", "W_Nabellen offertes"],
        "timestamp": ["2011-10-30T02:30:00.000+02:00", "2011-10-30T02:10:00.000+01:00"],
    })  # fmt: skip
    assert bpi.make_stages(events)["stage"].tolist() == ["A_SUBMITTED"]
    assert bpi.make_activities(events)["type"].tolist() == ["W_Nabellen offertes:start"]
    # At the change of season the later event has the earlier local time.
    assert bpi.make_stages(events)["entered_at"].iloc[0] < bpi.make_activities(events)["occurred_at"].iloc[0]
