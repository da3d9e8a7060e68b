"""What a course is planned from: the lessons in the order of the book, with cards and exercises.

The points are those of `tools/assignment.py`, so that a plan promises what an assignment holds.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from page_card import FOLDER, Card, cards
from sphinx_external_toc.parsing import parse_toc_yaml

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

from assignment import OPTION, PART, POINTS

TITLE = re.compile(r"^# +(.+?) *$", re.MULTILINE)


@dataclass(frozen=True)
class Exercise:
    """An exercise of a lesson."""

    label: str
    title: str
    kind: str

    @property
    def points(self) -> int:
        """Return how many points it is worth."""
        return POINTS[self.kind]


@dataclass(frozen=True)
class Lesson:
    """A page with a card."""

    name: str
    title: str
    part: str
    card: Card
    exercises: tuple[Exercise, ...]

    @property
    def points(self) -> int:
        """Return the points of all exercises."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def before_class(self) -> int:
        """Return the minutes to read the page and to run it."""
        return self.card.minutes["read"] + self.card.minutes["run"]

    def count(self, kind: str) -> int:
        """Return how many exercises are of a kind."""
        return sum(exercise.kind == kind for exercise in self.exercises)

    def minutes_of(self, exercise: Exercise) -> int:
        """Return an exercise's share of the minutes on the card, by its points."""
        return round(self.card.minutes["exercises"] * exercise.points / self.points)


def lessons(root: Path) -> dict[str, Lesson]:
    """Return the lessons of the book in a folder by their names, in its order."""
    toc = parse_toc_yaml(root / "_toc.yml")
    parts = [(tree.caption or "", str(item)) for tree in toc.root.subtrees for item in tree.items]
    found = cards(root / FOLDER)
    named = [(part, page.removeprefix(f"{FOLDER}/")) for part, page in parts]
    return {
        name: _lesson(root / FOLDER, name, part, found[name])
        for part, name in named
        if name in found
    }


def _lesson(book: Path, name: str, part: str, card: Card) -> Lesson:
    text = words(source(book, name))
    heading = TITLE.search(text)
    exercises = [_exercise(match) for match in PART.finditer(text) if match["name"] == "exercise"]
    return Lesson(name, heading[1] if heading else name, part, card, tuple(exercises))


def _exercise(match: re.Match[str]) -> Exercise:
    options = dict(OPTION.findall(match["options"]))
    (kind,) = POINTS.keys() & set(options["class"].split())
    return Exercise(options["label"], match["title"].strip(), kind)


def source(book: Path, name: str) -> Path:
    """Return the file that a page is written in."""
    notebook = book / f"{name}.ipynb"
    return notebook if notebook.is_file() else book / f"{name}.md"


def words(path: Path) -> str:
    """Return the Markdown of a page."""
    text = path.read_text("utf8")
    if path.suffix != ".ipynb":
        return text
    cells = (cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown")
    return "\n\n".join("".join(cell["source"]) for cell in cells)


def all_needs(needs: Mapping[str, Iterable[str]], name: str) -> set[str]:
    """Return what a lesson builds on, directly or through others."""
    direct = set(needs[name])
    return direct.union(*(all_needs(needs, need) for need in direct))


def reduced(needs: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Return the needs of each lesson without those that another need implies."""
    return {
        name: [
            need
            for need in wanted
            if not any(need in all_needs(needs, other) for other in wanted if other != need)
        ]
        for name, wanted in ((name, list(wanted)) for name, wanted in needs.items())
    }
