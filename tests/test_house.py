"""The outer walls: what is tracked, what is declared, what is pinned, what the wheel holds."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

import qualify
from qualify.cli import HELP
from tests.conftest import missing_program

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = ("src/qualify", "training", "serving")


def _tracked() -> list[Path]:
    shown = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stdout
    return [ROOT / name for name in shown.split("\0") if name and (ROOT / name).is_file()]


def _requirements(*texts: str) -> dict[str, Requirement]:
    requirements = [Requirement(text) for text in texts]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def _pins() -> dict[str, Requirement]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    bare = [line.partition("#")[0].strip() for line in lines]
    return _requirements(*(line for line in bare if line))


def _imported_modules(file: Path) -> set[str]:
    modules = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module)
    return {module.partition(".")[0] for module in modules}


def test_no_file_names_a_package_index_or_a_place_on_somebodys_disk():
    # Put together here, so that this file does not name them either.
    hosts = ["pypi" + ".org", "python" + "hosted.org", "find" + "-links", "extra-" + "index-url"]
    places = ["/" + "tmp/", "/" + "root/", "/" + "opt/", "/" + "work/", "/home/" + r"[a-z]"]
    pattern = re.compile("|".join([*map(re.escape, hosts), *(rf"(?<![\w.)}}]){place}" for place in places)]))
    found = {
        f"{file.relative_to(ROOT)}: {match.group()}"
        for file in _tracked()
        for match in pattern.finditer(file.read_text(encoding="utf-8", errors="ignore"))
    }
    # The options that keep an index out of the lock have to be named where it is made.
    assert found <= {"Makefile: find" + "-links"}


def test_the_wheel_holds_the_three_packages_and_nothing_else(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {"qualify/__init__.py", "qualify/py.typed", "training/__init__.py", "serving/__init__.py"} <= set(
        names
    )
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"qualify", "training", "serving"}
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.parametrize("package", PACKAGES)
def test_what_a_package_imports_is_declared(package):
    declared = _requirements(*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["spark"])
    distributions = packages_distributions()
    own = {"qualify", "training", "serving"}
    files = list((ROOT / package).rglob("*.py"))
    modules = set().union(*map(_imported_modules, files)) - own - set(sys.stdlib_module_names)
    undeclared = {
        module
        for module in modules
        if not {canonicalize_name(name) for name in distributions.get(module, [module])} & set(declared)
    }
    assert files
    assert not undeclared


def test_the_lock_pins_every_dependency_within_its_range():
    pins = _pins()
    wanted = _requirements(*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])
    assert not set(wanted) - set(pins)
    outside = {
        name: str(pins[name])
        for name, requirement in wanted.items()
        if not requirement.specifier.contains(str(pins[name].specifier).removeprefix("=="), prereleases=True)
    }
    assert not outside


def test_the_lock_pins_one_version_of_each():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert len(_pins()) == len(pins)
    assert not [pin for pin in pins if "==" not in pin]
    assert not [pin for pin in pins if "@" in pin or "file:" in pin]


def test_every_dependency_has_a_lower_and_an_upper_bound():
    wanted = _requirements(*PROJECT["dependencies"], *chain(*PROJECT["optional-dependencies"].values()))
    bounds = {name: {bound.operator for bound in wanted[name].specifier} for name in wanted}
    assert {name for name, operators in bounds.items() if operators != {">=", "<"}} == set()


def test_mlflow_entry_points_run_commands_that_exist():
    project = YAML(typ="safe").load((ROOT / "MLproject").read_text(encoding="utf-8"))
    assert set(project["entry_points"]) == {"main", "train", "score", "backtest"}
    for name, entry in project["entry_points"].items():
        program, command, *_ = entry["command"].split()
        assert (program, command) == ("qualify", "demo" if name == "main" else name)
        assert command in HELP
        assert set(re.findall(r"{(\w+)}", entry["command"])) == set(entry["parameters"])
    assert (ROOT / project["python_env"]).is_file()


def test_the_scorer_stands_at_the_root_and_is_loaded_when_asked_for():
    code = "import sys, qualify\nprint('numpy' in sys.modules)\nfrom qualify import Scorer\nprint(Scorer)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout == "False\n<class 'qualify.scorer.Scorer'>\n"


def test_the_root_has_no_other_names():
    with pytest.raises(AttributeError, match="module 'qualify' has no attribute 'Scorrer'"):
        qualify.Scorrer  # noqa: B018 - the look-up is the point


def test_decisions_are_numbered_without_a_gap():
    names = sorted(file.name for file in (ROOT / "docs/decisions").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_a_missing_program_is_named():
    assert missing_program((Path(sys.executable).name, "no-such-program")) is None
    assert missing_program(("no-such-program", "nor-this")) == "needs no-such-program or nor-this on the PATH"


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")])
def test_a_missing_program_skips_for_a_user_and_fails_in_ci(tmp_path, monkeypatch, ci, outcome):
    monkeypatch.setenv("CI", ci)
    (tmp_path / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text(encoding="utf-8"))
    (tmp_path / "test_it.py").write_text(
        "import pytest\n@pytest.mark.needs('no-such-program')\ndef test_it():\n    assert True\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert outcome in done.stdout
    assert "needs no-such-program on the PATH" in done.stdout
