"""The picture by hand: an inch stands for an inch, bars stand where the numbers say, no text over another."""

from __future__ import annotations

from itertools import combinations, pairwise

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from qualify.errors import UserError
from qualify.explain.explanation import Explanation
from qualify.explain.fonts import families
from qualify.explain.reasons import Reason
from qualify.explain.steps import Step, signed, waterfall_steps
from qualify.explain.waterfall import _figure, draw_waterfall
from qualify.explain.words import phrasebook
from tests.explain.leads import make_lead

EN = phrasebook("en")
COLOUR = {"raises": "#0072b2", "lowers": "#d55e00", "start": "#555555", "end": "#222222"}
INCHES = {1: 0.21 + 0.17, 2: 2 * 0.21 + 0.17}
"""Height of a row by the lines of its label: each line, and the space to the next row."""


class Drawn:
    """What stands on the picture of a lead."""

    def __init__(self, lead: Explanation, language: str = "en") -> None:
        self.steps: tuple[Step, ...] = waterfall_steps(lead, phrasebook(language))
        self.figure: Figure = _figure(lead, phrasebook(language))
        self.canvas = FigureCanvasAgg(self.figure)
        self.canvas.draw()
        self.axes: Axes = self.figure.axes[0]
        texts = [text for text in self.axes.texts if isinstance(text, Annotation)]
        self.labels, self.numbers = texts[::2], texts[1::2]
        self.bars = [patch for patch in self.axes.patches if isinstance(patch, Rectangle)]
        self.marks = [line for line in self.axes.lines if line.get_marker() == "D"]
        self.links = [line for line in self.axes.lines if line.get_marker() != "D"]

    @property
    def middles(self) -> list[float]:
        """Where each step stands, in inches from the top of the axes."""
        return [float(label.xy[1]) for label in self.labels]


