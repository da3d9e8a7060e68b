"""The switchboard in a real browser: both lists and both sliders, by mouse and by keyboard."""

import re
from collections.abc import Callable
from html import unescape

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from rnn_core import GRU, interop
from tests.browser.probes import root_of
from tests.figures.convention_switchboard import make
from tests.switchboard_case import FIGURES, ROWS

pytestmark = pytest.mark.browser
KIND = "convention_switchboard"
NAMES = list(ROWS["GRU"])
CASES = {
    "GRU": {"unit": 3},
    "LSTM": {"kind": "LSTM", "unit": 3, "written": "PyTorch", "read": "ONNX"},
}
# Every pair: what the figure then shows, and where Python draws the same.
WALK = """(root, names) => {
  const pick = (side, name) => {
    const list = root.querySelector(`[name=${side}]`);
    list.value = name;
    list.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const all = (query, of) => [...root.querySelectorAll(query)].map(of);
  const seen = [];
  for (const written of names)
    for (const read of names) {
      pick("written", written);
      pick("read", read);
      seen.push([
        all("[data-verdict], [data-said], [data-mark]", (node) => node.textContent),
        all("[data-off], [data-wrong], [data-right]", (node) => node.getAttribute("d")),
        all("[data-at-right], [data-at-wrong]", (node) => node.getAttribute("y")),
        all("[data-written]:not([hidden])", (node) => node.dataset.written),
        all("[data-read]:not([hidden])", (node) => node.dataset.read),
      ]);
    }
  return seen;
}"""
DRAWN = [
    r"data-(?:verdict|said|mark=\"[^\"]*\")>(.*?)</",
    r"data-(?:off|wrong|right) d=\"(.*?)\"",
    r"y=\"([\d.]+)\"[^>]* data-at-",
    r"data-written=\"([^\"]*)\">",
    r"data-read=\"([^\"]*)\">",
]


@pytest.fixture
def page(open_figure: Callable[..., Page]) -> Page:
    return open_figure(KIND)


def pick(page: Page, side: str, name: str) -> None:
    label = {"written": "Written by", "read": "read as"}[side]
    root_of(page).get_by_role("combobox", name=label).select_option(name)


@pytest.mark.parametrize(("cell", "host"), [("GRU", "http"), ("LSTM", "live")])
def test_every_pair_is_shown_as_python_draws_it(
    open_figure: Callable[..., Page], cell: str, host: str
) -> None:
    page, figure = open_figure(KIND, host=host, changes=CASES[cell]), FIGURES[cell]
    seen = root_of(page).evaluate(WALK, list(ROWS[cell]))
    drawn = []
    for figure.written in ROWS[cell]:
        for figure.read in ROWS[cell]:
            drawn.append([re.findall(hook, figure.drawing()) for hook in DRAWN])
    assert [[[unescape(text) for text in part] for part in parts] for parts in drawn] == seen


def test_the_keyboard_chooses_who_reads(page: Page) -> None:
    readers = root_of(page).get_by_role("combobox", name="read as")
    readers.focus()
    page.keyboard.press("ArrowDown")
    expect(readers).to_have_value(NAMES[NAMES.index("PyTorch") + 1])
    expect(root_of(page).locator("[data-verdict]")).to_have_text("Nothing is off.")
    page.keyboard.press("Home")
    expect(readers).to_have_value(NAMES[0])
    off = make(read=NAMES[0]).data
    place = off["rows"].index("Keras reset_after=True") * len(NAMES)
    expect(root_of(page).locator("[data-said]")).to_have_text(off["pairs"][place]["said"])


def test_the_keyboard_chooses_who_writes(page: Page) -> None:
    root, writers = root_of(page), root_of(page).get_by_role("combobox", name="Written by")
    writers.focus()
    page.keyboard.press("End")
    expect(writers).to_have_value("Cho et al. 2014")
    page.keyboard.press("ArrowUp")
    expect(writers).to_have_value("ONNX linear_before_reset=0")
    off = make(written="ONNX linear_before_reset=0").data
    pair = off["pairs"][NAMES.index("ONNX linear_before_reset=0") * len(NAMES) + 2]
    expect(root.locator("[data-verdict]")).to_have_text(pair["verdict"])
    expect(root.locator("[data-said]")).to_have_text(pair["said"])


@pytest.mark.parametrize(("place", "inputs"), [(0.0, 1), (0.5, 16), (1.0, 256)])
def test_the_mouse_sets_the_inputs(page: Page, place: float, inputs: int) -> None:
    root = root_of(page)
    slider = root.get_by_role("slider", name="Inputs D")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    # The thumb is 16 px wide, and its middle stands for the value.
    x = box["x"] + 8 + (box["width"] - 16) * (5 / 9 if place == 0.5 else place)
    page.mouse.click(x, box["y"] + box["height"] / 2)
    expect(slider).to_have_attribute("aria-valuetext", str(inputs))
    gru = GRU(inputs, 8, rng=np.random.default_rng(0))
    shown = root.locator('[data-written="Keras reset_after=True"] [data-size]').all_inner_texts()
    assert shown == [str(value.shape) for value in interop.to_keras(gru)]


def test_the_numbers_on_the_screen_are_the_sizes_of_real_arrays(page: Page) -> None:
    root = root_of(page)
    inputs = root.get_by_role("slider", name="Inputs D")
    units = root.get_by_role("slider", name="Units H")
    inputs.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")  # 4 → 8 → 16
    box = units.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)  # the middle: 32
    expect(units).to_have_attribute("aria-valuetext", "32")
    expect(inputs).to_have_attribute("aria-valuetext", "16")
    gru = GRU(16, 32, rng=np.random.default_rng(0))
    arrays = interop.to_keras(gru)
    shown = root.locator('[data-written="Keras reset_after=True"] [data-size]').all_inner_texts()
    assert shown == [str(value.shape) for value in arrays]
    counts = root.locator('[data-written="Keras reset_after=True"] [data-count]').all_inner_texts()
    assert counts == [str(value.size) for value in arrays]
    total = root.locator('[data-written="Keras reset_after=True"] [data-total]').inner_text()
    assert total == str(sum(value.size for value in arrays))


def test_only_one_convention_of_each_side_is_seen(page: Page) -> None:
    for name in NAMES:
        pick(page, "written", name)
        seen = [n for n in root_of(page).locator("[data-written]").all() if n.is_visible()]
        assert [node.get_attribute("data-written") for node in seen] == [name, name]
        first = interop.equations(ROWS["GRU"][name])[0].replace("_", "")
        expect(seen[1].locator(".rnnw-conv-equation").first).to_have_text(first)


def test_a_refusal_is_read_out_and_draws_one_line(page: Page) -> None:
    pick(page, "read", "Keras reset_after=False")
    root = root_of(page)
    live = root.locator("[aria-live=polite]")
    expect(live).to_contain_text("Refused. The interop module says: “bias must have shape")
    expect(root.locator("[data-wrong]")).to_have_attribute("d", "")
    expect(root.locator("[data-at-wrong]")).to_be_hidden()
    assert root.locator("[data-mark]").all_inner_texts() == ["×"] * 3
