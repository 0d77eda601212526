"""LightGBM keeps its number of threads for the whole process: two calls at once that differ kill it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CALLS = {"predict", "train", "Dataset"}


def _uses_lightgbm(tree: ast.Module) -> bool:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return "lightgbm" in names


def _calls(tree: ast.Module) -> list[ast.Call]:
    """Return calls of LightGBM's functions, and predictions by anything, in a module that uses LightGBM."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
            of = node.func.value
            if node.func.attr == "predict" or (isinstance(of, ast.Name) and of.id in ("lgb", "lightgbm")):
                found.append(node)
    return found


def _users() -> dict[str, ast.Module]:
    files = [path for room in ("src", "training", "serving") for path in (ROOT / room).rglob("*.py")]
    trees = {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in files}
    return {name: tree for name, tree in trees.items() if _uses_lightgbm(tree)}


USERS = _users()


@pytest.mark.parametrize("name", sorted(USERS))
def test_every_prediction_is_made_by_one_thread(name):
    for call in _calls(USERS[name]):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "predict":
            named = {word.arg: word.value for word in call.keywords}
            assert "num_threads" in named, f"{name}:{call.lineno} names no number of threads"
            assert ast.literal_eval(named["num_threads"]) == 1, f"{name}:{call.lineno}"


@pytest.mark.parametrize("name", sorted(USERS))
def test_every_data_set_and_every_fit_is_given_parameters(name):
    for call in _calls(USERS[name]):
        assert isinstance(call.func, ast.Attribute)
        if call.func.attr == "Dataset":
            assert "params" in {word.arg for word in call.keywords}, f"{name}:{call.lineno}"
        if call.func.attr == "train":
            assert call.args or "params" in {word.arg for word in call.keywords}, f"{name}:{call.lineno}"


def test_all_parameters_name_one_thread():
    from qualify.model import bags
    from training.checks import apart

    params = bags.TreeParams()
    assert bags._dataset_params(params)["num_threads"] == 1
    assert bags._params(params, 0, 1_000, None)["num_threads"] == 1
    assert apart._PARAMS["num_threads"] == 1


def test_the_calls_are_found():
    found = [call for tree in USERS.values() for call in _calls(tree)]
    assert {call.func.attr for call in found if isinstance(call.func, ast.Attribute)} == CALLS
    assert len(found) >= 9
