"""The built book: all pages are there, no link is broken, nothing comes from another host."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from build_book import ROOT, toc_pages
from lecture import lectures

from tests.book import site

# Uncompressed bytes of a page with all that it loads, measured and rounded up a little.
# Some 650 000 of them are the theme's, which a browser loads once; pages carry their drawings in
# themselves. The page of all figures may weigh more than one that tells a story with two or three.
BUDGETS = {"page": 1_050_000, "page with widgets": 1_100_000, "page of all widgets": 1_150_000}
FOREIGN = re.compile(r"^(?:[a-z]+:)?//")
LOADING_CODE = re.compile(r"""(?:fetch|import|importScripts)\(\s*["'`](?:https?:)?//""")
OLD_MACHINERY = ("mathjax", "require.js", "require.min", "html-manager", "thebe", "fontawesome.js")
PAGES = toc_pages(ROOT)


@pytest.fixture(params=PAGES)
def book_page(request: pytest.FixtureRequest, built_book: Path) -> Path:
    """Return each page of the toc in turn."""
    return built_book / f"{request.param}.html"


def test_the_page_is_there_with_title_language_and_description(book_page):
    soup = site.page(book_page)
    assert soup.html["lang"] == "en"
    assert soup.h1.get_text(strip=True)
    assert "Gate by Gate" in soup.title.string
    descriptions = soup.find_all("meta", attrs={"name": "description"})
    assert len(descriptions) == 1
    assert 40 <= len(descriptions[0]["content"]) <= 200


def test_there_is_no_page_that_the_toc_does_not_name(built_book):
    names = {path.relative_to(built_book).as_posix() for path in site.pages(built_book)}
    slides = {f"slides/{lecture.name}.html" for lecture in lectures()}
    assert names == {f"{page}.html" for page in PAGES} | {"index.html", "search.html"} | slides


def test_no_link_is_broken(built_book):
    broken = []
    for path in site.pages(built_book):
        for address in site.links(path) + site.loaded(path):
            if FOREIGN.match(address) or address.startswith(("mailto:", "data:", "#pst")):
                continue
            file, anchor = site.target(path, address)
            missing = not file.is_file() or (
                anchor and file.suffix == ".html" and anchor not in site.anchors(file)
            )
            if missing:
                broken.append(f"{path.relative_to(built_book)}: {address}")
    assert broken == []


def test_every_image_has_alternative_text(built_book):
    images = [tag for path in site.pages(built_book) for tag in site.page(path).find_all("img")]
    # The mark stands beside the book's name, so it is rightly silent.
    pictures = [tag for tag in images if "logo__image" not in tag.get("class", [])]
    assert [str(tag) for tag in pictures if not tag.get("alt")] == []
    assert all(tag.has_attr("alt") for tag in images)


def test_no_page_loads_anything_from_another_host(built_book):
    loads = {address for path in site.pages(built_book) for address in site.loaded(path)}
    assert {address for address in loads if re.match(r"^([a-z]+:)?//", address)} == set()


def test_no_style_or_script_loads_anything_from_another_host(built_book):
    for style in built_book.rglob("*.css"):
        for address in site.css_addresses(style.read_text("utf8")):
            assert not FOREIGN.match(address), style
            file, _ = site.target(style, address)
            assert file.is_file(), f"{style.name}: {address}"
    for script in built_book.rglob("*.js"):
        assert not LOADING_CODE.search(script.read_text("utf8")), script


def test_the_old_machinery_is_gone(built_book):
    for path in site.pages(built_book):
        for address in site.loaded(path):
            assert not any(name in address.lower() for name in OLD_MACHINERY), address
        kinds = {tag.get("type") for tag in site.page(path).find_all("script")}
        assert "application/vnd.jupyter.widget-state+json" not in kinds
    assert not list(built_book.rglob("fontawesome.js"))
    assert not list(built_book.rglob("*.map"))


def test_formulas_are_mathml(book_page):
    soup = site.page(book_page)
    for box in soup.select("div.math, span.math"):
        assert box.find("math"), box
    text = soup.article.get_text() if soup.article else ""
    assert not re.search(r"\\(?:frac|odot|sigma|begin|tanh|left|right)\b", text)


def test_wide_formulas_scroll_in_their_own_box(book_page):
    for box in site.page(book_page).select("div.math"):
        assert box.select_one("div.math-scroll > math")


def test_the_math_font_comes_with_its_licence(built_book):
    static = built_book / "_static"
    fonts = list(static.glob("stix-two-math-*.woff2"))
    assert len(fonts) == 1
    assert fonts[0].name in (static / "math.css").read_text("utf8")
    licence = (static / "STIX-Two-Math-LICENSE.txt").read_text("utf8")
    assert "SIL OPEN FONT LICENSE" in licence


def test_no_file_tells_where_it_was_built(built_book):
    paths = {str(ROOT), str(Path.home()), str(Path(sys.prefix).resolve())} - {"/"}
    for file in built_book.rglob("*"):
        if file.suffix in {".html", ".js", ".css", ".json", ".ipynb", ".md", ".svg", ".txt"}:
            text = file.read_text("utf8")
            assert not [path for path in paths if path in text], file


def test_the_page_keeps_to_its_budget(book_page):
    widgets = book_page.read_text("utf8").count("<rnn-widget")
    kind = "page of all widgets" if widgets > 5 else "page with widgets" if widgets else "page"
    parts = site.weight(book_page)
    assert sum(parts.values()) <= BUDGETS[kind], parts


def test_code_without_colour_has_no_markup(built_book):
    style = (built_book / "_static" / "pygments.css").read_text("utf8")
    colours = dict(re.findall(r'"light"\] \.highlight( \.\w+)? \{[^}]*?color: (#\w+)', style))
    assert {colours[f" .{kind}"] for kind in "wnp"} == {colours[""]}
    for path in site.pages(built_book):
        assert not site.page(path).select("pre > span:is(.w, .n, .p)"), path


def test_only_the_search_page_loads_the_words_of_the_book(built_book):
    def loads(path):
        return any("searchindex.js" in address for address in site.loaded(path))

    assert [path.name for path in site.pages(built_book) if loads(path)] == ["search.html"]


def test_only_pages_with_a_widget_load_the_widgets(book_page):
    has_widget = bool(site.page(book_page).find("rnn-widget"))
    names = {address.split("?")[0].rsplit("/", 1)[-1] for address in site.loaded(book_page)}
    assert ("rnn-widgets.js" in names) == has_widget
    assert ("rnn-widgets.css" in names) == has_widget
