"""The report: whole, safe, self-contained, and true to its figures."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qualify.errors import ConfigError, UserError
from qualify.evaluate import Metric
from tests.training.reports import Page, make_report
from training.plots.texts import report_texts
from training.report import Driver, Period, render_report, write_report
from training.report.stories import tell


@pytest.fixture(scope="module")
def english():
    return render_report(make_report())


@pytest.fixture(scope="module")
def japanese():
    return render_report(make_report("ja"))


def test_the_file_needs_nothing_beside_itself(english):
    page = Page(english)
    tags = {tag for tag, _ in page.found}
    assert not tags & {"script", "link", "iframe", "object", "base", "form"}
    sources = [attrs["src"] for _, attrs in page.found if "src" in attrs]
    assert sources
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert all(attrs["href"].startswith("#") for tag, attrs in page.found if tag == "a")
    assert not [attrs for _, attrs in page.found if any(name.startswith("on") for name in attrs)]
    assert "url(" not in english
    assert "@import" not in english


def test_the_page_forbids_itself_to_load_anything(english):
    policy = next(a["content"] for t, a in Page(english).found if t == "meta" and "http-equiv" in a)
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def test_light_dark_and_paper(english):
    assert "prefers-color-scheme: dark" in english
    assert "@media print" in english


def test_every_link_of_the_contents_leads_somewhere(english):
    page = Page(english)
    ids = {attrs["id"] for _, attrs in page.found if "id" in attrs}
    links = {attrs["href"][1:] for tag, attrs in page.found if tag == "a"}
    assert links == ids


def test_every_picture_has_words(english):
    assert all(attrs["alt"] for tag, attrs in Page(english).found if tag == "img")


def test_what_a_user_wrote_is_never_markup(english):
    assert "<b>x</b>" not in english
    assert "<b>new</b>" not in english
    assert "Country &lt;i&gt;" in english
    assert "<code>data.x</code>" in english
    assert "Partner &lt;b&gt;x&lt;/b&gt;" in english


@pytest.mark.parametrize(
    "text",
    [
        "Use the model",
        "the model has skill beyond noise",
        "SQL within 60 days",
        "2024-01-02 to 2026-01-31",
        "12,345",
        "learned from 9,876 leads and was tried on 2,469 leads that came later",
        "Your rules (points)",
        "Naive Bayes (as in Odoo)",
        "Learned scorecard alone",
        "L007",
        "94% of tagged leads convert",
        "Events: 4% in training, 19% now.",
        "Only the top third was ever called.",
        "4.7.0",
        "Of 12,345 leads, 9,234 (74.8%) have a known outcome",
        "the table has 50,000 leads, of which 12,345 were read",
        "Outcome known: reached 1,234 10.0%",
        "Too young: the time in which the outcome may come has not passed 3,000 24.3%",
        "Nobody was to work them, so nobody was to find out 111 0.9% All leads 12,345 100.0%",
        "Seen at work 4,000 3,900 1,200 30.8% No work seen 8,345 5,334 34 0.6%",
        "Warnings: 1; notes: 1.",
        "Warning S003 campaign: categories that earlier leads did not have",
        "35% of the later leads have <b>new</b> ones. Map data.x to one name.",
        "Note Q003 form: a column has one value only Every lead has it. Leave it out.",
        "Segments judged: 2; promise not kept beyond noise: 1. Not judged, with too few leads or outcomes",
        "All later rows 600 120 20.0% 17.0%–23.0% 21.0% 0.800 0.760–0.840 0.4100 0.3800–0.4400 kept",
        "Country <i> India 310 61 21.0% 17.0%–26.0% 30.0% 0.790 0.740–0.840",
        "0.4123 0.3800–0.4500 promised too much",
        "Too few leads or outcomes to judge alone: Bhutan (12), not given (9)",
        "Form Too few leads or outcomes to judge alone: B (7)",
    ],
)
def test_the_report_says(english, text):
    assert text in Page(english).text()


def test_no_internal_name_is_shown(english, japanese):
    for html in (english, japanese):
        assert not re.search(r"\b[a-z]+_[a-z_0-9]+\b|\bnan\b|None|Metric\(", Page(html).text())


def test_the_figures_are_the_metrics(english):
    text = Page(english).text()
    auc = make_report().judged.metrics["model"]["auc"]
    assert f"{auc.value:.3f} {auc.low:.3f}\u2013{auc.high:.3f}" in text


def test_the_japanese_report_is_japanese():
    given = {
        "reasons": (),
        "drift": (),
        "excluded": (),
        "limits": (),
        "versions": {},
        "points": (),
        "drivers": (),
        "findings": (),
        "segments": (),
    }
    html = render_report(make_report("ja", rows=60, target="60日以内の商談化", **given))
    assert '<html lang="ja">' in html
    assert "モデルを使う" in html
    assert set(re.findall(r"[A-Za-z]{2,}", Page(html).text())) == {"qualify", "UTC", "Odoo", "AUC"}


def test_tables_can_be_scrolled_by_keyboard_and_no_header_is_empty(english):
    page = Page(english)
    boxes = [attrs for tag, attrs in page.found if tag == "div" and attrs.get("class") == "table"]
    assert boxes
    assert all(attrs.get("tabindex") == "0" for attrs in boxes)
    assert not re.search(r"<th\b[^>]*>\s*</th>", english)


def test_the_same_data_give_the_same_bytes(english):
    assert render_report(make_report()) == english


@pytest.mark.parametrize("verdict", ["rules", "manual"])
def test_other_verdicts_are_said_as_plainly(verdict):
    data = make_report(rows=60, verdict=verdict, drivers=(), points=(), excluded=(), drift=(), versions={})
    text = Page(render_report(data)).text()
    assert {"rules": "Use the rules, not the model", "manual": "Look at the leads yourselves"}[
        verdict
    ] in text
    assert "No column was left out." in text
    assert "Points: learned and written" not in text


def test_figures_that_are_not_defined_are_said_to_be_so():
    data = make_report(rows=60, drivers=(), points=())
    nothing = Metric(float("nan"), float("nan"), float("nan"))
    metrics = {
        name: {**found, "auc": nothing, "lift_at_10": nothing} for name, found in data.judged.metrics.items()
    }
    text = Page(render_report(replace(data, judged=replace(data.judged, metrics=metrics)))).text()
    assert "not defined" in text
    assert "nan" not in text


def test_a_report_without_dates_and_without_rules():
    data = make_report(rows=60, drivers=(), points=(), whole=Period("", "", 60, 60, 10))
    judged = data.judged
    alone = replace(judged, probabilities={"model": judged.probabilities["model"]},
                    metrics={"model": judged.metrics["model"]})  # fmt: skip
    text = Page(render_report(replace(data, judged=alone))).text()
    assert "no dates given" in text
    assert "Against each baseline" not in text


def test_an_unknown_language_is_refused():
    with pytest.raises(ConfigError, match="this language is not known"):
        render_report(make_report("fr", rows=60))


def test_the_file_appears_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("training.report.write.render_report", lambda data: "レポート")
    write_report(make_report(rows=60), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "レポート"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_folder_that_does_not_exist_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("training.report.write.render_report", lambda data: "")
    missing = Path(tmp_path) / "nowhere" / "report.html"
    with pytest.raises(UserError, match=r"the report cannot be written\n  where: .*nowhere"):
        write_report(make_report(rows=60), missing)


def _story(values, effects, **more):
    return tell(Driver("X", np.asarray(effects, dtype=float), values, **more), report_texts("en"))


def test_a_rising_number_is_told_by_its_quarters():
    values = np.arange(400.0)
    assert _story(values, (values - 199.5) / 200) == (
        "The higher, the better the chance: \u22120.75 for the lowest quarter, +0.75 for the highest."
    )


def test_a_falling_number_with_gaps():
    values = np.r_[np.arange(400.0), np.full(20, np.nan)]
    effects = np.r_[(199.5 - values[:400]) / 200, np.full(20, -0.3)]
    assert _story(values, effects) == (
        "The higher, the lower the chance: +0.75 for the lowest quarter, \u22120.75 for the highest. "
        "Where it is not given: \u22120.30."
    )


def test_a_bent_number_is_not_called_rising():
    values = np.arange(400.0)
    story = _story(values, 1 - ((values - 200) / 100) ** 2)
    assert story.startswith("Neither simply rising nor falling")


def test_words_and_few_numbers_are_told_one_by_one():
    words = np.repeat(np.array(["a", "b", "c", None], dtype=object), 20)
    effects = np.repeat([0.5, -0.25, 0.1, 0.3], 20)
    expected = "Raises most: a (+0.50), c (+0.10). Lowers most: b (\u22120.25). Where it is not given: +0.30."
    assert _story(words, effects) == expected
    numbers = np.repeat([3.0, 1.0, 2.0, np.nan], 20)
    assert _story(numbers, effects) == expected.replace("a (", "3 (").replace("b (", "1 (").replace(
        "c (", "2 ("
    )


def test_words_of_few_rows_are_not_told():
    words = np.array(["often"] * 50 + ["once"], dtype=object)
    assert "once" not in _story(words, np.r_[np.full(50, 0.1), 5.0])


def test_a_field_that_moves_nothing_says_so():
    assert _story(np.arange(9.0), np.zeros(9)) == "Moves the chance of no lead."


def test_a_given_sentence_comes_first():
    assert _story(np.arange(9.0), np.ones(9), text="As agreed in May.") == "As agreed in May."
