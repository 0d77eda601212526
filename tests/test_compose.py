"""The image and the compose file: what they name exists, and what they run is understood."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
from ruamel.yaml import YAML

from qualify.config.load import parse_config
from tests.world import call

ROOT = Path(__file__).parent.parent
COMPOSE = YAML(typ="safe").load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OWN = [name for name, service in SERVICES.items() if "build" in service]


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, with continued lines joined and comments left out."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined)]


def told(word: str) -> list[str]:
    return [rest for name, rest in instructions() if name == word]


def stages() -> list[list[tuple[str, str]]]:
    """The instructions by stage."""
    found: list[list[tuple[str, str]]] = []
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found


def words_of(service: str) -> list[str]:
    """The whole command line of a service."""
    entry = SERVICES[service].get("entrypoint") or json.loads(told("ENTRYPOINT")[-1])
    return [*entry, *SERVICES[service].get("command", json.loads(told("CMD")[-1]))]


def refusal(words: list[str]) -> str:
    """Let the program parse its options; return what it says against them."""
    if words[0] == "qualify":
        # Help is asked for last: an option that does not exist is refused before.
        return call(*words[1:], "--help").err
    from mlflow.cli import cli

    try:
        cli.commands[words[1]].make_context(words[1], list(words[2:]))
    except click.ClickException as error:
        return error.format_message()
    return ""


def test_instructions_are_known():
    known = {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    assert {word for word, _ in instructions()} == known


def test_what_is_copied_exists_and_reaches_the_builder():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sources = [
        source for rest in told("COPY") if not rest.startswith("--from") for source in shlex.split(rest)[:-1]
    ]
    assert {"pyproject.toml", "src", "serving", "training"} <= set(sources)
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert "*" in ignored
    assert {f"!{source}" for source in sources} <= set(ignored)


def test_the_image_holds_the_three_packages():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = {shlex.split(rest)[0] for rest in told("COPY") if not rest.startswith("--from")}
    assert {package.split("/")[0] for package in packages} <= copied
    assert project["project"]["license-files"] == ["LICENSE"]


def test_the_image_has_a_python_that_the_lock_was_made_for():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    made_for = re.search(r"with Python (\d+\.\d+)", lock)
    assert made_for
    assert {rest.split()[0] for rest in told("FROM")} == {f"python:{made_for[1]}-slim"}


def test_the_last_stage_is_not_the_one_that_builds_and_not_root():
    *build, last = stages()
    assert build
    users = [rest for word, rest in last if word == "USER"]
    assert users
    assert users[-1] not in {"root", "0"}
    order = [word for word, _ in last]
    assert order.index("USER") < order.index("ENTRYPOINT")
    assert not [rest for word, rest in last if word == "RUN" and "pip" in rest]


def test_the_list_of_what_is_wanted_is_made_of_the_project():
    (command,) = [rest for rest in told("RUN") if "wanted.txt" in rest]
    code = shlex.split(command)[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert done.stdout.splitlines() == project["dependencies"]


def test_no_secret_is_in_the_image():
    assert "ARG" not in {word for word, _ in instructions()}
    assert not re.search(r"(?i)(password|secret|token|key)\s*=", (ROOT / "Dockerfile").read_text("utf-8"))


def test_the_health_check_asks_what_answers_everybody():
    (check,) = told("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    compile(command[2], "healthcheck", "exec")
    assert "/healthz'" in command[2]
    (port,) = told("EXPOSE")
    assert f":{port}/" in command[2]


@pytest.mark.parametrize("service", OWN)
def test_commands_are_understood(service):
    assert refusal(words_of(service)) == ""


def test_the_images_own_command_is_understood():
    words = [*json.loads(told("ENTRYPOINT")[-1]), *json.loads(told("CMD")[-1])]
    assert refusal(words) == ""


@pytest.mark.parametrize("words", [["qualify", "serve", "--hosst", "x"], ["mlflow", "server", "--nowhere=1"]])
def test_a_command_that_is_wrong_would_be_found(words):
    assert words[2].partition("=")[0] in refusal(words)


def commands_in_comments() -> list[list[str]]:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    return [["qualify", *shlex.split(line)] for line in re.findall(r"run --rm qualify (.+)", text)]


@pytest.mark.parametrize("words", commands_in_comments(), ids=lambda words: " ".join(words[:3]))
def test_the_commands_of_the_instructions_are_understood(words):
    assert refusal(words) == ""


def test_the_settings_of_the_instructions_are_a_configuration():
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    lines = re.findall(r"^#\s+((?:mlflow|service):\s+{.*})$", text, re.MULTILINE)
    base = "data: {leads: l.csv}\ntargets: [{name: won, column: won, positive: '1'}]\n"
    config = parse_config(base + "\n".join(lines), where="compose.yaml")
    places = [urlsplit(place).hostname for place in (config.mlflow.tracking_uri, config.service.ledger)]
    assert places == ["mlflow", "database"]
    assert config.mlflow.tracking_uri.removeprefix("http://") in dict(
        option.lstrip("-").split("=", 1) for option in SERVICES["mlflow"]["command"] if "=" in option
    )["allowed-hosts"].split(",")


def test_every_path_of_this_folder_exists():
    paths = [
        volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]
        if volume.startswith(".")
    ]  # fmt: skip
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert {SERVICES[name]["build"] for name in OWN} == {"."}


def test_every_volume_and_every_service_that_is_named_is_there():
    named = {
        volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]
        if re.match(r"[a-z]", volume)
    }  # fmt: skip
    assert named == set(COMPOSE["volumes"])
    needed = {name for service in SERVICES.values() for name in service.get("depends_on", {})}
    assert needed <= set(SERVICES)
    assert all("healthcheck" in SERVICES[name] for name in needed)


def test_secrets_come_from_the_environment():
    values = {
        f"{name}.{key}": value for name, service in SERVICES.items()
        for key, value in service["environment"].items() if re.search("PASSWORD|SECRET", key)
    }  # fmt: skip
    assert len(values) == 5
    assert all(re.fullmatch(r"\$\{[A-Z_]+:[-?][^}]*\}", value) for value in values.values())


def test_only_this_machine_reaches_the_ports_and_the_database_has_none():
    ports = {name: service.get("ports", []) for name, service in SERVICES.items()}
    assert ports["database"] == []
    assert all(port.startswith("127.0.0.1:") for published in ports.values() for port in published)


@pytest.mark.parametrize("service", OWN)
def test_own_services_have_no_more_rights_than_they_need(service):
    settings = SERVICES[service]
    assert settings["read_only"] is True
    assert settings["cap_drop"] == ["ALL"]
    assert settings["security_opt"] == ["no-new-privileges:true"]


def test_the_databases_that_are_named_are_made():
    made = {SERVICES["database"]["environment"]["POSTGRES_DB"]}
    made |= set(re.findall(r"CREATE DATABASE (\w+);", (ROOT / "deploy/databases.sql").read_text("utf-8")))
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"@database/(\w+)", text)) == made
