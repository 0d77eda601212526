"""Figures: what they show, in which words, and that they leave Matplotlib as it was."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from qualify.errors import ConfigError
from qualify.evaluate import Metric, compute_gain, compute_reliability
from training.plots import (
    plot_comparison,
    plot_dependence,
    plot_gain,
    plot_points,
    plot_reliability,
    plot_summary,
    png,
)
from training.plots.texts import report_texts

RNG = np.random.default_rng(4)
PROBABILITY = RNG.beta(1, 5, 400)
LABEL = (RNG.random(400) < PROBABILITY).astype(int)


def texts_in(figure):
    """Every text that the figure shows."""
    return {text.get_text() for text in figure.findobj(Text) if text.get_text()}


def drawn(figure):
    """Draw without a warning (a missing glyph, say), and return the PNG."""
    assert isinstance(figure, Figure)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = png(figure)
    assert picture.startswith(b"\x89PNG")
    return picture


def examples(language):
    """One figure of each kind."""
    words = np.array(["Ａ社", "B", None, "$x$"], dtype=object)[RNG.integers(0, 4, 400)]
    effects = RNG.normal(size=(400, 2))
    metric = {name: Metric(0.5, 0.4, 0.6) for name in ("auc", "log_loss", "ece")}
    metric |= {name: Metric(0.5, 0.4, 0.6) for name in ("average_precision", "lift_at_10")}
    metric["precision_at_capacity"] = Metric(float("nan"), float("nan"), float("nan"))
    return [
        plot_reliability(LABEL, PROBABILITY, language=language),
        plot_gain(
            LABEL, {"model": PROBABILITY, "rules": -PROBABILITY}, capacity_share=0.1, language=language
        ),
        plot_comparison({"model": metric, "bayes": metric}, language=language),
        plot_summary(effects, [effects[:, 0], None], ["価格ページ", "Source $y$"], language=language),
        plot_dependence(words, effects[:, 0], "Source", rule_points=effects[:, 1], language=language),
        plot_points(["Demo", "業種"], [1.0, np.nan], [2.0, -3.0], language=language),
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_figure_is_drawn_without_a_missing_glyph(language):
    for figure in examples(language):
        drawn(figure)


def test_no_figure_shows_an_internal_name():
    internal = re.compile(r"[a-z]+_[a-z]+|\bece\b|\bauc\b|^model$")
    for figure in examples("en"):
        assert not {text for text in texts_in(figure) if internal.search(text)}


def test_japanese_figures_speak_japanese():
    kana = re.compile("[ぁ-んァ-ヶ一-龠]")
    for figure in examples("ja"):
        assert any(kana.search(text) for text in texts_in(figure))


def test_an_unknown_language_is_refused():
    with pytest.raises(ConfigError, match="this language is not known"):
        plot_reliability(LABEL, PROBABILITY, language="fr")


def test_the_same_figure_gives_the_same_bytes():
    once, again = (png(plot_reliability(LABEL, PROBABILITY)) for _ in range(2))
    assert once == again


def test_matplotlib_is_left_as_it_was_and_pyplot_is_not_loaded():
    before = dict(mpl.rcParams)
    drawn(plot_reliability(LABEL, PROBABILITY, language="ja"))
    assert dict(mpl.rcParams) == before
    command = "import sys, training.plots; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], check=False, timeout=120).returncode == 0


def test_the_reliability_diagram_shows_the_bins_with_their_intervals():
    axes = plot_reliability(LABEL, PROBABILITY).axes[0]
    bins = compute_reliability(LABEL, PROBABILITY)
    (bars,) = axes.containers
    points = bars.lines[0]
    assert points.get_xdata() == pytest.approx(bins["predicted"].to_numpy())
    assert points.get_ydata() == pytest.approx(bins["observed"].to_numpy())
    ends = np.array([segment[:, 1] for segment in bars.lines[2][0].get_segments()])
    assert ends == pytest.approx(bins[["low", "high"]].to_numpy())


def test_the_histogram_adds_up_to_the_shown_part_of_the_rows():
    axes = plot_reliability(LABEL, PROBABILITY).axes[1]
    shown = (axes.get_xlim()[1] >= PROBABILITY).mean()
    assert sum(patch.get_height() for patch in axes.patches) == pytest.approx(shown)


def test_the_gain_figure_has_a_line_a_scorer_and_one_for_chance():
    left, right = plot_gain(LABEL, {"model": PROBABILITY, "rules": np.ones(400)}, capacity_share=0.2).axes
    model, rules, chance, capacity = left.get_lines()
    assert model.get_ydata() == pytest.approx(compute_gain(LABEL, PROBABILITY)["found"].to_numpy())
    assert rules.get_ydata() == pytest.approx(rules.get_xdata())
    assert chance.get_label() == "Random order"
    assert capacity.get_xdata() == pytest.approx([0.2, 0.2])
    assert right.get_lines()[1].get_ydata() == pytest.approx(1.0)


def test_scorers_differ_in_line_and_marker_too():
    lines = (
        plot_gain(LABEL, dict.fromkeys(("model", "rules", "bayes", "linear"), PROBABILITY))
        .axes[0]
        .get_lines()
    )
    assert len({line.get_linestyle() for line in lines[:4]}) == 4


def test_the_summary_orders_fields_by_mean_size_and_leaves_the_weakest_out():
    effects = RNG.normal(size=(300, 4)) * [0.1, 3.0, 0.01, 1.0]
    figure = plot_summary(effects, [None] * 4, ["Weak", "Strongest", "Nothing", "Strong"], most=3)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["Strongest", "Strong", "Weak"]


def test_the_dots_of_a_field_stay_in_its_row():
    figure = plot_summary(np.zeros((5000, 1)), [np.arange(5000.0)], ["Same for all"])
    heights = np.concatenate([np.asarray(c.get_offsets())[:, 1] for c in figure.axes[0].collections])
    assert len(heights) == 1500
    assert np.abs(heights).max() <= 0.4


def test_numbers_are_coloured_from_low_to_high_and_missing_ones_are_grey():
    numbers = np.array([1.0, 2.0, 3.0, np.nan])
    figure = plot_summary(np.array([[-1.0], [0.0], [1.0], [2.0]]), [numbers], ["X"])
    grey, coloured = figure.axes[0].collections
    assert np.asarray(grey.get_offsets())[:, 0].tolist() == [2.0]
    colours = coloured.get_facecolors()
    assert colours[0, 2] > colours[0, 0]  # low: blue over red
    assert colours[2, 0] > colours[2, 2]  # high: red over blue


def test_dependence_on_a_number_shows_rule_points_on_their_own_scale():
    values = np.array([0.0, 0.0, 1.0, 2.0, np.nan])
    points = np.array([0.0, 2.0, 8.0, 16.0, 5.0])
    figure = plot_dependence(values, np.arange(5.0), "Visits", rule_points=points)
    axes, twin = figure.axes
    (steps,) = twin.get_lines()
    assert steps.get_xdata().tolist() == [0.0, 1.0, 2.0]
    assert steps.get_ydata().tolist() == [1.0, 8.0, 16.0]
    assert "not given" in texts_in(figure)
    assert all(tick >= -0.2 for tick in axes.get_xticks())
    drawn(figure)


def test_dependence_on_words_orders_them_and_gathers_the_rare_ones():
    words = np.repeat([f"Source {k:02}" for k in range(20)], np.arange(40, 20, -1)).astype(object)
    effect = np.array([float(word[-2:]) for word in words])
    figure = plot_dependence(words, effect, "Source")
    names = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert names == ["all others", *(f"Source {k:02}" for k in range(9, -1, -1))]


def test_dependence_names_no_word_of_a_few_rows():
    words = np.repeat(["web", "fair", "ask Ms Sato"], [9, 6, 4]).astype(object)
    figure = plot_dependence(words, np.repeat([1.0, 0.0, -1.0], [9, 6, 4]), "Source")
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["web", "fair", "all others"]


def test_dependence_where_nothing_is_given():
    drawn(plot_dependence(np.full(5, np.nan), np.arange(5.0), "Empty", rule_points=np.zeros(5)))


def test_points_stand_beside_each_other_and_missing_ones_are_not_written():
    figure = plot_points(["Demo", "Industry"], [9.25, np.nan], [10, -8])
    texts = texts_in(figure)
    assert {"Demo", "Industry", "10.0", "\u22128.0"} <= texts
    assert not {"nan", "0.0"} & {text.lower() for text in texts if not text.startswith("0")}


def test_both_languages_have_the_same_texts_and_placeholders():
    fields = re.compile(r"\{(\w+)\}")
    english, japanese = (report_texts(language).texts for language in ("en", "ja"))
    assert english.keys() == japanese.keys()
    for key, text in english.items():
        assert set(fields.findall(text)) == set(fields.findall(japanese[key])), key
