"""An assignment of every page: answers out, checks in, nothing raw, nothing that gives it away."""

from __future__ import annotations

import re

import assign
import pytest

from tests.book import lessons

BOOK = assign.the_book()
RAW = re.compile(r"^[`:]{3,}\{|^\([\w-]+\)=$|\{[\w:]+\}`", re.MULTILINE)


@pytest.fixture(params=assign.pages(), scope="module")
def page(request: pytest.FixtureRequest) -> str:
    """Return each page with exercises in turn."""
    return request.param


@pytest.fixture(scope="module")
def cells(page: str) -> list:
    """Return the cells of the page's source notebook."""
    return assign.make(page, BOOK).cells


def marked(cells: list) -> dict[str, dict]:
    """Return nbgrader's metadata by name."""
    found = [cell.metadata["nbgrader"] for cell in cells if "nbgrader" in cell.metadata]
    assert len({each["grade_id"] for each in found}) == len(found)
    return {each["grade_id"]: each for each in found}


def test_every_lesson_can_be_assigned():
    assert [f"book/{page}" for page in assign.pages()] == lessons.LESSONS


def test_no_myst_is_left_raw(cells):
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert [found for text in texts for found in RAW.findall(text)] == []


def test_every_exercise_has_its_statement_its_answer_and_its_points(page, cells):
    names = marked(cells)
    for exercise in lessons.exercises(f"book/{page}"):
        (kind,) = exercise.kinds & lessons.KINDS
        graded = exercise.label + ("-check" if kind == "code" else "")
        assert names[f"{exercise.label}-text"]["locked"]
        assert names[exercise.label]["solution"]
        assert names[graded]["grade"]
        assert names[graded]["points"] == assign.POINTS[kind]
    assert len([each for each in names.values() if each["grade"]]) == len(
        lessons.exercises(f"book/{page}")
    )


def test_a_solution_stands_between_its_marks_alone(page, cells):
    """What nbgrader leaves when it cuts holds none of the solutions' code."""
    outside = "\n".join(
        re.sub(r"### BEGIN SOLUTION.*?### END SOLUTION", "", cell.source, flags=re.DOTALL)
        for cell in cells
    )
    for exercise in lessons.exercises(f"book/{page}"):
        for cell in exercise.code:
            assert cell["source"] not in outside, exercise.label


def test_hidden_tests_stand_in_the_source_between_their_marks():
    source = assign.make("concepts/lstm", BOOK, {"ex-lstm-machine": "assert machine('') is None"})
    (check,) = [cell for cell in source.cells if cell.id == "ex-lstm-machine-check"]
    assert check.source.endswith(
        "### BEGIN HIDDEN TESTS\nassert machine('') is None\n### END HIDDEN TESTS"
    )


def test_hidden_tests_of_an_exercise_that_is_not_there_are_an_error():
    with pytest.raises(ValueError, match="concepts/lstm has no code exercise ex-none"):
        assign.make("concepts/lstm", BOOK, {"ex-none": "assert False"})


def test_stored_experiments_go_with_the_notebook(tmp_path):
    notebook = assign.make("code/ladder", BOOK)
    folder = assign.write(notebook, "code/ladder", tmp_path)
    assert (folder / "code-ladder.ipynb").is_file()
    assert (folder / "_experiments" / "ladder.csv").is_file()
    assert not (folder / "_experiments" / "ctc.csv").exists()
    code = "".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert "../_experiments" not in code
