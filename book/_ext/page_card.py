"""The card at the top of a page: what to do, what it teaches, what it needs, how long it takes.

A page says it in its metadata, under `page`: front matter in Markdown, metadata in a notebook.

    page:
      do: step through a cell by hand
      objectives: [derive …, compute …, explain …]
      needs: [concepts/rnn]
      minutes: {read: 20, run: 1, exercises: 30}
      difficulty: 2

The same text is checked here, so that a card that is wrong fails the build, and read by whoever
plans a course: `cards(book)` returns all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, ClassVar

import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx_external_toc.parsing import parse_toc_yaml

FOLDER = "book"
TIMES = {"read": "to read", "run": "to run", "exercises": "for the exercises"}
DIFFICULTY = {1: "first steps", 2: "some mathematics or code", 3: "demanding"}
OBJECTIVES = range(3, 6)
# What a reader can be asked to show; "understand" and "know" cannot be seen.
VERBS = frozenset(
    {
        "check",
        "choose",
        "compare",
        "compute",
        "convert",
        "count",
        "decide",
        "derive",
        "distinguish",
        "draw",
        "estimate",
        "explain",
        "find",
        "identify",
        "implement",
        "interpret",
        "judge",
        "locate",
        "measure",
        "name",
        "predict",
        "prove",
        "read",
        "recognise",
        "reproduce",
        "show",
        "state",
        "trace",
        "train",
        "translate",
        "verify",
        "write",
    }
)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Card:
    """What a page says of itself."""

    do: str
    objectives: tuple[str, ...]
    needs: tuple[str, ...]
    minutes: Mapping[str, int]
    difficulty: int


def metadata(path: Path) -> dict[str, Any]:
    """Return the metadata of a notebook, or the front matter of a Markdown page."""
    text = path.read_text("utf8")
    if path.suffix == ".ipynb":
        return json.loads(text)["metadata"]
    if not text.startswith("---\n"):
        return {}
    return yaml.safe_load(text.split("\n---\n", 1)[0]) or {}


def card_of(path: Path) -> Card | None:
    """Return a page's card, or None where it has none.

    Raises
    ------
    ValueError
        If something is missing, or is not what it should be.
    """
    said = metadata(path).get("page")
    if said is None:
        return None
    wanted = set(Card.__dataclass_fields__)
    if not isinstance(said, dict) or set(said) != wanted:
        got = sorted(said) if isinstance(said, dict) else said
        raise ValueError(f"page: expected the keys {sorted(wanted)}, got {got!r}")
    card = Card(
        said["do"],
        tuple(said["objectives"]),
        tuple(said["needs"]),
        said["minutes"],
        said["difficulty"],
    )
    for fault in faults(card):
        raise ValueError(fault)
    return card


def faults(card: Card) -> Iterable[str]:
    """Yield what is wrong with a card by itself."""
    if not isinstance(card.do, str) or not card.do.strip():
        yield f"page: do: expected a sentence, got {card.do!r}"
    if len(card.objectives) not in OBJECTIVES:
        yield f"page: objectives: expected 3 to 5, got {len(card.objectives)}"
    for objective in card.objectives:
        if objective.split()[0] not in VERBS:
            yield f"page: objectives: {objective!r} does not begin with a verb one can assess"
    good = isinstance(card.minutes, dict) and set(card.minutes) == set(TIMES)
    if not good or not all(isinstance(m, int) and m > 0 for m in card.minutes.values()):
        yield f"page: minutes: expected whole minutes for {list(TIMES)}, got {card.minutes!r}"
    if card.difficulty not in DIFFICULTY:
        yield f"page: difficulty: expected one of {list(DIFFICULTY)}, got {card.difficulty!r}"


def cards(book: Path) -> dict[str, Card]:
    """Return the cards of all pages that have one, by the page's name below the book's folder."""
    paths = sorted({*book.glob("**/*.ipynb"), *book.glob("**/*.md")})
    own = [
        path for path in paths if not any(part[0] in "._" for part in path.relative_to(book).parts)
    ]
    found = {path.relative_to(book).with_suffix("").as_posix(): card_of(path) for path in own}
    return {name: card for name, card in found.items() if card is not None}


def in_order(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """Return pages so that each comes after those it needs.

    Raises
    ------
    ValueError
        If pages need each other in a circle.
    """
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise ValueError(f"page: needs: a circle: {' needs '.join(error.args[1])}") from error


def insert_card(app: Sphinx, doctree: nodes.document) -> None:
    """Put the card below the page's title."""
    page = app.env.docname
    try:
        card = card_of(Path(app.env.doc2path(page)))
    except ValueError as error:
        logger.warning("%s", error, location=page)
        return
    section = next(doctree.findall(nodes.section), None)
    if card is None or section is None:
        return
    for need in card.needs:
        if f"{FOLDER}/{need}" not in app.env.found_docs:
            logger.warning("page: needs: there is no page %r", need, location=page)
            return
    section.insert(1, drawn(card, page))


def check_circles(app: Sphinx, env: Any) -> None:
    """Warn where pages need each other in a circle."""
    try:
        in_order({name: card.needs for name, card in cards(Path(app.srcdir) / FOLDER).items()})
    except ValueError as error:
        logger.warning("%s", error)


