"""The pages that teach, read from their sources: cards, cells, exercises."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from build_book import ROOT, toc_pages

PARTS = (
    "background",
    "concepts",
    "formulas",
    "math",
    "code",
    "applications",
    "tools",
    "trends",
)
ALONE = ("book/errata",)
KINDS = {"understanding", "calculation", "code", "exploration"}
EXERCISE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{exercise\}[^\n]*\n(?P<options>(?::[a-z]+:[^\n]*\n)*)", re.MULTILINE
)
SOLUTION = re.compile(
    r"\{solution(?:-start)?\} +(?P<label>\S+)\n(?P<options>(?::[a-z]+:[^\n]*\n)*)"
)
OPTION = re.compile(r"^:([a-z]+): *(.*)$", re.MULTILINE)

LESSONS = [page for page in toc_pages(ROOT) if page.split("/")[1] in PARTS or page in ALONE]


@dataclass
class Exercise:
    """One exercise of a page, with the cells of its solution and the check behind it."""

    label: str
    kinds: set[str]
    folded: bool | None = None
    code: list[dict] = field(default_factory=list)
    after: dict | None = None


def source(page: str) -> Path:
    """Return the file that a page is written in."""
    return next(path for end in (".ipynb", ".md") if (path := ROOT / f"{page}{end}").is_file())


def cells(page: str) -> list[dict]:
    """Return the cells of a notebook; a Markdown page is one cell."""
    path = source(page)
    if path.suffix == ".md":
        return [{"cell_type": "markdown", "source": path.read_text("utf8"), "metadata": {}}]
    return nbformat.read(path, as_version=4).cells


def prose(page: str) -> str:
    """Return the Markdown of a page."""
    return "\n\n".join(c["source"] for c in cells(page) if c["cell_type"] == "markdown")


def tags(cell: dict) -> set[str]:
    """Return the tags of a cell."""
    return set(cell["metadata"].get("tags", ()))


def exercises(page: str) -> list[Exercise]:
    """Return the exercises of a page in their order."""
    found = [
        Exercise(options["label"], set(options.get("class", "").split()))
        for match in EXERCISE.finditer(prose(page))
        for options in (dict(OPTION.findall(match["options"])),)
    ]
    by_label = {exercise.label: exercise for exercise in found}
    for match in SOLUTION.finditer(prose(page)):
        solved = by_label[match["label"]]
        solved.folded = "dropdown" in dict(OPTION.findall(match["options"])).get("class", "")
    _place_cells(cells(page), by_label)
    return found


def _place_cells(page: list[dict], by_label: dict[str, Exercise]) -> None:
    """Give each exercise the code cells of its solution, and the code cell that follows it."""
    now, waiting = None, None
    for cell in page:
        if cell["cell_type"] == "code":
            if now:
                now.code.append(cell)
            elif waiting:
                waiting.after, waiting = cell, None
            continue
        # A cell may close one solution and open the next.
        for start, label in re.findall(r"\{solution-(start|end)\} *(\S*)", cell["source"]):
            now, waiting = (by_label[label], None) if start == "start" else (None, now)
