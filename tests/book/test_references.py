"""The list of references: every entry once, with authors, year and a link to the source."""

from __future__ import annotations

import re

import pytest
from build_book import ROOT
from pybtex.database import parse_file

from tests.book import lessons, site

ENTRIES = parse_file(str(ROOT / "book" / "references.bib")).entries
CITED = re.compile(r"\{cite:[a-z]+\}`([^`]+)`")


@pytest.fixture(scope="module")
def listed(built_book):
    """Return what the page of references lists."""
    return site.page(built_book / "book" / "references.html").select(".citation")


def sources():
    """Return the text of all pages."""
    return [lessons.prose(page) for page in lessons.toc_pages(ROOT)]


def test_every_entry_is_listed_once(listed):
    assert len(listed) == len(ENTRIES)


@pytest.mark.parametrize("key", ENTRIES)
def test_an_entry_has_authors_year_and_a_place(key, listed):
    entry = ENTRIES[key]
    names = [str(person) for person in entry.persons["author"]]
    assert names
    year, title = entry.fields["year"], entry.fields["title"]
    assert re.fullmatch(r"\d{4}", year)
    assert key.startswith(tuple("abcdefghijklmnopqrstuvwxyz"))
    assert year in key
    words = re.sub(r"[{}]", "", title).lower()
    texts = [" ".join(box.get_text().split()) for box in listed]
    found = [text for text in texts if words[:30] in text.lower().replace("–", "--")]
    assert len(found) >= 1, title
    people = [person.last_names[-1] for person in entry.persons["author"]]
    assert any(all(re.sub(r"[{}\\]", "", name) in text for name in people) for text in found)


def test_an_entry_with_a_doi_links_to_it(listed):
    links = {link["href"].lower() for box in listed for link in box.find_all("a")}
    dois = {entry.fields["doi"].lower() for entry in ENTRIES.values() if "doi" in entry.fields}
    assert {doi for doi in dois if f"https://doi.org/{doi}" not in links} == set()


def test_every_entry_is_cited_on_a_page_or_in_the_package():
    cited = {
        key.strip() for text in sources() for keys in CITED.findall(text) for key in keys.split(",")
    }
    package = "\n".join(path.read_text("utf8") for path in (ROOT / "rnn_core").rglob("*.py"))
    for key in set(ENTRIES) - cited:
        names = [person.last_names[-1] for person in ENTRIES[key].persons["author"]]
        year = ENTRIES[key].fields["year"]
        assert re.search(rf"{names[0]}\b[^\n]*\n?[^\n]*{year}", package), key
