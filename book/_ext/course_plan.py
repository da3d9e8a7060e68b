"""Course plans: `course-plan` shows a plan of `book/teaching/plans.yml`, with its sums.

    lecture:                      # the name of the plan
      unit: Lecture               # what one entry of `units` is called
      class_minutes: 90           # of each session
      outside: [60, 130]          # least and most minutes outside class, for each unit
      skips: [concepts/gru]       # what lessons of the plan need and the plan passes over
      units:
        - - title: …              # the sessions of a unit
            read: [concepts/rnn]  # before the session
            class:
              - {min: 10, ask: concepts/rnn}     # its self-check
              - {min: 45, board: concepts/rnn}   # the board plan of its notes
              - {min: 20, work: [ex-rnn-shape]}  # exercises done in class
              - {min: 15, do: "…"}               # or `slides: name`
            assign: [concepts/rnn]        # as a notebook, to be graded
            practise: [ex-memory-which]   # exercises at home, not handed in

Minutes and points come from the cards and the exercises. A plan that names what is not there, asks
for a lesson before what it needs, fills a session wrongly or a unit too much fails the build.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import bank
import yaml
from course_data import Exercise, Lesson
from course_map import note_lessons
from docutils import nodes
from docutils.statemachine import StringList
from page_card import FOLDER, link_to, row, spelt
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

FILE = Path(FOLDER) / "teaching" / "plans.yml"
SLIDES = Path(FOLDER) / "teaching" / "slides"
NOTES = re.compile(r"^\((?P<label>notes-[\w-]+)\)=$", re.MULTILINE)
BOARD = re.compile(r"\*\*A board plan\*\* \((\d+) minutes\)")
DOINGS = ("ask", "board", "slides", "work", "do")


@dataclass(frozen=True)
class Doing:
    """Some minutes of a session: what kind of work, and on what."""

    minutes: int
    kind: str
    what: Any


@dataclass(frozen=True)
class Session:
    """What is read before a session, done in it, and given out at its end."""

    title: str
    read: tuple[str, ...] = ()
    doings: tuple[Doing, ...] = ()
    assign: tuple[str, ...] = ()
    practise: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A plan: units of sessions, and what each may ask for."""

    unit: str
    class_minutes: int
    outside: tuple[int, int]
    units: tuple[tuple[Session, ...], ...]
    skips: tuple[str, ...] = ()

    @property
    def sessions(self) -> Iterator[Session]:
        """Yield the sessions in their order."""
        for unit in self.units:
            yield from unit


@dataclass(frozen=True)
class Book:
    """What a plan is held against: lessons, board plans of the notes, lectures with slides."""

    lessons: Mapping[str, Lesson]
    boards: Mapping[str, int] = field(default_factory=dict)
    lectures: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def exercises(self) -> dict[str, tuple[Lesson, Exercise]]:
        """Return every exercise by its label, with its lesson."""
        return {
            each.label: (lesson, each)
            for lesson in self.lessons.values()
            for each in lesson.exercises
        }

    def read(self, sessions: Iterable[Session]) -> int:
        """Return the minutes to read and run what comes before sessions."""
        return sum(self.lessons[name].before_class for each in sessions for name in each.read)

    def at_home(self, sessions: Iterable[Session]) -> int:
        """Return the minutes for exercises outside class."""
        given = list(sessions)
        notebooks = [self.lessons[name] for each in given for name in each.assign]
        single = [self.exercises[label] for each in given for label in each.practise]
        return sum(lesson.card.minutes["exercises"] for lesson in notebooks) + sum(
            lesson.minutes_of(exercise) for lesson, exercise in single
        )

    def points(self, sessions: Iterable[Session]) -> tuple[int, int]:
        """Return the points of the notebooks that are handed in: by machine, by hand."""
        found = [e for s in sessions for name in s.assign for e in self.lessons[name].exercises]
        machine = sum(each.points for each in found if each.kind == "code")
        return machine, sum(each.points for each in found) - machine


def load(path: Path) -> dict[str, Plan]:
    """Return the plans of a file by their names.

    Raises
    ------
    ValueError
        If a plan has a key that is not known, or lacks one.
    """
    return {
        name: _plan(name, said) for name, said in yaml.safe_load(path.read_text("utf8")).items()
    }


def _plan(name: str, said: dict[str, Any]) -> Plan:
    try:
        units = tuple(tuple(_session(each) for each in unit) for unit in said.pop("units"))
        outside, skips = tuple(said.pop("outside")), tuple(said.pop("skips", ()))
        return Plan(**said, outside=outside, skips=skips, units=units)
    except (KeyError, TypeError) as error:
        raise ValueError(f"plan {name}: {error}") from error


