"""The map of the lessons: it is right, its lines can be followed, its numbers are the cards'."""

from __future__ import annotations

import csv
import io
import re
import textwrap
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import assign
import course_data
import course_layout
import course_map
import pytest

ROOT = Path(__file__).resolve().parents[2]
FOUND = course_data.lessons(ROOT)
NEEDS = {name: lesson.card.needs for name, lesson in FOUND.items()}


@pytest.fixture(scope="module")
def drawing() -> course_map.Drawing:
    """Return the map of the book."""
    return course_map.Drawing(FOUND)


@pytest.fixture(scope="module")
def layout(drawing: course_map.Drawing) -> course_layout.Layout:
    """Return where everything stands on it."""
    return drawing.layout


def test_the_lessons_are_those_with_exercises_in_the_order_of_the_book():
    assert list(FOUND) == assign.pages()


@pytest.mark.parametrize("name", ["concepts/lstm", "code/ctc", "errata"])
def test_an_assignment_holds_the_exercises_and_points_that_the_map_promises(name):
    cells = assign.make(name, assign.the_book()).cells
    marks = [cell.metadata["nbgrader"] for cell in cells if "nbgrader" in cell.metadata]
    graded = {
        mark["grade_id"].removesuffix("-check"): mark["points"] for mark in marks if mark["grade"]
    }
    assert graded == {each.label: each.points for each in FOUND[name].exercises}
    assert sum(graded.values()) == FOUND[name].points


def test_the_minutes_of_a_page_are_shared_out():
    for lesson in FOUND.values():
        shared = sum(lesson.minutes_of(exercise) for exercise in lesson.exercises)
        assert abs(shared - lesson.card.minutes["exercises"]) <= len(lesson.exercises) / 2


def test_the_reduction_drops_what_is_implied_and_nothing_else():
    short = course_data.reduced(NEEDS)
    for name in FOUND:
        assert course_data.all_needs(short, name) == course_data.all_needs(NEEDS, name)
        for need in short[name]:
            less = {**short, name: [other for other in short[name] if other != need]}
            assert need not in course_data.all_needs(less, name)
    assert course_data.reduced({"a": [], "b": ["a"], "c": ["a", "b"]}) == {
        "a": [],
        "b": ["a"],
        "c": ["b"],
    }


def test_a_lesson_stands_below_its_needs_and_a_part_below_the_parts_before(layout):
    assert all(layout.row_of[need] < layout.row_of[name] for name in NEEDS for need in NEEDS[name])
    rows = [[layout.row_of[name] for name in names] for names in course_map.by_part(FOUND).values()]
    assert all(max(above) < min(below) for above, below in pairwise(rows))


def test_a_line_goes_from_row_to_row_and_passes_no_box(layout):
    for (need, name), route in layout.routes.items():
        assert route[0][0] == (need, layout.row_of[need])
        assert route[-1][1] == (name, layout.row_of[name])
        assert all(lower == upper for (_, lower), (upper, _) in pairwise(route))
        assert all(lower[1] == upper[1] + 1 for upper, lower in route)
    for row in layout.rows:
        for left, right in pairwise(row):
            wide = course_layout.BOX / 2 * (layout.is_box(left) + layout.is_box(right))
            apart = layout.x[right] - layout.x[left] - wide
            both_lanes = not layout.is_box(left) and not layout.is_box(right)
            least = course_layout.LANES_APART if both_lanes else course_layout.GAP
            assert apart > least - 0.2, (left, right)


def test_few_lines_cross_and_the_map_fits_on_a_page(layout):
    assert course_layout.crossings(layout) <= 40
    assert layout.width <= 720
    assert max(sum(map(layout.is_box, row)) for row in layout.rows) <= course_layout.WIDEST


def test_crossings_are_counted():
    parts = {"one": ["a", "b"], "two": ["c", "d"]}
    layout = course_layout.arrange(parts, {"a": [], "b": [], "c": ["a", "b"], "d": ["a", "b"]})
    assert course_layout.crossings(layout) == 1
    layout = course_layout.arrange(parts, {"a": [], "b": [], "c": ["b"], "d": ["a"]})
    assert course_layout.crossings(layout) == 0


def test_a_need_that_comes_later_is_an_error():
    with pytest.raises(ValueError, match="needs: a comes before b in the book"):
        course_layout.rows_of({"one": ["a", "b"]}, {"a": ["b"], "b": []})


def test_every_lesson_is_a_link_once_and_the_marks_are_its_needs(drawing):
    address = {name: f"../{name}.html" for name in FOUND}
    style, markup = drawing.svg(address).split("</style>")
    tree = ElementTree.fromstring(markup)
    links = tree.findall(".//a")
    assert sorted(link.get("href") for link in links) == sorted(address.values())
    by_number = {link.get("class"): link for link in links}
    number = drawing.number
    for name in FOUND:
        marked = {
            other
            for other in FOUND
            if f"u{number[name]}"
            in by_number[f"n{number[other]}"].find("rect").get("class").split()
        }
        assert marked == course_data.all_needs(NEEDS, name)
        assert f".n{number[name]}:is(:hover,:focus-visible)) .u{number[name]}" in style
    assert len(tree) == len(course_map.by_part(FOUND))


def test_a_marked_way_leads_from_the_first_need_to_the_lesson_without_a_gap(drawing):
    number = drawing.number["applications/language"]
    marked = [p for p in drawing.layout.segments if f"u{number}" in drawing.marks[p].split()]
    reached = {("background/memory", 0)}
    for upper, lower in sorted(marked, key=lambda piece: piece[0][1]):
        assert upper in reached
        reached.add(lower)
    names = {name for name, row in reached if drawing.layout.row_of[name] == row}
    assert names == {
        "applications/language",
        *course_data.all_needs(NEEDS, "applications/language"),
    }


def test_the_csv_says_what_the_cards_say():
    rows = list(csv.DictReader(io.StringIO(course_map.as_csv(FOUND))))
    assert [row["page"] for row in rows] == list(FOUND)
    for row in rows:
        lesson = FOUND[row["page"]]
        assert row["lesson"] == lesson.title
        assert tuple(row["builds on"].split()) == lesson.card.needs
        assert row["objectives"] == "; ".join(lesson.card.objectives)
        assert int(row["read, min"]) == lesson.card.minutes["read"]
        assert int(row["points"]) == lesson.points
        assert sum(int(row[kind]) for kind in assign.POINTS) == len(lesson.exercises)


def test_the_sums_are_those_of_the_columns():
    sums = course_map.totals(FOUND.values())
    assert int(sums[0]) == sum(lesson.card.minutes["read"] for lesson in FOUND.values())
    assert sums[3] == ""
    assert int(sums[-1]) == sum(lesson.points for lesson in FOUND.values())


def test_titles_are_cut_at_the_colon_and_fit_into_three_lines(drawing):
    for lesson in FOUND.values():
        assert len(textwrap.wrap(course_map.short(lesson.title), course_map.LETTERS)) <= 3
    assert course_map.short("The LSTM: a cell") == "The LSTM"
    assert not re.search(r"\bNone\b", drawing.svg(dict.fromkeys(FOUND, "#")))
