"""Make an assignment of a page: the notebook for students, without solutions, ready for nbgrader.

    python tools/assign.py concepts/lstm [--course DIR] [--site URL] [--hidden FILE] [--prove]
    python tools/assign.py --all [...]
    python tools/assign.py --list

A page is its own source. A solution is cut out and becomes an answer cell, a cell tagged `check`
becomes a locked cell with points, and MyST becomes plain Markdown. Into the folder of the course go
`source/NAME` with the solutions, `release/NAME` for the students, and nbgrader's gradebook, which
knows the points. NAME is the page with a dash for the slash.

URL is where the built book is on the web; links lead there, and a notebook that runs elsewhere, as
in Colab, installs from there. FILE holds hidden tests (tools/hidden_tests.py says how); what it
says is in `source` alone. With --prove the release is run: each check must fail without an answer
and pass, hidden tests included, with the book's.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import nbformat
from build_book import ROOT, toc_pages

sys.path.insert(0, str(ROOT / "book" / "_ext"))

import extras
import hidden_tests
import page_card
import plain_markdown
from assignment import FILES, POINTS, Assignment
from course import open_course

__all__ = ["POINTS", "Assignment"]

BOOK = ROOT / "book"
COURSE = ROOT.parent / "course"  # not in the clone, which is cleaned and published
PLACES = dict(zip(FILES, (BOOK / FILES[0], ROOT / FILES[1]), strict=True))
CODE_EXERCISE = re.compile(r"^:label: *(\S+)\n:class: *code *$", re.MULTILINE)
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def name_of(page: str) -> str:
    """Return the name of a page's assignment."""
    return page.replace("/", "-")


@cache
def book_pages() -> tuple[str, ...]:
    """Return all pages of the book, in its order."""
    return tuple(page.removeprefix("book/") for page in toc_pages(ROOT))


@cache
def pages() -> list[str]:
    """Return the pages that have exercises, in the order of the book."""
    return [page for page in book_pages() if "{exercise}" in _text(page)]


def code_exercises() -> set[str]:
    """Return the labels of all exercises that are answered in code."""
    return {label for page in pages() for label in CODE_EXERCISE.findall(_text(page))}


def the_book(site: str | None = None) -> plain_markdown.Book:
    """Return what the pages may refer to."""
    labels = {
        label: page for page in book_pages() for label in plain_markdown.LABEL.findall(_text(page))
    }
    titles = {page: found[1] for page in book_pages() if (found := TITLE.search(_text(page)))}
    sources = plain_markdown.read_sources(str(BOOK / "references.bib"))
    return plain_markdown.Book(sources, labels, site, titles)


@cache
def _text(page: str) -> str:
    """Return the Markdown of a page."""
    path = BOOK / f"{page}.ipynb"
    if not path.is_file():
        return (BOOK / f"{page}.md").read_text("utf8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def make(
    page: str, book: plain_markdown.Book, hidden: Mapping[str, str] = MappingProxyType({})
) -> nbformat.NotebookNode:
    """Return the source notebook of a page, solutions and hidden tests included."""
    path = BOOK / f"{page}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    codes = [cell.source for cell in cells if cell.cell_type == "code"]
    scripts = [file.read_text("utf8") for file in _stored(codes) if file.suffix == ".py"]
    needs = tuple(extras.needed([*codes, *scripts]))
    made = Assignment(page, book, hidden, page_card.card_of(path), needs)
    made.announce(cells)
    for cell in cells:
        made.add(cell)
    return made.notebook()


def companions(notebook: nbformat.NotebookNode, page: str) -> dict[str, str | bytes]:
    """Return the files that a notebook reads, by their names beside it."""
    codes = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    found: dict[str, str | bytes] = {}
    for file in sorted(_stored(codes)):
        folder = next(name for name, place in PLACES.items() if place == file.parent)
        found[f"{folder}/{file.name}"] = file.read_bytes()
    own = f"{FILES[0]}/{Path(page).name}.json"
    if any(own in code for code in codes):
        # A page may read its own text; what is graded is no part of it.
        cells = [cell for cell in notebook.cells if "nbgrader" not in cell.metadata]
        text = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
        found[own] = json.dumps(json.loads(text), indent=1)
    return found


