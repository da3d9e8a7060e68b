"""Draw the unrolled graph once, as it stands, in a wide and in a tall layout."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from rnn_core.worked import Worked

from ..charts import Point, line, px
from .data import edges, nodes
from .plans import PLANS
from .sheets import Sheet, Tall, Wide

GRADIENT = 19  # the height of a box's lowest part, where its gradient stands
WORD = 70  # the room that a number takes
STUB, PILL = 12, 20  # the line down from a sum to a weight it uses, and that weight's height
BESIDE = 9  # how far it stands from its line


class Graph:
    """The graph of one worked example: its boxes, its lines, and where they are."""

    def __init__(self, worked: Worked) -> None:
        self.worked = worked
        self.plan = PLANS[worked.name]
        self.names = nodes(worked)
        self.lines = edges(worked)

    def draw(self, data: Mapping[str, Any], stage: int, lit: Lit) -> str:
        """Return both layouts."""
        return "".join(
            self._sheet(sheet, data, stage, lit) for sheet in (Wide(self.plan), Tall(self.plan))
        )

    def _sheet(self, sheet: Sheet, data: Mapping[str, Any], stage: int, lit: Lit) -> str:
        lines = "".join(self._line(sheet, k, lit) for k in range(len(self.lines)))
        boxes = "".join(self._box(sheet, data, k, stage, lit) for k in range(len(self.names)))
        captions = "".join(
            _text(
                *sheet.caption(t), words, "rnnw-given", f' data-given="{t - 1}" text-anchor="start"'
            )
            for t, words in enumerate(data["given"], 1)
        )
        labels = "".join(self._label(sheet, data, k, lit) for k in range(len(self.lines)))
        uses = "".join(self._use(sheet, t, words, lit) for t, words in enumerate(lit.uses, 1))
        width, height = sheet.size
        return (
            f'<svg class="rnnw-unrolled rnnw-{sheet.name}" style="--text:{sheet.text}px" '
            f'viewBox="0 0 {width:g} {px(height)}" role="img" '
            'aria-label="The graph of three steps. What is lit is said above.">'
            f"{lines}{boxes}{uses}{captions}{labels}</svg>"
        )

    def _use(self, sheet: Sheet, t: int, factor: str, lit: Lit) -> str:
        """Return the weight under the sum that uses it, where a path ends, and the factor."""
        x, y = sheet.at("a", t)
        y += sheet.box[1] / 2
        end = [(x, y), (x, y + STUB)]
        return (
            f'<g class="rnnw-use{" rnnw-lit" if t == lit.end else ""}" data-u="{t}">'
            f'<path d="{line(end)}"/>{_head(end, "rnnw-back")}<rect x="{px(x - 24)}" '
            f'y="{px(y + STUB)}" width="48" height="{PILL}" rx="10"/>'
            + _text(x, y + STUB + 14, _name(lit.parameter), "rnnw-used")
            + _text(x + 30, y + STUB + 18, factor, "rnnw-last-factor")
            + "</g>"
        )

    def _points(self, sheet: Sheet, k: int) -> list[Point]:
        source, to = (split(name) for name in self.lines[k])
        key = source[0] if source[1] == to[1] else f"{source[0]}0"
        wide, tall = self.plan.routes.get((key, to[0]), ("straight", "straight"))
        return sheet.points(wide if sheet.name == "wide" else tall, (*source, *to))

    def _line(self, sheet: Sheet, k: int, lit: Lit) -> str:
        points = self._points(sheet, k)
        heads = _head(points, "rnnw-onward") + _head(points[::-1], "rnnw-back")
        return (
            f'<g class="rnnw-way{lit.line(k)}" data-e="{k}"><path d="{line(points)}"/>{heads}</g>'
        )

    def _label(self, sheet: Sheet, data: Mapping[str, Any], k: int, lit: Lit) -> str:
        told = " rnnw-told" if lit.told(k) else ""
        x, y, anchor = _beside(self._points(sheet, k), sheet)
        more = f' data-s="{k}" style="text-anchor:{anchor}"'
        return _text(x, y, data["edges"][k], f"rnnw-slope{told}", more)

    def _box(self, sheet: Sheet, data: Mapping[str, Any], k: int, stage: int, lit: Lit) -> str:
        name, t = split(self.names[k])
        value, gradient, value_at, gradient_at = data["nodes"][k]
        (x, y), (w, h) = sheet.at(name, t), sheet.box
        low = h / 2 - GRADIENT
        known = gradient if stage >= gradient_at else ""
        place = f'transform="translate({px(x)} {px(y)})"'
        return (
            f'<g class="rnnw-quantity{" rnnw-into" if "_" in name else ""} gate-{name[-1]}'
            f'{lit.box(k)}" data-q="{k}" {place}>'
            f'<path class="rnnw-foot" d="M{px(-w / 2 + 1)} {px(low)}h{px(w - 2)}V{px(h / 2 - 4)}'
            f'q0 3-3 3h-{px(w - 8)}q-3 0-3-3z"/>'
            f'<rect class="rnnw-frame" x="{px(-w / 2)}" y="{px(-h / 2)}" width="{px(w)}" '
            f'height="{px(h)}" rx="5"/>'
            + _text(0, -h / 2 + 14, _name(self.names[k]), "rnnw-symbol")
            + _text(0, low - 4, value if stage >= value_at else "", "rnnw-value")
            + _text(0, h / 2 - 5, known, "rnnw-gradient")
            + "</g>"
        )


class Lit:
    """What is lit: the lines of one operation and its box, or one path."""

    def __init__(self, data: Mapping[str, Any], stage: int, parameter: str, path: int) -> None:
        kind, box, lines, *_ = data["ops"][stage]
        total = data["totals"][parameter]
        self.parameter, self.uses = parameter, total.get("uses", ())
        self.path, way = total["paths"][path - 1][:2] if path else ([], "")
        self.end = int(way.split(" → ")[-2][-1]) if path else 0
        self.lines = self.path or lines
        self.boxes = [] if path else [box]
        self.back = path > 0 or kind > 0
        self.tells = path > 0 or kind == 1

    def line(self, k: int) -> str:
        """Return the classes of a line."""
        if k not in self.lines:
            return ""
        return " rnnw-lit rnnw-homeward" if self.back else " rnnw-lit"

    def told(self, k: int) -> bool:
        """Say whether the local derivative is written beside a line."""
        return self.tells and k in self.lines

    def box(self, k: int) -> str:
        """Return the class of a box."""
        return " rnnw-lit" if k in self.boxes else ""


def split(label: str) -> tuple[str, int]:
    """Return the name in the table and the step: ``a_f,2`` becomes ``("a_f", 2)``."""
    name, t = label.rsplit("," if "," in label else "_", 1)
    return name, int(t)


def _beside(points: list[Point], sheet: Sheet) -> tuple[float, float, str]:
    """Return where a line's number stands, and which end of it: on a flat part or beside one."""
    a, b = max(pairwise(points), key=lambda ends: math.dist(*ends))
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2 + 5
    if a[1] == b[1]:  # between two boxes there is no room: then below
        return x, y + (sheet.box[1] / 2 + 9 if math.dist(a, b) < WORD else 0), "middle"
    if abs(b[1] - a[1]) > 2 * sheet.pitch[1]:  # a line along many rows: where no box is beside it
        y = min(a[1], b[1]) + sheet.pitch[1] - 8
    if x + WORD > sheet.size[0]:
        return x - BESIDE, y, "end"
    return x + BESIDE, y, "start"


def _text(x: float, y: float, words: str, kind: str, more: str = "") -> str:
    return f'<text class="{kind}" x="{px(x)}" y="{px(y)}"{more}>{words}</text>'


def _name(label: str) -> str:
    """Return a name for SVG: its letter, and its index set lower."""
    letter, index = label.split("_")
    low = f'<tspan class="rnnw-index" dy="3">{index}</tspan>'
    return f'<tspan class="rnnw-initial">{letter}</tspan>{low}'


def _head(points: list[Point], kind: str) -> str:
    """Return an arrow head at the end of a line."""
    (x0, y0), (x, y) = points[-2:]
    turn = math.degrees(math.atan2(y - y0, x - x0))
    place = f"translate({px(x)} {px(y)})rotate({px(turn)})"
    return f'<path class="{kind}" transform="{place}" d="M0 0-8-4.5V4.5Z"/>'
