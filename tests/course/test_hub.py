"""Two students on the local hub: each gets a server, pulls, runs, edits, and pulls again.

The hub has an environment of its own; the first test on a machine makes it (`tools/hub.py`).
"""

from __future__ import annotations

import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

import hub
import links
import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from benchmarks.hub import commit, git, memory
from benchmarks.students import Student

pytestmark = [
    pytest.mark.xdist_group("hub"),
    pytest.mark.skipif(os.name == "nt", reason="JupyterHub does not run on Windows"),
]
PAGE, TERM, TARGET = "concepts/rnn", "term/2026", "Gate by Gate"
LESSON = links.path_of(PAGE)
OPENED = f"{TARGET}/{LESSON}"
NAMES = ("ada", "ben")
CELLS = {
    "step": "from rnn_core import RNN\nimport numpy as np\n"
    "rnn = RNN(2, 3, rng=np.random.default_rng(0))\n"
    "rnn.step(np.zeros((1, 2)), rnn.zero_state(1))",
    "answer": "# Your code here",
    "wrong": "1 / 0",
    "greedy": "all_of_it = bytearray(5 * 2**30)",
    "state": "assert rnn.hidden_size == 3",
    "folder": "from pathlib import Path\nPath('mine.txt').write_text('mine')",
}


class Course:
    """The instructor's repository, with one short lesson."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lesson = folder / LESSON
        self.lesson.parent.mkdir(parents=True)
        cells = [new_markdown_cell("A lesson", id="title")]
        cells += [new_code_cell(source, id=name) for name, source in CELLS.items()]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), self.lesson)
        commit(folder, "First")
        git(folder, "branch", "--move", TERM)

    def change(self, cell: str, source: str) -> None:
        """Change a cell of the lesson, and add a file."""
        lesson = nbformat.read(self.lesson, as_version=4)
        (found,) = [each for each in lesson.cells if each.id == cell]
        found.source = source
        nbformat.write(lesson, self.lesson)
        (self.folder / "news.md").write_text(f"{cell} changed\n", "utf8")
        commit(self.folder, f"Change {cell}")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Return the instructor's repository."""
    return Course(tmp_path_factory.mktemp("repos") / "assignments.git")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory):
    """Run the hub for the tests of this module."""
    with hub.running(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture(scope="module")
def link(running: hub.Hub, course: Course) -> str:
    """Return the link that the students get."""
    return links.pull_link(
        running.address, course.folder.as_uri(), TERM, LESSON, target=TARGET, depth=1
    )


@pytest.fixture(scope="module")
def class_of_two(running: hub.Hub, link: str) -> dict[str, tuple[Student, dict[str, str]]]:
    """Let two students come at once and run the lesson; return them and their errors."""
    start = threading.Barrier(len(NAMES))

    def visit(name: str) -> tuple[Student, dict[str, str]]:
        student = Student(running.address, name, running.student_password)
        start.wait()
        student.open(link)
        return student, student.run(OPENED)

    with ThreadPoolExecutor(len(NAMES)) as pool:
        return dict(zip(NAMES, pool.map(visit, NAMES), strict=True))


def test_both_pull_and_run_every_cell(class_of_two):
    for _, errors in class_of_two.values():
        assert errors == {
            "wrong": "ZeroDivisionError: division by zero",
            "greedy": "MemoryError: ",  # and the kernel goes on
        }


def test_each_writes_into_a_folder_of_their_own(class_of_two):
    for name, (student, _) in class_of_two.items():
        student.ask("PUT", "contents/name.txt", {"type": "file", "format": "text", "content": name})
    for name, (student, _) in class_of_two.items():
        assert student.ask("GET", "contents/name.txt")["content"] == name


def test_a_student_does_not_get_into_the_server_of_another(running, class_of_two):
    ada, _ = class_of_two["ada"]
    other = ada.web.get(f"{running.address}/user/ben/api/contents", allow_redirects=False)
    assert other.status_code in (302, 403)


def test_every_process_has_been_told_its_limit_of_memory(running, class_of_two):
    """The server and its kernels may not grow beyond it, so that one cannot take all."""
    used = memory(running)
    assert len(used["server"]) == len(used["kernel"]) == len(NAMES)
    ours = psutil.Process(running.process.pid).children(recursive=True)
    students = [p for p in ours if re.search("singleuser|ipykernel", " ".join(p.cmdline()))]
    limits = {process.rlimit(psutil.RLIMIT_AS) for process in students}
    assert limits == {(4 * 2**30, 4 * 2**30)}


def test_an_edit_stays_when_the_instructor_changes_the_same_cell(class_of_two, course, link):
    ada, _ = class_of_two["ada"]
    ben, _ = class_of_two["ben"]
    lesson = ada.read(OPENED)
    (answer,) = [cell for cell in lesson["cells"] if cell["id"] == "answer"]
    answer["source"] = "mine = 'an answer of Ada'"
    ada.save(OPENED, lesson)
    course.change("answer", "# A better hint")
    for student in (ada, ben):
        student.open(link)
        assert "answer changed" in student.ask("GET", f"contents/{TARGET}/news.md")["content"]
    now = {
        student.name: {cell["id"]: cell["source"] for cell in student.read(OPENED)["cells"]}
        for student in (ada, ben)
    }
    assert now["ada"]["answer"] == "mine = 'an answer of Ada'"
    assert now["ben"]["answer"] == "# A better hint"


@pytest.mark.browser
def test_a_browser_follows_the_link_to_the_notebook(running, link, class_of_two, browser):
    """In JupyterLab, with nothing on top that asks the student for something else."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(link)
    page.fill("#username_input", "ben")
    page.fill("#password_input", running.student_password)
    page.click("#login_submit")
    page.locator(".jp-Notebook").get_by_text("A lesson").first.wait_for()
    assert unquote(page.url) == f"{running.address}/user/ben/lab/tree/{OPENED}"
    page.wait_for_timeout(2000)
    assert page.locator(".Toastify__toast").all_inner_texts() == []
    context.close()


def test_a_wrong_password_is_refused(running, link):
    with pytest.raises(PermissionError, match="mallory"):
        Student(running.address, "mallory", "not the password").open(link)


def test_the_students_password_does_not_make_an_instructor(running, link):
    with pytest.raises(PermissionError, match="instructor"):
        Student(running.address, "instructor", running.student_password).open(link)


def test_the_passwords_are_the_owners_alone(running):
    kept = running.folder / "passwords.txt"
    assert running.student_password in kept.read_text("utf8")
    assert kept.stat().st_mode & 0o077 == 0


def test_a_student_goes_to_this_machine_alone():
    with pytest.raises(ValueError, match=re.escape("127.0.0.1")):
        Student("https://hub.example.org", "ada", "secret")
