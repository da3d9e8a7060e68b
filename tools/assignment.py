"""Turn the cells of a page into an nbgrader source: what is cut, what is graded, what is on top.

The page holds none of nbgrader's marks. An exercise has a label, which becomes the grade id, and a
class, which gives its points; its solution becomes the answer cell, and the cell tagged `check` the
locked cell behind it. Cells keep the ids they have in the page, so a student's notebook stays
comparable when the page changes elsewhere.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import nbformat
import plain_markdown
from nbformat.v4 import new_code_cell, new_markdown_cell
from page_card import DIFFICULTY, TIMES, Card

import rnn_core

POINTS = {"understanding": 2, "calculation": 3, "code": 5, "exploration": 4}
SOLUTION = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
HIDDEN = "\n### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
ROOM = "# Room for your computations"
FILES = ("_experiments", "benchmarks")
WHEEL = f"rnn_core-{rnn_core.__version__}-py3-none-any.whl"
FILES_ZIP = "experiments.zip"
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

    def __init__(
        self,
        page: str,
        book: plain_markdown.Book,
        hidden: Mapping[str, str],
        card: Card | None = None,
        extras: tuple[str, ...] = (),
    ) -> None:
        self.page, self.book, self.hidden = page, book, dict(hidden)
        self.card, self.extras = card, extras
        self.cells: list[nbformat.NotebookNode] = []
        self.exercises: list[Exercise] = []
        self.numbers: dict[str, int] = {}
        self.names: dict[str, str] = {}
        self.cited: dict[str, None] = {}  # a set that keeps its order
        self._open: Exercise | None = None
        self._id = ""

    def announce(self, cells: list[nbformat.NotebookNode]) -> None:
        """Name the page's exercises and figures, which a text may speak of before they come."""
        texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
        parts = [part for text in texts for part in PART.finditer(text)]
        labels = [
            dict(OPTION.findall(part["options"]))["label"]
            for part in parts
            if part["name"] == "exercise"
        ]
        figures = [_figure(cell)["name"] for cell in cells if _figure(cell).get("name")]
        for kind, names in (("Exercise", labels), ("Figure", figures)):
            self.names |= {name: f"{kind} {number}" for number, name in enumerate(names, 1)}

    def add(self, cell: nbformat.NotebookNode) -> None:
        """Take the next cell of the page; the questions of a self-check stay in the book."""
        if cell.id == "self-check":
            return
        self._id = cell.id
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
            self._put(new_code_cell(self._moved(cell.source), metadata=_shown(cell)))
            self._add_caption(_figure(cell))

    def _put(self, cell: nbformat.NotebookNode) -> None:
        """Add a cell under the id of the page's cell, or with a number behind that."""
        taken = {each.id for each in self.cells}
        names = (f"{self._id}-{number}" if number else self._id for number in (0, *range(2, 99)))
        cell.id = next(name for name in names if name not in taken)
        self.cells.append(cell)

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
        return plain_markdown.convert(text, self.page, self.book, self.numbers, self.names)

    def _solved(self, label: str) -> Exercise:
        (found,) = [each for each in self.exercises if each.label == label.strip()]
        return found

    def _add_words(self, text: str) -> None:
        plain = self._plain(text)
        if self._open and plain:
            self._open.answer.append(plain)
        elif plain:
            self.cited |= dict.fromkeys(plain_markdown.cited_in(text))
            self._put(new_markdown_cell(plain))

    def _add_caption(self, figure: Mapping[str, str]) -> None:
        if caption := figure.get("caption"):
            number = self.names.get(figure.get("name", ""))
            head = f"**{number}.** " if number else ""
            self._put(new_markdown_cell(f"{head}{self._plain(caption)}"))

    def _add_exercise(self, part: re.Match[str], options: Mapping[str, str]) -> None:
        (kind,) = POINTS.keys() & set(options["class"].split())
        title, label = part["title"].strip(), options["label"]
        exercise = Exercise(label, kind, title, self._plain(part["body"]))
        self.exercises.append(exercise)
        self.cited |= dict.fromkeys(plain_markdown.cited_in(part["body"]))
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
            self.cells.append(new_code_cell(ROOM, id=f"{solved.label}-room"))

    def _add_check(self, source: str) -> None:
        solved = self.exercises[-1]
        if hidden := self.hidden.pop(solved.label, None):
            source += HIDDEN.format(hidden.strip())
        check = _graded(new_code_cell(self._moved(source)), f"{solved.label}-check")
        check.metadata.nbgrader.update(grade=True, points=solved.points)
        self.cells.append(check)

    def _moved(self, source: str) -> str:
        """Return code that finds beside itself what it reads."""
        for folder in FILES:
            source = re.sub(rf"(\.\./)+{folder}", folder, source)
        own = posixpath.basename(self.page)
        return source.replace(f'"{own}.ipynb"', f'"{FILES[0]}/{own}.json"')

    def notebook(self) -> nbformat.NotebookNode:
        """Return the source notebook, with where it comes from at its top."""
        if self.hidden:
            raise ValueError(f"hidden: {self.page} has no code exercise {', '.join(self.hidden)}")
        cells = [self._top(), *self._install(), *self.cells, *self._sources()]
        ids = [cell.id for cell in cells]
        if twice := {name for name in ids if ids.count(name) > 1}:
            raise ValueError(f"{self.page}: cells and exercises share the ids {sorted(twice)}")
        about = {
            "page": self.page,
            "version": rnn_core.__version__,
            "extras": list(self.extras),
            "address": self.book.address_of(self.page),
        }
        metadata = {"kernelspec": KERNEL, "gate_by_gate": about}
        return nbformat.v4.new_notebook(cells=cells, metadata=metadata)

    def _link(self, page: str) -> str:
        title, address = self.book.titles.get(page, page), self.book.address_of(page)
        return f"[{title}]({address})" if address else title

    def _top(self) -> nbformat.NotebookNode:
        """Return the cell with page, version, the page's card, and what must be installed."""
        total = sum(exercise.points for exercise in self.exercises)
        version = rnn_core.__version__
        text = f"*From the book Gate by Gate, version {version}, page* {self._link(self.page)}."
        if card := self.card:
            times = " · ".join(f"{card.minutes[key]} min {words}" for key, words in TIMES.items())
            needs = "; ".join(map(self._link, card.needs)) or "no other page"
            learn = "\n".join(f"- {objective}" for objective in card.objectives)
            text += (
                f"\n\n**You will** {card.do}, and be able to\n\n{learn}\n\n**You need**: {needs}"
                f"\n\n**Time**: {times}\n\n**Level**: {DIFFICULTY[card.difficulty]}"
            )
        text += (
            f"\n\n**Points**: {total}. Write your answers into the cells that are there and leave "
            "every cell in its place: one that is copied or deleted cannot be graded."
            f"\n\n**To run it**: {self._packages()}"
        )
        if self.book.site is None:
            text += f", from a clone of the book: `pip install '.[{','.join(self.extras)}]'`"
        return new_markdown_cell(f"{text}.", id="assignment")

    def _packages(self) -> str:
        words = [f"`{extra}`" for extra in self.extras] or ["none"]
        return f"Jupyter and `rnn_core` {rnn_core.__version__} with its extras {', '.join(words)}"

    def _install(self) -> list[nbformat.NotebookNode]:
        """Return the cell that installs what is missing, as in Colab; it needs an address."""
        if self.book.site is None:
            return []
        downloads = f"{self.book.site.rstrip('/')}/downloads"
        package = f"rnn-core[{','.join(self.extras)}] @ {downloads}/{WHEEL}"
        lines = [
            "# Does nothing where rnn_core is installed. Elsewhere, as in Colab, it installs it.",
            "from importlib.util import find_spec",
            "",
            'if not find_spec("rnn_core"):',
            f'    %pip install -q "{package}"',
        ]
        folders = [name for name in FILES if any(name in cell.source for cell in self._code())]
        if folders:
            lines += [
                "",
                "# The stored experiments that this page reads lie beside it, or are fetched.",
                "import os",
                "",
                f'if not os.path.isdir("{folders[0]}"):',
                "    import io, urllib.request, zipfile",
                "",
                f'    with urllib.request.urlopen("{downloads}/{FILES_ZIP}") as answer:',
                "        zipfile.ZipFile(io.BytesIO(answer.read())).extractall()",
            ]
        return [new_code_cell("\n".join(lines), id="install")]

    def _code(self) -> list[nbformat.NotebookNode]:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    def _sources(self) -> list[nbformat.NotebookNode]:
        """Return the cell that lists the sources cited; the book has them on a page of its own."""
        lines = [f"- {plain_markdown.source_line(self.book.sources[key])}" for key in self.cited]
        text = "## Sources\n\n" + "\n".join(sorted(lines))
        return [new_markdown_cell(text, id="sources")] if lines else []


def _graded(cell: nbformat.NotebookNode, name: str, solution: bool = False):
    """Return a cell with nbgrader's metadata; what is no answer is locked."""
    cell.id = name
    cell.metadata.nbgrader = nbformat.NotebookNode(
        grade=False,
        grade_id=name,
        locked=not solution,
        schema_version=3,
        solution=solution,
        task=False,
    )
    return cell


def _figure(cell: nbformat.NotebookNode) -> Mapping[str, str]:
    """Return what the page says of the figure that a cell draws."""
    return cell.metadata.get("mystnb", {}).get("figure", {})


def _shown(cell: nbformat.NotebookNode) -> dict:
    """Return what a student's notebook keeps of a cell's metadata: what the page folds."""
    folded = {
        "source_hidden": {"remove-input", "hide-input"},
        "outputs_hidden": {"remove-output", "hide-output"},
    }
    tags = set(cell.metadata.get("tags", ()))
    hidden = {name: True for name, reasons in folded.items() if reasons & tags}
    return {"jupyter": hidden} if hidden else {}
