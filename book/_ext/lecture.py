"""The lectures: one file each, which says slide by slide what is taken from which page.

A file has a `number`, a `title`, the `question` on its first slide, and `slides`. A slide has a
`heading`, the `minutes` it takes, what to `say` and perhaps to `ask`; a `page` (that of the slide
before, if not given); a `body`, and what comes `then`, one click each. Both are lists of the
slide's own text and of parts of pages (`slide_parts.KINDS` has the kinds), of which `lines` or
`rows` may be chosen; `beside: true` puts two of them side by side.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from slide_parts import KINDS, Notebook, PartError

BOOK = Path(__file__).resolve().parent.parent
FOLDER = Path("teaching") / "slides"
OPTIONS = {"lines", "rows", "page", "width"}
KEYS = {"heading", "page", "body", "then", "beside", "minutes", "say", "ask"}
MOST_WORDS = 40


class SlideError(ValueError):
    """A slide that cannot be made."""


@dataclass(frozen=True)
class Slide:
    """One slide: its heading, what stands on it, what comes after a click, the speaker's notes."""

    heading: str
    page: str
    minutes: float
    say: str
    ask: str = ""
    body: tuple[Any, ...] = ()
    then: tuple[Any, ...] = ()
    beside: bool = False

    @property
    def parts(self) -> list[tuple[str, str, dict[str, Any]]]:
        """What is taken from pages: kind, name, the whole entry."""
        entries = [e for e in (*self.body, *self.then) if isinstance(e, dict)]
        return [(kind, str(e[kind]), e) for e in entries for kind in KINDS if kind in e]

    @property
    def own_words(self) -> int:
        """How many words of the slide are its own, its heading apart."""
        text = " ".join(e for e in (*self.body, *self.then) if isinstance(e, str))
        return len(re.sub(r"\$[^$]*\$", "x", text).split())


@dataclass(frozen=True)
class Lecture:
    """A lecture: its title, the question it begins with, its slides."""

    name: str
    title: str
    question: str
    slides: tuple[Slide, ...] = field(repr=False)
    book: Path = BOOK

    @property
    def pages(self) -> list[str]:
        """The pages it is made from, in order of appearance."""
        return list(dict.fromkeys(slide.page for slide in self.slides))

    @property
    def minutes(self) -> float:
        """How long it takes, exercises apart."""
        return sum(slide.minutes for slide in self.slides)

    def notebook(self, page: str) -> Notebook:
        """Return the source of a page."""
        return notebook(self.book, page)


def lectures(book: Path = BOOK) -> list[Lecture]:
    """Return the lectures of a book, in the order of their `number`."""
    paths = (book / FOLDER).glob("*.yml")
    found = [(yaml.safe_load(path.read_text("utf8")), path) for path in paths]
    found.sort(key=lambda pair: pair[0]["number"])
    return [lecture(content, path.stem, book) for content, path in found]


def lecture(content: dict[str, Any], name: str, book: Path = BOOK) -> Lecture:
    """Return the lecture that a file describes; raise a SlideError that names the slide."""
    slides, page = [], ""
    for number, given in enumerate(content["slides"], 1):
        where = f"{name}.yml, slide {number}"
        unknown, lacking = set(given) - KEYS, {"heading", "minutes", "say"} - set(given)
        if unknown:
            raise SlideError(f"{where}: {sorted(unknown)} means nothing; known are {sorted(KEYS)}")
        if lacking:
            raise SlideError(f"{where}: {sorted(lacking)} must be given")
        page = given.get("page", page)
        lists = {key: tuple(given.get(key, ())) for key in ("body", "then")}
        slide = Slide(**{**given, **lists, "page": page})
        for entry in (*slide.body, *slide.then):
            _check_entry(entry, where)
        slides.append(slide)
    return Lecture(name, content["title"], content["question"], tuple(slides), book)


def _check_entry(entry: Any, where: str) -> None:
    if isinstance(entry, str):
        return
    kinds = set(entry) & set(KINDS) if isinstance(entry, dict) else set()
    if len(kinds) != 1 or set(entry) - kinds - OPTIONS:
        wanted = f"text, or one of {', '.join(KINDS)} with {', '.join(sorted(OPTIONS))}"
        raise SlideError(f"{where}: must be {wanted}; got {entry!r}")


@functools.cache
def notebook(book: Path, page: str) -> Notebook:
    """Return the source of a page."""
    return Notebook(book, page)


def faults(lecture: Lecture) -> list[str]:
    """Return what is wrong with a lecture, as far as its notebooks tell."""
    found, widgets = [], []
    for number, slide in enumerate(lecture.slides, 1):
        where = f"{lecture.name}.yml, slide {number} ({slide.heading})"
        for kind, name, entry in slide.parts:
            page = entry.get("page", slide.page)
            try:
                lecture.notebook(page).check(kind, name)
            except PartError as error:
                found.append(f"{where}: {error}")
            if kind == "widget":
                if (page, name) in widgets:
                    found.append(f"{where}: the widget {name!r} is in the lecture twice")
                widgets.append((page, name))
        if slide.own_words > MOST_WORDS:
            found.append(f"{where}: {slide.own_words} words of its own, at most {MOST_WORDS}")
    return found
