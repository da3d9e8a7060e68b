"""Draw a cell from its data table, as SVG, in a wide and in a tall layout.

The drawing is made once. What changes from step to step carries the hooks of pen.py; the style
sheet turns a number's ``--v`` into widths and lengths.
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from rnn_core.palette import LOOKS

from .pen import Pen
from .tables.parts import Edge, Label, Node, Point

MARKERS = {
    "^": "M0-5 5 4H-5Z",
    "v": "M0 5 5-4H-5Z",
    "D": "M0-5.5 5.5 0 0 5.5-5.5 0Z",
    "o": "M0-4.5A4.5 4.5 0 1 1-.01-4.5Z",
    "s": "M-4-4H4V4H-4Z",
    "<": "M-5 0 4-5V5Z",
    ">": "M5 0-4-5V5Z",
    "P": "M-1.7-5h3.4v3.3H5v3.4H1.7V5h-3.4V1.7H-5v-3.4h3.3Z",
    "X": "M-5-2.7-2.7-5 0-2.3 2.7-5 5-2.7 2.3 0 5 2.7 2.7 5 0 2.3-2.7 5-5 2.7-2.3 0Z",
}


SIGNS = {"×": "M-5-5 5 5M5-5-5 5", "+": "M-7 0H7M0-7V7"}


class Layout(NamedTuple):
    """A layout: its name, its width, which of a table's heights it has, and the sizes of boxes."""

    name: str
    width: float
    height: int
    state: Point
    gate: Point


WIDE = Layout("wide", 840, 0, (104, 58), (116, 64))
TALL = Layout("tall", 340, 1, (84, 54), (98, 62))


def diagram(layout: Layout, pen: Pen) -> str:
    """Return the cell in one layout as an SVG element."""
    table, width = pen.table, layout.width
    height = table.heights[layout.height]
    flows = "".join(_flow(edge, getattr(edge, layout.name), pen) for edge in table.edges)
    nodes = "".join(_node(node, layout, pen) for node in table.nodes)
    labels = "".join(_label(label, getattr(label, layout.name), pen) for label in table.labels)
    return (
        f'<svg class="rnnw-cell rnnw-{layout.name}" viewBox="0 0 {width:g} {height:g}" role="img" '
        'aria-label="Diagram of the cell for one unit. The same numbers are written out below.">'
        f"{flows}{nodes}{labels}</svg>"
    )


def _flow(edge: Edge, points: tuple[Point, ...], pen: Pen) -> str:
    """Return a line; where its width shows a number, a negative one gets a hollow core."""
    if not points:
        return ""
    path = _path(points)
    head = _head(points) if edge.arrow else ""
    if not pen.has(edge.key):
        return f'<g class="rnnw-thin gate-{edge.letter}"><path d="{path}"/>{head}</g>'
    flow = f'{pen.size(edge.key)} d="{path}"/>'
    return (
        f'<g class="gate-{edge.letter}"><path class="rnnw-flow" {flow}'
        f'<path class="rnnw-core" {flow}{head}</g>'
    )


def _path(points: tuple[Point, ...], radius: float = 8) -> str:
    """Return the path through `points` with rounded corners."""
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        (x0, y0), (x1, y1) = _towards(at, before, radius), _towards(at, after, radius)
        path += f"L{x0:g} {y0:g}Q{at[0]:g} {at[1]:g} {x1:g} {y1:g}"
    return path + f"L{points[-1][0]:g} {points[-1][1]:g}"


def _towards(start: Point, end: Point, by: float) -> Point:
    """Return the point `by` away from `start` on the way to `end`, along an axis."""
    x, y = (a + max(-by, min(by, b - a)) for a, b in zip(start, end, strict=True))
    return x, y


def _head(points: tuple[Point, ...]) -> str:
    """Return the arrow head at the end of a line."""
    (x0, y0), (x, y) = points[-2:]
    turn = {(1, 0): 0, (0, 1): 90, (-1, 0): 180, (0, -1): 270}[_sign(x - x0), _sign(y - y0)]
    place = f"translate({x:g} {y:g})rotate({turn})"
    return f'<path class="rnnw-head" transform="{place}" d="M0 0-9-5V5Z"/>'


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _node(node: Node, layout: Layout, pen: Pen) -> str:
    x, y = getattr(node, layout.name)
    draw = {"op": _op, "call": _call, "state": _state, "all": _state, "gate": _gate}[node.kind]
    return (
        f'<g class="gate-{node.letter}" transform="translate({x:g} {y:g})">'
        f"<title>{escape(node.formula)}</title>{draw(node, layout, pen)}</g>"
    )


