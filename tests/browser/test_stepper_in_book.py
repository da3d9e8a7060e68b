"""The gate stepper on the pages of the built book: what it shows is what the model computes."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from rnn_core import LSTM, data
from rnn_core.glyphs import SIGNS
from rnn_core.pretrained import inside_string
from tests.browser.page_object import Stepper, opened
from tests.stepper_case import digits, numbers_of_steps

pytestmark = pytest.mark.browser
CHARACTERS = {glyph: character for character, (glyph, _) in SIGNS.items()}


class Place(NamedTuple):
    """A page of the book, and where it is read from."""

    page: str
    host: str


PLACES = [
    Place(page, host) for page in ("book/index", "book/concepts/lstm") for host in ("http", "file")
]
at_every_place = pytest.mark.parametrize("place", PLACES, ids="-".join)


@functools.cache
def model_says(text: str) -> list[list[dict[str, str]]]:
    """Return, by step and unit, every number of the shipped model, computed with `step`."""
    cell = inside_string.load().cell
    assert isinstance(cell, LSTM)
    return numbers_of_steps(cell, data.one_hot(text), cell.zero_state(1))


def text_of(figure: Stepper) -> str:
    """Return the text that a figure of the page shows."""
    glyphs = figure.root.locator(".rnnw-text span").all_text_contents()
    return "".join(CHARACTERS.get(glyph, glyph) for glyph in glyphs)


@pytest.fixture
def page(place: Place, browser: Browser, built_book: Path, served_book: str) -> Iterator[Page]:
    """Open a page of the book; no other host may be asked and the console stays empty."""
    root = served_book if place.host == "http" else built_book.as_uri()
    options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
    with opened(browser, f"{root}/{place.page}.html", **options) as page:
        yield page


@at_every_place
def test_every_step_and_unit_shows_what_the_model_computes(page: Page) -> None:
    figure = Stepper(page)
    text = text_of(figure)
    output = inside_string.probability(inside_string.load(), text)
    expected = model_says(text)
    for unit in range(len(expected[0])):
        figure.unit_choice.select_option(str(unit))
        for t, numbers in enumerate(figure.walk()):
            assert numbers.pop("y") == digits(output[t])
            assert abs(float(numbers.pop("corr").replace("−", "-"))) <= 1
            assert numbers == expected[t][unit], f"step {t}, unit {unit}"


@at_every_place
def test_it_steps_by_mouse_and_by_keyboard(page: Page) -> None:
    figure = Stepper(page)
    figure.score.press("Home")
    assert figure.t == 0
    figure.button("Step forward").click()
    figure.score.press("ArrowRight")
    assert figure.t == 2
    figure.button("Show me the unit that follows").click()
    expect(figure.root.locator("[data-best]")).to_be_visible()
    figure.play(3)
    assert figure.t == 5
    figure.button("Pause").click()


@at_every_place
def test_the_unit_that_follows_best_has_the_largest_correlation(page: Page) -> None:
    figure = Stepper(page)
    sizes = []
    for unit in range(figure.unit_choice.locator("option").count()):
        figure.unit_choice.select_option(str(unit))
        sizes.append(abs(float(figure.numbers()["corr"].replace("−", "-"))))
    figure.button("Show me the unit that follows").click()
    assert figure.unit == int(np.argmax(sizes))


@at_every_place
def test_the_line_under_the_text_is_what_tokenize_says(page: Page) -> None:
    figure = Stepper(page)
    text = text_of(figure)
    drawn = figure.root.locator(".rnnw-text span").evaluate_all(
        "spans => spans.map(s => s.className === 'rnnw-true')"
    )
    assert drawn == data.inside_string(text).tolist()


@at_every_place
def test_the_figure_fits_and_is_accessible(page: Page, place: Place) -> None:
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        contrasts = Stepper(page).contrasts()
        assert min(contrasts.values()) >= 4.5, (theme, contrasts)
        # Axe would fetch the page's style sheets again, which file:// forbids.
        found = Axe().run(page, context="rnn-widget", options={"preload": False})
        assert [violation["id"] for violation in found.response["violations"]] == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@at_every_place
def test_without_javascript_the_still_figure_is_there(
    place: Place, browser: Browser, built_book: Path, served_book: str
) -> None:
    root = served_book if place.host == "http" else built_book.as_uri()
    address = f"{root}/{place.page}.html"
    with opened(browser, address, java_script_enabled=False) as page:
        state = json.loads(page.locator("rnn-widget script").first.text_content())
        figure = Stepper(page)
        expected = model_says(text_of(figure))[state["t"]][state["unit"]]
        for key, text in expected.items():
            found = figure.root.locator(f"[data-n={key}]").all_text_contents()
            assert {shown.strip("()") for shown in found} == {text}, key
        assert figure.slider.is_disabled()