def _session(said: dict[str, Any]) -> Session:
    doings = tuple(_doing(each) for each in said.pop("class"))
    lists = {key: tuple(said.pop(key, ())) for key in ("read", "assign", "practise")}
    return Session(**said, **lists, doings=doings)


def _doing(said: dict[str, Any]) -> Doing:
    (kind,) = set(said) - {"min"} or {""}
    if kind not in DOINGS:
        raise KeyError(f"class: expected one of {', '.join(DOINGS)}, got {kind!r}")
    return Doing(said["min"], kind, said[kind])


def faults(plan: Plan, book: Book) -> Iterator[str]:
    """Yield what is wrong with a plan."""
    unknown = [*_unknown(plan, book)]
    yield from unknown
    if unknown:
        return
    yield from _out_of_order(plan, book)
    for session in plan.sessions:
        if (total := sum(doing.minutes for doing in session.doings)) != plan.class_minutes:
            yield f"{session.title!r} has {total} minutes of {plan.class_minutes}"
    least, most = plan.outside
    for number, unit in enumerate(plan.units, 1):
        minutes = book.read(unit) + book.at_home(unit)
        if not least <= minutes <= most:
            yield f"{plan.unit} {number} asks for {minutes} minutes, not {least} to {most}"


def _unknown(plan: Plan, book: Book) -> Iterator[str]:
    for session in plan.sessions:
        of_lessons = [d.what for d in session.doings if d.kind in ("ask", "board")]
        of_exercises = [label for d in session.doings if d.kind == "work" for label in d.what]
        for name in (*session.read, *session.assign, *of_lessons):
            if name not in book.lessons:
                yield f"{session.title!r}: there is no lesson {name!r}"
        for label in (*session.practise, *of_exercises):
            if label not in book.exercises:
                yield f"{session.title!r}: there is no exercise {label!r}"
        for doing in session.doings:
            if doing.kind == "ask" and not bank.on_page(doing.what):
                yield f"{session.title!r}: the question bank asks nothing on {doing.what}"
            if doing.kind == "board" and doing.minutes > book.boards.get(doing.what, 90):
                yield f"{session.title!r}: the board plan of {doing.what} is shorter"
            if doing.kind == "slides" and doing.what not in book.lectures:
                yield f"{session.title!r}: there are no slides {doing.what!r}"
            elif doing.kind == "slides" and doing.minutes > book.lectures[doing.what]:
                yield f"{session.title!r}: the slides {doing.what!r} are shorter"


def _out_of_order(plan: Plan, book: Book) -> Iterator[str]:
    """Yield lessons before what they need, and exercises of lessons that were not read."""
    known, done, wanted = set(plan.skips), set[str](), set[str]()
    for session in plan.sessions:
        for name in session.read:
            needs = book.lessons[name].card.needs
            wanted.update(needs)
            if missing := [need for need in needs if need not in known]:
                yield f"{session.title!r}: {name} needs {', '.join(missing)}"
            if name in known:
                yield f"{session.title!r}: {name} is read twice"
            known.add(name)
        given = [e.label for name in session.assign for e in book.lessons[name].exercises]
        given += [*session.practise]
        given += [label for d in session.doings if d.kind == "work" for label in d.what]
        for label in given:
            if label in done:
                yield f"{session.title!r}: {label} is given twice"
            if (name := book.exercises[label][0].name) not in known:
                yield f"{session.title!r}: {label} comes before its lesson, {name}"
            done.add(label)
    for name in set(plan.skips) - wanted:
        yield f"skips: no lesson of the plan needs {name}"


def boards(root: Path) -> dict[str, int]:
    """Return the minutes of each board plan in the notes, by lesson."""
    found = {}
    for path in sorted((root / FOLDER / "teaching").glob("notes_*.md")):
        pieces = NOTES.split(path.read_text("utf8"))
        for label, text in zip(pieces[1::2], pieces[2::2], strict=True):
            if board := BOARD.search(text):
                found[label.removeprefix("notes-")] = int(board[1])
    return found


def note_label(name: str) -> str:
    """Return the label of a lesson's notes."""
    return "notes-" + name.replace("/", "-").replace("_", "-")


def _length(path: Path) -> int:
    """Return the minutes of a lecture."""
    return round(
        sum(slide["minutes"] for slide in yaml.safe_load(path.read_text("utf8"))["slides"])
    )


