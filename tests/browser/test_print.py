"""The print edition: every page is in it, where its contents say, and links stay inside."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import bank
import print_book
import pytest
from bs4 import BeautifulSoup
from build_book import ROOT, toc_pages
from pypdf import PdfReader

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("printed book")]


@pytest.fixture(scope="module")
def pdf(built_book: Path, chromium: str, tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    """Print the whole book once, by the command: Playwright runs once in a process."""
    output = tmp_path_factory.mktemp("print") / "book.pdf"
    command = [sys.executable, ROOT / "tools" / "print_book.py", "--html", built_book]
    environment = {**os.environ, "CHROMIUM": chromium}
    subprocess.run([*command, "--output", output], env=environment, check=True)
    return PdfReader(output)


@pytest.fixture(scope="module")
def titles(built_book: Path) -> dict[str, str]:
    """Return the title of each page by its id in the print edition."""
    return print_book.compose(built_book, ROOT, {})[1]


def squeezed(text: str) -> str:
    """Return letters and digits alone: a PDF breaks lines and joins letters as it likes."""
    return re.sub(r"\W+", "", text.replace("ﬁ", "fi").replace("ﬂ", "fl")).lower()


def test_every_page_of_the_book_is_printed(pdf, titles):
    assert {print_book.slug(page) for page in toc_pages(ROOT)} <= set(titles)
    assert len(pdf.pages) > 5 * len(toc_pages(ROOT))


def test_each_title_stands_on_the_page_that_the_contents_name(pdf, titles):
    contents = squeezed("".join(pdf.pages[n].extract_text() for n in range(1, 4)))
    places = pdf.named_destinations
    for name, title in titles.items():
        place = places.get(f"/{name}") or places[name]
        number = pdf.get_destination_page_number(place)
        assert squeezed(title) in squeezed(pdf.pages[number].extract_text()), title
        assert squeezed(f"{title}{number + 1}") in contents, title


def test_links_lead_to_the_book_or_to_the_web_and_never_to_a_disk(pdf):
    addresses, inside = set(), 0
    for page in pdf.pages:
        for link in page.get("/Annots") or ():
            action = link.get_object().get("/A")
            if action is not None and "/URI" in action.get_object():
                addresses.add(str(action.get_object()["/URI"]))
            else:
                inside += 1
    assert inside > 500
    assert {re.match(r"[a-z]+:", address).group() for address in addresses} <= {
        "https:",
        "http:",
        "mailto:",
    }


def test_it_is_tagged_and_has_bookmarks(pdf):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value
    assert len(pdf.outline) > 5


def test_solutions_come_last(pdf, titles):
    places = pdf.named_destinations
    start = pdf.get_destination_page_number(places.get("/solutions") or places["solutions"])
    assert start > 0.7 * len(pdf.pages)
    before = "".join(page.extract_text() for page in pdf.pages[3:start])
    after = "".join(page.extract_text() for page in pdf.pages[start:])
    assert "Solution to Exercise" not in before
    assert after.count("Solution to Exercise") > 90


def test_the_answers_of_self_checks_are_among_the_solutions(built_book):
    document = BeautifulSoup(print_book.compose(built_book, ROOT, {})[0], "html.parser")
    answers = document.select(".check-answers")
    assert len(answers) == len(bank.load())
    assert all(box.find_parent(id="solutions") for box in answers)
    assert not document.find("details", class_="check-answers")
    for box in answers:
        question = document.find(id=box.a["href"].removeprefix("#"))
        assert question.legend.get_text().startswith(box.a.get_text())


def test_without_a_built_book_it_says_so(tmp_path):
    with pytest.raises(SystemExit, match="no built book in"):
        print_book.print_book(ROOT, tmp_path, tmp_path / "book.pdf")
