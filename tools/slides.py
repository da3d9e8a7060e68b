"""Make the slides of the lectures from the built book.

    python tools/slides.py [--html DIR] [--check] [LECTURE …]

A lecture is a file `book/teaching/slides/NAME.yml`; `book/_ext/lecture.py` says how it is written.
What a slide shows of a page is cut out of the built page, so nothing is written twice; a part that
is not there is an error. `--check` looks the parts up in the notebooks alone and needs no built
book. The slides land in DIR/slides, with reveal.js beside them; the build of the book calls this.
"""

from __future__ import annotations

import argparse
import functools
import shutil
import sys
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "book" / "_ext"))

import mathml
from lecture import BOOK, Lecture, Slide, SlideError, faults, lectures
from slide_cut import cut
from slide_parts import KINDS, BuiltPage, PartError

ROOT = Path(__file__).resolve().parent.parent
REVEAL = ROOT / "book" / "_ext" / "node_modules" / "reveal.js"
REVEAL_FILES = ("LICENSE", "dist/reveal.css", "dist/reveal.js", "dist/plugin/notes.js")
LOOK = ROOT / "book" / "_look"
KEYS = """S opens this view with a clock, D turns the slides dark or light, B blanks the screen,
Escape shows all slides. In a live figure the arrow keys belong to the figure; Escape gives them
back, and Page Down always goes on. A, or the button at the top, shows the arithmetic of a live
figure and puts it away."""


@functools.cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark").use(dollarmath_plugin)

    def formula(_: Any, tokens: Any, at: int, *__: Any) -> str:
        return mathml.temml(tokens[at].content, False)

    markdown.add_render_rule("math_inline", formula)
    return markdown


class Maker:
    """Makes the slides of one lecture from the built pages."""

    def __init__(self, html: Path, lecture: Lecture) -> None:
        self.html, self.lecture = html, lecture

    @functools.cache  # noqa: B019  (one lecture, thrown away with its pages)
    def page(self, name: str) -> BuiltPage:
        """Return a built page."""
        return BuiltPage(self.html, self.lecture.notebook(name))

    def slide(self, number: int, slide: Slide) -> str:
        """Return one slide as markup."""
        try:
            return self._slide(number, slide)
        except PartError as error:
            where = f"{self.lecture.name}.yml, slide {number} ({slide.heading})"
            raise SlideError(f"{where}: {error}") from error

    def _slide(self, number: int, slide: Slide) -> str:
        anchor = ""
        for kind, name, entry in slide.parts:
            if "page" not in entry and kind != "exercise" and not anchor:
                anchor = self.page(slide.page).anchor(self.page(slide.page).take(kind, name))
        place = 0
        blocks = []
        for entries, classes in (slide.body, ""), (slide.then, " fragment"):
            for entry in entries:
                place += 1
                blocks.append(self._block(entry, slide.page, f"s{number}-{place}-", classes))
        link = f"../book/{slide.page}.html" + (f"#{anchor}" if anchor else "")
        source = f'<a href="{link}">{_line(self.lecture.notebook(slide.page).title)}</a>'
        frame = _framed(_line(slide.heading), "".join(blocks), source, slide.beside)
        return _section(frame, slide.minutes, _notes(slide))

    def _block(self, entry: Any, page: str, prefix: str, classes: str) -> str:
        if isinstance(entry, str):
            return f'<div class="own{classes}">{_text(entry)}</div>'
        kind = next(kind for kind in KINDS if kind in entry)
        page = entry.get("page", page)
        name = str(entry[kind])
        if kind == "exercise":
            title = _line(self.lecture.notebook(page).exercise(name))
            link = f'<a href="../book/{page}.html#{name}">{title}</a>'
            return f'<p class="exercise{classes}">{link}</p>'
        part = self.page(page).take(kind, name)
        copy = cut(part, prefix, str(entry.get("lines", "")), str(entry.get("rows", "")))
        width = f' style="--width: {int(entry["width"])}px"' if "width" in entry else ""
        return f'<div class="part {kind}{classes}"{width}>{copy}</div>'

    def document(self) -> str:
        """Return the lecture as a page of its own."""
        lecture = self.lecture
        slides = [self.slide(n, slide) for n, slide in enumerate(lecture.slides, 1)]
        template = Template((LOOK / "slides.html").read_text("utf8"))
        return template.substitute(
            title=escape(lecture.title), slides=_title(lecture) + "\n".join(slides)
        )


