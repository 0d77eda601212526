"""The codes of checks, and the page that explains them."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualify.labels.audit import TITLES
from training.checks import CODES, Finding
from training.checks.codes import EXPLAINED, as_table

PAGE = Path(__file__).resolve().parents[3] / "docs" / "checks.md"


def test_the_page_lists_every_code_as_it_is():
    assert as_table() in PAGE.read_text(encoding="utf-8")


def test_the_column_audit_keeps_its_titles():
    assert {code: CODES[code] for code in TITLES} == dict(TITLES)


@pytest.mark.parametrize("code", EXPLAINED)
def test_every_code_is_told_in_one_line(code):
    told = EXPLAINED[code]
    assert all(part and "\n" not in part and "|" not in part for part in (told.what, told.why, told.mend))


def test_a_finding_has_the_mend_of_its_code_or_its_own():
    assert Finding("V001", "note", "won", "few").mend == EXPLAINED["V001"].mend
    assert Finding("V001", "note", "won", "few", mend="wait").mend == "wait"


def test_an_unknown_code_is_no_finding():
    with pytest.raises(KeyError, match="X999"):
        Finding("X999", "note", "won", "few")