def the_book(root: Path, lessons: Mapping[str, Lesson]) -> Book:
    """Return what plans are held against, read from the folder of a book."""
    minutes = boards(root)
    own = {name: note_label(name).removeprefix("notes-") for name in lessons}
    lectures = {path.stem: _length(path) for path in sorted((root / SLIDES).glob("*.yml"))}
    known = {name: minutes[label] for name, label in own.items() if label in minutes}
    return Book(lessons, known, lectures)


class CoursePlan(SphinxDirective):
    """A plan: a table of its units with their sums, then the sessions."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the plan, or fail."""
        root, name = Path(self.env.srcdir), self.arguments[0]
        for path in (root / FILE, *(root / FOLDER / "teaching").glob("notes_*.md")):
            self.env.note_dependency(str(path))
        self.book = the_book(root, note_lessons(self))
        try:
            plan = load(root / FILE)[name]
        except (KeyError, ValueError) as error:
            raise self.error(f"course-plan: {error}") from error
        if found := list(faults(plan, self.book)):
            raise self.error(f"course-plan {name}: {'; '.join(found)}")
        self.name_of_plan = name
        shown: list[nodes.Node] = [self.frame(plan), self.overview(plan)]
        for number, unit in enumerate(plan.units, 1):
            shown += self.unit(plan, number, unit)
        return shown

    def frame(self, plan: Plan) -> nodes.paragraph:
        """Return how long sessions are, and what a unit may ask for outside class."""
        count, (least, most) = len(list(plan.sessions)), plan.outside
        sessions = "One session" if count == 1 else f"{count} sessions"
        held = f"{sessions} of {plan.class_minutes} minutes. "
        limit = f"Outside class each {plan.unit.lower()} asks for {least} to {most} minutes."
        return nodes.paragraph("", held + limit)

    def overview(self, plan: Plan) -> nodes.table:
        """Return a line for each unit, and the sums."""
        heads = (plan.unit, "Lessons", "Read, min", "Exercises, min", "Together", "Points")
        table = nodes.table(classes=["plan-sums"])
        group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in heads), cols=len(heads))
        group += nodes.thead("", row(*heads))
        body = nodes.tbody()
        for number, unit in enumerate(plan.units, 1):
            target = nodes.reference(
                "", str(number), internal=True, refid=self.anchor(plan, number)
            )
            names = [name for session in unit for name in session.read]
            body += row(nodes.paragraph("", "", target), self.links(names), *self.sums(unit))
        everything = list(plan.sessions)
        count = sum(len(session.read) for session in everything)
        if len(plan.units) > 1:
            body += row("All", f"{count} lessons", *self.sums(everything))
        group += body
        table += group
        return table

    def anchor(self, plan: Plan, number: int) -> str:
        """Return the id of a unit."""
        return f"plan-{self.name_of_plan}-{plan.unit.lower()}-{number}"

    def sums(self, sessions: Sequence[Session]) -> list[str]:
        """Return minutes to read, for exercises, together, and points."""
        read, home = self.book.read(sessions), self.book.at_home(sessions)
        return [str(n) for n in (read, home, read + home, sum(self.book.points(sessions)))]

    def unit(self, plan: Plan, number: int, unit: Sequence[Session]) -> list[nodes.Node]:
        """Return a unit's heading and its sessions."""
        several = len(plan.units) > 1
        title = f"{plan.unit} {number}" if several else plan.unit
        identity = self.anchor(plan, number)
        head = nodes.paragraph(
            "", "", nodes.strong("", title), ids=[identity], classes=["plan-unit"]
        )
        head += nodes.Text(
            f": {spelt(self.book.read(unit) + self.book.at_home(unit))} outside class"
        )
        return [head, *(self.session(each) for each in unit)]

    def session(self, session: Session) -> nodes.container:
        """Return a session as questions and answers, as a card shows a page."""
        table = nodes.definition_list()
        rows: dict[str, nodes.Node | None] = {
            "Session": nodes.paragraph("", "", nodes.strong("", session.title)),
            "Read before": self.links(session.read, self.book.read([session]))
            if session.read
            else None,
            "In class": self.doings(session.doings),
            "Assign": self.notebooks(session) if session.assign else None,
            "Practise": self.tasks(session.practise, "min") if session.practise else None,
            "Grade": self.grading(session) if session.assign else None,
        }
        for name, answer in rows.items():
            if answer is not None:
                body = nodes.definition("", answer)
                table += nodes.definition_list_item("", nodes.term("", name), body)
        return nodes.container("", table, classes=["page-card", "plan-session"])

    def links(self, names: Sequence[str], minutes: int = 0) -> nodes.paragraph:
        """Return links to lessons, and their minutes."""
        paragraph = nodes.paragraph()
        for name in names:
            paragraph += [nodes.Text("; ")] if len(paragraph) else []
            paragraph += link_to(name, self.env.docname)
        if minutes:
            paragraph += nodes.Text(f" ({minutes} min)")
        return paragraph

    def tasks(self, labels: Iterable[str], *facts: str) -> nodes.paragraph:
        """Return links to exercises, each with its minutes or points where they are asked for."""
        paragraph = nodes.paragraph()
        for label in labels:
            lesson, exercise = self.book.exercises[label]
            known = {"min": lesson.minutes_of(exercise), "points": exercise.points}
            paragraph += [nodes.Text("; ")] if len(paragraph) else []
            paragraph += self.link(label, exercise.title)
            said = ", ".join(f"{known[fact]} {fact}" for fact in facts)
            paragraph += nodes.Text(f" ({said})" if said else "")
        return paragraph

    def link(self, label: str, text: str) -> pending_xref:
        """Return a link to a label."""
        return pending_xref(
            "",
            nodes.inline("", text),
            refdomain="std",
            reftype="ref",
            reftarget=label,
            refdoc=self.env.docname,
            refexplicit=True,
            refwarn=True,
        )

    def notebooks(self, session: Session) -> nodes.bullet_list:
        """Return the notebooks to make, as commands, each with its exercises."""
        rows = nodes.bullet_list()
        for name in session.assign:
            labels = [exercise.label for exercise in self.book.lessons[name].exercises]
            command = nodes.literal("", f"make assign PAGE={name}")
            tasks = self.tasks(labels, "points", "min").children
            rows += nodes.list_item("", nodes.paragraph("", "", command, nodes.Text(": "), *tasks))
        return rows

    def grading(self, session: Session) -> nodes.paragraph:
        """Return how many points are given by whom."""
        machine, hand = self.book.points([session])
        return nodes.paragraph("", f"{machine} points by the checks, {hand} by hand")

    def doings(self, doings: Sequence[Doing]) -> nodes.bullet_list:
        """Return what is done in class, a line each."""
        rows = nodes.bullet_list()
        for doing in doings:
            line = nodes.paragraph("", f"{doing.minutes} min: ")
            line += getattr(self, f"on_{doing.kind}")(doing)
            rows += nodes.list_item("", line)
        return rows

    def on_ask(self, doing: Doing) -> list[nodes.Node]:
        """Return the questions of a lesson."""
        count = len(bank.on_page(doing.what))
        words = nodes.Text(f"the {count} questions at the end of ")
        return [words, link_to(doing.what, self.env.docname)]

    def on_board(self, doing: Doing) -> list[nodes.Node]:
        """Return the board plan of a lesson, or its beginning."""
        whole = self.book.boards.get(doing.what)
        title = self.book.lessons[doing.what].title.partition(": ")[0]
        text = f"the board plan for “{title}”"
        label = note_label(doing.what)
        board: nodes.Node = self.link(label, text) if whole else nodes.Text(text)
        part = whole is not None and doing.minutes < whole
        return [board, nodes.Text(f", shortened from {whole} minutes" if part else "")]

    def on_slides(self, doing: Doing) -> list[nodes.Node]:
        """Return the slides of a lecture."""
        path = Path(self.env.srcdir) / SLIDES / f"{doing.what}.yml"
        self.env.note_dependency(str(path))
        title, whole = (
            yaml.safe_load(path.read_text("utf8"))["title"],
            self.book.lectures[doing.what],
        )
        part = f", shortened from {whole} minutes" if doing.minutes < whole else ""
        return [self.link("teaching-slides", "slides"), nodes.Text(f" “{title}”{part}")]

    def on_work(self, doing: Doing) -> list[nodes.Node]:
        """Return exercises that are done in class."""
        tasks = self.tasks(doing.what)
        return [nodes.Text("in pairs: "), *tasks.children]

    def on_do(self, doing: Doing) -> list[nodes.Node]:
        """Return words of the plan, which are Markdown."""
        around = nodes.Element()
        lines = StringList([doing.what], source=str(FILE))
        self.state.nested_parse(lines, self.content_offset, around)
        return list(around.children[0].children)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("course-plan", CoursePlan)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
