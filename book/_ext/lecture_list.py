"""The list of lectures, drawn from their files: `{lectures}` on the page of the slides."""

from __future__ import annotations

import lecture as files
from docutils import nodes
from slide_parts import Notebook
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

LINK = '<a href="{up}slides/{name}.html{query}">{text}</a>'


class Lectures(SphinxDirective):
    """For each lecture its title, its question, its pages, and links to the slides."""

    def run(self) -> list[nodes.Node]:
        """Return one paragraph and one line of links for each lecture."""
        found: list[nodes.Node] = []
        for lecture in files.lectures():
            self.env.note_dependency(str(files.BOOK / files.FOLDER / f"{lecture.name}.yml"))
            found += self._entry(lecture)
        return found

    def _entry(self, lecture: files.Lecture) -> list[nodes.Node]:
        up = "../" * self.env.docname.count("/")
        ways = {"slides": "", "to print": "?print-pdf", "to print, with notes": ""}
        ways["to print, with notes"] = "?print-pdf&amp;showNotes=separate-page"
        links = ", ".join(
            LINK.format(up=up, name=lecture.name, query=query, text=text)
            for text, query in ways.items()
        )
        title = nodes.rubric("", lecture.title)
        pages = ", ".join(_plain(lecture.notebook(page)) for page in lecture.pages)
        count = len(lecture.slides) + 1
        text = f"{lecture.question} {count} slides, {lecture.minutes:g} minutes. From {pages}."
        return [title, nodes.paragraph("", text), nodes.raw("", f"<p>{links}</p>", format="html")]


def _plain(notebook: Notebook) -> str:
    return notebook.title.replace("$", "").replace("*", "")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("lectures", Lectures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
