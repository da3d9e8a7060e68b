"""Where the lessons stand on the map: rows from top to bottom, each below all that it builds on.

A lesson stands as high as its needs allow, inside the band of its part and with at most `WIDEST` in
a row. A line that passes rows gets a lane of its own in each, so that it never crosses a box; all
lines out of one lesson share a lane until they part. The order in a row is found by a search for
few crossings, the places by a linear programme that keeps lines as straight as the order allows.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

WIDEST = 4
BOX, GAP, LANES_APART = 138.0, 12.0, 10.0
EDGE = 4.0  # between a lane and the edge of the map
STARTS, SWEEPS = 12, 24

Item = tuple[str, int]  # a lesson in its row, or its lane in a row further down
Segment = tuple[Item, Item]  # a piece of a line between two rows that follow each other


@dataclass
class Layout:
    """Rows of items from left to right, the middle of each, and the pieces of each line."""

    row_of: dict[str, int]
    rows: list[list[Item]]
    routes: dict[tuple[str, str], list[Segment]]
    x: dict[Item, float] = field(default_factory=dict)
    width: float = 0.0

    def is_box(self, item: Item) -> bool:
        """Say whether an item is a lesson and not a lane."""
        return self.row_of[item[0]] == item[1]

    @property
    def segments(self) -> list[Segment]:
        """Return every piece once."""
        return list(dict.fromkeys(piece for route in self.routes.values() for piece in route))


def arrange(parts: Mapping[str, Sequence[str]], needs: Mapping[str, Iterable[str]]) -> Layout:
    """Return the layout of lessons, given by part in the order of the book."""
    row_of = rows_of(parts, needs)
    routes = {
        (need, name): _route(need, row_of[need], row_of[name], name)
        for name in row_of
        for need in needs[name]
    }
    items = dict.fromkeys((name, row) for name, row in row_of.items())
    items |= dict.fromkeys(item for route in routes.values() for piece in route for item in piece)
    rows: list[list[Item]] = [[] for _ in range(max(row_of.values()) + 1)]
    for item in items:
        rows[item[1]].append(item)
    layout = Layout(row_of, rows, routes)
    _order(layout)
    _place(layout)
    return layout


def rows_of(
    parts: Mapping[str, Sequence[str]], needs: Mapping[str, Iterable[str]]
) -> dict[str, int]:
    """Return the row of each lesson.

    Raises
    ------
    ValueError
        If a lesson needs one that comes later in the book.
    """
    row_of: dict[str, int] = {}
    first = 0
    for names in parts.values():
        taken: dict[int, int] = {}
        for name in names:
            if later := [need for need in needs[name] if need not in row_of]:
                raise ValueError(f"needs: {name} comes before {', '.join(later)} in the book")
            row = max([first, *(row_of[need] + 1 for need in needs[name])])
            while taken.get(row, 0) == WIDEST:
                row += 1
            row_of[name] = row
            taken[row] = taken.get(row, 0) + 1
        first = max([first, *(row + 1 for row in taken)])
    return row_of


def _route(need: str, start: int, end: int, name: str) -> list[Segment]:
    stops = [*((need, row) for row in range(start, end)), (name, end)]
    return list(pairwise(stops))


def crossings(layout: Layout) -> int:
    """Return how many pairs of pieces cross."""
    return sum(_crossing(layout, row) for row in range(len(layout.rows) - 1))


def _crossing(layout: Layout, row: int) -> int:
    above = {item: place for place, item in enumerate(layout.rows[row])}
    below = {item: place for place, item in enumerate(layout.rows[row + 1])}
    ends = [(above[a], below[b]) for a, b in layout.segments if a in above]
    return sum((a - c) * (b - d) < 0 for n, (a, b) in enumerate(ends) for c, d in ends[n + 1 :])


def _order(layout: Layout) -> None:
    """Put the items of each row in an order with few crossings: the best of some searches."""
    above: dict[Item, list[Item]] = {}
    below: dict[Item, list[Item]] = {}
    for upper, lower in layout.segments:
        below.setdefault(upper, []).append(lower)
        above.setdefault(lower, []).append(upper)
    shuffle = random.Random(0).shuffle
    best, fewest = [list(row) for row in layout.rows], crossings(layout)
    for start in range(STARTS):
        if start:
            for row in layout.rows:
                shuffle(row)
        for sweep in range(SWEEPS):
            down = sweep % 2 == 0
            numbers = range(1, len(layout.rows)) if down else range(len(layout.rows) - 2, -1, -1)
            for number in numbers:
                beside = layout.rows[number - 1 if down else number + 1]
                _sort(layout.rows[number], beside, above if down else below)
            if (now := crossings(layout)) < fewest:
                best, fewest = [list(row) for row in layout.rows], now
    layout.rows[:] = best
    _swap(layout)


def _sort(row: list[Item], beside: list[Item], near: Mapping[Item, list[Item]]) -> None:
    """Sort a row by the mean place of each item's neighbours in the row beside it."""
    place = {item: number / max(len(beside) - 1, 1) for number, item in enumerate(beside)}
    own = {item: number / max(len(row) - 1, 1) for number, item in enumerate(row)}
    means = {
        item: float(np.mean([place[other] for other in near[item]]))
        if near.get(item)
        else own[item]
        for item in row
    }
    row.sort(key=lambda item: means[item])


