"""The directive `run-times`: how long each page's cells ran, in the order of the book."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from page_card import link_to, row
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx_external_toc.parsing import parse_toc_yaml

PAGE = "book/service/runs"


class RunTimesNode(nodes.General, nodes.Element):
    """Where the table comes, once every page has been run."""


class RunTimes(SphinxDirective):
    """A table of pages and seconds, and their sum."""

    def run(self) -> list[nodes.Node]:
        """Return a place for the table: other pages may not have been read yet."""
        return [RunTimesNode()]


def seconds(app: Sphinx) -> dict[str, float]:
    """Return how long each page that was run took, in the order of the book."""
    metadata = app.env.nb_metadata
    pages = parse_toc_yaml(Path(app.srcdir) / "_toc.yml")
    times = {page: metadata.get(page, {}).get("exec_data", {}).get("runtime") for page in pages}
    return {page: time for page, time in times.items() if time is not None}


def draw(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the table in its place."""
    for place in list(doctree.findall(RunTimesNode)):
        times = seconds(app)
        table = nodes.table(classes=["run-times"])
        group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in (6, 2)), cols=2)
        group += nodes.thead("", row("Page", "Seconds"))
        body = nodes.tbody()
        for name, time in times.items():
            link = nodes.paragraph("", "", link_to(name.removeprefix("book/"), page))
            body += row(link, f"{time:.0f}")
        body += row("Together", f"{sum(times.values()):.0f}")
        group += body
        table += group
        place.replace_self(table)
        app.env.resolve_references(doctree, page, app.builder)


def pages_with_times(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to write again whenever others were run again."""
    return [page for page in env.found_docs if page == PAGE]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_node(RunTimesNode)
    app.add_directive("run-times", RunTimes)
    app.connect("doctree-resolved", draw, priority=100)
    app.connect("env-updated", pages_with_times)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
