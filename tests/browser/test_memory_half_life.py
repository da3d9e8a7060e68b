"""The figure of half-lives in a real browser: both sliders, by mouse and by keyboard."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page

from rnn_core import LSTM, diagnostics, init
from rnn_core.engine import sigmoid
from tests.browser.probes import ask, root_of
from tests.figures.memory_half_life import make

pytestmark = pytest.mark.browser
KIND = "memory_half_life"
UNITS = 200
# Every place of one slider: what the figure then shows.
WALK = """(root, [name, hooks]) => {
  const slider = root.querySelector(`[name=${name}]`), seen = [];
  for (let place = 0; place <= +slider.max; place++) {
    slider.value = place;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    seen.push(hooks.map((hook) => {
      const nodes = [...root.querySelectorAll(hook)];
      return [...new Set(nodes.map((node) => node.textContent))].join(" | ");
    }));
  }
  return seen;
}"""


def minus(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


@pytest.fixture
def page(open_figure: Callable[..., Page]) -> Page:
    return open_figure(KIND)


def slider(page: Page, name: str):
    return root_of(page).get_by_role("slider", name=name)


@pytest.mark.parametrize("host", ["http", "file", "live"])
def test_every_bias_shows_the_numbers_of_rnn_core(
    open_figure: Callable[..., Page], host: str
) -> None:
    hooks = ["[data-bias], [data-out=bias]", "[data-keep]", "[data-half]", "[data-mark]"]
    biases = np.round(np.arange(-2, 7.05, 0.1), 1)
    lives = [f"{n:.1f}" for n in diagnostics.half_life_of_bias(biases)]
    expected = [
        [
            minus(bias),
            f"{keep:.6f}",
            half,
            f"half left after {half} steps",
        ]
        for bias, keep, half in zip(biases, sigmoid(biases), lives, strict=True)
    ]
    page = open_figure(KIND, host=host)
    assert root_of(page).evaluate(WALK, ["bias", hooks]) == expected


def test_every_t_max_shows_the_spread_of_chrono_initialisation(page: Page) -> None:
    hooks = [f"[data-{key}]" for key in ("longest", "low", "middle", "high")]
    expected = []
    for t_max in (10, 14, 20, 30, 50, 70, 100, 140, 200, 300, 500, 700, 1000):
        lstm = LSTM(1, UNITS, rng=np.random.default_rng(0))
        init.chrono(lstm, t_max, rng=np.random.default_rng(0))
        lives = diagnostics.half_life_of_bias(lstm.params["b_f"])
        said = [f"{n:.1f}" for n in (lives.min(), np.median(lives), lives.max())]
        expected.append([str(t_max), *said])
    assert root_of(page).evaluate(WALK, ["t_max", hooks]) == expected


@pytest.mark.parametrize(("bias", "t_max"), [(-2.0, 10), (0.0, 30), (4.8, 500), (7.0, 1000)])
def test_the_page_draws_what_python_draws(
    open_figure: Callable[..., Page], bias: float, t_max: int
) -> None:
    page = open_figure(KIND, host="live")
    page.evaluate("([b, t]) => { model.set('bias', b); model.set('t_max', t); }", [bias, t_max])
    assert ask(page, "differences", make(bias=bias, t_max=t_max).drawing()) == []


def test_the_keyboard_moves_both_sliders(page: Page) -> None:
    bias, longest = slider(page, "Forget-gate bias"), slider(page, "Chrono initialisation")
    bias.press("ArrowRight")
    assert bias.get_attribute("aria-valuetext") == "1.1"
    bias.press("End")
    assert bias.get_attribute("aria-valuetext") == "7.0"
    assert "half of it is left after 760.5 steps" in root_of(page).inner_text()
    bias.press("Home")
    assert bias.get_attribute("aria-valuetext") == "−2.0"
    longest.press("ArrowLeft")
    assert longest.get_attribute("aria-valuetext") == "70 steps"
    assert "chrono, up to 70 steps" in root_of(page).text_content()


def test_the_mouse_moves_a_slider(page: Page) -> None:
    bias = slider(page, "Forget-gate bias")
    box = bias.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8 + (box["width"] - 16) * 30 / 90, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 8 + (box["width"] - 16) * 50 / 90, y, steps=4)
    page.mouse.up()
    assert bias.get_attribute("aria-valuetext") == "3.0"
    assert "half of it is left after 14.3 steps" in root_of(page).inner_text()


def test_the_marker_of_the_bias_is_over_its_half_life(page: Page) -> None:
    bias = slider(page, "Forget-gate bias")
    for value, number in (("20", "0"), ("50", "3"), ("90", "7")):
        bias.fill(value)
        tip = root_of(page).locator("[data-tip]").bounding_box()
        label = root_of(page).locator("svg").nth(1).get_by_text(number, exact=True)
        box = label.first.bounding_box()
        middle = [b["x"] + b["width"] / 2 for b in (tip, box)]
        assert middle[0] == pytest.approx(middle[1], abs=1)


def test_the_sentences_are_read_aloud(page: Page) -> None:
    said = root_of(page).locator("[aria-live=polite]")
    slider(page, "Forget-gate bias").fill("40")
    assert "A forget-gate bias of 2.0 keeps f = σ(2.0) = 0.880797" in said.inner_text()
    assert "half of it is left after 5.5 steps" in said.inner_text()


def test_a_kernel_may_send_a_value_between_two_places(open_figure: Callable[..., Page]) -> None:
    page, figure = open_figure(KIND, host="live"), make()
    figure.bias, figure.t_max = 3.25, 77
    page.evaluate("model.set('bias', 3.25)")  # its data is not there yet
    assert "half of it is left after 2.2 steps" in root_of(page).inner_text()
    page.evaluate("([d, t]) => { model.set('data', d); model.set('t_max', t); }", [figure.data, 77])
    assert ask(page, "differences", figure.drawing()) == []
    slider(page, "Forget-gate bias").press("ArrowRight")
    assert page.evaluate("saved.at(-1)") == {"bias": 3.3, "t_max": 77}