def _framed(heading: str, body: str, source: str, beside: bool) -> str:
    beside_class = " beside" if beside else ""
    return (
        f'<div class="frame"><h2>{heading}</h2><div class="body{beside_class}">{body}</div>'
        f'<p class="from">{source}</p></div>'
    )


def _section(frame: str, minutes: float, notes: str, kind: str = "") -> str:
    return (
        f'<section data-timing="{round(minutes * 60)}"{kind}>{frame}'
        f'<details class="notes-fold"><summary>Notes</summary>'
        f'<aside class="notes">{notes}</aside></details></section>\n'
    )


def _title(lecture: Lecture) -> str:
    """Return the slide that a lecture begins with: its title and its question."""
    count = len(lecture.slides) + 1
    links = ", ".join(
        f'<a href="../book/{page}.html">{_line(lecture.notebook(page).title)}</a>'
        for page in lecture.pages
    )
    frame = (
        f'<div class="frame"><p class="book">Gate by Gate</p><h1>{_line(lecture.title)}</h1>'
        f'<div class="body"><div class="question">{_text(lecture.question)}</div></div>'
        f'<p class="from">From {links}</p></div>'
    )
    notes = (
        f"<p><strong>{lecture.minutes:g} minutes</strong>, {count} slides. The question stands "
        f"here while people come in; nobody answers it yet.</p>{_text(KEYS)}"
    )
    return _section(frame, 0, notes, ' class="title"')


def _notes(slide: Slide) -> str:
    ask = f"<p><strong>Ask:</strong></p>{_text(slide.ask)}" if slide.ask else ""
    return f"<p><strong>{slide.minutes:g} min</strong></p>{_text(slide.say)}{ask}"


def _text(text: str) -> str:
    return _markdown().render(text).strip()


def _line(text: str) -> str:
    return _markdown().renderInline(text)


def write(html: Path, book: Path = BOOK, only: list[str] | None = None) -> list[Path]:
    """Write the slides of every lecture of a book beside its built pages; return their files."""
    folder = html / "slides"
    shutil.rmtree(folder, ignore_errors=True)
    chosen = [lecture for lecture in lectures(book) if not only or lecture.name in only]
    if not chosen:
        return []
    (folder / "reveal").mkdir(parents=True)
    for name in REVEAL_FILES:
        if not (REVEAL / name).is_file():
            raise SlideError("reveal.js is not installed: run `make setup` and build again")
        shutil.copyfile(REVEAL / name, folder / "reveal" / Path(name).name)
    for name in ("slides.css", "slides.js"):
        shutil.copyfile(LOOK / name, folder / name)
    for lecture in chosen:
        (folder / f"{lecture.name}.html").write_text(Maker(html, lecture).document(), "utf8")
    return [folder / f"{lecture.name}.html" for lecture in chosen]


def main() -> None:
    """Read the command line, check, and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--html", type=Path, default=ROOT / "_build" / "html", help="built pages")
    parser.add_argument("--check", action="store_true", help="look the parts up, write nothing")
    parser.add_argument("lecture", nargs="*", help="names of lectures; all without")
    arguments = parser.parse_args()
    try:
        found = [fault for lecture in lectures() for fault in faults(lecture)]
        if not (found or arguments.check):
            for path in write(arguments.html, only=arguments.lecture):
                print(f"slides: {path}")
    except (SlideError, PartError) as error:
        found = [str(error)]
    for fault in found:
        print(f"slides: {fault}", file=sys.stderr)
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
