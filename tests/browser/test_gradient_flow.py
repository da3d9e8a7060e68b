"""The gradient explorer in a browser: every control, by mouse and by keyboard, and its numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page

from rnn_core.diagnostics import gradient_grid
from rnn_core.widgets.gradient_flow_parts.words import power
from tests.browser.probes import is_as_drawn
from tests.figures.gradient_flow import make
from tests.widgets.test_gradient_flow import LINES, hundredths, setting, size

pytestmark = pytest.mark.browser
OpenFigure = Callable[..., Page]
SLIDERS = {
    "RNN: spectral radius": "radius",
    "LSTM, GRU: keep bias": "bias",
    "Steps back from the loss": "length",
}


class Explorer:
    """An explorer on a page, beside the one in Python that stands as it should."""

    def __init__(self, page: Page, **stands: object) -> None:
        self.page, self.root = page, page.locator(".rnnw")
        self.want = make(**stands)

    def slider(self, name: str) -> Locator:
        return self.root.get_by_role("slider", name=name)

    def radio(self, name: str) -> Locator:
        return self.root.get_by_role("radio", name=name, exact=True)

    @property
    def sentence(self) -> str:
        return self.root.locator("[aria-live=polite]").inner_text()

    def shows(self, **changes: object) -> None:
        """Assert that the page shows what the grid says of these changes."""
        for name, value in changes.items():
            setattr(self.want, name, value)
        is_as_drawn(self.page, self.want.drawing())
        (self.norms if self.want.view == "norms" else self.spectra)()

    def norms(self) -> None:
        lags = (10, 50, self.want.length)
        for line in LINES:
            cells = self.root.locator(f'[data-left="{line}"] b').all_inner_texts()
            norms = self.want.grid.norms[setting(self.want, line)]
            for lag, text in zip(lags, cells, strict=True):
                mean = hundredths(norms[:, lag].mean())
                assert text == (size(mean) if lag <= self.want.length else "–")
            if line != "LSTM c":
                label = self.root.locator(f'.rnnw-wide [data-end="{line}"]')
                assert label.inner_html() == f"{line} {cells[-1]}"
                assert cells[-1] in self.sentence

    def spectra(self) -> None:
        for cell in ("RNN", "LSTM", "GRU"):
            plane = self.root.locator(f'[data-plane="{cell}"]')
            key = setting(self.want, cell)
            modulus = abs(self.want.grid.eigenvalues[key]).max()
            assert plane.locator("[data-modulus]").inner_text() == f"{modulus:.2f}"
            largest = self.want.grid.singular_values[key].max()
            assert plane.locator("[data-largest]").inner_text() == f"{largest:.2f}"
            assert f"{modulus:.2f} in the {cell}" in self.sentence


@pytest.fixture
def explorer(open_figure: OpenFigure) -> Explorer:
    return Explorer(open_figure("gradient_flow"))


@pytest.mark.parametrize("host", ["file", "live"])
def test_every_control_by_keyboard(open_figure: OpenFigure, host: str) -> None:
    explorer = Explorer(open_figure("gradient_flow", host=host))
    explorer.slider("RNN: spectral radius").wait_for()
    explorer.shows()
    explorer.slider("RNN: spectral radius").press("ArrowRight")
    explorer.shows(radius=1.5)
    explorer.slider("LSTM, GRU: keep bias").press("End")
    explorer.shows(bias=3.0)
    explorer.slider("Steps back from the loss").press("Home")
    explorer.shows(length=10)
    explorer.slider("Steps back from the loss").press("PageUp")
    explorer.shows(length=10 + 5 * (int(explorer.slider("Steps back from the loss").input_value())))
    explorer.radio("tanh").press("ArrowRight")
    explorer.shows(activation="logistic")
    explorer.radio("1").press("ArrowLeft")
    explorer.shows(input_scale=0.0)
    explorer.radio("Over many steps").press("ArrowRight")
    explorer.shows(view="spectrum")
    explorer.radio("One step").press("ArrowLeft")
    explorer.shows(view="norms")


def test_every_control_by_mouse(explorer: Explorer) -> None:
    for name, trait in SLIDERS.items():
        box = explorer.slider(name).bounding_box()
        explorer.page.mouse.click(box["x"] + box["width"] - 9, box["y"] + box["height"] / 2)
        explorer.shows(**{trait: explorer.want.data["values"][trait][-1]})
        explorer.page.mouse.click(box["x"] + 9, box["y"] + box["height"] / 2)
        explorer.shows(**{trait: explorer.want.data["values"][trait][0]})
    for text, change in [
        ("logistic", {"activation": "logistic"}),
        ("tanh", {"activation": "tanh"}),
        ("One step", {"view": "spectrum"}),
        ("0", {"input_scale": 0.0}),
        ("1", {"input_scale": 1.0}),
        ("Over many steps", {"view": "norms"}),
    ]:
        explorer.radio(text).click()
        explorer.shows(**change)


def test_one_view_is_seen_at_a_time(explorer: Explorer) -> None:
    parts = [".rnnw-wide", ".rnnw-left", ".rnnw-planes"]
    seen = [explorer.root.locator(part).is_visible() for part in parts]
    assert seen == [True, True, False]
    explorer.radio("One step").check(force=True)
    seen = [explorer.root.locator(part).is_visible() for part in parts]
    assert seen == [False, False, True]
    assert explorer.slider("Steps back from the loss").is_disabled()


def test_a_slider_says_its_value_aloud(explorer: Explorer) -> None:
    bias = explorer.slider("LSTM, GRU: keep bias")
    bias.press("End")
    assert bias.get_attribute("aria-valuetext") == "3: keeps 95.3 %"
    assert explorer.root.locator("[data-out=bias]").inner_text() == "3: keeps 95.3 %"


def test_a_kernel_sends_a_radius_that_the_page_did_not_have(open_figure: OpenFigure) -> None:
    explorer = Explorer(open_figure("gradient_flow", host="live"))
    explorer.page.evaluate("model.set('radius', 0.95)")
    assert explorer.slider("RNN: spectral radius").get_attribute("max") == "2"  # it waits
    explorer.want.radius = 0.95
    explorer.page.evaluate("data => model.set('data', data)", explorer.want.data)
    explorer.shows()
    slider = explorer.slider("RNN: spectral radius")
    assert (slider.get_attribute("max"), slider.input_value()) == ("3", "1")
    slider.press("ArrowRight")
    assert explorer.page.evaluate("saved.at(-1).radius") == 1
    explorer.shows(radius=1.0)


def test_powers_of_ten_are_the_same_in_both_languages(open_figure: OpenFigure) -> None:
    grid = gradient_grid(
        radii=[1], biases=[0], inputs=[1], hidden_size=2, input_size=1, seeds=[0, 1]
    )
    exponents = iter(range(-320, 320, 7))
    for name in ("tanh", "LSTM", "GRU"):
        for lag in range(10, 151, 5):
            grid.norms[name, 1.0 if name == "tanh" else 0.0, 1.0][:, lag] = next(exponents) / 100
    figure = make(grid=grid, length=150)
    page = open_figure("gradient_flow", host="live")
    page.locator(".rnnw").wait_for()
    found = page.evaluate(
        """data => {
          model.set("data", data);
          return data.values.length.map((length) => {
            model.set("length", length);
            return [...document.querySelectorAll(".rnnw-wide [data-end]")].map(n => n.textContent);
          });
        }""",
        figure.data,
    )
    reader = figure._reader()
    assert found == [
        [f"{cell} {power(reader.exponent(cell, lag))}" for cell in ("RNN", "LSTM", "GRU")]
        for lag in range(10, 151, 5)
    ]


def test_text_on_a_phone_is_large_enough(open_figure: OpenFigure) -> None:
    page = open_figure("gradient_flow", width=360)
    explorer = Explorer(page)
    for view in ("Over many steps", "One step"):
        explorer.radio(view).check(force=True)
        sizes = page.locator("svg:visible text").evaluate_all(
            "texts => texts.map(t => parseFloat(getComputedStyle(t).fontSize) "
            "* t.ownerSVGElement.getScreenCTM().a)"
        )
        assert min(sizes) >= 11


def test_labels_stay_on_a_narrow_page(open_figure: OpenFigure) -> None:
    page = open_figure("gradient_flow", width=320, changes={"activation": "logistic"})
    explorer = Explorer(page)
    figure = explorer.root.bounding_box()
    explorer.slider("Steps back from the loss").press("End")
    for bias in range(3):
        explorer.slider("LSTM, GRU: keep bias").fill(str(bias))
        for label in page.locator(".rnnw-tall [data-end]").all():
            box = label.bounding_box()
            assert box["x"] + box["width"] <= figure["x"] + figure["width"]