def box(text: Text) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of a text on the picture, in pixels."""
    return tuple(text.get_window_extent().extents.tolist())


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return Drawn(make_lead())


def test_rows_are_as_high_as_their_labels(drawn: Drawn) -> None:
    lines = [text.get_text().count("\n") + 1 for text in drawn.labels]
    assert lines == [1, 2, 2, 1, 1, 1, 1, 1, 1]
    ends = np.cumsum([INCHES[each] for each in lines])
    assert drawn.middles == pytest.approx(
        [end - INCHES[each] / 2 for end, each in zip(ends, lines, strict=True)]
    )
    assert drawn.axes.get_ylim() == pytest.approx((ends[-1], 0.0))
    width, height = drawn.figure.get_size_inches()
    assert (width, height) == pytest.approx((9.0, ends[-1] + 0.56 + 0.26 + 0.62))
    place = drawn.axes.get_position()
    assert place.height * height == pytest.approx(ends[-1]), "an inch of a row is an inch of the picture"
    assert (place.x0, place.x1, place.y0 * height) == pytest.approx((0.44, 0.97, 0.62))


def test_bars_go_from_step_to_step(drawn: Drawn) -> None:
    bars = drawn.steps[1:-1]
    assert [to_hex(bar.get_facecolor()) for bar in drawn.bars] == [COLOUR[step.kind] for step in bars]
    for bar, step, middle in zip(drawn.bars, bars, drawn.middles[1:-1], strict=True):
        assert sorted((bar.get_x(), bar.get_x() + bar.get_width())) == pytest.approx(
            sorted((step.begin, step.end))
        )
        assert bar.get_y() + bar.get_height() / 2 == pytest.approx(middle)
        assert bar.get_height() == pytest.approx(0.24)


def test_marks_stand_at_the_start_and_at_the_end(drawn: Drawn) -> None:
    first, last = drawn.marks
    assert (first.get_xdata()[0], first.get_ydata()[0]) == (-1.82, drawn.middles[0])
    assert (last.get_xdata()[0], last.get_ydata()[0]) == (drawn.steps[-1].end, drawn.middles[-1])
    assert [to_hex(mark.get_color()) for mark in drawn.marks] == [COLOUR["start"], COLOUR["end"]]
    assert [mark.get_markersize() for mark in drawn.marks] == [7, 7]


def test_thin_links_lie_behind_and_join_what_follows_each_other(drawn: Drawn) -> None:
    assert len(drawn.links) == len(drawn.steps) - 1
    for link, step, middles in zip(drawn.links, drawn.steps, pairwise(drawn.middles), strict=False):
        assert list(link.get_xdata()) == [step.end, step.end]
        assert list(link.get_ydata()) == pytest.approx(middles)
        assert (to_hex(link.get_color()), link.get_linewidth()) == ("#bbbbbb", 0.8)
    orders = [{each.get_zorder() for each in group} for group in (drawn.links, drawn.bars, drawn.marks)]
    assert max(orders[0]) < min(orders[1])
    assert max(orders[1]) < min(orders[2])


def test_the_room_beside_the_bars_is_a_sixth_of_their_span(drawn: Drawn) -> None:
    places = [step.end for step in drawn.steps]
    room = 0.16 * (max(places) - min(places))
    assert drawn.axes.get_xlim() == pytest.approx((min(places) - room, max(places) + room))
    small = Drawn(
        make_lead(base_value=0.0, reasons=(Reason("column:x", "x", "1", 0.1, "X is 1"),), other=0.0)
    )
    assert small.axes.get_xlim() == pytest.approx((-0.08, 0.18)), "half a unit at least"


def test_numbers_stand_beyond_the_end_of_their_bar(drawn: Drawn) -> None:
    for number, step, middle in zip(drawn.numbers, drawn.steps, drawn.middles, strict=True):
        whole = step.kind in {"start", "end"}
        assert number.get_text() == signed(step.end if whole else step.effect)
        assert tuple(number.xy) == (step.end, middle)
        leftwards = step.kind == "lowers"
        assert number.get_horizontalalignment() == ("right" if leftwards else "left")
        away = 8 if whole else 4
        assert number.xyann == (-away if leftwards else away, 0)
        assert to_hex(number.get_color()) == COLOUR[step.kind]
        left, bottom, right, top = box(number)
        x, y = drawn.axes.transData.transform((step.end, middle))
        assert right < x if leftwards else left > x
        assert bottom < y < top


def test_labels_stand_left_of_the_axes_at_the_height_of_their_bars(drawn: Drawn) -> None:
    edge = drawn.axes.get_window_extent().x0
    for label, step, middle in zip(drawn.labels, drawn.steps, drawn.middles, strict=True):
        assert label.get_text().replace("\n", " ") == step.label
        left, bottom, right, top = box(label)
        assert 0 < left < right < edge
        assert right == pytest.approx(edge - 10 * 150 / 72, abs=3), "ten points from the axes"
        _, y = drawn.axes.transData.transform((0.0, middle))
        assert (bottom + top) / 2 == pytest.approx(y, abs=1)
        whole = step.kind in {"start", "end"}
        assert to_hex(label.get_color()) == ("#000000" if whole else "#333333")


def test_sizes_of_letters(drawn: Drawn) -> None:
    assert {text.get_fontsize() for text in drawn.labels} == {9.5}
    assert {text.get_fontsize() for text in drawn.numbers} == {8.5}
    assert [text.get_fontsize() for text in drawn.figure.texts] == [13.0, 9.0]
    ticks = [*drawn.axes.get_xticklabels(), drawn.axes.xaxis.label]
    assert {text.get_fontsize() for text in ticks} == {8.0}
    assert {to_hex(text.get_color()) for text in ticks} == {"#666666"}


def test_only_the_lower_axis_is_drawn(drawn: Drawn) -> None:
    shown = {side for side, spine in drawn.axes.spines.items() if spine.get_visible()}
    assert shown == {"bottom"}
    assert to_hex(drawn.axes.spines["bottom"].get_edgecolor()) == "#bbbbbb"
    assert list(drawn.axes.get_yticks()) == []
    assert drawn.axes.get_xlabel() == EN.text("waterfall.axis")
    tick = drawn.axes.xaxis.get_major_ticks()[0].tick1line
    assert (tick.get_markersize(), to_hex(tick.get_color())) == (3, "#666666")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", ["A. Tanaka", "A long name of a lead " * 6])
def test_no_text_lies_over_another_or_outside(language: str, name: str) -> None:
    drawn = Drawn(make_lead(language, name=name), language)
    texts = [*drawn.labels, *drawn.numbers, *drawn.figure.texts, drawn.axes.xaxis.label]
    texts += [text for text in drawn.axes.get_xticklabels() if text.get_text()]
    boxes = [(text.get_text(), box(text)) for text in texts]
    width, height = drawn.canvas.get_width_height()
    for said, (left, bottom, right, top) in boxes:
        assert min(left, bottom) >= 0, said
        assert right <= width, said
        assert top <= height, said
    for (one, a), (other, b) in combinations(boxes, 2):
        over = a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        assert not over, (one, other)


def test_the_head_stands_above_the_axes_line_below_line() -> None:
    drawn = Drawn(make_lead(name="A long name of a lead " * 6))
    *title, below = drawn.figure.texts
    assert len(title) == 2
    assert "42%" in " ".join(text.get_text() for text in title)
    assert below.get_text() == "90% interval: 31% to 55%   As known at 2026-06-30 09:00 UTC"
    height = drawn.figure.get_size_inches()[1]
    from_top = [(1 - text.get_position()[1]) * height for text in (*title, below)]
    assert from_top == pytest.approx([0.08 + 0.26, 0.08 + 2 * 0.26, 0.34 + 2 * 0.26])
    assert {text.get_position()[0] for text in drawn.figure.texts} == {0.03}
    assert [to_hex(text.get_color()) for text in drawn.figure.texts] == ["#222222", "#222222", "#666666"]
    assert height == pytest.approx(sum(drawn.axes.get_ylim()) + 0.56 + 2 * 0.26 + 0.62)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_text_has_the_fonts_of_its_language(language: str) -> None:
    drawn = Drawn(make_lead(language), language)
    for text in (*drawn.labels, *drawn.numbers, *drawn.figure.texts, drawn.axes.xaxis.label):
        assert text.get_fontfamily() == families(language), text.get_text()


def test_a_name_of_dollars_is_no_formula() -> None:
    reason = Reason("column:x", "x", "$", 0.2, "Between $5 and $9 a day")
    drawn = Drawn(make_lead(name="$5 and $9", reasons=(reason,)))
    for text in (*drawn.labels, *drawn.figure.texts):
        assert not text.get_parse_math()


def test_a_style_of_the_users_own_does_not_colour_the_picture(tmp_path) -> None:
    with mpl.rc_context({"figure.facecolor": "black", "figure.dpi": 50}):
        draw_waterfall(make_lead(), "en", tmp_path / "lead.png")
    picture = imread(tmp_path / "lead.png")
    assert picture.shape[1] == 9 * 150
    assert picture[0, 0, :3].tolist() == [1.0, 1.0, 1.0]


def test_nothing_is_left_behind_where_the_picture_cannot_stand(tmp_path) -> None:
    (tmp_path / "lead.png").mkdir()
    with pytest.raises(UserError, match="the picture cannot be written"):
        draw_waterfall(make_lead(), "en", tmp_path / "lead.png")
    assert [each.name for each in tmp_path.iterdir()] == ["lead.png"]
