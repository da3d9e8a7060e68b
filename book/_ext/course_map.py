"""A map of the lessons, drawn from their cards: a graph, a table, and what each lesson teaches.

The graph is one SVG for each part of the book, so that paper can break between them. It needs no
script: every lesson is a link, and while one is pointed at or focused, rules made here for it mark
what it builds on and what builds on it. The table says the same; with the objectives, which are too
long for its columns and have a list of their own, it is also there as a CSV.
"""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from course_data import POINTS, Lesson, all_needs, lessons, reduced, source
from course_layout import BOX, EDGE, Item, Layout, Segment, arrange
from docutils import nodes
from page_card import DIFFICULTY, FOLDER, heading, link_to
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

STYLE = Path(__file__).with_name("course_map.css")
CSV = "lessons.csv"
BOX_HEIGHT, ROW_GAP, CAPTION, END, LINE = 60.0, 32.0, 22.0, 14.0, 13.5
LETTERS = 22  # how many fit on a line of a box
PORTS = 12.0  # between two lines that enter a box
HEAD = ("lesson", "builds on", "read, min", "run, min", "exercises, min", "level")
logger = logging.getLogger(__name__)


class course_map(nodes.General, nodes.Element):
    """The place of the graph; it is drawn when the page is written, with links from there."""


def by_part(found: Mapping[str, Lesson]) -> dict[str, list[str]]:
    """Return the names of lessons by part."""
    parts: dict[str, list[str]] = {}
    for lesson in found.values():
        parts.setdefault(lesson.part, []).append(lesson.name)
    return parts


def short(title: str) -> str:
    """Return a title without what follows its colon."""
    return title.partition(": ")[0]


