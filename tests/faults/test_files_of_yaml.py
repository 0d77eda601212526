"""YAML that attacks: bombs, depth, length, tags, bytes; refused in time, by the name of the file."""

from __future__ import annotations

import time

import pytest

from qualify.config import load_config
from qualify.config.yaml_text import MOST_BYTES, read_mapping
from qualify.errors import ConfigError
from qualify.rules import Scorecard

LAUGHS = "x: &x0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
    f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 9)}]\n" for i in range(1, 10)
)
FILES = {
    "a billion laughs": (LAUGHS, "not permitted"),
    "laughs in place": (LAUGHS + "version: 1\ndata: *x9\ntargets: *x9\n", "not permitted"),
    "depth": ("a: " + "[" * 20_000, "nested too deeply"),
    "length": ("a: " + "x" * MOST_BYTES, "too long"),
    "a tag": ('version: !!python/object/apply:os.system ["true"]\n', "not valid YAML"),
    "a month that is none": ("version: 2026-13-01T00:00:00\n", "not valid YAML"),
    "a byte that is no text": (b"\xff\xfe\x00", "not UTF-8"),
    "a null byte": ("version: 1\x00", "not valid YAML"),
    "twice the same key": ("version: 1\nversion: 1\n", "not valid YAML"),
}


@pytest.mark.parametrize("case", FILES)
@pytest.mark.parametrize("load", [load_config, Scorecard.load], ids=["configuration", "scorecard"])
def test_a_file_that_attacks_is_refused_in_time(tmp_path, load, case):
    content, told = FILES[case]
    path = tmp_path / "attack.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    began = time.monotonic()
    with pytest.raises(ConfigError, match=rf"{told}|missing|[Ff]ield required(.|\n)*attack\.yaml") as caught:
        load(path)
    assert time.monotonic() - began < 20
    assert len(str(caught.value)) < 1_500


def test_a_configuration_of_many_columns_is_read():
    many = "columns:\n" + "".join(f"  column_{i}: {{type: number}}\n" for i in range(300))
    assert len(read_mapping(many, what="the configuration", where="here")["columns"]) == 300
