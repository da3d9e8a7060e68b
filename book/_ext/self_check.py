"""Self-checks: the questions of a page from the question bank, in place of a box of that class.

    :::{admonition} Questions
    :class: self-check
    The page in the built book asks some questions here.
    :::

JupyterLab, which knows no directives of ours, shows the box. In the book a question is a group of
radio buttons, check boxes or one field, and a folded list that says of every answer why it is right
or wrong. That much needs no script. The script adds a button that looks the answer up in the list
and says what stands there, to a screen reader too.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import bank
from docutils import nodes
from docutils.parsers.rst.directives.admonitions import Admonition
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

SCRIPT = "self_check.js"
FOLDER = "book/"
CLASS = "self-check"


class tag(nodes.Element):
    """An element of HTML: its name, its attributes, its contents."""


def element(name: str, /, *contents: nodes.Node, **attributes: str) -> tag:
    """Return an element; `class_` and `for_` stand for words that Python keeps to itself."""
    given = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    return tag("", *contents, name=name, given=given)


def enter(translator: HTML5Translator, node: tag) -> None:
    """Write the start of an element."""
    attributes = "".join(
        f' {name}="{translator.attval(value)}"' if value else f" {name}"
        for name, value in node["given"].items()
    )
    translator.body.append(f"<{node['name']}{attributes}>")


def leave(translator: HTML5Translator, node: tag) -> None:
    """Write the end of an element."""
    if node["name"] != "input":
        translator.body.append(f"</{node['name']}>\n")


class SelfCheck(SphinxDirective, Admonition):
    """An admonition; of the class `self-check`, the questions of this page."""

    def run(self) -> list[nodes.Node]:
        """Return the box, or the questions in the order of the bank."""
        if CLASS not in self.options.get("class", ()):
            return super().run()
        self.env.note_dependency(str(bank.FILE))
        page = self.env.docname.removeprefix(FOLDER)
        try:
            items = bank.on_page(page)
        except ValueError as error:
            raise self.error(f"self-check: {error}") from error
        if not items:
            raise self.error(f"self-check: the bank has no question for {page}")
        drawn = [self.question(item, n, len(items)) for n, item in enumerate(items, 1)]
        return [element("div", *drawn, class_=CLASS)]

    def parsed(self, text: str) -> list[nodes.Node]:
        """Return Markdown as the nodes of the page."""
        around = nodes.Element()
        lines = StringList(text.splitlines(), source=str(bank.FILE))
        self.state.nested_parse(lines, self.content_offset, around)
        return around.children

    def line(self, name: str, text: str) -> nodes.inline:
        """Return a single paragraph with a name before it, as a part of a line."""
        (paragraph,) = self.parsed(text)
        before = [element("b", nodes.Text(name)), nodes.Text(" ")] if name else []
        return nodes.inline("", "", *before, *paragraph.children)

    def question(self, item: bank.Item, number: int, of: int) -> tag:
        """Return one question."""
        name = f"check-{item.id}"
        legend = nodes.Text(f"Question {number} of {of}: {bank.KINDS[item.kind]}")
        return element(
            "fieldset",
            element("legend", legend, id=f"{name}-legend"),
            element("div", *self.parsed(item.stem), id=f"{name}-stem", class_="check-stem"),
            *self.inputs(item, name),
            element("button", nodes.Text("Check"), type="button", hidden=""),
            element("div", role="status", class_="check-said"),
            self.answers(item),
            id=name,
            data_kind=item.kind,
            data_tolerance=f"{item.tolerance:g}",
            aria_labelledby=f"{name}-legend {name}-stem",
        )

    def inputs(self, item: bank.Item, name: str) -> list[tag]:
        """Return what a reader chooses from, or writes into."""
        if item.kind == "number":
            field = element("input", type="text", inputmode="decimal", autocomplete="off")
            return [element("label", nodes.Text("Your answer "), field, class_="check-field")]
        kind = "checkbox" if item.kind == "several" else "radio"
        rows = []
        for letter, option in zip(bank.letters(item), item.options, strict=True):
            choice = element("input", type=kind, name=name, autocomplete="off")
            letter = "" if item.kind == "truth" else letter
            rows.append(element("label", choice, self.line(letter, option.text)))
        return rows

    def answers(self, item: bank.Item) -> tag:
        """Return the folded list of all answers, each with what is said to it."""
        rows = [
            element(
                "li",
                self.line(f"{name}: {'right' if option.right else 'no'}.", option.feedback),
                data_right=str(option.right).lower(),
                data_value=f"{bank.value_of(option.text):g}" if item.kind == "number" else "-",
            )
            for name, option in zip(bank.letters(item), item.options, strict=True)
        ]
        if item.hint:
            rows.append(element("li", self.line("Another number: no.", item.hint)))
        summary = element("summary", nodes.Text("Answer and reasons"))
        return element("details", summary, element("ul", *rows), class_="check-answers")


def copy_script(app: Sphinx) -> None:
    """Copy the script before the pages, so that Sphinx can version the link to it."""
    if app.builder.format == "html":
        static = Path(app.outdir) / "_static"
        static.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(__file__).with_name(SCRIPT), static / SCRIPT)


def link(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Link the script on pages that ask something."""
    if f'class="{CLASS}"' in context.get("body", ""):
        app.add_js_file(SCRIPT, loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and its script."""
    app.add_node(tag, html=(enter, leave))
    app.add_directive("admonition", SelfCheck, override=True)
    app.connect("builder-inited", copy_script)
    app.connect("html-page-context", link, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
