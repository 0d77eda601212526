"""What attackers would like to find in the code: nothing is executed, unpickled or put into SQL from data."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(
    file for package in ("src/qualify", "training", "serving") for file in (ROOT / package).rglob("*.py")
)

MODULES = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "code",
    "codeop",
    "pty",
    "yaml",
}
"""Modules that execute what they read, or whose plain use does."""

CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "os.spawnv", "os.startfile",
    "pandas.read_pickle", "pd.read_pickle", "tempfile.mktemp", "xml.etree.ElementTree.parse",
}  # fmt: skip
OPTIONS = {"shell": True, "allow_pickle": True, "verify": False, "autoescape": False}

SQL = {"execute", "exec_driver_sql", "executemany", "executescript", "literal_column", "read_sql"}
"""Methods that take SQL, as the function `text` of SQLAlchemy does: never a string made of parts."""


def _name(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ".".join(reversed(parts))


def _made_of_parts(node: ast.expr) -> bool:
    """Say whether a string is put together of something that is not written there."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod) and any(map(_is_text, ast.walk(node)))
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _faults(tree: ast.AST, where: str) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.partition(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in MODULES:
            found.append(str(node.module))
        elif isinstance(node, ast.Call):
            found += _faults_of_call(node)
    return [f"{where}: {each}" for each in found]


def _faults_of_call(node: ast.Call) -> list[str]:
    name = _name(node.func)
    found = [name] if name in CALLS else []
    for option in node.keywords:
        value = option.value.value if isinstance(option.value, ast.Constant) else None
        if option.arg in OPTIONS and value is OPTIONS[option.arg]:
            found.append(f"{option.arg}={value}")
    last = name.rpartition(".")[2]
    if (last in SQL or name == "text") and node.args and _made_of_parts(node.args[0]):
        found.append(f"{name}(a string made of parts)")
    if last == "YAML" and not any(
        option.arg == "typ"
        and isinstance(option.value, ast.Constant)
        and option.value.value in ("safe", "rt")
        for option in node.keywords
    ):
        found.append("YAML without typ='safe' or 'rt'")
    return found


def test_nothing_in_the_code_executes_what_it_reads():
    found = []
    for file in FILES:
        where = file.relative_to(ROOT).as_posix()
        found += _faults(ast.parse(file.read_text(encoding="utf-8")), where)
    assert len(FILES) > 300
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle", "from joblib import load", "eval(x)", "exec(x)", "os.system(x)", "import yaml",
        "subprocess.run(x, shell=True)", "np.load(x, allow_pickle=True)", "httpx.get(x, verify=False)",
        "connection.execute(f'SELECT {x}')", "connection.execute('SELECT ' + x)", "text('SELECT %s' % x)",
        "connection.execute('SELECT {}'.format(x))", "YAML().load(x)", "YAML(typ='unsafe').load(x)",
        "Environment(autoescape=False)",
    ],
)  # fmt: skip
def test_the_rule_finds_what_it_is_for(code):
    assert len(_faults(ast.parse(code), "serving/x.py")) == 1


@pytest.mark.parametrize(
    "code",
    ["connection.execute('SELECT 1')", "connection.execute(select(t))", "YAML(typ='safe')", "log.info('x')"],
)
def test_the_rule_leaves_the_rest_alone(code):
    assert _faults(ast.parse(code), "serving/x.py") == []
