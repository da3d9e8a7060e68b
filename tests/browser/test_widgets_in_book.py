"""The figures on the pages of the built book: their weight, and that they come to life soon."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from build_book import ROOT, toc_pages
from playwright.sync_api import Browser, Page

from tests.book import site
from tests.browser.page_object import opened
from tests.browser.probes import is_as_drawn, movable

pytestmark = pytest.mark.browser
PAGES = toc_pages(ROOT)
# Packed, a cell of forty units and 26 steps takes 24 kB, however short its text 16 kB: its weights.
JSON_BYTES, GZIP_BYTES = 60_000, 25_000
SCRIPT_BYTES = 40_000
OPEN_MS = 1_000
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def pages_with_figures(built_book: Path) -> dict[str, int]:
    """Return the pages of the book that have figures, and how many."""
    counts = {page: len(figures_of(built_book / f"{page}.html")) for page in PAGES}
    found = {page: count for page, count in counts.items() if count}
    assert {"book/index", "book/widgets", "book/concepts/lstm"} <= found.keys()
    return found


def figures_of(page: Path) -> list:
    """Return the elements of the figures on a page."""
    return site.page(page).find_all("rnn-widget")


@pytest.mark.parametrize("page", PAGES)
def test_the_data_of_every_figure_keeps_to_its_budget(built_book: Path, page: str) -> None:
    for figure in figures_of(built_book / f"{page}.html"):
        data = figure.find("script", type="application/json").string.encode()
        raw, packed = len(data), len(gzip.compress(data))
        assert (raw <= JSON_BYTES, packed <= GZIP_BYTES) == (True, True), (raw, packed)


def test_the_scripts_keep_to_their_budget(built_book: Path) -> None:
    (script,) = built_book.rglob("rnn-widgets.js")
    assert script.stat().st_size <= SCRIPT_BYTES


@pytest.fixture
def read(browser: Browser, served_book: str) -> Callable[..., Page]:
    """Return a function that opens a page of the book; other hosts and messages are not allowed."""
    with ExitStack() as stack:

        def read(page: str, **options: object) -> Page:
            address = f"{served_book}/{page}.html"
            return stack.enter_context(opened(browser, address, viewport=DESK, **options))

        yield read


def test_every_figure_comes_to_life_and_changes_nothing(
    read: Callable[..., Page], pages_with_figures: dict[str, int]
) -> None:
    for name, count in pages_with_figures.items():
        still, alive = read(name, java_script_enabled=False), read(name)
        assert alive.locator("rnn-widget[data-ready]").count() == count
        for nth in range(count):
            drawn = still.locator(".rnnw").nth(nth).evaluate("e => e.outerHTML")
            is_as_drawn(alive, drawn, nth, after=name)
            assert movable(alive, nth), (name, nth)


def test_every_page_of_figures_is_soon_alive(
    read: Callable[..., Page], pages_with_figures: dict[str, int]
) -> None:
    for name in pages_with_figures:
        # Figures come to life before or while this event is heard.
        end = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
        times = [read(name).evaluate(end) for _ in range(5)]
        assert min(times) <= OPEN_MS, (name, times)
