"""The zip, unpacked as a reader would: it opens from the disk, and everything in it works."""

from __future__ import annotations

import zipfile
from pathlib import Path

import offline
import pytest

from tests.browser.test_book import opened

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def copy(built_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder into which the zip was unpacked; its name has a blank, as folders have."""
    folder = tmp_path_factory.mktemp("on a stick")
    with zipfile.ZipFile(built_book / offline.ZIP) as archive:
        archive.extractall(folder)
    return folder / offline.FOLDER


def test_the_copy_opens_at_its_index_and_the_figure_steps(browser, copy):
    with opened(browser, (copy / "index.html").as_uri()) as (page, wrong):
        page.wait_for_selector("rnn-widget[data-ready]")
        slider = page.get_by_label("Time step").first
        before = slider.input_value()
        slider.press("ArrowRight")
        assert int(slider.input_value()) == int(before) + 1
        assert wrong == []


def test_formulas_and_search_work_in_the_copy(browser, copy):
    with opened(browser, (copy / "book/math/bptt_lstm.html").as_uri()) as (page, wrong):
        formulas = page.locator("math")
        assert formulas.count() > 50
        sizes = formulas.evaluate_all("all => all.map((e) => e.getBoundingClientRect().height)")
        assert max(sizes) > 20
        page.goto((copy / "search.html").as_uri() + "?q=peephole")
        page.wait_for_selector("ul.search li a")
        assert page.locator("ul.search li a").count() >= 2
        assert wrong == []
