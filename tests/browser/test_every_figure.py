"""What holds of every figure, whatever it shows: tried on each of `tests.figures` in a browser."""

from __future__ import annotations

import functools
import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from rnn_core import palette
from rnn_core.widgets import front_end
from rnn_core.widgets.base import Figure
from tests.browser.probes import (
    ask,
    controls,
    is_as_drawn,
    is_legible,
    movable,
    operate,
    root_of,
    stops,
)
from tests.figures import NAMES, case

pytestmark = pytest.mark.browser
every_figure = pytest.mark.parametrize("kind", NAMES)
THREES = [NAMES[k : k + 3] for k in range(0, len(NAMES), 3)]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
THEME = "theme => document.documentElement.dataset.theme = theme"
TARGET_PX, TEXT_PX, FRAME_MS = 24, 10, 8
JSON_BYTES, GZIP_BYTES = 60_000, 20_000
SCRIPTS = {"gate_stepper": 8_000}  # the budget of one figure's own script, where it is not 4,500
OPEN_MS = 1_000
TALL = {"width": 360, "height": 4000}  # all of a figure can be seen, and so be measured

OpenFigure = Callable[..., Page]


@functools.cache
def as_drawn(kind: str) -> str:
    """Return a figure as Python draws it."""
    return case(kind).make().drawing()


def stand(figure: Figure, stands: dict[str, object]) -> None:
    """Set all of a figure's traits at once, as a message from the page does."""
    with figure.hold_trait_notifications():
        for name, value in stands.items():
            setattr(figure, name, value)


@every_figure
@pytest.mark.parametrize("host", ["http", "file"])
def test_without_javascript_the_same_figure_stands_still(
    open_figure: OpenFigure, kind: str, host: str
) -> None:
    page = open_figure(kind, host=host, java_script_enabled=False)
    root = root_of(page)
    assert root.inner_text().strip()
    assert root.get_attribute("role") == "group"
    assert root.get_attribute("aria-label")
    notes = [note for note in root.locator("noscript").all() if note.is_visible()]
    assert [note.inner_text()[:30] for note in notes] == ["The controls need JavaScript. "]
    assert [c for c in controls(page) if c.is_enabled()] == []


@every_figure
@pytest.mark.parametrize("host", ["http", "file", "live"])
def test_coming_to_life_changes_nothing(open_figure: OpenFigure, kind: str, host: str) -> None:
    page = open_figure(kind, host=host)
    expect(root_of(page)).to_be_visible()
    is_as_drawn(page, as_drawn(kind), live=host == "live")
    assert movable(page)


@every_figure
@pytest.mark.parametrize("width", [900, 360])
def test_coming_to_life_moves_nothing(open_figure: OpenFigure, kind: str, width: int) -> None:
    still = open_figure(kind, width=width, java_script_enabled=False)
    still.evaluate("document.querySelectorAll('noscript').forEach(n => n.style.display = 'none')")
    alive = open_figure(kind, width=width, reduced_motion="reduce")
    moved = [
        f"{now}, was {before}"
        for now, before in zip(ask(alive, "boxes"), ask(still, "boxes"), strict=True)
        if now != before
    ]
    assert moved == []


@every_figure
def test_a_trait_set_in_python_changes_the_drawing(open_figure: OpenFigure, kind: str) -> None:
    figure = case(kind).make()
    stand(figure, dict([case(kind).TURN]))
    turned = figure.drawing()
    assert turned != as_drawn(kind)
    page = open_figure(kind, host="live")
    page.evaluate("([name, value]) => model.set(name, value)", list(case(kind).TURN))
    is_as_drawn(page, turned, live=True)


@every_figure
def test_each_control_tells_python_and_the_page_shows_what_python_draws(
    open_figure: OpenFigure, kind: str
) -> None:
    page, figure = open_figure(kind, host="live"), case(kind).make()
    # Twice, for at first some may hide others.
    for control in (control for _ in range(2) for control in movable(page)):
        told, where = page.evaluate("saved.length"), control.evaluate("e => e.outerHTML")[:80]
        if not operate(control):
            continue
        saved = page.evaluate("saved")
        assert len(saved) > told or where.startswith("<button"), where
        if saved:
            stand(figure, saved[-1])
        is_as_drawn(page, figure.drawing(), after=where, live=True)
    assert page.evaluate("saved.length") > 0


