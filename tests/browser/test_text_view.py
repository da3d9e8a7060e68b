"""The text reading view in a real browser: by mouse, by keyboard, and with a text of one's own."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from rnn_core import data
from rnn_core.pretrained import inside_string
from tests.browser.probes import ask, root_of
from tests.figures.text_view import TEXT, make

pytestmark = pytest.mark.browser
KIND = "text_view"
LAST = len(TEXT) - 1
UNITS = 12
INSIDE = data.inside_string(TEXT)
# Every character of one unit and letter by the forward button, as fast as the page can go.
WALK = """root => {
  const text = (hook) => root.querySelector(hook).textContent, seen = [];
  const next = root.querySelector("[data-do=next]");
  const last = +root.querySelector("[data-do=time]").max;
  for (let t = 0; t <= last; t++) {
    seen.push(["[data-place]", "[data-value]", "[data-truth]"].map(text));
    next.click();
  }
  return seen;
}"""


def digits(value: float) -> str:
    text = f"{value:.2f}".replace("-", "−")
    return "0.00" if text == "−0.00" else text


@pytest.fixture(scope="module")
def trace():
    return inside_string.load().forward(data.one_hot(TEXT))[0]


@pytest.fixture
def page(open_figure: Callable[..., Page]) -> Page:
    return open_figure(KIND)


def words(page: Page) -> Locator:
    return root_of(page).get_by_role("group", name="The text.")


def character(page: Page, t: int) -> Locator:
    return root_of(page).locator(".rnnw-page span").nth(t)


def stands_at(page: Page) -> int:
    """Return the character under the cursor; it is the one the slider and the sentence name."""
    at = (
        root_of(page)
        .locator(".rnnw-page span")
        .evaluate_all(
            "spans => spans.flatMap((span, t) => span.hasAttribute('data-at') ? [t] : [])"
        )
    )
    slider = root_of(page).get_by_role("slider", name="Character")
    assert at == [int(slider.input_value())] == [int(said(page, "place"))]
    assert slider.get_attribute("aria-valuetext").startswith(f"character {at[0]}, ")
    return at[0]


def said(page: Page, hook: str) -> str:
    return root_of(page).locator(f"[data-{hook}]").first.text_content()


@pytest.mark.parametrize("host", ["http", "file", "live"])
def test_every_value_of_the_text_is_that_of_the_trace(
    open_figure: Callable[..., Page], trace, host: str
) -> None:
    page = open_figure(KIND, host=host)
    for letter, unit in [("c", 5), ("h", 0), ("f", 11)]:
        root_of(page).get_by_role("radio", name=f"{letter} ").check()
        root_of(page).get_by_role("combobox", name="of unit").select_option(str(unit))
        words(page).press("Home")
        values = [digits(value) for value in trace[letter][:, 0, unit]]
        answers = ["yes" if inside else "no" for inside in INSIDE]
        expected = [[str(t), *both] for t, both in enumerate(zip(values, answers, strict=True))]
        assert root_of(page).evaluate(WALK) == expected


@pytest.mark.parametrize(("t", "unit", "letter"), [(0, 0, "c"), (78, 5, "h"), (20, 9, "i")])
def test_the_page_draws_what_python_draws(
    open_figure: Callable[..., Page], t: int, unit: int, letter: str
) -> None:
    page = open_figure(KIND, host="live")
    page.evaluate(
        "([t, u, k]) => { model.set('t', t); model.set('unit', u); model.set('shown', k); }",
        [t, unit, letter],
    )
    assert ask(page, "differences", make(t=t, unit=unit, shown=letter).drawing()) == []


def test_a_click_puts_the_cursor_and_pointing_only_looks(page: Page, trace) -> None:
    character(page, 11).click()
    assert stands_at(page) == 11
    character(page, 52).hover()
    assert said(page, "place") == "52"
    assert said(page, "value") == digits(trace.c[52, 0, 3])
    assert said(page, "truth") == "yes"
    root_of(page).get_by_role("combobox").hover()
    assert stands_at(page) == 11
    assert said(page, "value") == digits(trace.c[11, 0, 3])


def test_arrow_keys_move_the_cursor_by_character_and_by_line(page: Page) -> None:
    box = words(page)
    box.focus()
    first, second, third = 0, TEXT.index("\n") + 1, TEXT.index("\n\t") + 1
    for key, t in [
        ("Home", first),
        ("ArrowLeft", first),
        ("ArrowUp", first),
        ("ArrowRight", first + 1),
        ("ArrowDown", second + 1),
        ("ArrowDown", third + 1),
        ("ArrowDown", third + 1),
        ("ArrowUp", second + 1),
        ("End", LAST),
        ("ArrowRight", LAST),
        ("ArrowUp", third - 1),  # the line above is shorter: its last character is the nearest
    ]:
        box.press(key)
        assert stands_at(page) == t, key


def test_buttons_and_slider(page: Page) -> None:
    root = root_of(page)
    root.get_by_role("button", name="Step forward").click()
    assert stands_at(page) == 36
    root.get_by_role("button", name="Step back").press("Enter")
    assert stands_at(page) == 35
    slider = root.get_by_role("slider", name="Character")
    slider.press("End")
    assert stands_at(page) == LAST
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert stands_at(page) == LAST // 2


def test_play_reads_on_and_is_not_read_aloud_meanwhile(page: Page) -> None:
    page.clock.install(time=0)
    page.clock.pause_at(3_600_000)
    live = root_of(page).locator(".rnnw-saying")
    root_of(page).get_by_role("button", name="Play").click()
    page.clock.run_for(550)
    assert stands_at(page) == 37
    assert live.get_attribute("aria-live") == "off"
    root_of(page).get_by_role("button", name="Pause").click()
    assert live.get_attribute("aria-live") == "polite"


def test_units_and_letters_by_keyboard(page: Page, trace) -> None:
    unit = root_of(page).get_by_role("combobox", name="of unit")
    unit.press("ArrowDown")
    assert said(page, "value") == digits(trace.c[35, 0, 4])
    root_of(page).get_by_role("radio", name="c cell state").press("ArrowRight")
    assert said(page, "value") == digits(trace.h[35, 0, 4])
    assert root_of(page).locator(".rnnw-saying [data-letter]").get_attribute("class") == "gate-h"
    r = np.corrcoef(trace.h[:, 0, 4], INSIDE)[0, 1]
    assert said(page, "r") == digits(r)


def test_the_unit_that_follows_is_one_click_away(page: Page) -> None:
    root_of(page).get_by_role("radio", name="f forget gate").check()
    expect(root_of(page).locator("[data-best]")).to_be_hidden()
    root_of(page).get_by_role("button", name="Unit that follows the string").click()
    measured = inside_string.runs()["unit_correlations"]["validation"]
    best = int(np.abs(measured).argmax())
    assert root_of(page).get_by_role("combobox").input_value() == str(best)
    assert root_of(page).get_by_role("radio", name="c cell state").is_checked()
    assert said(page, "measured") == digits(measured[best])
    expect(root_of(page).locator("[data-best]")).to_be_visible()


def test_a_screen_reader_finds_the_text_and_the_sentence(page: Page) -> None:
    assert words(page).locator(".rnnw-aloud").text_content() == TEXT
    assert words(page).locator(".rnnw-page").get_attribute("aria-hidden") == "true"
    character(page, TEXT.index("\n")).click()
    assert "newline" in root_of(page).locator(".rnnw-saying").text_content()


def test_negative_values_are_flat_and_letters_stay_legible(page: Page) -> None:
    root_of(page).get_by_role("combobox", name="of unit").select_option("5")
    look = """spans => Object.fromEntries(spans.map((span) => {
      const style = getComputedStyle(span);
      return [span.dataset.v, [style.backgroundSize, style.backgroundImage]];
    }))"""
    seen = root_of(page).locator(".rnnw-page span").evaluate_all(look)
    assert {size for value, (size, _) in seen.items() if value[0] == "-"} == {"100% 48%"}
    assert {size for value, (size, _) in seen.items() if value[0] != "-"} == {"100% 100%"}
    alphas = [float(image.split("/")[1].split(")")[0]) for value, (_, image) in seen.items()]
    expected = [0.0875 * int(value[-1]) for value in seen]
    assert alphas == pytest.approx(expected, abs=0.01)
    assert max(alphas) <= 0.71  # at 0.7 ink on either colour has a contrast above 5


def test_a_page_without_a_kernel_offers_no_text_of_ones_own(page: Page) -> None:
    expect(root_of(page).locator("textarea")).to_be_hidden()
    expect(root_of(page).get_by_role("button", name="Read it")).to_be_hidden()


def test_with_a_kernel_a_reader_types_a_text(open_figure: Callable[..., Page]) -> None:
    page = open_figure(KIND, host="live")
    page.evaluate("window.leaked = []")
    page.evaluate("() => { document.onkeydown = (event) => leaked.push(event.key); }")
    field = root_of(page).get_by_role("textbox", name="Let the model read a text of yours")
    assert field.input_value() == TEXT
    field.fill("x = 'b'")
    field.press("Home")
    field.press("ArrowRight")
    field.press("a")
    assert field.input_value() == "xa = 'b'"
    assert page.evaluate("leaked") == []
    assert stands_at(page) == 35
    root_of(page).get_by_role("button", name="Read it").click()
    assert page.evaluate("model.get('typed')") == "xa = 'b'"
    view = make()
    view.typed = "xa = 'b'"
    answer = {"data": view.data, "t": view.t, "markup": view.markup}
    page.evaluate("answer => { for (const k in answer) model.set(k, answer[k]); }", answer)
    assert ask(page, "differences", view.drawing()) == []
    expect(root_of(page).get_by_role("button", name="Read it")).to_be_focused()
    words(page).press("End")
    assert stands_at(page) == 7
    page.evaluate("remove()")
    assert page.evaluate("heard()") == 0


def test_a_text_that_python_could_not_read_is_answered(open_figure: Callable[..., Page]) -> None:
    page = open_figure(KIND, host="live")
    page.evaluate("model.set('problem', 'text must hold only printable ASCII')")
    status = root_of(page).get_by_role("status")
    assert status.text_content() == "text must hold only printable ASCII"
