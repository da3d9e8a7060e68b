"""Find a part of a page by its name, in the notebook and in the built page.

A slide shows what a page has: it names a cell, a figure, an equation, and this module says whether
the notebook has it, and cuts it out of the built page. Nothing of a page is written a second time.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

from bs4 import BeautifulSoup, Tag

KINDS = {
    "equation": "an equation by its label (eq-lstm) or its tag (L7)",
    "formula": "the only displayed formula of a Markdown cell",
    "figure": "a figure by its name",
    "widget": "a live figure by its cell",
    "code": "the code of a cell",
    "output": "what a cell prints",
    "predict": "the box Predict of a Markdown cell",
    "box": "an admonition by its title",
    "table": "the only table of a Markdown cell",
    "exercise": "an exercise by its label: its title, linked",
}
FENCE = re.compile(r"^(```+|~~~+).*?^\1`*$", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"^\|[ :\-|]+\|$", re.MULTILINE)
FORMULA = re.compile(r"^\$\$.*?^\$\$", re.MULTILINE | re.DOTALL)
PREDICT = re.compile(r"\{admonition\}[^\n]*\n:class: predict$", re.MULTILINE)
EXERCISE = r"\{{exercise\}} (.+)\n:label: {}$"


class PartError(ValueError):
    """A part that a page does not have."""


class Notebook:
    """The source of a page: which parts it has, and the how-manieth of their kind each is."""

    def __init__(self, book: Path, page: str) -> None:
        path = book / f"{page}.ipynb"
        if not path.is_file():
            raise PartError(f"page must name a notebook of the book; got {page!r}")
        content = json.loads(path.read_text("utf8"))
        self.page, self.cells = page, content["cells"]
        self.text = "\n\n".join("".join(cell["source"]) for cell in self.cells)
        match = re.search(r"^# (.+)$", self.text, re.MULTILINE)
        assert match
        self.title = match[1]

    def code(self, cell: str) -> int:
        """Return the place of a cell among the page's cells of code."""
        ids = [c["id"] for c in self.cells if c["cell_type"] == "code"]
        if cell not in ids:
            raise PartError(f"page {self.page} has no cell of code {cell!r}")
        return ids.index(cell)

    def source(self, cell: str) -> str:
        """Return the source of a cell of either kind."""
        for found in self.cells:
            if found["id"] == cell:
                return "".join(found["source"])
        raise PartError(f"page {self.page} has no cell {cell!r}")

    def only(self, what: re.Pattern[str], cell: str, name: str) -> int:
        """Return the place on the page of the one match in a Markdown cell."""
        count = len(what.findall(_unfenced(self.source(cell))))
        if count != 1:
            raise PartError(
                f"cell {cell!r} of page {self.page} must hold one {name}; it has {count}"
            )
        ids = [c["id"] for c in self.cells]
        before = [c for c in self.cells[: ids.index(cell)] if c["cell_type"] == "markdown"]
        return sum(len(what.findall(_unfenced("".join(c["source"])))) for c in before)

    def total(self, what: re.Pattern[str]) -> int:
        """Return how many matches the Markdown of the page has."""
        cells = [c for c in self.cells if c["cell_type"] == "markdown"]
        return sum(len(what.findall(_unfenced("".join(c["source"])))) for c in cells)

    def check(self, kind: str, name: str) -> None:
        """Raise an error unless the page has the part."""
        if kind in ("code", "output", "widget"):
            self.code(name)
            source = self.source(name)
            if kind == "widget" and not re.search(r"^[A-Z]\w+\(", source, re.MULTILINE):
                raise PartError(f"cell {name!r} of page {self.page} makes no widget")
        elif kind in PLACES:
            self.only(PLACES[kind][0], name, kind)
        elif kind == "figure":
            names = [
                c["metadata"].get("mystnb", {}).get("figure", {}).get("name") for c in self.cells
            ]
            self._need(name in names, kind, name)
        elif kind == "equation":
            here = f"({name})" in self.text or f"\\tag{{{name}}}" in self.text
            self._need(here, kind, name)
        elif kind == "box":
            self._need(f"{{admonition}} {name}\n" in self.text, kind, name)
        elif kind == "exercise":
            self.exercise(name)
        else:
            raise PartError(f"a part must be one of {', '.join(KINDS)}; got {kind!r}")

    def exercise(self, label: str) -> str:
        """Return the title of an exercise."""
        match = re.search(EXERCISE.format(re.escape(label)), self.text, re.MULTILINE)
        self._need(bool(match), "exercise", label)
        assert match
        return match[1]

    def _need(self, here: bool, kind: str, name: str) -> None:
        if not here:
            raise PartError(f"page {self.page} has no {kind} {name!r}")


PLACES = {
    "formula": (FORMULA, "div.math"),
    "predict": (PREDICT, ".admonition.predict"),
    "table": (TABLE, "table.table"),
}


class BuiltPage:
    """A built page, from which parts are cut."""

    def __init__(self, html: Path, notebook: Notebook) -> None:
        self.notebook = notebook
        path = html / "book" / f"{notebook.page}.html"
        soup = BeautifulSoup(path.read_text("utf8"), "html.parser")
        article = soup.select_one("article.bd-article")
        if article is None:
            raise PartError(f"{path.name} has no article")
        self.article = article

    @functools.cached_property
    def cells(self) -> list[Tag]:
        """The cells of code, in order."""
        found = self.article.select("div.cell")
        wanted = [c for c in self.notebook.cells if c["cell_type"] == "code"]
        self._same(len(found), len(wanted), "cells of code")
        return found

    def take(self, kind: str, name: str) -> Tag:
        """Return the part as it stands in the page."""
        page = self.notebook.page
        self.notebook.check(kind, name)
        if kind in ("code", "output", "widget"):
            inside = {
                "code": ".cell_input .highlight",
                "output": ".cell_output .highlight, .cell_output table",
                "widget": ".cell_output rnn-widget",
            }
            found = self.cells[self.notebook.code(name)].select_one(inside[kind])
        elif kind in PLACES:
            what, selector = PLACES[kind]
            place = self.notebook.only(what, name, kind)
            all_here = [
                t for t in self.article.select(selector) if not t.find_parent(class_="cell")
            ]
            self._same(len(all_here), self.notebook.total(what), kind)
            found = all_here[place]
        elif kind == "figure":
            found = self.article.select_one(f'figure[id="{name}"] .rnn-figure')
        elif kind == "equation":
            found = self.article.find(id=f"equation-{name}") or self._tagged(name)
        else:
            titles = self.article.select(".admonition > .admonition-title")
            text = name.replace('"', "")
            same = [t for t in titles if re.sub('[“”"]', "", t.get_text()).strip() == text]
            found = same[0].parent if same else None
        if not isinstance(found, Tag):
            raise PartError(f"the built page {page} shows no {kind} {name!r}")
        return found

    def anchor(self, part: Tag) -> str:
        """Return the id of the section in which a part stands."""
        section = part.find_parent("section", id=True)
        return str(section["id"]) if section else ""

    def _tagged(self, tag: str) -> Tag | None:
        numbers = self.article.select("div.math > .eqno")
        return next((n.parent for n in numbers if n.get_text() == f"({tag})"), None)

    def _same(self, found: int, wanted: int, what: str) -> None:
        if found != wanted:
            page = self.notebook.page
            raise PartError(f"page {page}: {wanted} {what} in the notebook, {found} as built")


def _unfenced(text: str) -> str:
    return FENCE.sub(lambda m: m[0] if "{admonition}" in m[0] else "", text)
