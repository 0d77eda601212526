from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify import console

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_messages_go_to_stderr(capsys):
    console.say("学習を始めます")
    assert capsys.readouterr() == ("", "学習を始めます\n")


def test_json_goes_to_stdout_alone(capsys):
    console.emit_json({"名前": "a", "n": 1})
    assert capsys.readouterr() == ('{"名前": "a", "n": 1}\n', "")


def test_values_of_other_libraries_get_their_plain_form(capsys):
    console.emit_json(
        {
            "array": np.array([[1.5, np.nan]]),
            "count": np.int64(3),
            "flag": np.bool_(True),
            "share": np.float32(0.5),
            "time": datetime(2026, 6, 30, tzinfo=UTC),
            "path": Path("a/b"),
        }
    )
    assert json.loads(capsys.readouterr().out) == {
        "array": [[1.5, None]],
        "count": 3,
        "flag": True,
        "share": 0.5,
        "time": "2026-06-30T00:00:00+00:00",
        "path": "a/b",
    }


def test_a_value_without_a_json_form_is_refused_by_type():
    with pytest.raises(TypeError, match="no JSON form for object"):
        console.emit_json({"a": object()})


def _finite(value):
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_what_is_read_back_is_what_was_written_but_for_infinities(result):
    assert json.loads(json.dumps(console._to_json(result), allow_nan=False)) == _finite(result)


def test_stray_prints_leave_stdout_to_the_json(capsys):
    with console.only_json():
        print("a library talks")
    console.emit_json({"a": 1})
    assert capsys.readouterr() == ('{"a": 1}\n', "a library talks\n")


def test_without_json_stdout_stays_as_it_is(capsys):
    with console.only_json(wanted=False):
        print("the table")
    assert capsys.readouterr() == ("the table\n", "")


def test_progress_off_a_terminal_ends_with_one_line(capsys):
    with console.progress(1000, "scoring") as advance:
        advance(400)
        advance(600)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("scoring: 1,000 of 1,000 in ")
    assert err.count("\n") == 1


def test_progress_tells_of_itself_when_ten_seconds_have_passed(capsys, monkeypatch):
    clock = iter([0.0, 4.0, 11.0, 12.0])
    monkeypatch.setattr(console.time, "monotonic", lambda: next(clock))
    with console.progress(None, "reading") as advance:
        advance(5)
        advance(7)
    assert capsys.readouterr().err == "reading: 12, 1.1/s\nreading: 12 in 12.0 s\n"


def test_progress_tells_the_rate_and_what_is_left(capsys, monkeypatch):
    clock = iter([0.0, 20.0, 21.0])
    monkeypatch.setattr(console.time, "monotonic", lambda: next(clock))
    with console.progress(12_000, "scoring") as advance:
        advance(4_000)
    assert capsys.readouterr().err.startswith("scoring: 4,000 of 12,000, 200/s, 40 s left\n")


def test_work_that_fails_does_not_claim_to_be_done(capsys):
    with pytest.raises(ValueError, match="broken"), console.progress(3, "scoring"):
        raise ValueError("broken")
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar_on_stderr(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with console.progress(2, "scoring") as advance:
        advance(2)
    out, err = capsys.readouterr()
    assert out == ""
    assert "scoring" in err
    assert "2 of 2" not in err


def test_long_texts_that_begin_alike_stay_apart() -> None:
    texts = [
        f"Opportunity identified and passed to the team of {team}" for team in ("north", "south", "west")
    ]
    assert len({console.abridged(text) for text in texts}) == 3
    assert all(len(console.abridged(text)) == 30 for text in texts)
    assert console.abridged("as long as may be", 17) == "as long as may be"
