"""Every page that teaches has its card, its exercises with folded solutions, and its ending."""

from __future__ import annotations

import re

import bank
import pytest
from page_card import cards, in_order

from tests.book import lessons, site

LARGEST_HTML = 500_000
ENDING = ["What we saw", "Misconceptions", "Exercises", "What to read next"]
# Before the exercises of a page that the question bank asks about.
CHECKS = "Check yourself"


@pytest.fixture(scope="module")
def all_cards():
    """Return the cards of the book."""
    return cards(lessons.ROOT / "book")


@pytest.fixture(params=lessons.LESSONS)
def lesson(request: pytest.FixtureRequest) -> str:
    """Return each page that teaches in turn."""
    return request.param


def test_the_lessons_are_found():
    assert len(lessons.LESSONS) >= 19
    assert {page.split("/")[1] for page in lessons.LESSONS} == {*lessons.PARTS, "errata"}


def test_every_lesson_has_a_card(lesson, all_cards):
    assert lesson.removeprefix("book/") in all_cards


def test_what_a_page_needs_stands_before_it_in_the_book(all_cards):
    order = [page.removeprefix("book/") for page in lessons.toc_pages(lessons.ROOT)]
    assert set(all_cards) <= set(order)
    for page, card in all_cards.items():
        assert set(card.needs) <= set(all_cards), page
        assert all(order.index(need) < order.index(page) for need in card.needs), page
    in_order({page: card.needs for page, card in all_cards.items()})


def test_the_card_is_on_the_page(lesson, all_cards, built_book):
    soup = site.page(built_book / f"{lesson}.html")
    card = all_cards[lesson.removeprefix("book/")]
    box = soup.select_one(".bd-article h1").find_next_sibling()
    assert "page-card" in box["class"]
    names = [term.get_text() for term in box.find_all("dt")]
    assert names == ["You will", "and be able to", "You need", "Time", "Level"]
    assert [item.get_text(strip=True) for item in box.find_all("li")] == list(card.objectives)
    assert len(box.find_all("a")) == len(card.needs)
    assert all(f"{minutes} min" in box.get_text() for minutes in card.minutes.values())


def test_a_lesson_has_three_to_five_exercises_of_three_kinds(lesson):
    found = lessons.exercises(lesson)
    assert 3 <= len(found) <= 5
    assert all(len(each.kinds & lessons.KINDS) == 1 for each in found)
    assert len(set().union(*(each.kinds for each in found)) & lessons.KINDS) >= 3


def test_every_exercise_has_a_folded_solution(lesson, built_book):
    found = lessons.exercises(lesson)
    assert {each.label: each.folded for each in found} == {each.label: True for each in found}
    boxes = site.page(built_book / f"{lesson}.html").select(".admonition.solution")
    assert len(boxes) == len(found)
    assert all("dropdown" in box["class"] for box in boxes)


def test_code_that_is_asked_for_is_checked_by_plain_asserts(lesson):
    for each in lessons.exercises(lesson):
        if "code" not in each.kinds:
            continue
        assert any("solution" in lessons.tags(cell) for cell in each.code), each.label
        assert each.after is not None, each.label
        assert "check" in lessons.tags(each.after), each.label
        assert re.search(r"^\s*assert ", each.after["source"], re.MULTILINE), each.label


def test_a_lesson_ends_with_what_was_seen_and_what_to_read(lesson):
    headings = re.findall(r"^## (.+)$", lessons.prose(lesson), re.MULTILINE)
    ending = list(ENDING)
    if bank.on_page(lesson.removeprefix("book/")):
        ending.insert(2, CHECKS)
    assert headings[-len(ending) :] == ending
    assert (CHECKS in headings) == (CHECKS in ending)


def test_no_lesson_is_a_heavy_page(lesson, built_book):
    assert (built_book / f"{lesson}.html").stat().st_size <= LARGEST_HTML


def test_the_cover_lists_all_lessons_in_the_order_of_the_book(built_book):
    table = site.page(built_book / "book" / "index.html").select_one("table.lessons")
    links = [f"book/{link['href'].removesuffix('.html')}" for link in table.find_all("a")]
    assert links == lessons.LESSONS
