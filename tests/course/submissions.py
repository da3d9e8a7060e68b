"""A small assignment, and what students hand in: good, bad, broken and hostile."""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import assign
import nbformat
import numpy as np
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
DOUBLE, TOTAL = "def double(x):\n    return 2 * x", "def total(xs):\n    return sum(xs)"
WRONG = "def double(x):\n    return x"
# Many processes, and not endlessly many.
FORKS = """import os, time
for _ in range(150):
    if os.fork() == 0:
        time.sleep(30)
        os._exit(0)"""
BOMB = """import os
while True:
    try:
        os.fork()
    except OSError:
        pass"""
STUBBORN = """while True:
    try:
        while True:
            pass
    except BaseException:
        pass"""
# A test that runs can be read. This hands on what it reads in every way that a page shows.
LEAKS = """shown = display("mine", display_id="mine")
def double(x):
    test = get_ipython().user_ns["In"][-1]
    shown.update(test)
    print(test)
    raise type(test, (Exception,), {})(test)"""
LEAKS_ON = f"""print(In)
{TOTAL}
display(*In)
raise NameError(str(In))"""
# What would run in the browser of who looks at it.
SCRIPT = "document.title = 'harmed'"
CLICKED = "document.title='clicked'"
LINKS = f"""
[my plot](javascript:{CLICKED}) <javascript:{CLICKED}> [two][r] [three](JaVa&#115;cript:{CLICKED})
[four](data:text/html,x) [five](vbscript:x) ![six](javascript:{CLICKED}) [well](https://example.org)

[r]: javascript:{CLICKED}
"""
DRAWN = (
    f"<svg xmlns='http://www.w3.org/2000/svg'><script>{SCRIPT.replace(chr(39), '')}</script></svg>"
)
SCRIPTS = f"""from IPython.display import HTML, SVG, Javascript, Markdown
DRAWN = {DRAWN!r}
display(HTML("<script>{SCRIPT}</script>"), Javascript("{SCRIPT}"), SVG(DRAWN))
display(Markdown("[out](javascript:{CLICKED})"))
{TOTAL}"""
# Where the sockets of the kernel lie.
SOCKETS = """import os
from ipykernel.connect import get_connection_file
os.chdir(os.path.dirname(get_connection_file()))
"""
NESTED = f"""{SOCKETS}for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")"""
WIDGETS = """from ipywidgets import Output, interact
interact(lambda n: n, n=3)
with Output():
    print("inside")"""
PLOTS = """import matplotlib.pyplot as plt
from rnn_core.plots import use_style
use_style()
plt.plot([1, 2])
plt.show()"""
PEEKS = """def double(x):
    return 6 if "3" in str(x) else 1 if "double(0.5) == 1" in In[-1] else 0"""
PATCHES = """class Agreeable:
    def __eq__(self, other):
        return True
def double(x):
    return Agreeable()"""


@dataclass(frozen=True)
class Kind:
    """What a student wrote into the answers, and the points, or the fault that is to be named."""

    double: str = DOUBLE
    points: tuple[float, float] = (5, 5)
    total: str = TOTAL
    words: str | None = None
    change: Callable[[nbformat.NotebookNode], object] | None = None
    file: str = f"{NAME}.ipynb"
    text: str | None = None
    fault: str | None = None


def first(code: str, points: tuple[float, float] = (5, 5)) -> Kind:
    """Return a right submission that does something else first."""
    return Kind(f"{code}\n{DOUBLE}", points)


