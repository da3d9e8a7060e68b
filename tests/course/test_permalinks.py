"""What a student's notebook links to is there in the built book."""

from __future__ import annotations

import re

import assign
import pytest

from tests.book import lessons

SITE = "https://example.org"
LINK = re.compile(rf"\]\({re.escape(SITE)}/(book/[^)#]+)(?:#([^)]+))?\)")


@pytest.mark.parametrize("page", assign.pages())
def test_every_link_to_the_book_leads_to_a_page_and_an_anchor(built_book, page):
    cells = assign.make(page, assign.the_book(SITE)).cells
    links = {
        link for cell in cells if cell.cell_type == "markdown" for link in LINK.findall(cell.source)
    }
    own = {(f"book/{page}.html", each.label) for each in lessons.exercises(f"book/{page}")}
    assert own <= links
    for path, anchor in links:
        text = (built_book / path).read_text("utf8")
        assert not anchor or f'id="{anchor}"' in text, f"{path}#{anchor}"


def test_the_built_book_shows_no_mark_of_nbgrader(built_book):
    words = ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "grade_id")
    for path in built_book.rglob("*.html"):
        if path.name != "classes.html":  # which says how they work
            text = path.read_text("utf8")
            assert not [word for word in words if word in text], path