def _stored(codes: Iterable[str]) -> set[Path]:
    """Return the stored files that code names, and those that their scripts name."""
    stored = [path for place in PLACES.values() for path in place.iterdir() if path.is_file()]
    stored = [path for path in stored if path.parent == PLACES[FILES[0]] or path.suffix == ".md"]
    found: set[Path] = set()
    texts = list(codes)
    while texts:
        named = set(re.findall(r"\w+\.\w+", text := texts.pop()))
        named |= {f"{name}.py" for name in re.findall(r"(?:import|from) (\w+)", text)}
        named |= {f"{word}.csv" for word in re.findall(r'"(\w+)"', text)}
        new = {path for path in stored if path.name in named}
        # A script puts names of files together from its own and, say, a cell's.
        own = tuple(f"{path.stem}_" for path in new if path.suffix == ".py")
        new |= {path for path in stored if path.suffix != ".py" and path.name.startswith(own)}
        new -= found
        texts += [path.read_text("utf8") for path in new if path.suffix == ".py"]
        found |= new
    return found


def write(notebook: nbformat.NotebookNode, page: str, course: Path) -> Path:
    """Write a source notebook, and the files it reads, into the folder of a course."""
    folder = course / "source" / name_of(page)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{name_of(page)}.ipynb")
    for name, content in companions(notebook, page).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def release(page: str, course: Path) -> Path:
    """Let nbgrader make the students' version of a source; return its folder."""
    done = open_course(course).generate_assignment(name_of(page), force=True, create=True)
    if not done["success"]:
        raise RuntimeError(f"nbgrader could not release {page}:\n{done['log']}")
    return course / "release" / name_of(page)


def has_hidden_tests(page: str, course: Path) -> bool:
    """Return whether the source that a course has was made with hidden tests."""
    source = course / "source" / name_of(page) / f"{name_of(page)}.ipynb"
    return source.is_file() and "### BEGIN HIDDEN TESTS" in source.read_text("utf8")


def prove(page: str, course: Path) -> int:
    """Run a release against its source; return 0 when its checks tell right from wrong."""
    name = name_of(page)
    files = [str(course / kind / name / f"{name}.ipynb") for kind in ("release", "source")]
    return subprocess.run([sys.executable, str(ROOT / "tools" / "prove.py"), *files]).returncode


def page_named(words: str) -> str:
    """Return the page that a command names; its file's name will do too."""
    page = re.sub(r"\.(ipynb|md|html)$", "", words.removeprefix("book/"))
    if page in pages():
        return page
    if page in book_pages():
        raise ValueError(f"the page {page} has no exercises; --list names those that have")
    near = difflib.get_close_matches(page, pages(), 3, 0.4)
    meant = f"did you mean {' or '.join(near)}?" if near else "--list names those that have"
    raise ValueError(f"no page with exercises is called {words!r}; {meant}")


def site_named(words: str | None) -> str | None:
    """Return the address of the built book; nothing where none is given."""
    if words and not re.match(r"https?://[^/\s]+", words):
        raise ValueError(f"site: expected an address with http:// or https://, got {words!r}")
    return words or None


def run(given: argparse.Namespace) -> int:
    """Make the assignments that a command asks for; return 0 when all is well."""
    wanted = pages() if given.all else [page_named(given.page)]
    book = the_book(site_named(given.site))
    hidden = hidden_tests.read(given.hidden, code_exercises()) if given.hidden else {}
    kept = [page for page in wanted if has_hidden_tests(page, given.course)]
    if kept and not given.hidden:
        raise ValueError(f"hidden: {', '.join(kept)} has hidden tests; name their file again")
    failed = 0
    for page in wanted:
        mine = {k: code for k, code in hidden.items() if f":label: {k}\n" in _text(page)}
        write(make(page, book, mine), page, given.course)
        also = f", hidden tests of {', '.join(mine)}" if mine else ""
        print(f"assign: {release(page, given.course)}{also}", flush=True)
        if given.prove and prove(page, given.course):
            failed += 1
    return 1 if failed else 0


def main() -> None:
    """Read the command line and make the assignment."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", nargs="?", help="a page such as concepts/lstm")
    parser.add_argument("--all", action="store_true", help="all pages that have exercises")
    parser.add_argument("--list", action="store_true", help="list the pages that have exercises")
    parser.add_argument("--course", type=Path, default=COURSE, help="folder of the course")
    parser.add_argument("--site", help="address of the built book, for links to it")
    parser.add_argument("--hidden", type=Path, help="YAML of hidden tests, kept out of the book")
    parser.add_argument("--prove", action="store_true", help="run it: the checks must tell")
    given = parser.parse_args()
    if given.list:
        print(*pages(), sep="\n")
        return
    if bool(given.page) == given.all:
        parser.error("expected a page or --all; --list names the pages")
    try:
        raise SystemExit(run(given))
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
