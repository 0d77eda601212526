import logging
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.image import imread

from qualify.errors import UserError
from qualify.explain.fonts import UNKNOWN, drawable, families
from qualify.explain.reasons import Reason
from qualify.explain.steps import signed, waterfall_steps
from qualify.explain.waterfall import draw_waterfall
from qualify.explain.words import phrasebook
from tests.explain.leads import make_lead


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_picture_is_written_and_not_empty(tmp_path, language, caplog, recwarn):
    path = tmp_path / "lead.png"
    with caplog.at_level(logging.WARNING):
        draw_waterfall(make_lead(language), language, path)
    picture = imread(path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert picture.shape[1] == 1350
    # Blue for what raises and vermilion for what lowers are both on it.
    for colour in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)):
        assert (np.abs(picture[..., :3] * 255 - colour).max(axis=-1) < 2).sum() > 500
    assert caplog.messages == []
    assert [str(warning.message) for warning in recwarn] == []
    assert [file.name for file in tmp_path.iterdir()] == ["lead.png"]


def test_the_same_lead_gives_the_same_bytes(tmp_path):
    for name in ("a.png", "b.png"):
        draw_waterfall(make_lead("ja"), "ja", tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_awkward_texts_are_drawn_without_a_warning(tmp_path, recwarn):
    odd = Reason("column:x", "x", "$", 0.2, "Price: $\\frac{$ _{x} 👩‍💻 ខ " + "long " * 30)
    draw_waterfall(make_lead(name="$\\frac{$ 👩" * 30, reasons=(odd,)), "en", tmp_path / "odd.png")
    assert [str(warning.message) for warning in recwarn] == []


def test_a_lead_without_reasons_has_a_picture_too(tmp_path):
    draw_waterfall(make_lead(reasons=(), other=0.0), "en", tmp_path / "none.png")
    assert imread(tmp_path / "none.png").shape[0] < imread_height(tmp_path)


def imread_height(folder):
    draw_waterfall(make_lead(), "en", folder / "some.png")
    return imread(folder / "some.png").shape[0]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match="the picture cannot be written") as caught:
        draw_waterfall(make_lead(), "en", tmp_path / "nowhere" / "lead.png")
    assert "existing folder" in str(caught.value)


def test_drawing_leaves_matplotlib_as_it_was(tmp_path):
    before = dict(mpl.rcParams)
    draw_waterfall(make_lead("ja"), "ja", tmp_path / "lead.png")
    assert dict(mpl.rcParams) == before
    check = "import sys, qualify.explain.waterfall; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_characters_that_no_font_has_are_replaced():
    assert drawable("価格 Ä 👩 ខ") == f"価格 Ä {UNKNOWN} {UNKNOWN}"
    assert families("ja") == families("en")[::-1]


def test_steps_lead_from_the_base_value_to_the_log_odds():
    lead = make_lead()
    steps = waterfall_steps(lead, phrasebook("en"))
    assert [step.kind for step in steps] == [
        "start", "raises", "raises", "raises", "lowers", "raises", "lowers", "lowers", "end",
    ]  # fmt: skip
    assert [step.begin for step in steps[1:]] == [step.end for step in steps[:-1]]
    assert steps[0].end == -1.82
    assert (
        steps[-1].end
        == pytest.approx(lead.log_odds)
        == pytest.approx(-1.82 + 0.83 + 0.71 + 0.42 - 0.13 - 0.12 - 0.09)
    )
    assert steps[1].label == "Viewed the pricing page 4 times in the last 7 days, 9 in all"
    assert steps[-1].label == "This lead: 42%"


@pytest.mark.parametrize(
    ("effect", "said"), [(0.834, "+0.83"), (-0.005, "-0.01"), (0.0049, "0.00"), (-1e-9, "0.00")]
)
def test_effects_carry_their_sign(effect, said):
    assert signed(effect) == said
