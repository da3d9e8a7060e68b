"""What a table of a cell is made of.

Every entry of a drawing has its place in two layouts, wide (840 × 364) and tall (340 × 460) for a
phone; one function in diagram.py draws either.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

from ..program import Op

Point = tuple[float, float]


class Node(NamedTuple):
    """A thing of the diagram.

    Attributes
    ----------
    key : str
        The key of its number; of an operation, its name.
    kind : str
        "state", "all" (a state of all units), "gate", "op" (a circle) or "call" (a function).
    letter : str
        Whose colour, dash and marker it wears.
    label : str
        What is written on it: the subscript of a state, the name of a gate, the sign of an
        operation.
    formula : str
        What it computes.
    wide, tall : Point
        Its centre in either layout.
    """

    key: str
    kind: str
    letter: str
    label: str
    formula: str
    wide: Point
    tall: Point


class Edge(NamedTuple):
    """A flow: the key of the number that sets its width (one that is no number, such as ">f", gives
    a plain line), whose colour it wears, whether it ends in an arrow, and its corners."""

    key: str
    letter: str
    arrow: bool
    wide: tuple[Point, ...]
    tall: tuple[Point, ...]


class Label(NamedTuple):
    """A word and, under it, the number of what flows there; `anchor` as in SVG."""

    key: str
    letter: str
    word: str
    wide: tuple[float, float, str]
    tall: tuple[float, float, str]


class Line(NamedTuple):
    """A derivation: what is on its left, then how it is worked out, row by row.

    In a row ``f_t`` is the letter of a formula, ``{f}`` the number with the key f, and ``{(f)}``
    the same in parentheses where it is negative. An `inner` line needs the cell's parameters.
    """

    left: str
    rows: tuple[str, ...]
    inner: bool = False


class Table(NamedTuple):
    """A cell.

    Attributes
    ----------
    shows : str
        The letters that the heat map can show.
    ops : tuple of Op
        What it computes, in order.
    nodes, edges, labels : tuple
        Its drawing.
    lines : tuple of Line
        Its arithmetic after the gates.
    aloud : str
        What a unit does in a step, as a sentence; numbers as in a `Line`.
    large : tuple of str
        Keys of numbers that may be large, and are drawn through tanh; inner ones are, all.
    heights : tuple of float
        Of the wide and of the tall drawing.
    """

    shows: str
    ops: tuple[Op, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    labels: tuple[Label, ...]
    lines: tuple[Line, ...]
    aloud: str
    large: tuple[str, ...] = ()
    heights: tuple[float, float] = (364, 460)


T = TypeVar("T", Op, Node, Edge, Label)


def but(parts: tuple[T, ...], keys: str) -> tuple[T, ...]:
    """Return the parts of a table that have none of the keys, given with spaces between."""
    return tuple(part for part in parts if part.key not in keys.split())
