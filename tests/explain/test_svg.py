"""The pictures of a page by hand: bars stand where the numbers say, inside the picture, one below another."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from qualify.explain.explanation import Explanation
from qualify.explain.reasons import Reason
from qualify.explain.steps import waterfall_steps
from qualify.explain.svg import draw_interval, draw_svg
from qualify.explain.words import phrasebook
from tests.explain.leads import make_lead

BOOK = phrasebook("en")


def per_cent(element: ElementTree.Element, name: str) -> float:
    return float(element.attrib[name].removesuffix("%"))


def drawn(lead: Explanation) -> ElementTree.Element:
    return ElementTree.fromstring(str(draw_svg(lead, BOOK)))


def small(size: float, base: float = -1.0) -> Explanation:
    """A lead with one reason, and nothing else."""
    reason = Reason("column:x", "x", "1", size, "X is 1")
    return make_lead(base_value=base, reasons=(reason,), other=0.0)


@pytest.mark.parametrize(
    ("low", "middle", "high", "left", "width"),
    [(0.2, 0.3, 0.55, 20, 35), (0.0, 0.5, 1.0, 0, 100), (0.4, 0.4, 0.4, 40, 0.5)],
)
def test_the_interval_stands_at_its_per_cent(
    low: float, middle: float, high: float, left: float, width: float
) -> None:
    """One of no width can still be seen."""
    lead = make_lead(probability=middle, probability_low=low, probability_high=high)
    picture = ElementTree.fromstring(str(draw_interval(lead, "a & b")))
    assert picture.attrib["aria-label"] == "a & b"
    track, span, point = picture
    assert (per_cent(track, "x"), per_cent(track, "width")) == (0, 100)
    assert (per_cent(span, "x"), per_cent(span, "width")) == (left, width)
    assert per_cent(point, "cx") == 100 * middle


def test_each_bar_begins_where_the_one_above_ends() -> None:
    lead = make_lead()
    picture, steps = drawn(lead), waterfall_steps(lead, BOOK)
    start, *bars, end = (each for each in picture if each.tag in {"circle", "rect"})
    assert [bar.attrib["class"] for bar in bars] == [step.kind for step in steps[1:-1]]
    at = per_cent(start, "cx")
    scale = (per_cent(end, "cx") - at) / (steps[-1].end - steps[0].end)
    for bar, step in zip(bars, steps[1:-1], strict=True):
        left, width = per_cent(bar, "x"), per_cent(bar, "width")
        begin, finish = (left, left + width) if step.kind == "raises" else (left + width, left)
        assert begin == pytest.approx(at, abs=0.02)
        assert finish - begin == pytest.approx(scale * step.effect, abs=0.02)
        at = finish
    assert at == pytest.approx(per_cent(end, "cx"), abs=0.02)


def test_links_join_the_end_of_a_bar_with_the_next() -> None:
    picture = drawn(make_lead())
    shapes = [each for each in picture if each.tag in {"circle", "rect"}]
    links = [each for each in picture if each.tag == "line"]
    assert len(links) == len(shapes) - 1
    for link, (above, below) in zip(links, pairwise(shapes), strict=True):
        assert link.attrib["x1"] == link.attrib["x2"]
        for shape in (above, below):
            if shape.tag == "rect":
                sides = per_cent(shape, "x"), per_cent(shape, "x") + per_cent(shape, "width")
                assert min(abs(per_cent(link, "x1") - side) for side in sides) <= 0.02
            else:
                assert per_cent(link, "x1") == per_cent(shape, "cx")
        assert int(link.attrib["y1"]) < int(link.attrib["y2"])


def test_nothing_lies_over_another_or_outside() -> None:
    picture = drawn(make_lead())
    height = int(picture.attrib["height"])
    bars = [each for each in picture if each.tag == "rect"]
    labels = [int(each.attrib["y"]) for each in picture if each.tag == "text" and "class" not in each.attrib]
    assert labels == sorted(set(labels))
    for above, below in pairwise(bars):
        assert int(above.attrib["y"]) + int(above.attrib["height"]) < int(below.attrib["y"])
        assert any(int(above.attrib["y"]) < y < int(below.attrib["y"]) for y in labels), (
            "its label is between"
        )
    assert 0 < labels[0] < labels[-1] < height
    assert int(bars[-1].attrib["y"]) + int(bars[-1].attrib["height"]) < height
    for bar in bars:
        assert 13 <= per_cent(bar, "x") <= per_cent(bar, "x") + per_cent(bar, "width") <= 87.01


def test_numbers_stand_beyond_the_end_of_their_bar() -> None:
    lead = make_lead()
    numbers = [each for each in drawn(lead) if each.attrib.get("class") == "number"]
    steps = waterfall_steps(lead, BOOK)
    assert [each.text for each in numbers] == [
        "-1.82", "+0.83", "+0.71", "+0.42", "-0.34", "+0.21", "-0.12", "-0.09", "-0.20",
    ]  # fmt: skip
    for number, step in zip(numbers, steps, strict=True):
        leftwards = step.kind == "lowers"
        assert number.attrib["text-anchor"] == ("end" if leftwards else "start")
        assert (int(number.attrib["dx"]) < 0) == leftwards


def test_a_small_effect_looks_small() -> None:
    """Half a unit of log-odds is the least that the whole width between the margins (74 %) stands for."""
    (bar, _) = (each for each in drawn(small(0.1)) if each.tag == "rect")
    assert per_cent(bar, "width") == pytest.approx(74 * 0.1 / 0.5, abs=0.01)
    (bar, _) = (each for each in drawn(small(2.0)) if each.tag == "rect")
    assert per_cent(bar, "width") == pytest.approx(74)
    (bar, nothing) = (each for each in drawn(small(1e-9)) if each.tag == "rect")
    assert per_cent(bar, "width") == per_cent(nothing, "width") == 0.3, "it can still be seen"


def test_a_small_picture_by_hand() -> None:
    """Half a unit of log-odds fills the 74 % between the margins; a row is a label, a bar and a gap."""
    reason = Reason("column:x", "x", "<5>", 0.25, "X is <5> (raises the chance)")
    lead = make_lead(base_value=-1.0, reasons=(reason,), other=-0.125)
    start, second, third, end = 13.0, 50.0, 31.5, 31.5
    expected = [
        ("line", {"class": "link", "x1": start, "x2": start, "y1": 32, "y2": 62}),
        ("line", {"class": "link", "x1": second, "x2": second, "y1": 76, "y2": 106}),
        ("line", {"class": "link", "x1": third, "x2": third, "y1": 120, "y2": 150}),
        ("text", {"x": 0, "y": 13}),
        ("circle", {"class": "start", "cx": start, "cy": 25, "r": 5}),
        ("text", {"class": "number", "x": start, "dx": 9, "y": 29, "text-anchor": "start"}),
        ("text", {"x": 0, "y": 57}),
        ("rect", {"class": "raises", "x": start, "y": 62, "width": 37.0, "height": 14}),
        ("text", {"class": "number", "x": second, "dx": 9, "y": 73, "text-anchor": "start"}),
        ("text", {"x": 0, "y": 101}),
        ("rect", {"class": "lowers", "x": third, "y": 106, "width": 18.5, "height": 14}),
        ("text", {"class": "number", "x": third, "dx": -9, "y": 117, "text-anchor": "end"}),
        ("text", {"x": 0, "y": 145}),
        ("circle", {"class": "end", "cx": end, "cy": 157, "r": 5}),
        ("text", {"class": "number", "x": end, "dx": 9, "y": 161, "text-anchor": "start"}),
    ]
    picture = drawn(lead)
    assert picture.attrib == {
        "class": "waterfall", "role": "img", "aria-label": BOOK.text("waterfall.caption"), "width": "100%",
        "height": "176",
    }  # fmt: skip
    assert [
        (each.tag, {name: plain(value) for name, value in each.attrib.items()}) for each in picture
    ] == expected
    assert [each.text for each in picture if each.tag == "text"] == [
        "Where every lead starts", "-1.00", "X is <5>", "+0.25", "All other things together", "-0.12",
        "This lead: 42%", "-0.88",
    ]  # fmt: skip


def plain(value: str) -> str | float:
    """A number with or without its per cent; a word as it is."""
    number = value.removesuffix("%")
    return float(number) if number.replace(".", "").removeprefix("-").isdigit() else value


def test_the_line_of_two_has_room_of_its_own() -> None:
    """What follows a label of two lines stands one line, 18 pixels, lower; the link reaches down to it."""
    long = Reason("column:x", "x", "1", 0.25, "A sentence of more than forty-four letters, by far")
    for reason, lower in ((Reason("column:x", "x", "1", 0.25, "X is 1"), 0), (long, 18)):
        picture = drawn(make_lead(base_value=-1.0, reasons=(reason,), other=-0.125))
        first, *_ = (each for each in picture if each.tag == "line")
        raises, lowers = (each for each in picture if each.tag == "rect")
        assert (raises.attrib["y"], lowers.attrib["y"]) == (str(62 + lower), str(106 + lower))
        assert first.attrib["y2"] == raises.attrib["y"]
        assert picture.attrib["height"] == str(176 + lower)


def test_the_interval_by_hand() -> None:
    picture = ElementTree.fromstring(str(draw_interval(make_lead(), "told")))
    assert picture.attrib == {
        "class": "interval", "role": "img", "aria-label": "told", "width": "100%", "height": "16",
    }  # fmt: skip
    assert [each.attrib for each in picture] == [
        {"class": "track", "x": "0", "y": "6", "width": "100%", "height": "4", "rx": "2"},
        {"class": "range", "x": "31.0%", "y": "4", "width": "23.8%", "height": "8", "rx": "4"},
        {"class": "point", "cx": "42.4%", "cy": "8", "r": "6"},
    ]