class Drawing:
    """The graph as SVG."""

    def __init__(self, found: Mapping[str, Lesson]) -> None:
        self.lessons = found
        self.parts = by_part(found)
        needs = {name: lesson.card.needs for name, lesson in found.items()}
        self.needed = {name: all_needs(needs, name) for name in found}
        self.layout: Layout = arrange(self.parts, reduced(needs))
        self.number = {name: number for number, name in enumerate(found)}
        self.marks = self._marks()
        self.port = self._ports()

    def _marks(self) -> dict[Segment | Item, str]:
        """Return the classes of each piece and lane: the lessons for which it leads up, or down."""
        marks: dict[Segment | Item, list[str]] = {}
        for (need, name), route in self.layout.routes.items():
            up = [other for other in self.number if name in {other, *self.needed[other]}]
            down = [need, *self.needed[need]]
            words = [f"u{self.number[o]}" for o in up] + [f"d{self.number[o]}" for o in down]
            lanes = [upper for upper, _ in route if not self.layout.is_box(upper)]
            for piece in [*route, *lanes]:
                marks.setdefault(piece, []).extend(words)
        return {piece: " ".join(dict.fromkeys(words)) for piece, words in marks.items()}

    def _ports(self) -> dict[Segment, float]:
        """Return where each piece ends: lines that enter the same box stand side by side."""
        entering: dict[Item, list[Segment]] = {}
        for piece in self.layout.segments:
            entering.setdefault(piece[1], []).append(piece)
        x = self.layout.x
        return {
            piece: x[lower] + PORTS * (place - (len(pieces) - 1) / 2)
            for lower, pieces in entering.items()
            for place, piece in enumerate(sorted(pieces, key=lambda piece: x[piece[0]]))
        }

    def svg(self, address: Mapping[str, str]) -> str:
        """Return the graph, a drawing for each part; `address` has the links."""
        first = 0
        drawn = []
        for part, names in self.parts.items():
            last = max(self.layout.row_of[name] for name in names)
            drawn.append(self._band(part, range(first, last + 1), address))
            first = last + 1
        style = STYLE.read_text("utf8") + "\n".join(self.rules())
        label = "Which lesson builds on which; the table below says the same"
        return (
            f'<style>{style}</style><div class="course-map" role="group" aria-label="{label}">'
            f"{''.join(drawn)}</div>"
        )

    def rules(self) -> Iterable[str]:
        """Yield what marks the lessons and lines around each lesson."""
        on = "is(:hover,:focus-visible)"
        ups, downs = (
            [f".course-map:has(.n{n}:{on}) .{way}{n}" for n in self.number.values()] for way in "ud"
        )
        for selectors, dash in ((ups, "none"), (downs, "5 3")):
            yield (
                f"{','.join(selectors)}"
                f"{{opacity:1!important;stroke:var(--rnn-accent);stroke-width:2.4px;"
                f"stroke-dasharray:{dash}}}"
            )

    def _band(self, part: str, rows: range, address: Mapping[str, str]) -> str:
        width = self.layout.width + 2
        top = {row: CAPTION + ROW_GAP + (row - rows[0]) * (BOX_HEIGHT + ROW_GAP) for row in rows}
        height = top[rows[-1]] + BOX_HEIGHT + END
        lines = [
            f'<path class="{self.marks[piece]}" d="{path}"/>'
            for piece in self.layout.segments
            if (path := self._path(piece, top, height))
        ]
        lines += [
            f'<path class="{self.marks[item]}" d="M{self.layout.x[item]:g} {y:g}v{BOX_HEIGHT:g}"/>'
            for row, y in top.items()
            for item in self.layout.rows[row]
            if not self.layout.is_box(item)
        ]
        boxes = [
            self._box(name, top[row], address[name])
            for row in rows
            for name, own in self.layout.rows[row]
            if self.layout.is_box((name, own))
        ]
        return (
            f'<svg viewBox="-1 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
            f'role="group" aria-label="{escape(part)}">'
            f'<rect class="map-band" x="-1" width="{width:g}" height="{height:g}"/>'
            f'{"".join(lines)}<text class="map-part" x="{EDGE + 6:g}" y="16">{escape(part)}</text>'
            f"{''.join(boxes)}</svg>"
        )

    def _path(self, piece: Segment, top: Mapping[int, float], height: float) -> str:
        """Return the part of a piece that lies in a band; below the band's end it goes on."""
        upper, lower = piece
        x, end = self.layout.x[upper], self.port[piece]
        starts_here, ends_here = upper[1] in top, lower[1] in top
        if not ends_here:
            return f"M{x:g} {top[upper[1]] + BOX_HEIGHT:g}V{height:g}" if starts_here else ""
        y = top[lower[1]]
        path = "" if starts_here else f"M{x:g} 0V{CAPTION:g}"
        path = path or f"M{x:g} {y - ROW_GAP:g}"
        return f"{path}C{x:g} {y - ROW_GAP / 2:g} {end:g} {y - ROW_GAP / 2:g} {end:g} {y:g}"

    def _box(self, name: str, y: float, address: str) -> str:
        lesson, number = self.lessons[name], self.number[name]
        x = self.layout.x[name, self.layout.row_of[name]]
        around = [f"u{self.number[o]}" for o in self.number if name in self.needed[o]]
        around += [f"d{self.number[o]}" for o in self.needed[name]]
        card, lines = lesson.card, textwrap.wrap(short(lesson.title), LETTERS)
        level = "●" * card.difficulty + "○" * (len(DIFFICULTY) - card.difficulty)
        facts = f"{lesson.before_class} + {card.minutes['exercises']} min · {lesson.points} pts"
        text = y + (BOX_HEIGHT - LINE * len(lines)) / 2 + 3.5
        words = "".join(
            f'<text x="{x:g}" y="{text + LINE * n:g}">{escape(line)}</text>'
            for n, line in enumerate(lines)
        )
        spoken = (
            f"{lesson.title}. {lesson.before_class} minutes to read and run, "
            f"{card.minutes['exercises']} for the exercises, {lesson.points} points, "
            f"{DIFFICULTY[card.difficulty]}"
        )
        return (
            f'<a class="n{number}" href="{escape(address)}" aria-label="{escape(spoken)}">'
            f'<rect class="{" ".join(around)}" x="{x - BOX / 2:g}" y="{y:g}" width="{BOX:g}" '
            f'height="{BOX_HEIGHT:g}" rx="4"/>{words}<text class="map-facts" x="{x:g}" '
            f'y="{text + LINE * len(lines):g}">{facts} {level}</text></a>'
        )


class CourseMap(SphinxDirective):
    """The graph of all lessons."""

    def run(self) -> list[nodes.Node]:
        """Return a place for the graph."""
        note_lessons(self)
        return [course_map()]


def note_lessons(directive: SphinxDirective) -> dict[str, Lesson]:
    """Return the lessons, and have the page read again when one of them changes."""
    root = Path(directive.env.srcdir)
    found = lessons(root)
    if not found:
        raise directive.error("course: no page of the toc has a card")
    for name in found:
        directive.env.note_dependency(str(source(root / FOLDER, name)))
    return found


def enter(translator: HTML5Translator, node: course_map) -> None:
    """Draw the graph with the links as they go from this page."""
    builder = translator.builder
    found = lessons(Path(builder.env.srcdir))
    here = builder.current_docname
    address = {name: builder.get_relative_uri(here, f"{FOLDER}/{name}") for name in found}
    translator.body.append(Drawing(found).svg(address))


def leave(translator: HTML5Translator, node: course_map) -> None:
    """Do nothing: the graph is written."""


def facts(lesson: Lesson) -> list[str]:
    """Return what the table says of a lesson in numbers."""
    minutes, kinds = lesson.card.minutes, [lesson.count(kind) for kind in POINTS]
    numbers = [minutes["read"], minutes["run"], minutes["exercises"]]
    return [*map(str, numbers), str(lesson.card.difficulty), *map(str, kinds), str(lesson.points)]


