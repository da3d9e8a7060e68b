"""Grading, as an instructor does it: every kind of submission gets its marks and harms nobody."""

from __future__ import annotations

import csv
import os
import zipfile
from pathlib import Path

import nbformat
import psutil
import pytest

pytest.importorskip("nbgrader")

import assign
import grade
import sandbox

from tests.course import submissions
from tests.course.submissions import NAME

pytestmark = pytest.mark.xdist_group("grading")


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """Make a course with the small assignment, released."""
    folder = tmp_path_factory.mktemp("course")
    submissions.write(folder)
    assign.release(submissions.PAGE, folder)
    return folder


@pytest.fixture(scope="module")
def graded(course: Path) -> dict[str, dict]:
    """Grade all kinds of submissions in one go; return the points of each student."""
    if missing := sandbox.missing():
        message = f"{' and '.join(missing)} not installed"
        pytest.fail(message) if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip(message)
    submissions.decoy(course).mkdir()
    for student, kind in submissions.kinds(course).items():
        submissions.hand_in(course, student, kind)
    settings = course / "nbgrader_config.py"
    settings.write_text(settings.read_text() + "c.Execute.timeout = 4\n")
    assert grade.autograde(course, NAME, is_sandboxed=True, again=False) == {}
    return {row["student"]: row for row in grade.points(course, NAME)}


def test_the_release_holds_no_solution_and_no_hidden_test(course):
    text = (course / "release" / NAME / f"{NAME}.ipynb").read_text("utf8")
    assert "Your code here" in text
    for secret in ("2 * x", "Because.", submissions.SECRET, "HIDDEN", "SOLUTION"):
        assert secret not in text


def test_every_kind_gets_its_points(course, graded):
    for student, kind in submissions.kinds(course).items():
        row = graded[student]
        assert (row["ex-small-double"], row["ex-small-sum"]) == kind.points, student
        assert row["of"] == 12


def test_nothing_is_left_and_nothing_was_touched(course, graded):
    assert (course / "gradebook.db").is_file()
    assert submissions.decoy(course).is_dir()
    assert len(list((course / "submitted").iterdir())) == len(submissions.kinds(course))
    sleeping = [p for p in psutil.process_iter(["cmdline"]) if "98765" in (p.info["cmdline"] or [])]
    assert sleeping == []


def test_the_feedback_says_what_failed_and_not_how_it_was_tested(course, graded):
    grade.feedback(course, NAME)
    page = (course / "feedback" / "visible-only" / NAME / f"{NAME}.html").read_text("utf8")
    assert "AssertionError" in page
    for secret in ("double(0.5)", "HIDDEN"):
        assert secret not in page


def test_the_table_has_a_line_for_every_student(course, graded, tmp_path):
    assert grade.export(course, NAME, tmp_path / "points.csv") == len(graded)
    with (tmp_path / "points.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["student"]: float(row["points"]) for row in rows} == {
        student: row["points"] for student, row in graded.items()
    }


def test_what_was_graded_is_not_run_again(course, graded):
    place = course / "autograded" / "right" / NAME / f"{NAME}.ipynb"
    before = place.stat().st_mtime_ns
    assert grade.autograde(course, NAME, is_sandboxed=True, again=False) == {}
    assert place.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("naming", "file"),
    [
        ("moodle", f"Ada Lovelace_4711_assignsubmission_file_/{NAME}.ipynb"),
        ("canvas", f"lovelaceada_LATE_12_345_{NAME}.ipynb"),
        ("plain", f"ada/{NAME}.ipynb"),
    ],
)
def test_a_zip_of_a_learning_platform_is_taken_apart(course, tmp_path, naming, file):
    submissions.write(tmp_path / "other")
    assign.release(submissions.PAGE, tmp_path / "other")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(course / "release" / NAME / f"{NAME}.ipynb", file)
    assert grade.collect(tmp_path / "other", NAME, tmp_path / "all.zip", naming) == 1
    assert grade.faults(tmp_path / "other", NAME) == {}


def lose_metadata(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata.clear()


def delete_a_check(notebook: nbformat.NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if cell.id != "ex-small-sum-check"]


def copy_an_answer(notebook: nbformat.NotebookNode) -> None:
    (cell,) = [cell for cell in notebook.cells if cell.id == "ex-small-sum"]
    notebook.cells.append(nbformat.from_dict({**cell, "id": "a-copy"}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lose_metadata, "the cell ex-small-double is missing"),
        (delete_a_check, "the cell ex-small-sum-check is missing"),
        (copy_an_answer, "the cell ex-small-sum stands there 2 times"),
    ],
)
def test_a_submission_that_nbgrader_would_misread_is_named_and_left_out(tmp_path, change, message):
    submissions.write(tmp_path)
    assign.release(submissions.PAGE, tmp_path)
    kind = submissions.Kind(submissions.DOUBLE, (0, 0), change=change)
    submissions.hand_in(tmp_path, "ada", kind)
    assert message in grade.faults(tmp_path, NAME)["ada"]
    assert message in grade.autograde(tmp_path, NAME, is_sandboxed=False, again=False)["ada"]


def test_a_renamed_file_is_named(tmp_path):
    submissions.write(tmp_path)
    assign.release(submissions.PAGE, tmp_path)
    path = submissions.hand_in(tmp_path, "ada", submissions.Kind(submissions.DOUBLE, (0, 0)))
    path.rename(path.with_name("mine (1).ipynb"))
    assert grade.faults(tmp_path, NAME) == {
        "ada": [f"there is no {NAME}.ipynb, but mine (1).ipynb"]
    }
