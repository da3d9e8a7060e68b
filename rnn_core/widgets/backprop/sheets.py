"""The two layouts of a graph: where boxes stand and how lines run, in pixels."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ..charts import Point
from .plans import Plan

TOP = 6  # free above the highest box
BUS = 22  # from a row of boxes to the line that feeds it
CAPTION = 26  # from that line to the words below it
GUTTER = 20  # between two steps


class Sheet(ABC):
    """What both layouts have in common.

    Attributes
    ----------
    name : str
        Its class in the style sheet.
    size : tuple of float
        Width and height.
    box : tuple of float
        Width and height of a box.
    pitch : tuple of float
        From one column and from one row to the next.
    text : int
        The height of its numbers.
    """

    name: str
    size: tuple[float, float]
    box: tuple[float, float]
    pitch: tuple[float, float]
    text: int = 14

    @abstractmethod
    def at(self, name: str, t: int) -> Point:
        """Return the middle of a box; at step 0 stand the states to start from."""

    @abstractmethod
    def caption(self, t: int) -> Point:
        """Return where the words on a step begin."""

    def points(self, route: str, ends: tuple[str, int, str, int]) -> list[Point]:
        """Return the corners of a line from one box to another, its ends on their borders."""
        source, s, target, t = ends
        start, end = self.at(source, s), self.at(target, t)
        if route == "straight":
            return [self._border(start, end), self._border(end, start)]
        return getattr(self, f"_{route}")(start, end, t)

    def _border(self, box: Point, towards: Point) -> Point:
        """Return where a straight line leaves a box."""
        dx, dy = towards[0] - box[0], towards[1] - box[1]
        part = min(
            self.box[0] / 2 / abs(dx) if dx else 9.0, self.box[1] / 2 / abs(dy) if dy else 9.0
        )
        return box[0] + part * dx, box[1] + part * dy


class Wide(Sheet):
    """Time runs to the right, each step from the bottom up."""

    name = "wide"

    def __init__(self, plan: Plan) -> None:
        self.places = plan.wide
        columns = 1 + max(column for column, _ in self.places.values())
        self.rows = 1 + max(row for _, row in self.places.values())
        self.box = {1: (116.0, 58.0), 3: (74.0, 56.0), 4: (59.0, 56.0)}[int(columns)]
        self.text = {1: 16, 3: 15, 4: 13}[int(columns)]
        self.start = self.box[0] + 12
        self.step = (900 - self.start) / 3
        self.pitch = ((self.step - GUTTER) / columns, 90.0 if columns == 1 else 75.0)
        self.bus = TOP + (self.rows - 1) * self.pitch[1] + self.box[1] + BUS
        self.size = (900, self.bus + CAPTION + 12)

    def at(self, name: str, t: int) -> Point:
        """Return the middle of a box."""
        column, row = self.places[name]
        y = TOP + self.box[1] / 2 + (self.rows - 1 - row) * self.pitch[1]
        if t == 0:
            return 1 + self.box[0] / 2, y
        return self._left(t) + GUTTER + (column + 0.5) * self.pitch[0], y

    def caption(self, t: int) -> Point:
        """Return where the words on a step begin."""
        left = min(self.at(name, t)[0] for name in self.places) - self.box[0] / 2
        return left - (24 if len(self.places) == 3 else 0), self.bus + CAPTION

    def _left(self, t: int) -> float:
        return self.start + (t - 1) * self.step

    def _bus(self, start: Point, end: Point, t: int) -> list[Point]:
        gutter = self._left(t) + GUTTER / 2 - 3
        low = (end[0], end[1] + self.box[1] / 2)
        right = (start[0] + self.box[0] / 2, start[1])
        return [right, (gutter, start[1]), (gutter, self.bus), (end[0], self.bus), low]

    def _side(self, start: Point, end: Point, t: int) -> list[Point]:
        gutter = (start[0] + end[0]) / 2
        right, left = start[0] + self.box[0] / 2, end[0] - self.box[0] / 2
        return [(right, start[1]), (gutter, start[1]), (gutter, end[1]), (left, end[1])]


class Tall(Sheet):
    """Time runs down, and so does each step."""

    name = "tall"

    def __init__(self, plan: Plan) -> None:
        self.places = plan.tall
        columns = 1 + max(column for column, _ in self.places.values())
        rows = 1 + max(row for _, row in self.places.values())
        self.box = {3: (90.0, 54.0), 4: (77.0, 54.0)}[int(columns)]
        self.pitch = (340 / columns, 76.0)
        self.gap = 60.0
        self.step = (rows - 1) * self.pitch[1] + self.box[1] + self.gap
        below = 38 if len(self.places) == 3 else 18  # a weight stands under the RNN's last sum
        self.size = (340, TOP + self.box[1] + 3 * self.step + below)

    def at(self, name: str, t: int) -> Point:
        """Return the middle of a box."""
        column, row = self.places[name]
        x, y = (column + 0.5) * self.pitch[0], TOP + self.box[1] / 2
        if t == 0:
            return x, y
        return x, y + self.box[1] + self.gap + (t - 1) * self.step + row * self.pitch[1]

    def caption(self, t: int) -> Point:
        """Return where the words on a step begin."""
        beside = self.at("h", 0)[0] + 8
        return (2 if beside > self.size[0] * 0.55 else beside), self._bus_at(t) - 7

    def _bus_at(self, t: int) -> float:
        return TOP + self.box[1] + self.gap - BUS + (t - 1) * self.step

    def _between(self, t: int, row: float) -> float:
        """Return the height of the middle between two rows."""
        return self._bus_at(t) + BUS + self.box[1] / 2 + row * self.pitch[1]

    def _bus(self, start: Point, end: Point, t: int) -> list[Point]:
        bus = self._bus_at(t)
        half = self.box[1] / 2
        return [
            (start[0], start[1] + half),
            (start[0], bus),
            (end[0], bus),
            (end[0], end[1] - half),
        ]

    def _margin(self, start: Point, end: Point, t: int) -> list[Point]:
        left, x = start[0] - self.box[0] / 2, 3.0
        return [(left, start[1] + 10), (x, start[1] + 10), (x, end[1] - 10), (left, end[1] - 10)]

    def _keep(self, start: Point, end: Point, t: int) -> list[Point]:
        bus, half, gutter = self._bus_at(t), self.box[1] / 2, self.pitch[0] - 5
        low, aside = self._between(t, 1.5) - 4, end[0] - 28
        return [
            (start[0], start[1] + half),
            (start[0], bus),
            (gutter, bus),
            (gutter, low),
            (aside, low),
            (aside, end[1] - half),
        ]

    def _under(self, start: Point, end: Point, t: int) -> list[Point]:
        low, half = self._between(t, 1.5) + 5, self.box[0] / 2
        first, last = self.pitch[0] + 5, 2 * self.pitch[0]
        corners = [(first, start[1]), (first, low), (last, low), (last, end[1])]
        return [(start[0] + half, start[1]), *corners, (end[0] - half, end[1])]

    def _over(self, start: Point, end: Point, t: int) -> list[Point]:
        high, gutter, aside = self._between(t, 0.5), self.pitch[0] + 5, end[0] - 28
        corners = [(gutter, start[1]), (gutter, high), (aside, high)]
        return [
            (start[0] + self.box[0] / 2, start[1]),
            *corners,
            (aside, end[1] + self.box[1] / 2),
        ]