def totals(found: Iterable[Lesson]) -> list[str]:
    """Return the sums of the columns of `facts`; the level has none."""
    columns = list(zip(*(facts(lesson) for lesson in found), strict=True))
    return ["" if number == 3 else str(sum(map(int, c))) for number, c in enumerate(columns)]


def shown(numbers: list[str]) -> list[str]:
    """Return the same with the kinds of exercises, which would be four wide columns, in one."""
    first, kinds, points = numbers[:4], numbers[4:-1], numbers[-1]
    said = (
        f"{number}\N{NO-BREAK SPACE}{kind}"
        for number, kind in zip(kinds, POINTS, strict=True)
        if number != "0"
    )
    return [*first, ", ".join(said), points]


class CourseTable(SphinxDirective):
    """The table of all lessons, with sums, and a link to it as a CSV."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        found = note_lessons(self)
        table = nodes.table(classes=["course-table"])
        head = [name.capitalize() for name in (*HEAD, "kinds", "points")]
        columns = (nodes.colspec(colwidth=1) for _ in head)
        group = nodes.tgroup("", *columns, cols=len(head))
        group += nodes.thead("", _row(*head))
        body = nodes.tbody()
        for part, names in by_part(found).items():
            title = heading(part)
            title["morecols"] = len(head) - 1
            body += nodes.row("", title)
            for name in names:
                body += self._line(found[name])
        body += _row("Together", f"{len(found)} lessons", *shown(totals(found.values())))
        group += body
        table += group
        link = nodes.reference("", "the table as a CSV", refuri=CSV, internal=True)
        also = nodes.paragraph("", "For a spreadsheet: ", link, nodes.Text("."))
        return [table, also]

    def _line(self, lesson: Lesson) -> nodes.row:
        here = self.env.docname
        builds_on = nodes.paragraph()
        for need in lesson.card.needs:
            builds_on += [nodes.Text("; ")] if len(builds_on) else []
            builds_on += link_to(need, here)
        own = nodes.paragraph("", "", link_to(lesson.name, here))
        return _row(own, builds_on if len(builds_on) else "–", *shown(facts(lesson)))


class CourseObjectives(SphinxDirective):
    """A list of all lessons with their objectives, by part."""

    def run(self) -> list[nodes.Node]:
        """Return for each part its name and the list of its lessons."""
        found, made = note_lessons(self), []
        for part, names in by_part(found).items():
            made.append(nodes.paragraph("", "", nodes.strong("", part)))
            made.append(nodes.bullet_list("", *(self._item(found[name]) for name in names)))
        return made

    def _item(self, lesson: Lesson) -> nodes.list_item:
        objectives = (
            nodes.list_item("", nodes.paragraph("", objective))
            for objective in lesson.card.objectives
        )
        title = nodes.paragraph("", "", link_to(lesson.name, self.env.docname))
        return nodes.list_item("", title, nodes.bullet_list("", *objectives))


class AssignmentPoints(SphinxDirective):
    """A list: how many points an exercise of each kind gives, and who gives them."""

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        said = dict.fromkeys(POINTS, "by hand") | {"code": "by its check"}
        rows = nodes.bullet_list()
        for kind, points in POINTS.items():
            text = f"{kind}: {points} points, {said[kind]}"
            rows += nodes.list_item("", nodes.paragraph("", text))
        return [rows]


def _row(*entries: str | nodes.Node) -> nodes.row:
    paragraphs = [nodes.paragraph("", e) if isinstance(e, str) else e for e in entries]
    return nodes.row("", *(nodes.entry("", paragraph) for paragraph in paragraphs))


def as_csv(found: Mapping[str, Lesson]) -> str:
    """Return the table for a spreadsheet: a line for each lesson, no sums."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["page", "part", *HEAD, *POINTS, "points", "objectives"])
    for lesson in found.values():
        card = lesson.card
        said = [lesson.title, " ".join(card.needs), *facts(lesson), "; ".join(card.objectives)]
        writer.writerow([lesson.name, lesson.part, *said])
    return text.getvalue()


def write_csv(app: Sphinx, error: Exception | None) -> None:
    """Put the CSV beside the page that has the graph."""
    pages = [page for page in app.env.found_docs if page.endswith("teaching/map")]
    if error or app.builder.format != "html" or not pages:
        return
    text = as_csv(lessons(Path(app.srcdir)))
    (Path(app.outdir) / pages[0]).with_name(CSV).write_text(text, "utf8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the graph, the table and its CSV."""
    app.add_node(course_map, html=(enter, leave))
    app.add_directive("course-map", CourseMap)
    app.add_directive("course-table", CourseTable)
    app.add_directive("course-objectives", CourseObjectives)
    app.add_directive("assignment-points", AssignmentPoints)
    app.connect("build-finished", write_csv)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