def cell(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """Return the cell of that name."""
    (found,) = [each for each in notebook.cells if each.id == name]
    return found


def lose_metadata(notebook: nbformat.NotebookNode) -> None:
    """Forget what nbgrader knows, as some editors do."""
    for each in notebook.cells:
        each.metadata.clear()


def delete_a_check(notebook: nbformat.NotebookNode) -> None:
    """Lose a locked cell."""
    notebook.cells.remove(cell(notebook, "ex-small-sum-check"))


def copy_an_answer(notebook: nbformat.NotebookNode) -> None:
    """Copy a cell with all that belongs to it."""
    double = copy.deepcopy(cell(notebook, "ex-small-sum"))
    notebook.cells.append(nbformat.from_dict({**double, "id": "a-copy"}))


def move_a_check(notebook: nbformat.NotebookNode) -> None:
    """Put a check before its answer."""
    check = cell(notebook, "ex-small-sum-check")
    notebook.cells.remove(check)
    notebook.cells.insert(0, check)


def add_cells(notebook: nbformat.NotebookNode) -> None:
    """Write beside the answers."""
    notebook.cells.insert(0, new_code_cell("print('mine')"))
    notebook.cells.insert(5, new_markdown_cell("Notes."))
    notebook.cells.append(new_code_cell("1 / 0"))


def grow_old(notebook: nbformat.NotebookNode) -> None:
    """Be written by a Jupyter that gives cells no name."""
    notebook.nbformat_minor = 2
    for each in notebook.cells:
        del each["id"]


def skip_the_check(notebook: nbformat.NotebookNode) -> None:
    """Ask that a check should not run."""
    cell(notebook, "ex-small-double-check").metadata["tags"] = ["skip-execution"]


def edit_the_check(notebook: nbformat.NotebookNode) -> None:
    """Write a check of one's own, worth more."""
    check = cell(notebook, "ex-small-double-check")
    check.source, check.metadata.nbgrader.points = "pass", 500


def relabel_the_check(notebook: nbformat.NotebookNode) -> None:
    """Make an answer of a check."""
    cell(notebook, "ex-small-double-check").metadata.nbgrader.solution = True


def spoil_a_name(notebook: nbformat.NotebookNode) -> None:
    """Give a cell a name that is none."""
    cell(notebook, "ex-small-sum").metadata.nbgrader.grade_id = ["a", "list"]


def spoil_the_version(notebook: nbformat.NotebookNode) -> None:
    """Be of no version of the format."""
    notebook.nbformat_minor = "x"


def decoy(course: Path) -> Path:
    """Return a folder beside the course that nobody may touch."""
    return course.with_name("precious")


def kinds(course: Path, port: int = 9) -> dict[str, Kind]:
    """Return the submissions by the name of who handed them in; a server listens at the port."""
    book, sources = course / "gradebook.db", course / "source"
    survive = "try:\n    {}\nexcept Exception as error:\n    pass"
    address = f"http://127.0.0.1:{port}"
    return {
        "right": Kind(words="Because it is so."),
        "wrong": Kind(WRONG, (0, 5)),
        "nothing": Kind("# Your code here", (0, 0), "# Your code here"),
        "half": Kind(DOUBLE, (5, 0), "def total(xs):\n    return 0"),
        "visible-only": Kind("def double(x):\n    return 6", (0, 5)),
        "syntax": Kind("def double(x:", (0, 5)),
        "loop-in-function": Kind("def double(x):\n    while True:\n        pass", (0, 5)),
        "loop-at-top": Kind("while True:\n    pass", (0, 5)),
        "loop-that-stays": Kind(STUBBORN, (0, 0)),
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
            f"import urllib.request\n{survive.format(f'urllib.request.urlopen({address!r})')}"
            "\nelse:\n    raise SystemExit('there is a network')"
        ),
        "forks": Kind(FORKS, (0, 0)),
        "fork-bomb": Kind(BOMB, (0, 0)),
        "leaves": first(
            "import subprocess\nsubprocess.Popen(['sleep', '98765'], start_new_session=True)"
        ),
        "exits": Kind("import os\nos._exit(0)", (0, 0)),
        # The kernel goes before the next cell or after it, so there is no other answer.
        "quits": Kind("quit()", (0, 0), "# Your code here"),
        "raises-exit": first("raise SystemExit", (0, 5)),
        "raises-interrupt": first("raise KeyboardInterrupt", (0, 5)),
        "floods": Kind("while True:\n    print('x' * 1000)", (0, 5)),
        "writes-files": first(survive.format("open('/tmp/big', 'wb').write(bytes(10**9))")),
        "adds-cells": Kind(change=add_cells),
        "old-format": Kind(change=grow_old),
        "skips-check": Kind(WRONG, (0, 5), change=skip_the_check),
        "edits-check": Kind(WRONG, (0, 5), change=edit_the_check),
        "scripts": Kind(words=f"Because <script>{SCRIPT}</script> it is so.{LINKS}", total=SCRIPTS),
        "leaks": Kind(LEAKS, (0, 5), LEAKS_ON),
        "nested-folders": Kind(NESTED, (0, 0)),
        "widgets": first(WIDGETS),
        "plots": first(PLOTS),
        "renamed-copy": Kind(file=f"{NAME} (1).ipynb"),
    } | broken()


