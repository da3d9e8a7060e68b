"""The card of a page: what is wrong with one is said, and fails the build."""

from __future__ import annotations

import json
import re

import pytest
from page_card import Card, card_of, cards, faults, in_order, spelt

from tests.book import lessons, site
from tests.book.scratch import make_book
from tests.conftest import build_book

GOOD = {
    "do": "step through a cell",
    "objectives": ["derive one", "compute two", "explain three"],
    "needs": [],
    "minutes": {"read": 20, "run": 1, "exercises": 30},
    "difficulty": 2,
}
CARD = Card(*(tuple(value) if isinstance(value, list) else value for value in GOOD.values()))


def page_with(tmp_path, **changes):
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps({"metadata": {"page": {**GOOD, **changes}}}), "utf8")
    return path


def test_a_card_is_read_from_a_notebook_and_from_front_matter(tmp_path):
    assert card_of(page_with(tmp_path)) == CARD
    markdown = tmp_path / "page.md"
    markdown.write_text(f"---\npage: {json.dumps(GOOD)}\n---\n\n# Title\n", "utf8")
    assert card_of(markdown) == CARD
    markdown.write_text("# Title\n", "utf8")
    assert card_of(markdown) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"do": " "}, "do: expected a sentence"),
        ({"objectives": ["derive one", "compute two"]}, "expected 3 to 5, got 2"),
        (
            {"objectives": ["derive a", "compute b", "understand c"]},
            "'understand c' does not begin",
        ),
        ({"minutes": {"read": 20}}, "minutes: expected whole minutes"),
        ({"minutes": {"read": 20, "run": 0, "exercises": 1}}, "minutes: expected whole minutes"),
        ({"difficulty": 4}, "difficulty: expected one of"),
        ({"mood": "good"}, "expected the keys"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        card_of(page_with(tmp_path, **changes))


def test_a_good_card_has_no_faults():
    assert list(faults(CARD)) == []


def test_pages_come_after_those_they_need():
    assert in_order({"c": ["b"], "b": ["a"], "a": []}) == ["a", "b", "c"]
    with pytest.raises(ValueError, match=r"a circle: (a needs b needs a|b needs a needs b)"):
        in_order({"a": ["b"], "b": ["a"]})


def test_only_pages_are_read(tmp_path):
    (tmp_path / "_ext").mkdir()
    page_with(tmp_path / "_ext")
    page_with(tmp_path)
    assert list(cards(tmp_path)) == ["page"]


def card_in_front_matter(book, **changes):
    page = book / "book" / "index.md"
    said = json.dumps({**GOOD, **changes})
    page.write_text(page.read_text("utf8").replace("---\n", f"---\npage: {said}\n", 1), "utf8")


def test_the_card_stands_below_the_title(tmp_path):
    book = make_book(tmp_path / "book")
    card_in_front_matter(book)
    done = build_book(book)
    assert done.returncode == 0, done.stderr
    soup = site.page(book / "_build" / "html" / "book" / "index.html")
    box = soup.select_one(".bd-article h1").find_next_sibling()
    assert "page-card" in box["class"]
    assert "20 min to read · 1 min to run · 30 min for the exercises" in box.get_text()
    assert "no other page" in box.get_text()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"needs": ["nowhere"]}, "there is no page 'nowhere'"),
        ({"needs": ["index"]}, "a circle: index needs index"),
        ({"difficulty": 0}, "difficulty: expected one of"),
    ],
    ids=["missing", "circle", "fault"],
)
def test_a_wrong_card_fails_the_build(tmp_path, changes, message):
    book = make_book(tmp_path / "book")
    card_in_front_matter(book, **changes)
    done = build_book(book)
    assert done.returncode != 0
    assert message in done.stderr


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (5, "5 minutes"),
        (59, "59 minutes"),
        (60, "1 hour"),
        (70, "1 hour 15 minutes"),
        (112, "1 hour 45 minutes"),
        (115, "2 hours"),
        (1980, "33 hours"),
    ],
)
def test_minutes_are_spelt_as_one_says_them(minutes, words):
    assert spelt(minutes) == words


def test_a_path_has_its_pages_in_order_with_their_minutes_and_the_sum(built_book):
    book = lessons.ROOT / "book"
    source = (book / "service" / "how_to_use.md").read_text("utf8")
    paths = re.findall(r"```\{reading-path\}\n((?::\w+:\n)*)(.*?)```", source, re.DOTALL)
    boxes = site.page(built_book / "book/service/how_to_use.html").select(".reading-path")
    found = cards(book)
    assert len(paths) == len(boxes) == 4
    for (options, names), box in zip(paths, boxes, strict=True):
        names = names.split()
        links = [link["href"] for link in box.find_all("a")]
        assert links == [f"../{name}.html" for name in names]
        kinds = ["read", "run", *(["exercises"] if ":exercises:" in options else [])]
        minutes = [sum(found[name].minutes[kind] for kind in kinds) for name in names]
        lines = [item.get_text(" ", strip=True) for item in box.find_all("li")]
        assert all(line.endswith(f"{m} min") for line, m in zip(lines, minutes, strict=True))
        assert f"Together {spelt(sum(minutes))}." in box.get_text()
        for number, name in enumerate(names):  # nothing is read before what it needs
            missing = set(found[name].needs) - set(names[:number])
            assert not missing or ":skips:" in options, (name, missing)
