"""The report on people: whose outcome is known, what the audit found, and the segments."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.training.reports import POPULATION, SEGMENTS, Page, make_report
from training.plots.texts import report_texts
from training.report import render_report
from training.report.people import segment_groups


@pytest.fixture(scope="module")
def english():
    return render_report(make_report())


@pytest.fixture(scope="module")
def japanese():
    return render_report(make_report("ja"))


def test_a_report_whose_data_nobody_audited_has_no_such_section():
    data = make_report(rows=60, drivers=(), points=(), findings=None, segments=(), population=None)
    page = Page(render_report(data))
    ids = {attrs["id"] for _, attrs in page.found if "id" in attrs}
    links = {attrs["href"][1:] for tag, attrs in page.found if tag == "a"}
    assert links == ids
    assert not ids & {"findings", "segments"}
    assert "Which leads have an outcome" not in page.text()


def test_an_audit_that_found_nothing_says_so():
    text = Page(render_report(make_report(rows=60, drivers=(), points=(), findings=()))).text()
    assert "went through the checks of qualify check, which found nothing" in text


def test_what_is_not_known_of_the_population_is_left_out():
    found = replace(POPULATION, of_leads=12_345, young=0, unworked=0, untold=5, worked=())
    text = Page(render_report(make_report(rows=60, drivers=(), points=(), population=found))).text()
    assert "These are a draw" not in text
    assert "No outcome in the tables 5 0.0% All leads 12,345" in text
    assert not re.search("Too young|Nobody was to work|Work of sales", text)


def test_a_finding_without_evidence_has_no_empty_line(english):
    """As in a report that is not in English, which names `findings.json` instead."""
    shown = make_report().findings
    assert shown
    assert all(each.evidence in Page(english).text() for each in shown)
    bare = tuple(replace(each, evidence="") for each in shown)
    page = Page(render_report(make_report(findings=bare, language="ja")))
    assert all(each.code in page.text() for each in bare)
    assert "findings.json" in page.text()
    assert not [attrs for tag, attrs in page.found if tag == "span" and attrs.get("class") == "meaning wide"]


def test_a_value_without_letters_keeps_its_cell():
    """As "_" after cleaning: only the row of all leads spans the column of values."""
    nameless = [replace(each, value="") if each.value == "India" else each for each in SEGMENTS]
    test_every_cell_of_the_segments_has_its_column(render_report(make_report(segments=tuple(nameless))))


def test_two_columns_of_one_name_are_two_groups():
    first, second = (replace(SEGMENTS[1], column=name, label="Country") for name in ("country", "Country"))
    groups = segment_groups(make_report(segments=(first, second)), report_texts("en"))
    assert [(group.column, len(group.rows)) for group in groups] == [("Country", 1), ("Country", 1)]


def test_every_cell_of_the_segments_has_its_column(english):
    """Spans add up: each row of a table is as wide as its head."""
    (table,) = re.findall(r'<section id="segments">.*?</section>', english, flags=re.DOTALL)
    (head,) = re.findall(r"<thead>(.*?)</thead>", table, flags=re.DOTALL)
    for body in re.findall(r"<tbody>(.*?)</tbody>", table, flags=re.DOTALL):
        rows = re.findall(r"<tr>(.*?)</tr>", body, flags=re.DOTALL)
        (span,) = re.findall(r'rowspan="(\d+)"', body) or ["1"]
        assert int(span) == len(rows)
        for number, row in enumerate(rows):
            cells = re.findall(r"<t[hd]\b([^>]*)", row)
            wide = sum(int((re.findall(r'colspan="(\d+)"', cell) or ["1"])[0]) for cell in cells)
            assert wide + (number > 0) == len(re.findall(r"<th\b", head))