@every_figure
def test_it_leaves_nothing_behind(open_figure: OpenFigure, kind: str) -> None:
    page = open_figure(kind, host="live")
    assert page.evaluate("heard()") > 0
    play = root_of(page).locator("[data-do=play]")
    for button in play.all():
        button.click()
    page.evaluate("remove()")
    assert page.evaluate("heard()") == 0
    assert page.evaluate("outside") == []
    told = page.evaluate("saved.length")
    page.wait_for_timeout(700 if play.count() else 0)
    assert page.evaluate("saved.length") == told


@every_figure
def test_two_on_a_page_do_not_meddle(open_figure: OpenFigure, kind: str) -> None:
    page = open_figure(kind, kind)
    ids = page.locator("[id]").evaluate_all("nodes => nodes.map((node) => node.id)")
    assert len(ids) == len(set(ids))
    for control in movable(page, 1):
        operate(control)
    is_as_drawn(page, as_drawn(kind))
    assert ask(page, "differences", as_drawn(kind), nth=1) != []


@every_figure
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [900, 360])
def test_it_has_no_barrier(open_figure: OpenFigure, kind: str, width: int, theme: str) -> None:
    page = open_figure(kind, viewport=TALL | {"width": width}, reduced_motion="reduce")
    page.evaluate(THEME, theme)
    found = Axe().run(page, context=".rnnw", options=RULES).response
    assert found["passes"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
    is_legible(page, TEXT_PX)


@every_figure
def test_the_styles_of_other_figures_do_not_touch_it(open_figure: OpenFigure, kind: str) -> None:
    page = open_figure(kind, reduced_motion="reduce")
    own = (front_end.HERE / f"{name}.css" for name in ("figure", kind))
    sheet = palette.css() + "".join(path.read_text("utf8") for path in own)
    assert ask(page, "touched", sheet) == []


@every_figure
def test_dark_is_dark(open_figure: OpenFigure, kind: str) -> None:
    page, colours = open_figure(kind), []
    for theme in ("light", "dark"):
        page.evaluate(THEME, theme)
        colour = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
        both = root_of(page).evaluate(colour)
        colours += [[sum(map(int, re.findall(r"\d+", text)[:3])) / 3 for text in both]]
    (paper, ink), (dark_paper, dark_ink) = colours
    assert paper > 230
    assert ink < 60
    assert dark_paper < 40
    assert dark_ink > 200


@every_figure
@pytest.mark.parametrize("width", [320, 360, 640])
def test_it_does_not_scroll_sideways(open_figure: OpenFigure, kind: str, width: int) -> None:
    page = open_figure(kind, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for control in movable(page):
        operate(control)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@every_figure
@pytest.mark.parametrize("width", [900, 320])
def test_a_drawing_with_two_shapes_shows_one(
    open_figure: OpenFigure, kind: str, width: int
) -> None:
    root = root_of(open_figure(kind, width=width))
    wide, tall = (
        [shape.is_visible() for shape in root.locator(f".rnnw-{name}").all()]
        for name in ("wide", "tall")
    )
    assert wide == [width > 640] * len(wide)
    assert tall == [width <= 640] * len(tall)


@every_figure
def test_it_can_be_magnified_to_200_percent(open_figure: OpenFigure, kind: str) -> None:
    page = open_figure(kind, width=640, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    assert ask(page, "cut") == []


@every_figure
@pytest.mark.parametrize("width", [900, 360])
def test_controls_are_large_enough_to_hit(open_figure: OpenFigure, kind: str, width: int) -> None:
    for control in controls(open_figure(kind, width=width)):
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= TARGET_PX, control.evaluate("e => e.outerHTML")


@every_figure
def test_every_control_has_a_name(open_figure: OpenFigure, kind: str) -> None:
    page = open_figure(kind)
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "slider", "combobox", "radio", "checkbox", "switch", "radiogroup", "image"}
    named = [node for node in nodes if not node["ignored"] and node["role"]["value"] in roles]
    assert [node for node in named if not node["name"]["value"].strip()] == []
    assert len(named) >= len(controls(page))


@every_figure
def test_the_keyboard_reaches_every_control_and_the_focus_is_seen(
    open_figure: OpenFigure, kind: str
) -> None:
    page = open_figure(kind)
    found = stops(page)
    assert [stop["html"] for stop in found if not stop["seen"]] == []
    places = [stop["place"] for stop in found if stop["place"] >= 0]
    every = root_of(page).locator("button, input, select").all()
    assert places == [
        place
        for place, control in enumerate(every)
        if control.is_visible()
        and control.is_enabled()
        and (control.get_attribute("type") != "radio" or control.is_checked())
    ]


@every_figure
def test_keys_do_not_leak_to_the_page(open_figure: OpenFigure, kind: str) -> None:
    page = open_figure(kind)
    count = len(stops(page))
    page.evaluate("leaked = []; addEventListener('keydown', (event) => { leaked.push(event.key) })")
    page.locator("body").press("Tab")
    page.evaluate("leaked = []")
    for _ in range(count):
        for key in ("ArrowRight", "ArrowDown", "Home", "a", "j", "Escape", "Enter"):
            page.keyboard.press(key)
        assert page.evaluate("leaked.splice(0)") == [], ask(page, "focused")
        page.keyboard.press("Tab")
        page.evaluate("leaked = []")
    assert root_of(page).get_attribute("data-lm-suppress-shortcuts") == "true"


@every_figure
def test_reduced_motion_is_honoured(open_figure: OpenFigure, kind: str) -> None:
    page = open_figure(kind, reduced_motion="reduce")
    assert ask(page, "moving") == []
    for control in movable(page):
        operate(control)
    assert page.evaluate("document.getAnimations().length") == 0


@every_figure
def test_a_frame_is_fast(open_figure: OpenFigure, kind: str) -> None:
    # The fastest of many: what else runs here is not the figure's cost.
    fastest = ask(open_figure(kind), "fastest")
    assert fastest
    assert {control: ms for control, ms in fastest.items() if ms > FRAME_MS} == {}


@every_figure
def test_print_leaves_the_controls_out(open_figure: OpenFigure, kind: str) -> None:
    page = open_figure(kind)
    page.emulate_media(media="print")
    root = root_of(page)
    assert [c for c in root.locator("button, input").all() if c.is_visible()] == []
    assert root.bounding_box()["height"] > 100


@every_figure
def test_the_data_and_the_script_keep_to_their_budgets(kind: str) -> None:
    state = re.search(r'<script type="application/json">(.*?)</script>', case(kind).make().html())
    data = state[1].encode()
    assert len(data) <= JSON_BYTES
    assert len(gzip.compress(data)) <= GZIP_BYTES
    own = front_end.HERE / f"{kind}.js"
    assert own.stat().st_size <= SCRIPTS.get(kind, 4_500)


@pytest.mark.parametrize("names", THREES, ids="+".join)
def test_a_page_of_figures_is_soon_alive(open_figure: OpenFigure, names: list[str]) -> None:
    times = []
    for _ in range(5):
        page = open_figure(*names)
        assert page.locator("rnn-widget[data-ready]").count() == len(names)
        # Figures come to life while this event is heard, so all are alive when it ends.
        end = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
        times.append(page.evaluate(end))
    # The fastest, as for a frame.
    assert min(times) <= OPEN_MS, times


@every_figure
@pytest.mark.parametrize("alive", [True, False], ids=["alive", "still"])
def test_a_saved_figure_needs_nothing_but_its_file(
    browser: Browser, tmp_path: Path, kind: str, alive: bool
) -> None:
    figure, path = case(kind).make(), tmp_path / "figure.html"
    figure.save(path)
    context = browser.new_context(java_script_enabled=alive)
    page, asked = context.new_page(), []
    page.on("console", lambda message: asked.append(message.text))
    page.on("pageerror", lambda error: asked.append(str(error)))

    def only_this_file(route) -> None:
        if route.request.url == path.as_uri():
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    page.route("**/*", only_this_file)
    page.goto(path.as_uri())
    is_as_drawn(page, figure.drawing())
    assert page.title() == figure.label
    if alive:
        operate(movable(page)[0])
        assert ask(page, "differences", figure.drawing()) != []
    outside = "n => n.map((e) => e.getAttribute('src') ?? e.getAttribute('href'))"
    addresses = page.locator("[src], [href]").evaluate_all(outside)
    assert [a for a in addresses if not a.startswith(("data:", "#"))] == []
    text = path.read_text("utf8")
    assert not re.search(r"@import|url\((?!#)|\bimport\(|\bfetch\(|XMLHttp", text)
    assert {*re.findall(r"https?://[^\s\"'<>]+", text)} <= {"http://www.w3.org/2000/svg"}
    context.close()
    assert asked == []