def drawn(card: Card, page: str) -> nodes.container:
    """Return the card as a list of questions and answers."""
    learn = nodes.bullet_list()
    learn.extend(
        nodes.list_item("", nodes.paragraph("", objective)) for objective in card.objectives
    )
    times = " · ".join(f"{card.minutes[key]} min {words}" for key, words in TIMES.items())
    level = nodes.paragraph("", DIFFICULTY[card.difficulty], classes=[f"level-{card.difficulty}"])
    rows = {
        "You will": nodes.paragraph("", card.do),
        "and be able to": learn,
        "You need": needed(card.needs, page),
        "Time": nodes.paragraph("", times),
        "Level": level,
    }
    table = nodes.definition_list()
    for name, answer in rows.items():
        body = nodes.definition("", answer)
        table.append(nodes.definition_list_item("", nodes.term("", name), body))
    return nodes.container("", table, classes=["page-card"])


def needed(names: Iterable[str], page: str) -> nodes.paragraph:
    """Return links to pages, by their titles."""
    paragraph = nodes.paragraph()
    for name in names:
        if len(paragraph):
            paragraph += nodes.Text("; ")
        paragraph += link_to(name, page)
    return paragraph if len(paragraph) else nodes.paragraph("", "no other page")


def link_to(name: str, page: str) -> pending_xref:
    """Return a link to a page, which will show its title."""
    return pending_xref(
        "",
        nodes.inline("", name),
        refdomain="std",
        reftype="doc",
        reftarget=f"/{FOLDER}/{name}",
        refdoc=page,
        refexplicit=False,
        refwarn=True,
    )


class LessonTable(SphinxDirective):
    """A table of all pages that have a card, in the order of the book, under their parts."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        toc = parse_toc_yaml(Path(self.env.srcdir) / "_toc.yml")
        found = cards(Path(self.env.srcdir) / FOLDER)
        table = nodes.table(classes=["lessons"])
        group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in (6, 2, 2)), cols=3)
        group += nodes.thead("", row("Page", "Minutes", "Level"))
        body = nodes.tbody()
        for part in toc.root.subtrees:
            pages = [str(item).removeprefix(f"{FOLDER}/") for item in part.items]
            lessons = [name for name in pages if name in found]
            if lessons:
                body += nodes.row("", heading(part.caption or ""))
            for name in lessons:
                self.env.note_dependency(self.env.doc2path(f"{FOLDER}/{name}"))
                card = found[name]
                minutes = f"{card.minutes['read']} + {card.minutes['exercises']}"
                link = nodes.paragraph("", "", link_to(name, self.env.docname))
                body += row(link, minutes, DIFFICULTY[card.difficulty])
        group += body
        table += group
        return [table]


class ReadingPath(SphinxDirective):
    """Pages to read in this order, a line each, with their minutes and the sum.

    With the option `exercises`, those are counted too. A path stands for all that its pages need,
    unless it says with the option `skips` that it passes over some of it.
    """

    has_content = True
    option_spec: ClassVar = {"exercises": directives.flag, "skips": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the list, and a line with the sum."""
        found = cards(Path(self.env.srcdir) / FOLDER)
        names = [line.strip() for line in self.content if line.strip()]
        if unknown := [name for name in names if name not in found]:
            raise self.error(f"reading-path: no page with a card: {', '.join(unknown)}")
        counted = ("read", "run", *(["exercises"] if "exercises" in self.options else []))
        path = nodes.enumerated_list(enumtype="arabic", prefix="", suffix=".")
        total = 0
        for name in names:
            self.env.note_dependency(self.env.doc2path(f"{FOLDER}/{name}"))
            minutes = sum(found[name].minutes[kind] for kind in counted)
            line = nodes.paragraph("", "", link_to(name, self.env.docname))
            line += nodes.Text(f", {minutes} min")
            path += nodes.list_item("", line)
            total += minutes
        end = nodes.paragraph("", f"Together {spelt(total)}.", classes=["path-total"])
        return [nodes.container("", path, end, classes=["reading-path"])]


def spelt(minutes: int) -> str:
    """Return minutes as hours and minutes, to the quarter of an hour from one hour on."""
    if minutes < 60:
        return f"{minutes} minutes"
    hours, rest = divmod(15 * round(minutes / 15), 60)
    words = "1 hour" if hours == 1 else f"{hours} hours"
    return f"{words} {rest} minutes" if rest else words


def heading(text: str) -> nodes.entry:
    """Return a cell over the whole width of the table."""
    return nodes.entry("", nodes.paragraph("", "", nodes.strong("", text)), morecols=2)


def row(*entries: str | nodes.paragraph) -> nodes.row:
    """Return a row of a table."""
    paragraphs = [nodes.paragraph("", e) if isinstance(e, str) else e for e in entries]
    return nodes.row("", *(nodes.entry("", paragraph) for paragraph in paragraphs))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the card, the table and the paths."""
    app.add_directive("lesson-table", LessonTable)
    app.add_directive("reading-path", ReadingPath)
    app.connect("doctree-read", insert_card)
    app.connect("env-updated", check_circles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
