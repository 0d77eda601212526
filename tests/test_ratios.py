"""The check of the benchmarks' ratios: what is a fifth worse fails, and seconds alone never do."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.benchmarks import _ratios


def line(benchmark: str, figure: str, value: float, unit: str = "rows/s", **case: int) -> str:
    return json.dumps({"benchmark": benchmark, **case, "figure": figure, "value": value, "unit": unit})


def trees(kernel: float, speed: float = 1.0) -> list[str]:
    figures = {"kernel": kernel, "predict": 100.0, "pred_contrib": 5.0, "tree_explainer": 2.0,
               "kernel_interventional": 50.0}  # fmt: skip
    told = [line("treeshap", name, value * speed, depth=4) for name, value in figures.items()]
    return [*told, line("treeshap", "one_row", 100.0 / speed, "us", depth=4)]


def test_a_ratio_does_not_depend_on_the_machines_speed() -> None:
    slow, fast = _ratios.ratios_of(trees(400.0)), _ratios.ratios_of(trees(400.0, speed=3.0))
    assert slow == pytest.approx(fast)
    assert slow["treeshap depth=4: kernel to pred_contrib"] == 80.0
    assert slow["treeshap depth=4: predict to one row"] == 100.0


def test_the_ledger_is_measured_by_a_yardstick() -> None:
    told = [line("ledger", "yardstick", 40.0, "ms"), line("ledger", "queue_plain", 10.0, "ms")]
    assert _ratios.ratios_of(told) == {"ledger: yardstick to queue_plain": 4.0}


@pytest.mark.parametrize(("kernel", "code", "said"), [(321.0, 0, "ok"), (319.0, 1, "WORSE")])
def test_a_fifth_worse_fails(
    kernel: float, code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(_ratios, "KEPT", tmp_path / "ratios.json")
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(trees(400.0))))
    assert _ratios.main(["--keep"]) == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("make: entering\n" + "\n".join(trees(kernel))))
    assert _ratios.main([]) == code
    (told,) = [each for each in capsys.readouterr().out.splitlines() if "kernel to pred_contrib" in each]
    assert told.startswith(said)


def test_what_was_not_measured_is_said_and_no_figure_at_all_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [str(each) for each in _ratios.compared({"a": 1.0}, {"b": 2.0})] == [
        "?     a: 1 (kept: not measured)", "?     b: not measured (kept: 2)"
    ]  # fmt: skip
    monkeypatch.setattr(sys, "stdin", io.StringIO("nothing\n"))
    assert _ratios.main([]) == 2
    assert "no ratio" in capsys.readouterr().err


def test_without_kept_ratios_nothing_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_ratios, "KEPT", tmp_path / "ratios.json")
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(trees(400.0))))
    assert _ratios.main([]) == 2
    assert "--keep" in capsys.readouterr().err


def test_the_kept_ratios_are_those_of_all_benchmarks() -> None:
    kept = json.loads(_ratios.KEPT.read_text())
    assert {name.split()[0].rstrip(":") for name in kept} == {"batch", "ledger", "serve", "treeshap"}
    assert all(value > 0 for value in kept.values())
