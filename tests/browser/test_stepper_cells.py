"""The gate stepper of every cell in a browser, and what holding a gate changes on the screen."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page

from rnn_core import intervene
from rnn_core.engine import sigmoid
from rnn_core.heads import Readout
from tests.browser.page_object import Stepper
from tests.stepper_case import (
    HELD_FROM,
    TEXT,
    UNITS,
    digits,
    lstm_and_inputs,
    start_of,
    stepper,
)
from tests.stepper_case import expected as lstm_says
from tests.stepper_cells import CELLS, expected

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
READOUT = Readout(UNITS, 1, rng=np.random.default_rng(200))


@pytest.mark.parametrize("name", CELLS)
def test_every_operation_on_the_screen_is_that_of_step(open_figure: Open, name: str) -> None:
    figure = Stepper(open_figure("gate_stepper", changes={"name": name}))
    for unit in (1, 3):
        figure.unit_choice.select_option(str(unit))
        for t, numbers in enumerate(figure.walk()):
            del numbers["y"]
            assert numbers == expected(name)[t][unit], f"step {t}, unit {unit}"


@pytest.mark.parametrize("name", CELLS)
def test_every_drawing_fits_a_phone_and_can_be_read(open_figure: Open, name: str) -> None:
    page = open_figure("gate_stepper", changes={"name": name}, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    outside = page.locator(".rnnw-tall").evaluate(
        """svg => {
          const box = svg.getBoundingClientRect();
          return [...svg.querySelectorAll("text, rect, circle")].filter((node) => {
            const { left, right, top, bottom } = node.getBoundingClientRect();
            return left < box.left - 1 || right > box.right + 1 || top < box.top - 1
              || bottom > box.bottom + 1;
          }).map((node) => node.outerHTML);
        }"""
    )
    assert outside == []


@pytest.mark.parametrize("letter", "hrzn")
def test_the_heat_map_has_every_letter_of_the_cell(open_figure: Open, letter: str) -> None:
    name = "GRU after"
    figure = Stepper(open_figure("gate_stepper", changes={"name": name}))
    figure.root.get_by_role("radio", name=f"{letter}, ").check()
    for t, u in [(0, 0), (7, 2), (20, 3)]:
        value = float(expected(name)[t][u][letter].replace("−", "-"))
        level = int(abs(value) * 8 + 0.5) * (1 if value > 0 else -1)
        start = f"M{t} {u}" + ("h" if value > 0 else ".2h")
        found = figure.root.locator(".rnnw-heat path").evaluate_all(
            "(paths, start) => paths.filter(p => p.getAttribute('d').includes(start))"
            ".map(p => +p.dataset.level)",
            start,
        )
        assert found == ([level] if level else [])


def held(gate: str, value: float, since: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return gates and states of the case's LSTM with a gate held, (T, H), and what it says."""
    lstm, xs = lstm_and_inputs()
    trace = intervene.hold(lstm, xs, start_of(), gate=gate, value=value, since=since)
    says = sigmoid(READOUT.forward(trace.h)[:, 0, 0])
    return {k: trace[k][:, 0] for k in "ifgoch"}, says


def free_says() -> np.ndarray:
    lstm, xs = lstm_and_inputs()
    return sigmoid(READOUT.forward(lstm.forward(xs, start_of()).h)[:, 0, 0])


def shows_held(figure: Stepper, gate: str, value: float, since: int) -> None:
    """Assert that both runs are shown, at the step and unit where the figure stands."""
    states, says = held(gate, value, since)
    t, unit = figure.t, figure.unit
    numbers = figure.numbers()
    assert {k: numbers[k] for k in states} == {k: digits(v[t, unit]) for k, v in states.items()}
    assert numbers["y"] == digits(says[t])
    was = {key: figure.root.locator(f"[data-f={key}]").text_content() for key in ("c", "h", "y")}
    free = lstm_says()[t][unit]
    assert was == {"c": free["c"], "h": free["h"], "y": digits(free_says()[t])}
    sentence = f"{gate} is held at {value:g} from step {since} on"
    assert sentence in figure.sentence
    # Once for each of c, h and the answer here, and once for the step where it differs most.
    assert figure.sentence.count("instead of") == (4 if t >= since else 1)
    names = figure.root.locator(f".rnnw-wide [data-gate={gate}]").text_content()
    assert (names == "held") == (t >= since)


def choose(figure: Stepper, gate: str, value: int) -> None:
    figure.root.locator(f"label:has([name=held][value={gate}{value}])").click()


@pytest.mark.parametrize("gate", "ifo")
@pytest.mark.parametrize("value", [0, 1])
def test_hold_a_gate_by_mouse(figure: Stepper, gate: str, value: int) -> None:
    figure.slider.fill("10")
    choose(figure, gate, value)
    shows_held(figure, gate, value, HELD_FROM[0])
    figure.slider.fill("2")
    shows_held(figure, gate, value, HELD_FROM[0])
    assert figure.numbers()["a" + gate] == lstm_says()[2][1]["a" + gate]
    figure.root.locator("label:has([name=held][value=''])").click()
    figure.slider.fill("10")
    numbers = figure.numbers()
    del numbers["corr"], numbers["y"]
    assert numbers == lstm_says()[10][1]
    assert "held" not in figure.sentence


