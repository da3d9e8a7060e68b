"""The map of the chapters in a browser: links by keyboard, marks without a script, on a phone."""

from __future__ import annotations

from pathlib import Path

import course_data
import course_map
import pytest
from axe_playwright_python.sync_playwright import Axe

from rnn_core.widgets import front_end

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
FOUND = course_data.lessons(ROOT)
NEEDS = {name: lesson.card.needs for name, lesson in FOUND.items()}
WIDTHS = (
    "nodes => nodes.map(n => parseFloat(getComputedStyle(n.querySelector('rect')).strokeWidth))"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> str:
    """Write a page that has the map and the figures' colours."""
    svg = course_map.Drawing(FOUND).svg({name: f"#{name}" for name in FOUND})
    page = tmp_path_factory.mktemp("map") / "map.html"
    head = "<!doctype html><html lang=en><meta charset=utf-8><title>A test</title>"
    head += (
        f"<meta name=viewport content='width=device-width'><style>{front_end.stylesheet()}</style>"
    )
    page.write_text(f"{head}<main><h1>Map</h1>{svg}</main>", "utf8")
    return page.as_uri()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_pointing_at_a_lesson_marks_what_it_needs_and_what_needs_it(browser, address, script):
    page = browser.new_page(java_script_enabled=script)
    page.goto(address)
    page.locator("a[href='#math/bptt_rnn']").hover()
    widths = page.locator(".course-map a").evaluate_all(WIDTHS)
    marked = {name for name, width in zip(FOUND, _in_rows(widths, page), strict=True) if width > 2}
    needed = course_data.all_needs(NEEDS, "math/bptt_rnn")
    needing = {n for n in FOUND if "math/bptt_rnn" in course_data.all_needs(NEEDS, n)}
    assert marked == {"math/bptt_rnn"} | needed | needing
    page.close()


def _in_rows(widths: list[float], page) -> list[float]:
    """Return the widths in the order of the book; the map has them row by row."""
    names = [link.get_attribute("href")[1:] for link in page.locator(".course-map a").all()]
    by_name = dict(zip(names, widths, strict=True))
    return [by_name[name] for name in FOUND]


def test_every_lesson_is_reached_with_tab_and_seen_when_it_is(browser, address):
    page = browser.new_page()
    page.goto(address)
    reached = []
    for _ in FOUND:
        page.keyboard.press("Tab")
        now = page.evaluate_handle("document.activeElement").as_element()
        if now.get_attribute("href") is None:  # a box that scrolls may take the focus first
            page.keyboard.press("Tab")
            now = page.evaluate_handle("document.activeElement").as_element()
        reached.append(now.get_attribute("href")[1:])
        assert now.query_selector("rect").evaluate("n => getComputedStyle(n).strokeWidth") == "3px"
    assert sorted(reached) == sorted(FOUND)
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_no_barrier_and_the_page_is_not_wider(browser, address, scheme, width):
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    result = Axe().run(page, ".course-map", {"preload": False}).response
    assert [(v["id"], v["nodes"][0]["html"]) for v in result["violations"]] == []
    context.close()
