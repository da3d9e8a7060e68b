"""The built book in a real browser: quiet console, no foreign request, search, dark, narrow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from build_book import ROOT, toc_pages
from playwright.sync_api import Browser, Page

PAGES = toc_pages(ROOT)
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture(params=["http", "file"])
def address(request: pytest.FixtureRequest, built_book: Path, served_book: str) -> str:
    """Return the book's address on the server, then as files on a disk."""
    return served_book if request.param == "http" else built_book.as_uri()


@contextmanager
def opened(browser: Browser, url: str, **options: object) -> Iterator[tuple[Page, list[str]]]:
    """Open a page with every other host cut off; collect all that goes wrong."""
    context = browser.new_context(**options)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
    page.on("response", lambda r: wrong.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
    start = url.split("/", 3)[:3]

    def guard(route) -> None:
        if route.request.url.split("/", 3)[:3] == start or route.request.url.startswith("data:"):
            route.continue_()
        else:
            wrong.append(f"foreign: {route.request.url}")
            route.abort()

    page.route("**/*", guard)
    page.goto(url)
    page.wait_for_load_state("load")
    page.wait_for_timeout(200)
    yield page, wrong
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_quiet_and_fits(browser, address, name, scheme):
    url = f"{address}/{name}.html"
    with opened(browser, url, viewport=DESK, color_scheme=scheme) as (page, wrong):
        assert page.evaluate("document.documentElement.dataset.theme") == scheme
        for viewport in (DESK, PHONE):
            page.set_viewport_size(viewport)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= viewport["width"]
        assert wrong == []


@pytest.mark.browser
@pytest.mark.parametrize("name", [*PAGES, "search"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(browser, served_book, name, scheme):
    options = {"viewport": PHONE, "color_scheme": scheme}
    with opened(browser, f"{served_book}/{name}.html", **options) as (page, _):
        result = Axe().run(page).response
    assert result["passes"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in result["violations"]] == []


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_formulas_are_drawn_in_the_math_font(browser, address, name):
    with opened(browser, f"{address}/{name}.html") as (page, wrong):
        if page.locator("math").count():
            fonts = "[...document.fonts].filter(f => f.status == 'loaded').map(f => f.family)"
            assert "STIX2" in page.evaluate(fonts)
        assert wrong == []


@pytest.mark.browser
def test_search_finds_a_page(browser, address):
    with opened(browser, f"{address}/search.html?q=gate") as (page, wrong):
        results = page.locator("#search-results li a")
        results.first.wait_for()
        # The summaries of the results are still being fetched; a click would break that off.
        page.wait_for_load_state("networkidle")
        results.first.click()
        page.wait_for_load_state("load")
        assert "/book/" in page.url
        assert wrong == []


@pytest.mark.browser
def test_the_search_box_of_a_page_leads_to_results(browser, address):
    with opened(browser, f"{address}/{PAGES[0]}.html", viewport=DESK) as (page, wrong):
        page.keyboard.press("Control+k")
        page.keyboard.type("forget")
        page.keyboard.press("Enter")
        page.locator("#search-results .search-summary").wait_for()
        assert "q=forget" in page.url
        assert wrong == []


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_the_page_reads_without_scripts(browser, address, name):
    options = {"java_script_enabled": False, "viewport": PHONE}
    with opened(browser, f"{address}/{name}.html", **options) as (page, wrong):
        assert page.locator("article h1").first.is_visible()
        # The browser drops the scripts that the page preloads.
        assert [what for what in wrong if not (what.startswith("failed:") and ".js" in what)] == []
