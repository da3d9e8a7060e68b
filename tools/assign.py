"""Make an assignment of a page: the notebook for students, without solutions, ready for nbgrader.

    python tools/assign.py concepts/lstm [--course DIR] [--site URL] [--hidden FILE]
    python tools/assign.py --list

A page is its own source. A solution is cut out and becomes an answer cell, a cell tagged `check`
becomes a locked cell with points, and MyST becomes plain Markdown. Into the folder of the course go
`source/NAME` with the solutions, `release/NAME` for the students, and nbgrader's gradebook, which
knows the points. NAME is the page with a dash for the slash.

FILE holds hidden tests, a YAML of code by exercise, `ex-lstm-machine: "assert …"`. It stays outside
of the book; what it says is in `source` alone.
"""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import nbformat
import plain_markdown
import yaml
from build_book import ROOT, toc_pages
from course import open_course
from nbformat.v4 import new_code_cell, new_markdown_cell

import rnn_core

BOOK = ROOT / "book"
COURSE = ROOT / "_build" / "course"
POINTS = {"understanding": 2, "calculation": 3, "code": 5, "exploration": 4}
EXPERIMENTS = "_experiments"
SOLUTION = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
HIDDEN = "\n### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
ROOM = "# Room for your computations"
# Where a text of a page is cut: the exercises and what belongs to their solutions.
PART = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?P<name>exercise|solution|solution-start|solution-end)\}"
    r" *(?P<title>[^\n]*)\n(?P<options>(?::[\w-]+:[^\n]*\n)*)(?P<body>.*?)^(?P=fence) *$\n?",
    re.MULTILINE | re.DOTALL,
)
OPTION = re.compile(r"^:([\w-]+): *(.*)$", re.MULTILINE)


@dataclass
class Exercise:
    """An exercise as the page has it: its statement, and what its solution is made of."""

    label: str
    kind: str
    title: str
    statement: str
    answer: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)

    @property
    def points(self) -> int:
        """Return how many points it is worth."""
        return POINTS[self.kind]


class Assignment:
    """The cells of a page, turned one after the other into those of an nbgrader source."""

    def __init__(self, page: str, book: plain_markdown.Book, hidden: Mapping[str, str]) -> None:
        self.page, self.book, self.hidden = page, book, dict(hidden)
        self.cells: list[nbformat.NotebookNode] = []
        self.exercises: list[Exercise] = []
        self.numbers: dict[str, int] = {}
        self._open: Exercise | None = None

    def add(self, cell: nbformat.NotebookNode) -> None:
        """Take the next cell of the page; the questions of a self-check stay in the book."""
        if cell.id == "self-check":
            return
        if cell.cell_type == "markdown":
            self._add_text(cell.source)
        elif self._open:
            tagged = "solution" in cell.metadata.get("tags", ())
            if self._open.kind == "code" and tagged:
                self._open.code.append(cell.source)
            else:
                self._open.answer.append(f"```python\n{cell.source}\n```")
        elif "check" in cell.metadata.get("tags", ()):
            self._add_check(cell.source)
        else:
            self.cells.append(new_code_cell(_moved(cell.source), metadata=_shown(cell)))

    def _add_text(self, text: str) -> None:
        at = 0
        for part in PART.finditer(text):
            self._add_words(text[at : part.start()])
            at = part.end()
            options = dict(OPTION.findall(part["options"]))
            if part["name"] == "exercise":
                self._add_exercise(part, options)
            elif part["name"] == "solution":
                solved = self._solved(part["title"])
                solved.answer.append(self._plain(part["body"]))
                self._add_answer(solved)
            elif part["name"] == "solution-start":
                self._open = self._solved(part["title"])
            else:
                solved, self._open = self._open, None
                self._add_answer(solved)
        self._add_words(text[at:])

    def _plain(self, text: str) -> str:
        return plain_markdown.convert(text, self.page, self.book, self.numbers)

    def _solved(self, label: str) -> Exercise:
        (found,) = [each for each in self.exercises if each.label == label.strip()]
        return found

    def _add_words(self, text: str) -> None:
        text = self._plain(text)
        if self._open and text:
            self._open.answer.append(text)
        elif text:
            self.cells.append(new_markdown_cell(text))

    def _add_exercise(self, part: re.Match[str], options: Mapping[str, str]) -> None:
        (kind,) = POINTS.keys() & set(options["class"].split())
        title, label = part["title"].strip(), options["label"]
        exercise = Exercise(label, kind, title, self._plain(part["body"]))
        self.exercises.append(exercise)
        head = f"### {len(self.exercises)}. {title} ({exercise.points} points)"
        link = self.book.address(self.page, f"#{label}")
        head += f"\n\n[This exercise in the book]({link})" if link else ""
        text = f"{head}\n\n{exercise.statement}"
        self.cells.append(_graded(new_markdown_cell(text), f"{label}-text"))

    def _add_answer(self, solved: Exercise) -> None:
        if solved.kind == "code":
            text = SOLUTION.format("\n\n".join(solved.code))
            self.cells.append(_graded(new_code_cell(text), solved.label, solution=True))
            return
        text = SOLUTION.format("\n\n".join(solved.answer))
        answer = _graded(new_markdown_cell(text), solved.label, solution=True)
        answer.metadata.nbgrader.update(grade=True, points=solved.points)
        self.cells.append(answer)
        if solved.kind in ("calculation", "exploration"):
            self.cells.append(new_code_cell(ROOM))

    def _add_check(self, source: str) -> None:
        solved = self.exercises[-1]
        if hidden := self.hidden.pop(solved.label, None):
            source += HIDDEN.format(hidden.strip())
        check = _graded(new_code_cell(_moved(source)), f"{solved.label}-check")
        check.metadata.nbgrader.update(grade=True, points=solved.points)
        self.cells.append(check)

    def notebook(self) -> nbformat.NotebookNode:
        """Return the source notebook, with where it comes from at its top."""
        if self.hidden:
            raise ValueError(f"hidden: {self.page} has no code exercise {', '.join(self.hidden)}")
        address = self.book.address_of(self.page)
        where = f"[{self.page}]({address})" if address else self.page
        total = sum(exercise.points for exercise in self.exercises)
        top = f"From the book *Gate by Gate*, version {rnn_core.__version__}, page {where}."
        cells = [new_markdown_cell(f"{top} The exercises give {total} points."), *self.cells]
        for number, cell in enumerate(cells):
            cell.id = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{number}")
        return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def _graded(cell: nbformat.NotebookNode, name: str, solution: bool = False):
    """Return a cell with nbgrader's metadata; what is no answer is locked."""
    cell.metadata.nbgrader = nbformat.NotebookNode(
        grade=False,
        grade_id=name,
        locked=not solution,
        schema_version=3,
        solution=solution,
        task=False,
    )
    return cell


