"""The page for instructors: its commands exist, and lead from an assignment to points."""

from __future__ import annotations

import argparse
import csv
import os
import re
import runpy
import shlex
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import assign
import nbformat
import pytest

pytest.importorskip("nbgrader")

import course as gradebooks
import sandbox

pytestmark = pytest.mark.xdist_group("grading")

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "book" / "teaching" / f"{name}.md" for name in ("index", "plans")]
PAGE = "concepts/lstm"
NAME = assign.name_of(PAGE)
FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:make|\.venv/bin/python|python tools)[^`…]*)`")
PYTHON = ".venv/bin/python"
# What a person looks at, and what is there already where the tests run.
BY_EYE = ("git ", "cd ", "(cd ", "make setup", f"{PYTHON} -m jupyter lab")
# `--prove` runs a notebook twice; tests/course/test_assign.py sees to what it says.
LONG = "--prove"
STUDENTS = {"Ada Lovelace": 5, "Charles Babbage": 0}


def fenced(path: Path) -> list[str]:
    """Return the commands that a page shows as blocks, in their order."""
    blocks = FENCE.findall(path.read_text("utf8"))
    return [line for block in blocks for line in block.splitlines() if line.strip()]


COMMANDS = [line for path in PAGES for line in fenced(path)]
COMMANDS += [line for path in PAGES for line in INLINE.findall(path.read_text("utf8"))]


def parsed(
    script: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> argparse.Namespace:
    """Return what a script makes of its arguments; it does nothing with them."""

    class Parsed(Exception):
        pass

    read = argparse.ArgumentParser.parse_args

    def stop(self, args=None, namespace=None):
        raise Parsed(read(self, args, namespace))

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", stop)
    monkeypatch.setattr(sys, "argv", [str(script), *arguments])
    with pytest.raises(Parsed) as found:
        runpy.run_path(str(script), run_name="__main__")
    return found.value.args[0]


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_a_command_that_is_shown_exists(command, monkeypatch):
    words = shlex.split(re.sub(r"^\(cd \S+ && \S*?(\.venv/.*)\)$", r"\1", command))
    makefile = (ROOT / "Makefile").read_text("utf8")
    if words[0] == "make":
        for word in words[1:]:
            name, is_variable, _ = word.partition("=")
            wanted = rf"\$\({name}\)" if is_variable else rf"^{name}:"
            assert re.search(wanted, makefile, re.MULTILINE), word
    elif words[0] in (PYTHON, "python") and words[1:2] and words[1].startswith("tools/"):
        script = ROOT / words[1]
        assert script.is_file()
        if len(words) > 2:
            parsed(script, words[2:], monkeypatch)
    elif words[0] == "cp":
        # A folder of the course is there only on the walk, which copies it.
        assert words[1] == "-r" or (ROOT / words[1]).is_file()
    elif words[0] == PYTHON:
        assert words[1:] == [] or words[2] in ("jupyter", "zipfile")
    else:
        assert words[0] in ("git", "cd")


def hand_in(course: Path, archive: Path) -> None:
    """Pack what two students hand in, as Moodle does: one takes the book's answer, one has none."""
    kinds = {"source": "Ada Lovelace", "release": "Charles Babbage"}
    with zipfile.ZipFile(archive, "w") as packed:
        for number, (kind, student) in enumerate(kinds.items(), 4711):
            notebook = nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", as_version=4)
            solved = nbformat.read(course / kind / NAME / f"{NAME}.ipynb", as_version=4)
            answers = {cell.id: cell.source for cell in solved.cells}
            for cell in notebook.cells:
                if cell.metadata.get("nbgrader", {}).get("solution"):
                    cell.source = answers[cell.id]
            inside = f"{student}_{number}_assignsubmission_file/{NAME}.ipynb"
            packed.writestr(inside, nbformat.writes(notebook))


def mark_by_hand(course: Path) -> None:
    """Give every written answer one point, as the Formgrader does."""
    with gradebooks.open_course(course).gradebook as book:
        for submission in book.assignment_submissions(NAME):
            for grade in submission.notebooks[0].grades:
                if grade.cell.cell_type == "markdown":
                    grade.manual_score, grade.needs_manual_grade = 1, False
        book.db.commit()


def ran(script: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> object:
    """Run a script in this process, which has imported nbgrader; return its exit code."""
    monkeypatch.setattr(sys, "argv", arguments)
    with warnings.catch_warnings():
        warnings.resetwarnings()  # as for a command: here alone a warning of nbgrader's is no error
        try:
            runpy.run_path(str(script), run_name="__main__")
        except SystemExit as end:
            return end.code
    return 0


def run(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a command of the page, in which the folder beside the clone is another."""
    words = shlex.split(command.replace("../", f"{folder.as_posix()}/"))
    if words[0] == PYTHON and words[1].startswith("tools/"):
        assert not ran(ROOT / words[1], words[1:], monkeypatch), command
        return
    if words[0] == "make":
        # The environment is there: it is the one that runs this.
        words[1:1] = ["--no-print-directory", "-o", "setup", f"VENV_PYTHON={sys.executable}"]
    if words[0] == PYTHON:
        words[0] = sys.executable
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def test_the_page_leads_from_an_assignment_to_the_points(tmp_path, monkeypatch, capsys):
    if missing := sandbox.missing():
        message = f"{' and '.join(missing)} not installed"
        pytest.fail(message) if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip(message)
    monkeypatch.chdir(ROOT)
    for command in fenced(PAGES[0]):
        if "/course && " in command:
            mark_by_hand(tmp_path / "course")
        if command.startswith(BY_EYE) or LONG in command:
            continue
        if " collect " in command:
            hand_in(tmp_path / "course", tmp_path / "submissions.zip")
        capsys.readouterr()
        run(command, tmp_path, monkeypatch)
        if command.endswith(" check"):
            assert capsys.readouterr() == ("", "")
    with (tmp_path / "points.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {who: float(row["ex-lstm-machine"]) for who, row in rows.items()} == STUDENTS
    assert {float(row["points"]) - float(row["ex-lstm-machine"]) for row in rows.values()} == {4}
    assert {float(row["of"]) for row in rows.values()} == {17}
    assert {row["to mark"] for row in rows.values()} == {"0"}
    secret = "a quote in a comment"
    assert secret in (tmp_path / "course" / "source" / NAME / f"{NAME}.ipynb").read_text("utf8")
    for student in STUDENTS:
        page = tmp_path / "course" / "feedback" / student / NAME / f"{NAME}.html"
        assert secret not in page.read_text("utf8")
    with zipfile.ZipFile(tmp_path / f"{NAME}.zip") as handed_out:
        released = handed_out.read(f"{NAME}/{NAME}.ipynb").decode()
    assert secret not in released
    assert "BEGIN SOLUTION" not in released
    for name in ("questions.xml", "questions.zip"):
        assert (tmp_path / name).stat().st_size
