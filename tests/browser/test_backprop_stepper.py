"""The backprop stepper in a browser: every control by mouse and by keyboard, and what it shows."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from rnn_core import worked
from rnn_core.widgets import BackpropStepper, front_end
from rnn_core.widgets.backprop.data import edges, nodes
from rnn_core.widgets.backprop.words import beside
from tests.browser.conftest import write_page
from tests.browser.probes import is_as_drawn, root_of

pytestmark = pytest.mark.browser
RNN = worked.example("rnn")
LAST = 19  # nine numbers forward, then eight local derivatives and two sums back, from 0
SEEN = """root => {
  const visible = (e) => e.checkVisibility(), text = (e) => e.textContent;
  const all = (selector) => [...root.querySelectorAll(selector)].filter(visible);
  return {
    values: all(".rnnw-value").map(text), gradients: all(".rnnw-gradient").map(text),
    slopes: all(".rnnw-slope").map((e) => [+e.dataset.s, e.textContent]),
    lit: all(".rnnw-way.rnnw-lit").map((e) => +e.dataset.e),
    back: all(".rnnw-way.rnnw-lit").every((e) => e.classList.contains("rnnw-homeward")),
    box: all(".rnnw-quantity.rnnw-lit").map((e) => +e.dataset.q),
    said: text(root.querySelector(".rnnw-saying")),
    lines: all(".rnnw-equation").map(text).filter(Boolean),
    steps: all(".rnnw-step").map(text), total: text(root.querySelector(".rnnw-total")),
    products: all(".rnnw-product").map(text), k: text(root.querySelector("[data-t]")),
  };
}"""


class Stepper:
    """One figure on a page."""

    def __init__(self, page: Page) -> None:
        self.page, self.root = page, root_of(page)
        self.slider = self.root.get_by_role("slider", name="Operation")

    def seen(self) -> dict:
        return self.root.evaluate(SEEN)

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name)

    def choose(self, name: str, value: object) -> None:
        self.root.locator(f"label:has([name={name}][value='{value}'])").click()

    def path(self, k: int) -> Locator:
        return self.root.locator(f"[name=path][value='{k}']")


@pytest.fixture(params=["http", "file", "live"])
def figure(request: pytest.FixtureRequest, open_figure: Callable[..., Page]) -> Stepper:
    """Return the RNN over http, from a disk, and as Jupyter runs it, at the first operation."""
    found = Stepper(open_figure("backprop_stepper", host=request.param))
    found.slider.press("Home")
    return found


@pytest.fixture
def rnn(open_figure: Callable[..., Page]) -> Stepper:
    """Return the RNN over http, at the first operation."""
    found = Stepper(open_figure("backprop_stepper"))
    found.slider.press("Home")
    return found


def bare(text: str) -> str:
    """Return a printed line without its signs of indices and spaces around dots, as on screen."""
    return re.sub(r"\b([A-Za-z])_(?=[a-z\d])", r"\1", text).replace("·", " · ")


def test_every_operation_shows_its_line_and_all_numbers_so_far(figure: Stepper) -> None:
    names, lines = nodes(RNN), edges(RNN)
    printed = {bare(str(line)): line for line in RNN.lines}
    known = {"h_0"}
    for k in range(LAST + 1):
        seen = figure.seen()
        assert seen["k"] == str(k)
        line = printed.get(seen["lines"][-1])
        if line is None:  # the loss: two lines of the example shown as one
            assert re.fullmatch(r"∂L/∂h\d( through L\d)? = ∂L\d/∂h\d = .*", seen["lines"][0])
            own = names[seen["box"][0]]
        else:
            own = line.about[0]
            assert seen["box"] == [names.index(own)]
        if line and line.kind == "value":
            known.add(own)
            assert seen["said"].startswith("Forward, step ")
            assert not any(seen["gradients"])
        else:
            assert seen["back"]
            assert seen["said"].startswith(("Back from ", "2 ways back meet at "))
        for name, value in zip(names, seen["values"], strict=True):
            assert value == (RNN.shown(name) if name in known else "")
        for name, value in zip(names, seen["gradients"], strict=True):
            right = "1" if name.startswith("L_") else worked.digits(RNN.gradients[name])
            assert value in (right, "")
        for place, slope in seen["slopes"]:
            assert place in seen["lit"]
            assert slope == beside(RNN.factor(*lines[place]))
        figure.button("Step forward").click()
    assert "" not in figure.seen()["gradients"]


def test_buttons_slider_and_keys_walk_and_stop_at_both_ends(rnn: Stepper) -> None:
    rnn.button("Step back").click()
    assert rnn.seen()["k"] == "0"
    rnn.button("Step forward").click()
    assert rnn.seen()["k"] == "1"
    rnn.button("Step forward").press("ArrowRight")
    rnn.button("Step forward").press("ArrowRight")
    rnn.button("Step forward").press("ArrowLeft")
    assert rnn.seen()["k"] == "2"
    rnn.slider.press("ArrowRight")
    assert rnn.seen()["k"] == "3"
    rnn.button("Play").press("End")
    rnn.button("Step forward").click()
    assert rnn.seen()["k"] == str(LAST)
    box = rnn.slider.bounding_box()
    rnn.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert abs(int(rnn.seen()["k"]) - LAST / 2) <= 1
    expect(rnn.root.locator(".rnnw-saying")).to_have_attribute("aria-live", "polite")


def test_play_walks_to_the_end(rnn: Stepper) -> None:
    rnn.page.clock.install(time=0)
    rnn.page.clock.pause_at(3_600_000)
    rnn.button("Play").click()
    rnn.page.clock.run_for(1200 * 3 + 50)
    assert rnn.seen()["k"] == "3"
    rnn.page.clock.run_for(1200 * LAST)
    assert rnn.seen()["k"] == str(LAST)
    expect(rnn.button("Play")).to_be_visible()


def test_each_path_is_lit_and_its_product_is_that_of_the_lit_numbers(rnn: Stepper) -> None:
    rnn.choose("parameter", "W_hh")
    lines = edges(RNN)
    known = {path.names[:-1]: path for path in RNN.paths("W_hh")}
    rnn.choose("path", 0)
    for k in range(1, 7):
        rnn.path(k - 1).press("ArrowDown")
        expect(rnn.path(k)).to_be_checked()
        seen = rnn.seen()
        pairs = sorted((lines[e] for e in seen["lit"]), key=lambda pair: nodes(RNN).index(pair[0]))
        way = [to for _, to in pairs[::-1]] + [pairs[0][0]]
        path = known.pop(tuple(way))
        assert seen["back"]
        assert seen["box"] == []
        assert {text for _, text in seen["slopes"]} == {beside(RNN.factor(*pair)) for pair in pairs}
        assert seen["products"][k - 1].endswith(f" = {worked.digits(path.value)}")
        assert seen["lines"][1] == seen["products"][k - 1]
        assert seen["said"].endswith(f"local derivatives is {worked.digits(path.value)}.")
        used = rnn.root.locator("svg.rnnw-wide .rnnw-use.rnnw-lit")
        assert f"a_{used.get_attribute('data-u')}" == way[-1]
        factor = used.locator(".rnnw-last-factor")
        assert factor.is_visible()
        assert factor.inner_html() == beside(RNN.factor("W_hh", way[-1]))
        assert (
            rnn.root.locator(".rnnw-path.rnnw-lit .rnnw-product").inner_text()
            == (seen["products"][k - 1])
        )
    assert known == {}
    rnn.button("Step forward").click()  # who walks on sees the operation again
    expect(rnn.path(0)).to_be_checked()
    assert rnn.seen()["box"] != []


def test_each_parameter_shows_its_sum_over_the_steps(rnn: Stepper) -> None:
    for name in RNN.parameters:
        rnn.choose("parameter", name)
        seen = rnn.seen()
        lines = {line.name: bare(str(line)) for line in RNN.lines}
        assert seen["steps"] == [lines[f"∂L/∂{name} at {t}"] for t in (3, 2, 1)]
        assert seen["total"] == lines[f"∂L/∂{name}"]
        assert seen["total"].endswith(worked.digits(RNN.gradients[name]))


def test_keys_choose_a_parameter(rnn: Stepper) -> None:
    chosen = rnn.root.locator("[name=parameter]:checked")
    rnn.choose("parameter", "W_hx")
    chosen.press("ArrowRight")
    expect(chosen).to_have_value("W_hh")
    assert rnn.seen()["total"].endswith("0.6664")


@pytest.mark.parametrize("name", ["lstm", "gru", "gru before"])
@pytest.mark.parametrize("width", [900, 360])
def test_the_other_cells_end_at_the_numbers_of_their_example(
    show: Callable[..., Page], site, name: str, width: int
) -> None:
    example, stepper = worked.example(name), BackpropStepper(name)
    page_name = f"backprop-{name.replace(' ', '-')}"
    (site / "backprop.js").write_text(front_end.classic_script("backprop_stepper"), "utf8")
    write_page(site, page_name, stepper.html() + '<script src="backprop.js"></script>')
    found = Stepper(show(page_name, width=width))
    is_as_drawn(found.page, stepper.drawing())
    found.slider.press("End")
    seen, names = found.seen(), nodes(example)
    assert seen["values"] == [example.shown(label) for label in names]
    assert seen["gradients"] == [
        "1" if label.startswith("L_") else worked.digits(example.gradients[label])
        for label in names
    ]
    choice = found.root.get_by_role("combobox", name="Gradient of")
    for parameter in example.parameters:
        choice.select_option(parameter)
        total = worked.digits(example.gradients[parameter])
        assert found.seen()["total"].endswith(f" = {total}")
    choice.press("Home")
    stepper.stage, stepper.parameter = len(stepper.data["ops"]) - 1, example.parameters[0]
    is_as_drawn(found.page, stepper.drawing())


def test_numbers_set_in_python_are_shown(open_figure: Callable[..., Page]) -> None:
    page = open_figure("backprop_stepper", host="live")
    stepper = BackpropStepper("rnn", weights={"W_hh": -1.25}, xs=[0.0, 2.0, 0.5])
    page.evaluate("data => model.set('data', data)", stepper.data)
    found = Stepper(page)
    found.slider.press("End")
    example = stepper.worked
    seen = found.seen()
    assert seen["values"] == [example.shown(label) for label in nodes(example)]
    assert seen["total"].endswith(worked.digits(example.gradients["W_hx"]))
    stepper.stage, stepper.parameter = LAST, "W_hx"
    stepper.label = "Three steps of an RNN"
    is_as_drawn(page, stepper.drawing())