def _swap(layout: Layout) -> None:
    """Exchange neighbours as long as that leaves fewer crossings."""
    better = True
    while better:
        better = False
        for number, row in enumerate(layout.rows):
            around = [n for n in (number - 1, number) if 0 <= n < len(layout.rows) - 1]
            for at in range(len(row) - 1):
                before = sum(_crossing(layout, n) for n in around)
                row[at], row[at + 1] = row[at + 1], row[at]
                if sum(_crossing(layout, n) for n in around) < before:
                    better = True
                else:
                    row[at], row[at + 1] = row[at + 1], row[at]


def _place(layout: Layout) -> None:
    """Find the middle of each item: least length across, in the order of the rows.

    The unknowns are the places, for each piece how far it goes across, and for each lesson how far
    it is from the middle. A piece between two lanes counts more, so that long lines are straight.
    """
    items = [item for row in layout.rows for item in row]
    at = {item: number for number, item in enumerate(items)}
    segments = layout.segments
    rows: list[tuple[list[int], list[float], float]] = []
    half = {item: BOX / 2 if layout.is_box(item) else 0.0 for item in items}

    def apart(left: Item, right: Item) -> float:
        near = LANES_APART if half[left] == half[right] == 0 else GAP
        return half[left] + near + half[right]

    for row in layout.rows:
        for left, right in pairwise(row):
            rows.append(([at[left], at[right]], [1, -1], -apart(left, right)))
    for number, (upper, lower) in enumerate(segments, len(items)):
        rows.append(([at[upper], at[lower], number], [1, -1, -1], 0))
        rows.append(([at[lower], at[upper], number], [1, -1, -1], 0))
    layout.width = EDGE * 2 + max(
        half[row[0]] + sum(apart(*pair) for pair in pairwise(row)) + half[row[-1]]
        for row in layout.rows
    )
    far = {item: half[item] + EDGE for item in items}
    bounds = [(far[item], layout.width - far[item]) for item in items]
    boxes = [item for item in items if layout.is_box(item)]
    middle = layout.width / 2
    for number, box in enumerate(boxes, len(items) + len(segments)):
        rows.append(([at[box], number], [1, -1], middle))
        rows.append(([at[box], number], [-1, -1], -middle))
    lanes = [sum(not layout.is_box(item) for item in piece) for piece in segments]
    cost = [0.0] * len(items) + [(1.0, 2.0, 8.0)[count] for count in lanes]
    cost += [0.2] * len(boxes)
    values = [value for _, values, _ in rows for value in values]
    where = [number for number, (columns, _, _) in enumerate(rows) for _ in columns]
    columns = [column for columns, _, _ in rows for column in columns]
    solved = linprog(
        cost,
        A_ub=coo_matrix((values, (where, columns)), shape=(len(rows), len(cost))).tocsr(),
        b_ub=[limit for _, _, limit in rows],
        bounds=bounds + [(0, None)] * (len(segments) + len(boxes)),
        method="highs-ds",
    )
    layout.x = {item: round(float(solved.x[at[item]]), 1) for item in items}
