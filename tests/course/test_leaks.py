"""What students get, searched for what they must not get: solutions and hidden tests.

All pages are released by nbgrader, with a hidden test for each code exercise. Then every file of
the release, metadata and copied experiments too, is searched for lines of the solutions.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import assign
import nbformat
import pytest

pytest.importorskip("nbgrader")

from tests.book import lessons

pytestmark = pytest.mark.xdist_group("leaks")

SECRET = "a hidden word"
# Shorter lines, `return x` say, stand in any code.
TELLING = 13
# What a stored experiment and a solution both say, and what gives nothing away.
EVERYDAY = {"loss = heads.mean squared error"}
IMPORT = re.compile(r"(from [\w. ]+ )?import ")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release all pages, with hidden tests."""
    folder = tmp_path_factory.mktemp("course")
    book = assign.the_book("https://example.org")
    for page in assign.pages():
        labels = [each.label for each in lessons.exercises(f"book/{page}") if "code" in each.kinds]
        hidden = dict.fromkeys(labels, f'assert True, "{SECRET}"')
        assign.write(assign.make(page, book, hidden), page, folder)
        assign.release(page, folder)
    return folder


def plain(line: str) -> str:
    """Return a line without the spaces and marks in which equal lines may differ."""
    return re.sub(r"[\s`*_>-]+", " ", line).strip()


def solution_lines(page: str) -> set[str]:
    """Return the telling lines and sentences that stand in a page's solutions alone."""
    inside, outside = [], []
    text, solving, blocks = "", False, re.compile(r"```\{solution\}.*?^```$", re.DOTALL | re.M)
    for cell in lessons.cells(f"book/{page}"):
        parts = [cell["source"]]
        if cell["cell_type"] == "markdown":
            inside += blocks.findall(cell["source"])
            text = blocks.sub("", cell["source"])
            parts = re.split(r"```\{solution-(?:start|end)\}.*?^```$", text, flags=re.DOTALL | re.M)
        for number, part in enumerate(parts):
            solving ^= number > 0
            (inside if solving else outside).append(part)
    return pieces(inside) - pieces(outside) - EVERYDAY


def pieces(texts: list[str]) -> set[str]:
    """Return lines, and sentences within them, that are long enough to tell something."""
    found = {plain(piece) for text in texts for piece in re.split(r"\n|(?<=[.:;?]) ", text)}
    found = {piece for piece in found if len(piece) >= TELLING and not IMPORT.match(piece)}
    return {piece for piece in found if not piece.startswith(":")}


def test_the_search_knows_a_solution_when_it_sees_one():
    lines = solution_lines("concepts/lstm")
    assert "closes = text.startswith(quote, t)" in lines
    assert any(line.startswith("A model that erases at every quote") for line in lines)
    assert not any("import numpy" in line for line in lines)


@pytest.mark.parametrize("page", assign.pages())
def test_a_release_holds_no_line_of_a_solution(course, page):
    found = released(course, page)
    solution = solution_lines(page)
    assert len(solution) > 5
    for name, texts in found.items():
        assert solution & pieces(texts) == set(), name


@pytest.mark.parametrize("page", assign.pages())
def test_a_release_holds_no_hidden_test_and_no_mark(course, page):
    source = course / "source" / assign.name_of(page) / f"{assign.name_of(page)}.ipynb"
    assert SECRET in source.read_text("utf8")
    for name, texts in released(course, page).items():
        text = "\n".join(texts)
        for word in (SECRET, "BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS"):
            assert word not in text, name


@pytest.mark.parametrize("page", assign.pages())
def test_a_release_is_the_source_but_for_the_answers(course, page):
    """So a run of the source with wrong answers, then with right ones, is a run of the release."""
    source, release = (read(course, kind, page) for kind in ("source", "release"))
    assert [cell.id for cell in source.cells] == [cell.id for cell in release.cells]
    for made, given in zip(source.cells, release.cells, strict=True):
        about = given.metadata.get("nbgrader", {})
        if about.get("solution"):
            words = "# Your code here" if given.cell_type == "code" else "Your answer here."
            assert given.source == words
        elif "BEGIN HIDDEN" not in made.source:
            assert given.source == made.source
        if about.get("locked"):
            assert given.metadata.editable is given.metadata.deletable is False
        assert "attachments" not in given
        assert not given.get("outputs")


def read(course: Path, kind: str, page: str) -> nbformat.NotebookNode:
    """Return a notebook of the course."""
    name = assign.name_of(page)
    return nbformat.read(course / kind / name / f"{name}.ipynb", as_version=4)


def released(course: Path, page: str) -> dict[str, list[str]]:
    """Return all text of the files that students get, by the files' names."""
    folder = course / "release" / assign.name_of(page)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    texts = {path.name: path.read_bytes().decode("utf8", "replace") for path in files}
    return {
        name: strings(json.loads(text)) if name.endswith((".ipynb", ".json")) else [text]
        for name, text in texts.items()
    }


def strings(value: object) -> list[str]:
    """Return all strings of a JSON value, lists of lines joined; keys too."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        if value and all(isinstance(each, str) for each in value):
            return ["".join(value)]
        return [text for each in value for text in strings(each)]
    if isinstance(value, dict):
        return [text for key, each in value.items() for text in (key, *strings(each))]
    return []
