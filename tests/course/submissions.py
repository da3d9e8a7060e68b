"""A small assignment, and what students hand in: good, bad, broken and hostile."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import assign
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

PAGE = "small/page"
NAME = assign.name_of(PAGE)
SECRET = "the tests that nobody sees"
HIDDEN = {
    "ex-small-double": f'assert double(0.5) == 1, "{SECRET}"',
    "ex-small-sum": "assert total([]) == 0",
}
CELLS = [
    new_markdown_cell("# A small page"),
    new_code_cell("import math"),
    new_markdown_cell(
        "```{exercise} Twice\n:label: ex-small-double\n:class: code\n\nWrite `double(x)`.\n```"
    ),
    new_markdown_cell("```{solution-start} ex-small-double\n:class: dropdown\n```"),
    new_code_cell("def double(x):\n    return 2 * x", metadata={"tags": ["solution"]}),
    new_markdown_cell("```{solution-end}\n```"),
    new_code_cell("assert double(3) == 6", metadata={"tags": ["check"]}),
    new_markdown_cell(
        "```{exercise} All together\n:label: ex-small-sum\n:class: code\n\nWrite `total(xs)`.\n```"
    ),
    new_markdown_cell("```{solution-start} ex-small-sum\n:class: dropdown\n```"),
    new_code_cell("def total(xs):\n    return sum(xs)", metadata={"tags": ["solution"]}),
    new_markdown_cell("```{solution-end}\n```"),
    new_code_cell("assert total([1, 2]) == 3", metadata={"tags": ["check"]}),
    new_markdown_cell(
        "```{exercise} In words\n:label: ex-small-words\n:class: understanding\n\nWhy?\n```\n\n"
        "```{solution} ex-small-words\n:class: dropdown\n\nBecause.\n```"
    ),
]
# Many processes, and not endlessly many: a fault in the sandbox must not cost the machine.
FORKS = """import os, time
for _ in range(300):
    if os.fork() == 0:
        time.sleep(30)
        os._exit(0)"""
DOUBLE, TOTAL = "def double(x):\n    return 2 * x", "def total(xs):\n    return sum(xs)"


@dataclass(frozen=True)
class Kind:
    """What a student wrote into the two answers, and the points that it is worth."""

    double: str
    points: tuple[float, float]
    total: str = TOTAL
    change: Callable[[nbformat.NotebookNode], None] | None = None


def first(code: str, points: tuple[float, float] = (5, 5)) -> Kind:
    """Return a right submission that does something else first."""
    return Kind(f"{code}\n{DOUBLE}", points)


def decoy(course: Path) -> Path:
    """Return a folder beside the course that nobody may touch."""
    return course.with_name("precious")


def kinds(course: Path) -> dict[str, Kind]:
    """Return the submissions by the name of who handed them in."""
    book, sources = course / "gradebook.db", course / "source"
    survive = "try:\n    {}\nexcept Exception as error:\n    pass"
    return {
        "right": Kind(DOUBLE, (5, 5)),
        "wrong": Kind("def double(x):\n    return x", (0, 5)),
        "nothing": Kind("# Your code here", (0, 0), "# Your code here"),
        "half": Kind(DOUBLE, (5, 0), "def total(xs):\n    return 0"),
        "visible-only": Kind("def double(x):\n    return 6", (0, 5)),
        "syntax": Kind("def double(x:", (0, 5)),
        "loop-in-function": Kind("def double(x):\n    while True:\n        pass", (0, 5)),
        "loop-at-top": Kind("while True:\n    pass", (0, 5)),
        "memory": Kind(f"hog = bytearray(50 * 2**30)\n{DOUBLE}", (0, 5)),
        "deletes": first(
            "import shutil\n"
            f"for place in {[str(course), str(decoy(course))]}:\n"
            "    shutil.rmtree(place, ignore_errors=True)"
        ),
        "reads": first(
            "from pathlib import Path\n"
            f"places = [*Path({str(sources)!r}).rglob('*'), *Path('.').glob('*.ipynb')]\n"
            f"assert not places and not Path({str(book)!r}).exists()"
        ),
        "network": first(
            "import urllib.request\n"
            + survive.format("urllib.request.urlopen('http://127.0.0.1', timeout=2)")
            + "\nelse:\n    raise SystemExit('there is a network')"
        ),
        "forks": Kind(FORKS, (0, 0)),
        "leaves": first(
            "import subprocess\nsubprocess.Popen(['sleep', '98765'], start_new_session=True)"
        ),
        "exits": Kind("import os\nos._exit(0)", (0, 0)),
        "floods": Kind("while True:\n    print('x' * 1000)", (0, 5)),
        "writes-files": first(survive.format("open('/tmp/big', 'wb').write(bytes(10**9))")),
    }


def write(course: Path) -> None:
    """Write the assignment's source into a course."""
    made = assign.Assignment(PAGE, assign.plain_markdown.Book({}, {}), HIDDEN)
    for cell in CELLS:
        made.add(copy.deepcopy(cell))
    assign.write(made.notebook(), PAGE, course)


def hand_in(course: Path, student: str, kind: Kind) -> Path:
    """Write what a student handed in; return its path."""
    notebook = nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    answers = {"ex-small-double": kind.double, "ex-small-sum": kind.total}
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    if kind.change:
        kind.change(notebook)
    path = course / "submitted" / student / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    return path