def test_hold_a_gate_by_keyboard_from_another_step(figure: Stepper) -> None:
    figure.slider.fill("15")
    figure.root.locator("[name=held][value='']").focus()
    for _ in range(3):  # free, i = 0, i = 1, f = 0
        figure.page.keyboard.press("ArrowRight")
    shows_held(figure, "f", 0, HELD_FROM[0])
    figure.page.keyboard.press("Tab")
    figure.page.keyboard.press("ArrowRight")
    shows_held(figure, "f", 0, HELD_FROM[1])
    figure.page.keyboard.press("End")
    shows_held(figure, "f", 0, HELD_FROM[-1])
    figure.score.press("ArrowDown")
    figure.score.press("ArrowRight")
    assert (figure.t, figure.unit) == (16, 2)
    shows_held(figure, "f", 0, HELD_FROM[-1])
    figure.root.locator("label:has([name=held][value=''])").click()
    choose(figure, "o", 1)  # the step is remembered while nothing is held
    shows_held(figure, "o", 1, HELD_FROM[-1])


def test_the_two_runs_part_where_the_gate_is_held(figure: Stepper) -> None:
    line, ghost = (figure.root.locator(f".rnnw-curve .rnnw-{k}") for k in ("line", "ghost"))
    free = line.get_attribute("d")
    assert ghost.get_attribute("d") == ""
    assert figure.root.locator(".rnnw-since").is_hidden()
    choose(figure, "f", 0)
    assert ghost.get_attribute("d").split("L")[:3] == line.get_attribute("d").split("L")[:3]
    assert ghost.get_attribute("d") != line.get_attribute("d")
    assert len(free.split("L")) == len(TEXT)
    mark = figure.root.locator(".rnnw-since").bounding_box()
    start = figure.root.locator(".rnnw-text span").nth(HELD_FROM[0]).bounding_box()
    assert mark["x"] == pytest.approx(start["x"], abs=1)
    bars = figure.root.locator(".rnnw-output path")
    assert bars.nth(1).get_attribute("d").startswith("M0 ")
    assert figure.root.locator(".rnnw-split").first.is_hidden() == (figure.t >= HELD_FROM[0])


def test_with_a_kernel_any_run_can_be_asked_for(open_figure: Open) -> None:
    page = open_figure("gate_stepper", host="live")
    figure = Stepper(page)
    choose(figure, "o", 1)
    asked = {"gate": "o", "value": 1, "from": HELD_FROM[0]}
    assert page.evaluate("window.saved.at(-1).hold") == asked
    asked = {"gate": "o", "value": 0.25, "from": 5}
    page.evaluate("hold => model.set('hold', hold)", asked)
    numbers = figure.numbers()  # until Python has sent the run, the free one
    assert numbers["h"] == lstm_says()[4][1]["h"]
    widget = stepper()
    widget.hold = asked
    page.evaluate("data => model.set('data', data)", widget.data)
    figure.slider.fill("9")
    shows_held(figure, "o", 0.25, 5)
    figure.root.locator("[name=from]").press("End")
    assert page.evaluate("window.saved.at(-1).hold") == asked | {"from": HELD_FROM[-1]}


def test_a_kernel_may_hold_gates_where_the_page_offers_none(open_figure: Open) -> None:
    page = open_figure("gate_stepper", host="live", changes={"hold_from": []})
    figure, widget = Stepper(page), stepper(hold_from=[])
    assert figure.root.locator("[name=held]").count() == 0
    widget.hold = {"gate": "f", "value": 0, "from": 3}
    page.evaluate("hold => model.set('hold', hold)", widget.hold)
    page.evaluate("data => model.set('data', data)", widget.data)
    figure.slider.fill("9")
    shows_held(figure, "f", 0, 3)


def test_coming_to_life_changes_nothing_of_a_held_figure(open_figure: Open) -> None:
    hold = {"gate": "f", "value": 0, "from": 3}
    changes = {"hold": hold, "t": 9}
    read = """root => {
      const copy = root.cloneNode(true);
      copy.querySelectorAll("[disabled]").forEach(n => n.removeAttribute("disabled"));
      return ["[data-n]", "[data-f]", "[data-hold]", "[data-gate]", "[data-reach]", "[data-u]"]
        .map(s => [...copy.querySelectorAll(s)].map(n => n.textContent))
        .concat([[...copy.querySelectorAll("path")].map(n => n.getAttribute("d"))]);
    }"""
    seen = [
        open_figure("gate_stepper", changes=changes, java_script_enabled=alive)
        .locator(".rnnw")
        .evaluate(read)
        for alive in (True, False)
    ]
    assert seen[0] == seen[1]