def broken() -> dict[str, Kind]:
    """Return the submissions that cannot be graded as they are."""
    return {
        "metadata-lost": Kind(change=lose_metadata, fault="the cell ex-small-double is missing"),
        "cell-deleted": Kind(change=delete_a_check, fault="the cell ex-small-sum-check is missing"),
        "cell-copied": Kind(
            change=copy_an_answer, fault="the cell ex-small-sum stands there 2 times"
        ),
        "cell-moved": Kind(change=move_a_check, fault="the cells stand in another order"),
        "cell-relabelled": Kind(
            change=relabel_the_check, fault="the cell ex-small-double-check is not of its kind"
        ),
        "renamed": Kind(file="mine.ipynb", fault=f"there is no {NAME}.ipynb, but mine.ipynb"),
        "other-file": Kind(file="mine.pdf", fault="there is no "),
        "name-spoilt": Kind(change=spoil_a_name, fault="is no text, as a cell's name must be"),
        "version-spoilt": Kind(change=spoil_the_version, fault="it is no notebook: "),
        "no-notebook": Kind(text="<html>Log in</html>", fault="it is no notebook"),
    }


def cheats() -> dict[str, Kind]:
    """Return what nothing prevents: code in the interpreter that the tests run in."""
    return {"patches": Kind(PATCHES), "peeks": Kind(PEEKS)}


def a_class(course: Path, students: int, seed: int) -> dict[str, Kind]:
    """Return a class that hands in every kind, and mostly the common ones, by students' names."""
    rng = np.random.default_rng(seed)
    common, chances = (
        ["right", "half", "wrong", "nothing", "visible-only"],
        [0.5, 0.2, 0.1, 0.1, 0.1],
    )
    known = kinds(course)
    which = [*known, *rng.choice(common, max(students - len(known), 0), p=chances)]
    # As platforms have them.
    names = ["Ada Lovelace", "Müller, Jörg", "O'Neill, Zoë", "van der Waals, J. D.", "Šarūnė Ž."]
    order = rng.permutation(len(which))[:students]
    return {f"{names[n % 5]} {n}": known[which[kind]] for n, kind in enumerate(order)}


def write(course: Path) -> None:
    """Write the assignment's source into a course."""
    made = assign.Assignment(PAGE, assign.plain_markdown.Book({}, {}), HIDDEN)
    for each in CELLS:
        made.add(copy.deepcopy(each))
    assign.write(made.notebook(), PAGE, course)


def content(course: Path, kind: Kind) -> str:
    """Return the file that a student hands in."""
    if kind.text is not None:
        return kind.text
    notebook = nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    answers = {"ex-small-double": kind.double, "ex-small-sum": kind.total}
    if kind.words:
        answers["ex-small-words"] = kind.words
    for name, answer in answers.items():
        cell(notebook, name).source = answer
    if kind.change:
        kind.change(notebook)
    return json.dumps(notebook)  # as it is, also where nbformat would not write it


def zip_up(
    course: Path, archive: Path, handed: Mapping[str, Kind], time: tuple[int, ...] = (2026, 11, 2)
) -> Path:
    """Write the zip that Moodle makes of what a class handed in; return its path."""
    with zipfile.ZipFile(archive, "w") as made:
        for number, (student, kind) in enumerate(handed.items(), 4711):
            file = f"{student}_{number}_assignsubmission_file_/{kind.file}"
            info = zipfile.ZipInfo(file, (*time, 12, 0, 0)[:6])
            made.writestr(info, content(course, kind))
    return archive
