"""The proof of a notebook's checks: it tells a check that can fail from one that cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import assign
import nbformat
import prove
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.book import lessons
from tests.course import submissions

RIGHT = "def double(x):\n    return 2 * x"
CHECK = "assert double(3) == 6"


def graded(page: Path, solution: str, check: str, before: str = "first = 1") -> list[Path]:
    """Write a release and its source, each with an answer and its check; return their paths."""
    paths = []
    for kind, answer in (("release", "# Your code here"), ("source", solution)):
        cells = [new_code_cell(code) for code in (before, answer, check)]
        for cell, name in zip(cells, ("before", "ex-a", "ex-a-check"), strict=True):
            cell.id = name
        cells[1].metadata.nbgrader = {"solution": True}
        paths.append(page / f"{kind}.ipynb")
        nbformat.write(new_notebook(cells=cells), paths[-1])
    return paths


def faults(*files: Path) -> list[str]:
    """Return what a proof of these files finds."""
    proof = prove.Proof(*files)
    proof.run()
    return proof.faults


@pytest.mark.parametrize(
    ("solution", "check", "before", "said"),
    [
        (RIGHT, CHECK, "first = 1", []),
        (RIGHT, "double(3)", "first = 1", ["ex-a-check passes with functions that do nothing"]),
        (RIGHT, CHECK, RIGHT, ["ex-a-check passes with no answer"]),
        (RIGHT, "assert double(3) == 7", "first = 1", ["ex-a-check raised AssertionError: "]),
        (RIGHT, CHECK, "1 / 0", ["before raised ZeroDivisionError: division by zero"]),
    ],
)
def test_what_a_proof_finds(tmp_path, solution, check, before, said):
    assert faults(*graded(tmp_path, solution, check, before)) == said


def test_what_is_left_of_an_answer_when_it_does_nothing():
    answer = "import math\n\n@cache\ndef f(x):\n    return 1\n\n"
    answer += "class A(B):\n    def g(self):\n        return 2\n\nx = f(1)"
    assert prove.hollow(answer) == (
        "def f(x):\n    pass\n\nclass A(B):\n\n    def g(self):\n        pass"
    )
    assert prove.hollow("x = 1") == ""


@pytest.mark.parametrize("page", assign.pages())
def test_every_check_of_a_page_is_tried_while_nbval_runs_it(page):
    """book/conftest.py gives each check its wrong answers, before the solution."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("pages_conftest", assign.BOOK / "conftest.py")
    plugin = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plugin)
    trials = plugin.trials(lessons.cells(f"book/{page}"))
    checks = [check for tried in trials.values() for *_, check in tried[:1]]
    code = [each for each in lessons.exercises(f"book/{page}") if "code" in each.kinds]
    assert code
    assert checks == [each.after["source"] for each in code]


def test_a_page_whose_check_cannot_fail_fails_under_nbval(tmp_path):
    cells = [new_markdown_cell("Twice."), new_code_cell(RIGHT), new_code_cell("double(3)")]
    cells[1].metadata.tags, cells[2].metadata.tags = ["solution"], ["check"]
    nbformat.write(new_notebook(cells=cells), tmp_path / "page.ipynb")
    text = (assign.BOOK / "conftest.py").read_text("utf8")
    tools = repr(str(assign.ROOT / "tools"))
    text = text.replace('str(Path(__file__).resolve().parent.parent / "tools")', tools)
    (tmp_path / "conftest.py").write_text(text, "utf8")
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, f"--rootdir={tmp_path}", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 1, done.stdout
    assert "the check passes with functions that do nothing" in done.stdout


def test_the_small_assignment_is_proved_hidden_tests_and_all(tmp_path):
    pytest.importorskip("nbgrader")
    submissions.write(tmp_path)
    assign.release(submissions.PAGE, tmp_path)
    assert assign.prove(submissions.PAGE, tmp_path) == 0
