"""A figure in the page takes its colours from the page."""

import importlib.util
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest

from rnn_core import LSTM, palette, plots

SOURCE = Path(__file__).parent.parent / "book" / "_ext" / "themed_figures.py"


@pytest.fixture(scope="module")
def themed_figures():
    spec = importlib.util.spec_from_file_location("themed_figures", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def svg():
    trace = LSTM(2, 3, rng=np.random.default_rng(0)).forward(np.ones((6, 1, 2)))
    figure = plots.plot_gates(trace).figure
    file = io.StringIO()
    with mpl.rc_context(palette.rc()):
        figure.savefig(file, format="svg")
    mpl.pyplot.close(figure)
    return file.getvalue()


def test_no_colour_of_the_light_page_is_left(themed_figures, svg):
    page = themed_figures.themed(svg, "fig1", "Gates")
    for letter in "ifgoch":
        colour = palette.LOOKS[letter].light
        assert colour in svg
        assert colour not in page
        assert f"var(--gate-{letter})" in page
    assert "var(--rnn-paper)" in page
    assert set(re.findall(r"#[0-9a-f]{6}\b", page)) <= {palette.LIGHT["pos"], palette.LIGHT["neg"]}


def test_every_reference_has_its_target(themed_figures, svg):
    page = themed_figures.themed(svg, "fig1", "Gates")
    ids = re.findall(r'\bid="([^"]+)"', page)
    used = re.findall(r'(?:xlink:href="|url\()#([^")]+)', page)
    assert len(ids) == len(set(ids))
    assert used
    assert set(used) <= set(ids)
    assert all(name.startswith("fig1-") for name in ids)


def test_the_figure_has_its_text_and_its_alternative(themed_figures, svg):
    page = themed_figures.themed(svg, "fig1", 'The "forget" gate & c')
    assert 'role="img" aria-label="The &quot;forget&quot; gate &amp; c"' in page
    clean = page.replace("xlink:href", "href")
    words = [e.text for e in ElementTree.fromstring(clean).iter() if e.tag.endswith("text")]
    assert "step" in words
    assert "http" not in page