def _op(node: Node, layout: Layout, pen: Pen) -> str:
    if node.label not in SIGNS:
        return f'<circle class="rnnw-op" r="14"/><text class="rnnw-call" y="5">{node.label}</text>'
    sign = SIGNS[node.label]
    return f'<circle class="rnnw-op" r="14"/><path class="rnnw-sign" d="{sign}"/>'


def _call(node: Node, layout: Layout, pen: Pen) -> str:
    width = max(56, 9 * len(node.label) + 16)
    return f'{_box(width, 32, 16)}<text class="rnnw-call" y="5">{node.label}</text>'


def _state(node: Node, layout: Layout, pen: Pen) -> str:
    width, height = layout.state
    symbol = f'<text class="rnnw-symbol" y="-8">{_symbol(node.letter, node.label)}</text>'
    if node.key == "x":
        value = f'<text class="rnnw-char" y="18" data-char>{escape(pen.glyph)}</text>'
    elif node.kind == "all":
        value = '<text class="rnnw-word" y="16">all units</text>'
    else:
        value = f'<text class="rnnw-number" y="17" data-n="{node.key}">{pen.write(node.key)}</text>'
    return f"{_box(width, height, 6)}{symbol}{value}"


def _gate(node: Node, layout: Layout, pen: Pen) -> str:
    """Return a gate: letter and name, marker and number, and a bar as long as the number."""
    width, height = layout.gate
    left, top, room = -width / 2 + 9, -height / 2, width - 18
    # The candidate may be negative: its bar grows from the middle.
    start, most = (0, room / 2) if node.letter in "gn" else (left, room)
    line = f'y="{-top - 13:g}" height="5"'
    marker = MARKERS[LOOKS[node.letter].marker]
    return (
        f"{_box(width, height, 6, 'rnnw-gate')}"
        f'<text class="rnnw-symbol" x="{left:g}" y="{top + 21:g}">{_symbol(node.letter, "t")}'
        f'</text><text class="rnnw-name" x="{left + 20:g}" y="{top + 20:g}" '
        f"{_named(node, pen)}</text>"
        f'<path class="rnnw-marker" transform="translate({left + 5:g} {top + 36:g})" '
        f'd="{marker}"/><text class="rnnw-number" x="{-left:g}" y="{top + 42:g}" '
        f'data-n="{node.key}">{pen.write(node.key)}</text>'
        f'<rect class="rnnw-track" x="{left:g}" width="{room:g}" {line}/>'
        f'<rect class="rnnw-bar" {pen.size(node.key)} x="{start:g}" width="{most:g}" {line}/>'
    )


def _named(node: Node, pen: Pen) -> str:
    """Return the name of a gate, or that it is held, where it stands in its element."""
    held = pen.held and pen.run["gate"] == node.key
    return f'data-gate="{node.key}" data-label="{node.label}">{"held" if held else node.label}'


def _label(label: Label, place: tuple[float, float, str], pen: Pen) -> str:
    x, y, anchor = place
    number = ""
    if pen.has(label.key):
        number = (
            f'<text class="rnnw-small" x="{x:g}" y="{y + 16:g}" data-n="{label.key}">'
            f"{pen.write(label.key)}</text>"
        )
    return (
        f'<g class="gate-{label.letter} rnnw-label" text-anchor="{anchor}">'
        f'<text class="rnnw-word" x="{x:g}" y="{y:g}">{label.word}</text>{number}</g>'
    )


def _box(width: float, height: float, radius: float, name: str = "rnnw-box") -> str:
    return (
        f'<rect class="{name}" x="{-width / 2:g}" y="{-height / 2:g}" width="{width:g}" '
        f'height="{height:g}" rx="{radius:g}"/>'
    )


def _symbol(letter: str, subscript: str) -> str:
    below = f'<tspan class="rnnw-sub" dy="4">{subscript}</tspan>'
    return f'<tspan class="rnnw-letter">{letter}</tspan>{below}'