def _shown(cell: nbformat.NotebookNode) -> dict:
    """Return what a student's notebook keeps of a cell's metadata: nothing but hidden input."""
    hidden = {"remove-input", "hide-input"} & set(cell.metadata.get("tags", ()))
    return {"jupyter": {"source_hidden": True}} if hidden else {}


def _moved(source: str) -> str:
    """Return code that finds the stored experiments beside itself."""
    return source.replace(f"../{EXPERIMENTS}", EXPERIMENTS)


def name_of(page: str) -> str:
    """Return the name of a page's assignment."""
    return page.replace("/", "-")


def pages() -> list[str]:
    """Return the pages that have exercises, in the order of the book."""
    found = [page.removeprefix("book/") for page in toc_pages(ROOT)]
    return [page for page in found if "{exercise}" in "".join(_texts(page))]


def the_book(site: str | None = None) -> plain_markdown.Book:
    """Return what the pages may refer to."""
    labels = {
        label: page
        for page in (page.removeprefix("book/") for page in toc_pages(ROOT))
        for text in _texts(page)
        for label in plain_markdown.LABEL.findall(text)
    }
    sources = plain_markdown.read_sources(str(BOOK / "references.bib"))
    return plain_markdown.Book(sources, labels, site)


def _texts(page: str) -> list[str]:
    """Return the Markdown of a page, cell by cell."""
    path = BOOK / f"{page}.ipynb"
    if not path.is_file():
        return [(BOOK / f"{page}.md").read_text("utf8")]
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


def make(
    page: str, book: plain_markdown.Book, hidden: Mapping[str, str] = MappingProxyType({})
) -> nbformat.NotebookNode:
    """Return the source notebook of a page, solutions and hidden tests included."""
    made = Assignment(page, book, hidden)
    for cell in nbformat.read(BOOK / f"{page}.ipynb", as_version=4).cells:
        made.add(cell)
    return made.notebook()


def write(notebook: nbformat.NotebookNode, page: str, course: Path) -> Path:
    """Write a source notebook, and the files it reads, into the folder of a course."""
    folder = course / "source" / name_of(page)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{name_of(page)}.ipynb")
    code = "".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    if EXPERIMENTS in code:
        (folder / EXPERIMENTS).mkdir()
        for path in sorted(_needed(code)):
            shutil.copy(path, folder / EXPERIMENTS)
    return folder


def _needed(code: str) -> set[Path]:
    """Return the stored experiments that code names, and those that their scripts name."""
    found: set[Path] = set()
    texts = [code]
    while texts:
        named = set(re.findall(r"\w+\.\w+", text := texts.pop()))
        named |= {f"{name}.py" for name in re.findall(r"(?:import|from) (\w+)", text)}
        stored = (path for path in (BOOK / EXPERIMENTS).iterdir() if path.is_file())
        new = {path for path in stored if path.name in named} - found
        texts += [path.read_text("utf8") for path in new if path.suffix == ".py"]
        found |= new
    return found


def release(page: str, course: Path) -> Path:
    """Let nbgrader make the students' version of a source; return its folder."""
    done = open_course(course).generate_assignment(name_of(page), force=True, create=True)
    if not done["success"]:
        raise RuntimeError(f"nbgrader could not release {page}:\n{done['log']}")
    return course / "release" / name_of(page)


def main() -> None:
    """Read the command line and make the assignment."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", nargs="?", help="a page such as concepts/lstm")
    parser.add_argument("--list", action="store_true", help="list the pages that have exercises")
    parser.add_argument("--course", type=Path, default=COURSE, help="folder of the course")
    parser.add_argument("--site", help="address of the built book, for links to it")
    parser.add_argument("--hidden", type=Path, help="YAML of hidden tests, kept out of the book")
    given = parser.parse_args()
    if given.list:
        print(*pages(), sep="\n")
        return
    if given.page not in pages():
        parser.error(f"no page with exercises is called {given.page!r}; --list names them")
    hidden = yaml.safe_load(given.hidden.read_text("utf8")) if given.hidden else {}
    notebook = make(given.page, the_book(given.site), hidden)
    write(notebook, given.page, given.course)
    print(f"assign: {release(given.page, given.course)}")


if __name__ == "__main__":
    main()
